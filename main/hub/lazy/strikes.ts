/** Which servers are left out for a while, because they failed several times in a row. */

const MOST = 3;
/** Milliseconds; twice as long each further time. */
const PAUSE = 60_000;
const LONGEST = 15 * 60_000;

interface Record {
  readonly failures: number;
  /** As `performance.now()`. */
  readonly until: number;
}

export class Strikes<S> {
  readonly #now: () => number;
  readonly #records = new Map<S, Record>();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  isOut(server: S): boolean {
    return (this.#records.get(server)?.until ?? 0) > this.#now();
  }

  worked(server: S): void {
    this.#records.delete(server);
  }

  /** `reason`: code of an error of ours. What a person has to do first is no failure of the server's. */
  failed(server: S, reason: string): void {
    if (!FAILURES.has(reason)) return;
    const failures = (this.#records.get(server)?.failures ?? 0) + 1;
    const pause = failures < MOST ? 0 : Math.min(LONGEST, PAUSE * 2 ** (failures - MOST));
    this.#records.set(server, { failures, until: pause === 0 ? 0 : this.#now() + pause });
  }
}

const FAILURES: ReadonlySet<string> = new Set(["upstream_unreachable", "upstream_failed", "session_lost"]);
