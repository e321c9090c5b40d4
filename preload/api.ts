/**
 * THE contract between the hub and everything that draws it: the window (through the bridge) and the command line
 * (through the pipe). Types only, and the lists that both sides derive their channels from. Imports nothing but its parts.
 */
import type { ActivityApi, CallRecord } from "./api-activity.ts";
import type { AgentsApi } from "./api-agents.ts";
import type { BlockedTool, ErrorCode, ErrorObject, Result, ServerType, ToolStatus } from "./api-base.ts";
import type { ConfigApi, Edited, LogLine } from "./api-config.ts";
import type { DoctorApi } from "./api-doctor.ts";
import type { ImportApi } from "./api-import.ts";
import type { AppSettings, Destination, SettingsApi, ShellApi, ShellInfo } from "./api-settings.ts";

export * from "./api-base.ts";

export const SERVER_STATES = [
  "disabled",
  "idle",
  "connecting",
  "ready",
  "sign_in_required",
  "signing_in",
  "failing",
] as const;
export type ServerState = (typeof SERVER_STATES)[number];

export const ACCOUNT_STATES = ["signed_in", "signed_out", "expired"] as const;
export type AccountState = (typeof ACCOUNT_STATES)[number];

/** One identity at one server. Times are ISO 8601 UTC. */
export interface AccountStatus {
  /** `default` unless named. */
  readonly name: string;
  /** The one that is meant when none is named: by an agent, a row's button, the command line. */
  readonly default: boolean;
  /** Agents that use it cannot go on until somebody signs in to it. */
  readonly needed: boolean;
  readonly state: AccountState;
  /** Space-separated, as granted; null when unknown. */
  readonly scope: string | null;
  readonly issuer: string | null;
  /** When the access token ends; null when the authorization server did not say. */
  readonly expires_at: string | null;
  /** Whether it renews itself (a refresh token is held). */
  readonly renewable: boolean;
  /** When the person signed in. */
  readonly since: string | null;
}

/**
 * How it stands with the access that a 403 `insufficient_scope` asks for: `open`: a click can give it; `refused`: the
 * person said no, or was not given it; `given`: the token has it already, so no click helps.
 */
export const STEP_UPS = ["open", "refused", "given"] as const;
export type StepUp = (typeof STEP_UPS)[number];

/** What a protected resource asked for with its last 401 or 403. */
export interface ChallengeStatus {
  readonly status: 401 | 403;
  /** Whose request it refused. */
  readonly account: string;
  /** Null for a 401. */
  readonly step_up: StepUp | null;
  readonly error: string | null;
  readonly scope: string | null;
  readonly at: string;
}

/** A sign-in that is under way. */
export interface SignInStatus {
  readonly account: string;
  readonly step: SignInStep;
  readonly started_at: string;
  /** When it gives up. */
  readonly deadline: string;
  /** A code to enter at `verification_uri`, which may be opened anywhere (RFC 8628 §3.3). */
  readonly user_code?: string;
  readonly verification_uri?: string;
}

export const SIGN_IN_STEPS = ["probe", "register", "callback", "authorize", "waiting", "exchange", "done"] as const;
export type SignInStep = (typeof SIGN_IN_STEPS)[number];

export interface ServerStatus {
  readonly name: string;
  /** It stands in no file: an agent, or `gatehouse login`, named its URL. Shown while it is used. */
  readonly ad_hoc?: true;
  readonly type: ServerType;
  /** Null for a stdio server. */
  readonly url: string | null;
  /** The command line of a stdio server; null otherwise. */
  readonly command: string | null;
  readonly state: ServerState;
  /** The default account first. Empty for a server that has no sign-in. */
  readonly accounts: readonly AccountStatus[];
  readonly error: ErrorObject | null;
  /** Of the catalogue, for its icon; null: not in it. */
  readonly catalogue: string | null;
  /** Tools in the server's last list; null when nobody listed them yet. */
  readonly tools: number | null;
  /** Agents connected to it now. */
  readonly agents: number;
  /** Their names, as they introduced themselves; unique, sorted. */
  readonly agent_names: readonly string[];
  readonly challenge: ChallengeStatus | null;
  readonly sign_in: SignInStatus | null;
  /** The agent that met the need to sign in, or to allow more, last, and when; `tool`: that it called, when that is known. */
  readonly asked: { readonly agent: string; readonly at: string; readonly tool?: string } | null;
  /** Tools that agents do not get: the changed ones first, of many only some. */
  readonly blocked_tools: readonly BlockedTool[];
}

export interface VaultStatus {
  readonly kind: "keychain" | "file" | "memory";
  readonly state: "ok" | "unavailable" | "locked" | "unreadable" | "unknown";
}

/** The one object that tray, window and `gatehouse status --json` draw. */
export interface Snapshot {
  readonly hub: {
    readonly version: string;
    readonly pid: number;
    readonly uptime_s: number;
    readonly vault: VaultStatus;
    /** What an agent has to run, before its own arguments: absolute paths, because many agents have no PATH to speak of. */
    readonly agent_command: readonly string[];
    /** Why it is not known which tools were approved, so that each counts as new; absent: it is known. */
    readonly approvals_error?: ErrorObject;
  };
  readonly config: { readonly path: string; readonly error: ErrorObject | null };
  readonly settings: AppSettings;
  /** The person paused everything: agents are told so, no server is reached. */
  readonly paused: boolean;
  readonly servers: readonly ServerStatus[];
}

/**
 * One step of a sign-in, told to the terminal that asked for it and to nobody else: the URL is the authorization
 * request, which no window needs.
 */
export interface SignInProgress {
  readonly server: string;
  readonly account: string;
  readonly step: SignInStep;
  /** One line for a person. */
  readonly text: string;
  /** The authorization URL, or the page that wants the user code, at step `authorize` only. */
  readonly url?: string;
  /** To be entered at that page (RFC 8628 §3.3). With one, no callback address is awaited. */
  readonly user_code?: string;
}

export const ACTIVITY_KINDS = ["sign_in", "refresh"] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

/** One request of a sign-in or refresh, or the wait for the person. */
export interface ActivityStep {
  /** What it was for, as in `authorization server metadata`. */
  readonly name: string;
  /** Null, as `url`: no request. */
  readonly method: string | null;
  /** Without its query. */
  readonly url: string | null;
  readonly status: number | null;
  /** Why there is no status; null when there is one. */
  readonly error: string | null;
  readonly started_at: string;
  /** Of all repetitions. */
  readonly ms: number;
  /** How often it happened in a row with the same result. */
  readonly times: number;
}

/** One sign-in or refresh that has ended. Times are ISO 8601 UTC. Holds no secret. */
export interface ActivityRecord {
  /** As in the errors of it. */
  readonly request_id: string;
  /** Of the error that ended it; null when it worked. */
  readonly correlation_id: string | null;
  readonly server: string;
  readonly account: string;
  readonly kind: ActivityKind;
  readonly outcome: "done" | "failed";
  readonly code: ErrorCode | null;
  readonly started_at: string;
  readonly ended_at: string;
  readonly steps: readonly ActivityStep[];
}

/** What became of the tokens at the authorization server (RFC 7009). */
export type Revocation = "revoked" | "not_supported" | "failed" | "kept" | "nothing";

/** A server as a person enters it. Fields that the form does not show stay as they are in the file. */
export type ServerInput = { readonly url: string } | { readonly command: string; readonly args: readonly string[] };

/** Every call, its parameters and its answer. All throw nothing: the answer is a `Result`. */
export interface Api extends ConfigApi, ImportApi, AgentsApi, SettingsApi, ActivityApi, DoctorApi {
  getSnapshot(params: Record<string, never>): Snapshot;
  /** Finds out, once, whether servers that nobody has contacted yet want a sign-in. Ends within a few seconds. */
  probe(params: Record<string, never>): Snapshot;
  /** Runs (or joins) the sign-in and answers when it has ended. */
  signIn(params: {
    readonly server: string;
    readonly account?: string;
    /** False: open no browser, the person carries the URL. Default true. */
    readonly open_browser?: boolean;
    /** Seconds until it gives up; default `callback_timeout` of the server, else 300. */
    readonly timeout_s?: number;
    /** A refresh token that was obtained elsewhere, to be signed in with. It is in no answer, snapshot, event or log. */
    readonly refresh_token?: string;
  }): { readonly server: string; readonly account: string; readonly scope: string | null };
  /** Hands in the address that the browser ended at, when the redirect could not reach this machine. */
  submitCallback(params: { readonly server: string; readonly account?: string; readonly url: string }): {
    readonly accepted: true;
  };
  cancelSignIn(params: {
    readonly server: string;
    readonly account?: string;
    /** True: nobody changed their mind, the browser that was to show the page did not open. */
    readonly browser_failed?: boolean;
  }): { readonly cancelled: boolean };
  signOut(params: {
    readonly server: string;
    readonly account?: string;
    /** True: forget the grant here and leave it valid at the authorization server. */
    readonly keep_remote?: boolean;
  }): { readonly was_signed_in: boolean; readonly revocation: Revocation };
  /** Agents that name no account use this one from now on, without a restart. */
  setDefaultAccount(params: { readonly server: string; readonly account: string }): {
    readonly server: string;
    readonly account: string;
  };
  /** Signs out of it, revokes its tokens and forgets its name. */
  removeAccount(params: { readonly server: string; readonly account: string }): {
    readonly server: string;
    readonly account: string;
  };
  /** Brings every sign-in into this store, which is the chosen one from then on. */
  moveVault(params: { readonly to: "keychain" | "file" }): {
    readonly vault: VaultStatus;
    /** Sign-ins that came from the other store. */
    readonly moved: number;
    /** Copies that the other store could not delete yet; that is tried again at the next start. */
    readonly left: number;
  };
  /** Connects again now instead of at the next scheduled try. */
  retry(params: { readonly server: string }): { readonly server: string };
  addServer(params: { readonly name: string; readonly server: ServerInput }): Edited;
  /** Takes in a server that stands in no file, as `gatehouse connect <url>` does; other calls take the name it gets. */
  admitServer(params: { readonly entry: Readonly<Record<string, unknown>> }): { readonly server: string };
  /** Renames the entry and/or changes its URL or command; other fields and comments stay. */
  updateServer(params: { readonly name: string; readonly new_name?: string; readonly server?: ServerInput }): Edited;
  setServerEnabled(params: { readonly name: string; readonly enabled: boolean }): Edited;
  /** Lets a local program be started that came from elsewhere (`"approved": false` in its entry). */
  approveCommand(params: { readonly name: string }): Edited;
  /** Every tool that the server has listed, by name. Asks nobody. */
  listTools(params: { readonly server: string }): { readonly server: string; readonly tools: readonly ToolStatus[] };
  /** Lets agents use changed tools as they are now; answers which were held back. */
  approveTools(params: {
    readonly server: string;
    /** `version`: of the definition that the person has looked at; another one is refused. */
    readonly tools: readonly { readonly name: string; readonly version?: string }[] | "all";
  }): { readonly server: string; readonly approved: readonly string[] };
  /** Signs out of it and takes the entry out of `servers.json`. */
  removeServer(params: { readonly name: string }): Edited;
  /** Into the vault, as `servers.json` refers to it: `${keychain:NAME}`. Entries that need it work from then on. */
  setSecret(params: { readonly name: string; readonly value: string }): {
    readonly name: string;
    /** Names of the entries that refer to it. */
    readonly used_by: readonly string[];
  };
  removeSecret(params: { readonly name: string }): {
    readonly name: string;
    readonly removed: boolean;
    readonly used_by: readonly string[];
  };
  /** Those that were set and those that entries refer to; never a value. */
  listSecrets(params: Record<string, never>): {
    readonly secrets: readonly {
      readonly name: string;
      readonly is_set: boolean;
      readonly used_by: readonly string[];
    }[];
  };
  /** Sign-ins and refreshes, the newest first. */
  activity(params: {
    readonly server?: string;
    /** A request id or a correlation id: of that one only. */
    readonly request_id?: string;
    /** Default 50. */
    readonly limit?: number;
  }): { readonly records: readonly ActivityRecord[] };
}

export type Method = keyof Api;
export type Params<M extends Method> = Parameters<Api[M]>[0];
export type Answer<M extends Method> = ReturnType<Api[M]>;

/** Every method by name. The record makes the compiler find a forgotten one. */
const METHOD_TABLE: Record<Method, true> = {
  getSnapshot: true,
  probe: true,
  signIn: true,
  submitCallback: true,
  cancelSignIn: true,
  signOut: true,
  setDefaultAccount: true,
  removeAccount: true,
  moveVault: true,
  retry: true,
  addServer: true,
  admitServer: true,
  updateServer: true,
  setServerEnabled: true,
  approveCommand: true,
  listTools: true,
  approveTools: true,
  removeServer: true,
  setSecret: true,
  removeSecret: true,
  listSecrets: true,
  activity: true,
  getEntry: true,
  checkEntry: true,
  setEntry: true,
  undo: true,
  setToolAllowed: true,
  listContents: true,
  tryTool: true,
  inspectUrl: true,
  catalogue: true,
  searchRegistry: true,
  logs: true,
  readSnippet: true,
  readAgentServers: true,
  importServers: true,
  listAgents: true,
  previewAgent: true,
  applyAgent: true,
  undoAgent: true,
  getSettings: true,
  setSettings: true,
  pauseAll: true,
  reset: true,
  calls: true,
  doctor: true,
};
export const METHODS = Object.keys(METHOD_TABLE) as readonly Method[];

/** What the hub says by itself. The lists are new entries, the oldest first, gathered for a moment. */
export interface Events {
  readonly snapshot: Snapshot;
  readonly calls: readonly CallRecord[];
  readonly records: readonly ActivityRecord[];
  readonly log: readonly LogLine[];
}

export const HUB_EVENTS = ["snapshot", "calls", "records", "log"] as const satisfies readonly (keyof Events)[];
export type HubEvent = (typeof HUB_EVENTS)[number];

/** What the app around the window says by itself. */
export interface ShellEvents {
  readonly shell: ShellInfo;
  readonly destination: Destination;
}

const SHELL_TABLE: Record<keyof ShellApi, true> = {
  shellInfo: true,
  openPage: true,
  openFolder: true,
  saveText: true,
  choosePath: true,
  checkForUpdates: true,
  installUpdate: true,
  takeDestination: true,
  quit: true,
};
/** What the app itself answers, not the hub. */
export const SHELL_METHODS = Object.keys(SHELL_TABLE) as readonly ShellMethod[];
export type ShellMethod = keyof ShellApi;

export const WINDOW_EVENTS = [...HUB_EVENTS, "shell", "destination"] as const;
export type WindowEvents = Events & ShellEvents;
export type WindowEvent = (typeof WINDOW_EVENTS)[number];

/** What the window finds at `window.gatehouse`. */
export type Bridge = {
  readonly [M in Method]: (params: Params<M>) => Promise<Result<Answer<M>>>;
} & {
  readonly [M in ShellMethod]: (params: Parameters<ShellApi[M]>[0]) => Promise<Result<ReturnType<ShellApi[M]>>>;
} & {
  /** Calls back with every new value; returns the unsubscribe. */
  readonly on: <E extends WindowEvent>(event: E, listener: (value: WindowEvents[E]) => void) => () => void;
};

/** Channel names between window and main process: derived, so that neither side writes one. */
export const callChannel = (method: Method | ShellMethod): string => `gatehouse:call:${method}`;
export const eventChannel = (event: WindowEvent): string => `gatehouse:event:${event}`;
