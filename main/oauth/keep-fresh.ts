/** Renews the tokens that agents are using before anybody asks: one timer for the next one, none when nobody is there. */
import type { RemoteServer } from "../config/types.ts";
import type { Clock } from "../ports.ts";
import type { Account } from "./account.ts";
import type { Accounts } from "./accounts.ts";
import type { Refresher } from "./refresh.ts";
import type { InUse } from "./types.ts";

export interface KeepFreshParts {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly refresher: Refresher;
}

/** A timer that is late by a change of the clock is late by no more than this. Milliseconds. */
const LONGEST_WAIT_MS = 60 * 60_000;
/** Whatever fails, a vault that is shut for instance, is not tried without a pause. Milliseconds. */
const FAILURE_PAUSE_MS = 500;

export class KeepFresh {
  readonly #parts: KeepFreshParts;
  readonly #stopListening: () => void;
  #used: readonly (readonly [RemoteServer, Account])[] = [];
  readonly #followed = new WeakMap<Account, Promise<void>>();
  readonly #notBefore = new WeakMap<Account, number>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: KeepFreshParts) {
    this.#parts = parts;
    this.#stopListening = parts.accounts.onChange(() => this.#schedule());
  }

  /** What agents use from now on, all of it. Cheap; called often. */
  use(inUse: readonly InUse[]): void {
    const { accounts } = this.#parts;
    this.#used = inUse.flatMap(({ server, accounts: names }) =>
      names.map((name) => [server, accounts.of(server, name)] as const),
    );
    this.#schedule();
  }

  /** The machine was asleep, or its clock was set: what waited for a time is done now. */
  resumed(): void {
    for (const account of this.#parts.accounts.every()) {
      account.retryAt = 0;
      this.#notBefore.delete(account);
    }
    this.#renewDue();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#stopListening();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#closed) return;
    const due = Math.min(...this.#used.map(([server, account]) => this.#dueAt(server, account)));
    if (due === Number.POSITIVE_INFINITY) return;
    const wait = Math.max(due - this.#parts.clock.now(), 0);
    this.#timer = setTimeout(() => this.#renewDue(), Math.min(wait, LONGEST_WAIT_MS));
  }

  /** Milliseconds since the epoch; infinite: never, or after the refresh that is under way. */
  #dueAt(server: RemoteServer, account: Account): number {
    const { accounts, refresher } = this.#parts;
    if (account.refreshing !== null) {
      this.#follow(account, account.refreshing);
      return Number.POSITIVE_INFINITY;
    }
    const grant = accounts.canRenew(server, account) ? accounts.usable(server, account) : null;
    if (grant === null) return Number.POSITIVE_INFINITY;
    return Math.max(refresher.dueAt(server, grant), account.retryAt, this.#notBefore.get(account) ?? 0);
  }

  /** Once for each refresh, whoever began it. */
  #follow(account: Account, refreshing: Promise<void>): void {
    if (this.#followed.get(account) === refreshing) return;
    this.#followed.set(account, refreshing);
    refreshing
      .catch(() => void this.#notBefore.set(account, this.#parts.clock.now() + FAILURE_PAUSE_MS))
      .finally(() => this.#schedule());
  }

  #renewDue(): void {
    const now = this.#parts.clock.now();
    for (const [server, account] of this.#used) {
      // A failure is told in the account's status.
      if (this.#dueAt(server, account) <= now) this.#parts.refresher.refresh(server, account).catch(() => {});
    }
    this.#schedule();
  }
}
