/** What each server listed last, kept between starts: what stands in for a server that is slow, away or not started. */
import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { replaceFile } from "../../atomic-file.ts";
import type { Log } from "../../ports.ts";
import type { Item, ListKind } from "./lists.ts";

/** No secrets: what a server tells every agent of this account. */
export interface Remembered {
  readonly lists: Readonly<Partial<Record<ListKind, readonly Item[]>>>;
  readonly instructions: string | null;
}

const WRITE_DELAY = 500;
/** Characters of JSON; a server that lists more is asked each time. */
const MOST = 4_000_000;
const NOTHING: Remembered = { lists: {}, instructions: null };

interface Entry extends Remembered {
  /** Hash of what the server was then: another address, command or rule for its tools is another list. */
  readonly at: string;
}

export class RememberedLists {
  readonly #path: string;
  readonly #log: Log;
  readonly #entries = new Map<string, Entry>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /** A file that cannot be read counts as empty: it is a cache. */
  static async open(path: string, log: Log): Promise<RememberedLists> {
    const remembered = new RememberedLists(path, log);
    try {
      const all: unknown = JSON.parse(await readFile(path, "utf8"));
      for (const [name, entry] of Array.isArray(all) ? (all as [unknown, unknown][]) : []) {
        if (typeof name === "string" && isEntry(entry)) remembered.#entries.set(name, entry);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") log.warn("lists.unreadable", { path });
    }
    return remembered;
  }

  /** `definition`: all that decides what the server lists. */
  get(name: string, definition: string): Remembered {
    const entry = this.#entries.get(name);
    return entry?.at === hashOf(definition) ? entry : NOTHING;
  }

  set(name: string, definition: string, { lists, instructions }: Remembered): void {
    const entry: Entry = { at: hashOf(definition), lists, instructions };
    const text = JSON.stringify(entry);
    if (text.length > MOST || text === JSON.stringify(this.#entries.get(name))) return;
    this.#entries.set(name, entry);
    this.#timer ??= setTimeout(() => this.#write(), WRITE_DELAY);
  }

  /** Rejects with the system's error when the file cannot be deleted. */
  async clear(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#entries.clear();
    await this.#writing;
    await rm(this.#path, { force: true });
  }

  async close(): Promise<void> {
    if (this.#timer !== undefined) this.#write();
    await this.#writing;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = `${JSON.stringify([...this.#entries])}\n`;
    this.#writing = this.#writing
      .then(() => replaceFile(this.#path, text, { mode: 0o600 }))
      .catch((error: unknown) => this.#log.warn("lists.not_written", { path: this.#path, error }));
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null) return false;
  const { at, lists, instructions } = value as Partial<Entry>;
  if (typeof at !== "string" || typeof lists !== "object" || lists === null) return false;
  if (instructions !== null && typeof instructions !== "string") return false;
  return Object.values(lists).every((list) => Array.isArray(list) && list.every(isObject));
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
