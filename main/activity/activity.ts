/** Records of sign-ins and refreshes: the latest in memory, more of them in one bounded file of JSON lines. */
import { readFile } from "node:fs/promises";
import type { ActivityKind, ActivityRecord } from "../../preload/api.ts";
import type { GatehouseError } from "../errors.ts";
import { type LineFile, lineFile } from "../line-file.ts";
import type { Clock } from "../ports.ts";
import { redact } from "../redact.ts";
import { Steps } from "./recording.ts";
import { parseRecords } from "./records.ts";

const IN_MEMORY = 500;
const MAX_BYTES = 1024 * 1024;
const FILES = 2;
const DEFAULT_LIMIT = 50;

export interface Attempt {
  /** Name of the server, as in `servers.json`. */
  readonly server: string;
  readonly account: string;
  readonly kind: ActivityKind;
}

export interface Recording {
  readonly steps: Steps;
  /** Once; `error` null: it worked. */
  end(requestId: string, error: GatehouseError | null): void;
}

export interface ActivityQuery {
  readonly server?: string | undefined;
  /** A request id or a correlation id. */
  readonly id?: string | undefined;
  /** Default 50. */
  readonly limit?: number | undefined;
}

export interface Activity {
  begin(attempt: Attempt): Recording;
  /** Calls back with each new record; returns the unsubscribe. */
  onRecord(listener: (record: ActivityRecord) => void): () => void;
  /** Newest first. */
  find(query: ActivityQuery): Promise<readonly ActivityRecord[]>;
  /** Forgets every record. Rejects with the system's error when the file cannot be deleted. */
  clear(): Promise<void>;
  /** Resolves when everything is in the file, or could not be written. */
  close(): Promise<void>;
}

/** Reads what is left from earlier runs; a torn or foreign line is passed over, a missing file is an empty one. */
export async function openActivity(options: { readonly path: string; readonly clock: Clock }): Promise<Activity> {
  const { path, clock } = options;
  // What was dropped is not told: a record is found or not.
  const file = lineFile({ path, maxBytes: MAX_BYTES, files: FILES, dropped: () => "" });
  const earlier = async (): Promise<ActivityRecord[]> => {
    const texts = await Promise.all([`${path}.1`, path].map((one) => readFile(one, "utf8").catch(() => "")));
    return texts.flatMap(parseRecords);
  };
  return new Records(clock, file, earlier, (await earlier()).slice(-IN_MEMORY));
}

/** Without a file. */
export function memoryActivity(clock: Clock): Activity {
  return new Records(clock, null, async () => [], []);
}

class Records implements Activity {
  readonly #clock: Clock;
  readonly #file: LineFile | null;
  readonly #earlier: () => Promise<ActivityRecord[]>;
  /** Oldest first. */
  readonly #latest: ActivityRecord[];
  readonly #listeners = new Set<(record: ActivityRecord) => void>();

  constructor(
    clock: Clock,
    file: LineFile | null,
    earlier: () => Promise<ActivityRecord[]>,
    latest: readonly ActivityRecord[],
  ) {
    this.#clock = clock;
    this.#file = file;
    this.#earlier = earlier;
    this.#latest = [...latest];
  }

  begin({ server, account, kind }: Attempt): Recording {
    const steps = new Steps(this.#clock);
    const startedAt = this.#clock.now();
    let ended = false;
    return {
      steps,
      end: (requestId, error) => {
        if (ended) return;
        ended = true;
        steps.waiting(false);
        this.#add({
          request_id: requestId,
          correlation_id: error?.correlationId ?? null,
          server,
          account,
          kind,
          outcome: error === null ? "done" : "failed",
          code: error?.code ?? null,
          started_at: new Date(startedAt).toISOString(),
          ended_at: new Date(this.#clock.now()).toISOString(),
          steps: steps.all(),
        });
      },
    };
  }

  onRecord(listener: (record: ActivityRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async find({ server, id, limit = DEFAULT_LIMIT }: ActivityQuery): Promise<readonly ActivityRecord[]> {
    const wanted = (record: ActivityRecord): boolean =>
      (server === undefined || record.server === server) &&
      (id === undefined || record.request_id === id || record.correlation_id === id);
    let found = this.#latest.filter(wanted);
    if (found.length === 0 && this.#latest.length >= IN_MEMORY) {
      await this.#file?.flush();
      found = (await this.#earlier()).filter(wanted);
    }
    return found.slice(-limit).reverse();
  }

  async clear(): Promise<void> {
    this.#latest.length = 0;
    await this.#file?.clear();
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  #add(record: ActivityRecord): void {
    // Nothing in a record is a secret; what a server named may look like one.
    const clean = redact(record) as ActivityRecord;
    this.#latest.push(clean);
    if (this.#latest.length > IN_MEMORY) this.#latest.shift();
    this.#file?.write(`${JSON.stringify(clean)}\n`);
    for (const listener of [...this.#listeners]) listener(clean);
  }
}
