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

/** What one request carries so that the resource knows for whom it is. */
export interface Permit {
  /** Names it in what the resource's answer is told with; null: nobody is signed in, and there are no headers. */
  readonly token: string | null;
  /** `authorization`, and `dpop` where the token is bound to a key (RFC 9449 §7.1): then for one request only. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What to do about a refusal; `give_up`: what a person could do was done already. */
export type Verdict = "retry" | "sign_in" | "give_up";

/**
 * All that an upstream transport knows of authorization, so little that a test needs a literal. Bound to one server ×
 * account.
 */
export interface Credentials {
  /**
   * For a request of this method to this URL; the access token is refreshed first when it is about to end. At once where
   * nothing has to be waited for, and then the same object for as long as it is the same permit.
   */
  permit(method: string, url: URL): Permit | Promise<Permit>;
  /**
   * The resource refused a request that carried `used` (null: none). Answers `retry` when another token is there now
   * (at most one refresh is made for it), `sign_in` when a person can help. The challenge is remembered.
   */
  refused(used: string | null, challenge: Challenge): Promise<Verdict>;
  /** The resource took a request that carried this token: a 401 to an earlier one is over. Cheap; called often. */
  accepted(used: string): void;
  /** `DPoP-Nonce` of any answer, and `Date` of a 401, for the next proofs to that origin (RFC 9449 §8.2, §11.1). */
  heard(url: URL, headers: { readonly nonce: string | null; readonly date: string | null }): void;
}

/** Of a request that carries nothing. */
export const NO_PERMIT: Permit = { token: null, headers: {} };
