/** What is remembered of servers between starts, so that an agent gets a good first answer: no secrets. */
import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { replaceFile } from "../atomic-file.ts";
import type { Log } from "../ports.ts";
import type { Spoken } from "../upstream/upstream.ts";
import type { KnownServer } from "./provisional.ts";

interface Entry {
  /** Hash of the URL (or command) at which it was learned: another is another server, and it may hold a secret. */
  readonly at: string;
  readonly needsSignIn: boolean | null;
  /** It takes a handshake without a sign-in and refuses only what comes after. */
  readonly opens: boolean;
  readonly server: KnownServer | null;
  /** How it speaks; absent: as nobody knows. */
  readonly era?: Spoken | null;
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
          if (typeof name === "string" && typeof entry?.at === "string") known.#entries.set(name, entry);
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

  era(name: string, url: string): Spoken | null {
    return this.#get(name, url)?.era ?? null;
  }

  opensWithoutSignIn(name: string, url: string): boolean {
    return this.#get(name, url)?.opens ?? false;
  }

  learned(name: string, url: string, server: KnownServer): void {
    this.#change(name, url, { server });
  }

  setNeedsSignIn(name: string, url: string, needsSignIn: boolean): void {
    this.#change(name, url, { needsSignIn });
  }

  setOpensWithoutSignIn(name: string, url: string, opens: boolean): void {
    this.#change(name, url, { opens });
  }

  setEra(name: string, url: string, era: Spoken | null): void {
    this.#change(name, url, { era });
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
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#write();
    }
    await this.#writing;
  }

  #get(name: string, url: string): Entry | undefined {
    const entry = this.#entries.get(name);
    return entry?.at === hashOf(url) ? entry : undefined;
  }

  #change(name: string, url: string, change: Partial<Omit<Entry, "at">>): void {
    const unknown = { needsSignIn: null, opens: false, server: null };
    const entry: Entry = { ...unknown, ...this.#get(name, url), at: hashOf(url), ...change };
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

function hashOf(url: string): string {
  return createHash("sha256").update(url).digest("base64url");
}
