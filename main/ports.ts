/** What the core asks of the world around it. Interfaces only; the composition root chooses who answers. */

/** Wall clock, injectable so that tests can move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Structured log. Fields are plain data; values that look like secrets are replaced before they are written. */
export interface Log {
  debug(event: string, fields?: Readonly<Record<string, unknown>>): void;
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Shows a checked URL to the person, in their own browser. Rejects with `browser_failed`. */
export interface Browser {
  open(url: URL): Promise<void>;
}

/** The parsed `WWW-Authenticate` of a 401 or 403 (RFC 6750 §3, RFC 9728 §5.1, RFC 9449 §7.1). */
export interface Challenge {
  readonly status: 401 | 403;
  /** `bearer`, `dpop`, …, lower case; null when the answer had no such header. */
  readonly scheme: string | null;
  /** As received: data, not yet checked. */
  readonly resourceMetadata: string | null;
  readonly scope: string | null;
  readonly error: string | null;
  readonly errorDescription: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * All that an upstream transport knows of authorization. `token()` and `refused()`, nothing else, so a test needs a
 * literal. Bound to one server × account.
 */
export interface Credentials {
  /** The access token to send now, refreshed first when it is about to end; null when nobody is signed in. */
  token(): Promise<string | null>;
  /**
   * The resource refused a request that carried `used` (null: none). Answers `retry` when another token is there now
   * (at most one refresh is made for it), `sign_in` when only a person can help. The challenge is remembered.
   */
  refused(used: string | null, challenge: Challenge): Promise<"retry" | "sign_in">;
  /** The resource took a request that carried this token: a challenge to an earlier one is over. Cheap; called often. */
  accepted(used: string): void;
}
