/** The seam between a sign-in, whatever its grant type, and the part of it that the grant type decides. */
import type { SignInStep } from "../../preload/api.ts";
import type { RemoteServer } from "../config/types.ts";
import type { SafeFetch } from "../http/fetch.ts";
import type { Browser, Challenge, Clock, Log } from "../ports.ts";
import type { Grant } from "../vault/types.ts";
import type { OldTabs } from "./old-tabs.ts";
import type { Origins } from "./origins.ts";
import type { Run } from "./problem.ts";

/** What a device has to show (RFC 8628 §3.3). Checked: fit to be shown. */
export interface DeviceCode {
  readonly userCode: string;
  readonly verificationUri: string;
}

/** What a sign-in lends to its grant flow. */
export interface SignInContext {
  readonly run: Run;
  readonly server: RemoteServer;
  readonly account: string;
  /** As in the vault when the sign-in began; null: none. */
  readonly previous: Grant | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly browser: Browser;
  readonly fetch: SafeFetch;
  readonly origins: Origins;
  /** Aborted with a GatehouseError when the sign-in is cancelled or has taken too long. */
  readonly signal: AbortSignal;
  /** For the whole sign-in. */
  readonly timeoutS: number;
  readonly oldTabs: OldTabs;
  /** Durable when it resolves. */
  readonly store: (grant: Grant) => Promise<void>;
  /** Resolves after so many milliseconds; rejects with the signal's reason. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** What the server asks of those who are not signed in: known, or found out. Throws `no_sign_in_needed`, … */
  challenge(): Promise<Challenge | null>;
  say(step: SignInStep, text: string, more?: { readonly url?: string; readonly device?: DeviceCode }): void;
  /** Whether anybody could act on what is said. */
  isHeard(): boolean;
  /** Whether somebody wants a browser opened. */
  wantsBrowser(): boolean;
  abort(error: unknown): void;
  /** The promise's outcome, or the signal's reason. */
  unlessAborted<T>(promise: Promise<T>): Promise<T>;
}

/** One sign-in by one grant type. */
export interface GrantFlow {
  /** Called once. The grant, stored. Cleans up after itself, however it ends. */
  obtain(): Promise<Grant>;
  /** Somebody who joined wants the browser's tab (back). */
  reopen(): void;
  /** A pasted callback address. Throws `invalid_request` or, the flow going on, `state_mismatch`. */
  submit(text: string): void;
}
