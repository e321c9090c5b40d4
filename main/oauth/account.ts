/** One server × account while the hub runs. */
import type { ErrorObject } from "../../preload/api.ts";
import type { Challenge } from "../ports.ts";
import type { Grant, GrantKey } from "../vault/types.ts";
import { StepUps } from "./step-up.ts";

/** At one origin. Mutable; only this folder holds it. */
export interface Account {
  readonly key: GrantKey;
  /** As in the vault; null: none, or not read yet. */
  grant: Grant | null;
  loaded: boolean;
  loading: Promise<void> | null;
  /** Why the vault could not be read, and when (milliseconds since the epoch). */
  unread: { readonly error: unknown; readonly at: number } | null;
  /** A refresh was refused for good: only a person can help. */
  ended: boolean;
  /** The `auth` block, as JSON, with which tokens were refused that need no person; null: none was. */
  refusedAuth: string | null;
  challenge: Challenge | null;
  /** Of this grant and those that it grew from. */
  stepUps: StepUps;
  error: ErrorObject | null;
  refreshing: Promise<void> | null;
  /** Refreshed, but the vault did not take it yet. Held so that a rotated refresh token is not lost. */
  unsaved: Grant | null;
  /** Failed refreshes in a row, and when the next one may be tried (milliseconds since the epoch). */
  failures: number;
  retryAt: number;
  /** The access token that a refusal made us fetch, and when. */
  answerToRefusal: { readonly token: string; readonly at: number } | null;
}

/** Nothing is known of it yet. */
export function newAccount(key: GrantKey): Account {
  return {
    key,
    grant: null,
    loaded: false,
    loading: null,
    unread: null,
    ended: false,
    refusedAuth: null,
    challenge: null,
    stepUps: new StepUps(),
    error: null,
    refreshing: null,
    unsaved: null,
    failures: 0,
    retryAt: 0,
    answerToRefusal: null,
  };
}

/** What a grant that was just stored, or let go, leaves of the trouble before it. */
export function asNew(): Partial<Account> {
  return { loaded: true, ended: false, refusedAuth: null, error: null, unsaved: null, failures: 0, retryAt: 0 };
}

/** Who is not signed in can be asked for no more access. */
export function withoutGrant({ challenge }: Account): Partial<Account> {
  return { grant: null, stepUps: new StepUps(), challenge: challenge?.status === 403 ? null : challenge };
}
