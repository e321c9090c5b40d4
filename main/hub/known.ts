/** What is remembered of servers between starts, so that an agent gets a good first answer: no secrets. */
import { readFile } from "node:fs/promises";
import { replaceFile } from "../atomic-file.ts";
import type { Log } from "../ports.ts";
import type { KnownServer } from "./provisional.ts";

interface Entry {
  /** Where it was learned; another URL is another server. */
  readonly url: string;
  readonly needsSignIn: boolean | null;
  readonly server: KnownServer | null;
}

const WRITE_DELAY = 200;

/** Kept in memory and written to one file a moment after a change. A file that cannot be read counts as empty: it is a cache. */
export class KnownServers {
  readonly #path: string;
  readonly #log: Log;
  readonly #entries = new Map<string, Entry>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  static async open(path: string, log: Log): Promise<KnownServers> {
    const known = new KnownServers(path, log);
    try {
      const list: unknown = JSON.parse(await readFile(path, "utf8"));
      if (Array.isArray(list)) {
        for (const [name, entry] of list as [string, Entry][]) {
          if (typeof name === "string" && typeof entry?.url === "string") known.#entries.set(name, entry);
        }
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") log.warn("known.unreadable", { path });
    }
    return known;
  }

  server(name: string, url: string): KnownServer | null {
    return this.#get(name, url)?.server ?? null;
  }

  /** Whether it wants a sign-in; null: nobody has asked it yet. */
  needsSignIn(name: string, url: string): boolean | null {
    return this.#get(name, url)?.needsSignIn ?? null;
  }

  learned(name: string, url: string, server: KnownServer): void {
    this.#set(name, { url, needsSignIn: this.needsSignIn(name, url), server });
  }

  setNeedsSignIn(name: string, url: string, needsSignIn: boolean): void {
    if (this.needsSignIn(name, url) === needsSignIn) return;
    this.#set(name, { url, needsSignIn, server: this.server(name, url) });
  }

  async close(): Promise<void> {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#write();
    }
    await this.#writing;
  }

  #get(name: string, url: string): Entry | undefined {
    const entry = this.#entries.get(name);
    return entry?.url === url ? entry : undefined;
  }

  #set(name: string, entry: Entry): void {
    if (JSON.stringify(this.#entries.get(name)) === JSON.stringify(entry)) return;
    this.#entries.set(name, entry);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#write();
    }, WRITE_DELAY);
  }

  #write(): void {
    const text = `${JSON.stringify([...this.#entries], null, 1)}\n`;
    this.#writing = this.#writing
      .then(() => replaceFile(this.#path, text, { mode: 0o600 }))
      .catch((error: unknown) => this.#log.warn("known.not_written", { path: this.#path, error }));
  }
}
