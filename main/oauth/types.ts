/** What the composition root sees of OAuth. The hub sees {@link Credentials} only. */
import type {
  AccountStatus,
  ChallengeStatus,
  ErrorObject,
  Revocation,
  SignInProgress,
  SignInStatus,
} from "../../preload/api.ts";
import type { RemoteServer } from "../config/types.ts";
import type { Challenge, Credentials } from "../ports.ts";

export interface SignInOptions {
  /** False: open no browser; the URL is in the progress and the callback may be pasted. */
  readonly openBrowser: boolean;
  /** Seconds; else the server's `callback_timeout`, else 300. */
  readonly timeoutS?: number | undefined;
  /** A refresh token from elsewhere to sign in with; then no other sign-in may be under way (`invalid_request`). */
  readonly refreshToken?: string | undefined;
  /** It has refused a call before, though it may let a probe in. */
  readonly expected?: boolean | undefined;
  readonly onProgress?: ((progress: SignInProgress) => void) | undefined;
}

/** A server and the accounts with which agents use it. */
export interface InUse {
  readonly server: RemoteServer;
  /** Names of the accounts. */
  readonly accounts: readonly string[];
}

export interface SignInOutcome {
  readonly account: string;
  readonly scope: string | null;
}

/** An account as far as sign-ins know it; whether an agent waits for it, sessions know. */
export type KnownAccount = Omit<AccountStatus, "needed">;

/** What the snapshot shows of a server's authorization. */
export interface AuthStatus {
  /** The default account first, `signed_out` if need be, then the others by name. */
  readonly accounts: readonly KnownAccount[];
  readonly signIn: SignInStatus | null;
  /** The last unanswered challenge. */
  readonly challenge: ChallengeStatus | null;
  /** Of the last sign-in or refresh; null after one that worked. */
  readonly error: ErrorObject | null;
}

/** Both never reject: what cannot be deleted stays known. */
export interface Renaming {
  /** The new name holds. */
  done(): Promise<void>;
  /** The old name stays. */
  undo(): Promise<void>;
}

export interface SignIns {
  /** Reads the grants of these servers from the vault. Never rejects: a failing vault shows in its status. */
  load(servers: readonly RemoteServer[]): Promise<void>;
  credentials(server: RemoteServer, account: string): Credentials;
  /** Remembers a challenge that a probe met. */
  challenged(server: RemoteServer, account: string, challenge: Challenge): void;
  /** One flow per server × account; a second call joins the first, with its own progress. */
  signIn(server: RemoteServer, account: string, options: SignInOptions): Promise<SignInOutcome>;
  /** The address that the browser ended at. Rejects with `invalid_request` when no flow waits for it, `state_mismatch`, … */
  submitCallback(server: string, account: string, url: string): Promise<void>;
  /** Ends the flow with `sign_in_cancelled`, or with `browser_failed` where a browser of another process was to open. */
  cancel(server: string, account: string, noBrowser?: boolean): boolean;
  /** Deletes locally always; revokes unless `keepRemote`. */
  signOut(
    server: RemoteServer,
    account: string,
    keepRemote: boolean,
  ): Promise<{ wasSignedIn: boolean; revocation: Revocation }>;
  isSignedIn(server: RemoteServer, account: string): boolean;
  /** The last answer of the server to this account was a 401. */
  isRefused(server: RemoteServer, account: string): boolean;
  /** `also`: accounts to list whether or not anybody has ever signed in to them. */
  status(server: RemoteServer, also?: readonly string[]): AuthStatus;
  /** The account that is meant when none is named: the chosen one, else the first that signed in, else `default`. */
  defaultAccount(server: RemoteServer): string;
  /** Rejects with `invalid_request` when nobody knows the account. */
  setDefaultAccount(server: RemoteServer, account: string): Promise<void>;
  /** Signs out, revokes and forgets the name. */
  removeAccount(server: RemoteServer, account: string): Promise<void>;
  /** The same for every account of the server at its present origin; ends its sign-ins first. */
  removeAllAccounts(server: RemoteServer): Promise<void>;
  /**
   * Copies every grant to another name of the same server, durably, and holds refreshes until the caller says how it went.
   * Rejects with what the vault rejects with; nothing has changed then.
   */
  beginRenaming(from: RemoteServer, to: RemoteServer): Promise<Renaming>;
  /**
   * `grant`: a grant appeared, was replaced by one of another issuer, or went. `scope`: it was replaced by one for more
   * access, or by another of the same issuer; what goes on can go on with it. `default`: another account is meant when none
   * is named. `status`: only what the snapshot shows changed.
   */
  onChange(
    listener: (change: { server: string; account: string; kind: "grant" | "scope" | "default" | "status" }) => void,
  ): () => void;
  /** Every server × account that agents use now: their tokens are renewed ahead of need. Cheap; called often. */
  use(inUse: readonly InUse[]): void;
  /** The machine was asleep, or its clock was set: every grant is looked at now, and no pause counts. */
  resumed(): void;
  /** Ends every flow (`sign_in_cancelled`) and waits for writes under way. */
  close(): Promise<void>;
}
