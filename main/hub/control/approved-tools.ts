/**
 * The tools that a person has let agents use, and those that have changed since: kept in one file from one start to the
 * next. What stands there is what servers say of themselves to everybody who is signed in; no secrets.
 *
 * A file that cannot be understood is put aside, and every tool counts as seen for the first time. Holding everything
 * back instead would cut all agents off from all servers at once, and people who then release five hundred tools with
 * one click have looked at none: so nothing is held back, and {@link ApprovedTools.trouble} says so wherever the state of
 * the hub is shown.
 */
import { createHash } from "node:crypto";
import { readFile, rename, rm } from "node:fs/promises";
import * as z from "zod";
import { errorCode, isMissing, replaceFile } from "../../atomic-file.ts";
import { GatehouseError } from "../../errors.ts";
import type { Log } from "../../ports.ts";
import type { Definition } from "./definition.ts";

/** A tool that is not what was approved. */
export interface Held {
  readonly fingerprint: string;
  readonly definition: Definition;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface ToolRecord {
  /** Fingerprints, the latest first; more than one where the server shows one tool in several ways. */
  approved: readonly string[];
  /** Of the latest. */
  definition: Definition;
  held: Held | null;
}

/** The tools of one server, by name. */
export type ToolRecords = Map<string, ToolRecord>;

const held = z.object({ fingerprint: z.string(), definition: z.record(z.string(), z.unknown()), at: z.number() });
const record = z.object({
  approved: z.array(z.string()),
  definition: z.record(z.string(), z.unknown()),
  held: held.nullable(),
});
const file = z.object({
  version: z.literal(1),
  servers: z.array(z.object({ server: z.string(), at: z.string(), tools: z.array(z.tuple([z.string(), record])) })),
});

const WRITE_DELAY = 200;
/** Servers that are remembered; the one that was met first goes first. */
const MOST_SERVERS = 500;

interface Entry {
  readonly server: string;
  readonly at: string;
  readonly tools: ToolRecords;
}

export class ApprovedTools {
  readonly #path: string | null;
  readonly #log: Log;
  readonly #entries = new Map<string, Entry>();
  #trouble: GatehouseError | null = null;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** `path`: null keeps everything in memory. */
  private constructor(path: string | null, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  static inMemory(log: Log): ApprovedTools {
    return new ApprovedTools(null, log);
  }

  static async open(path: string, log: Log): Promise<ApprovedTools> {
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (error) {
      if (isMissing(error)) return new ApprovedTools(path, log);
      // It is there and may be whole: nothing may be written over it.
      const memory = new ApprovedTools(null, log);
      memory.#lost(
        `${path} cannot be read (${errorCode(error) ?? "unknown error"})`,
        "Correct that, then restart Gatehouse.",
      );
      return memory;
    }
    const approvals = new ApprovedTools(path, log);
    const read = file.safeParse(parsed(text));
    if (!read.success) {
      const aside = `${path}.broken-${Date.now()}`;
      await rename(path, aside).catch(() => {});
      approvals.#lost(
        `${path} is damaged`,
        `It was kept as ${aside}. Look at the tools of servers that you do not trust.`,
      );
      return approvals;
    }
    for (const { server, at, tools } of read.data.servers) {
      approvals.#entries.set(keyOf(server, at), { server, at, tools: new Map(tools) });
    }
    return approvals;
  }

  /** Why what was approved before is not known; null: it is. */
  get trouble(): GatehouseError | null {
    return this.#trouble;
  }

  /** Of the server with this name at this place. Whoever changes it calls {@link changed}. */
  of(server: string, place: string): ToolRecords {
    const at = createHash("sha256").update(place).digest("base64url");
    const key = keyOf(server, at);
    const known = this.#entries.get(key);
    if (known !== undefined) return known.tools;
    const entry: Entry = { server, at, tools: new Map() };
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MOST_SERVERS && oldest !== undefined) this.#entries.delete(oldest);
    return entry.tools;
  }

  /** Written a moment later. */
  changed(): void {
    if (this.#path === null) return;
    this.#timer ??= setTimeout(() => this.#write(), WRITE_DELAY);
  }

  /** Rejects with the system's error when the file cannot be deleted. */
  async clear(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { tools } of this.#entries.values()) tools.clear();
    this.#entries.clear();
    this.#trouble = null;
    await this.#writing;
    if (this.#path !== null) await rm(this.#path, { force: true });
  }

  /** Resolves when all changes are on the disk, or the log says why not. */
  async flush(): Promise<void> {
    if (this.#timer !== undefined) this.#write();
    await this.#writing;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const path = this.#path;
    if (path === null) return;
    const servers = [...this.#entries.values()]
      .filter(({ tools }) => tools.size > 0)
      .map(({ server, at, tools }) => ({ server, at, tools: [...tools] }));
    const text = `${JSON.stringify({ version: 1, servers })}\n`;
    this.#writing = this.#writing
      .then(() => replaceFile(path, text, { mode: 0o600 }))
      .catch((error: unknown) => this.#log.warn("approved_tools.not_written", { path, error }));
  }

  #lost(what: string, suggestion: string): void {
    this.#trouble = new GatehouseError({
      code: "approvals_unreadable",
      message: `${what}, so Gatehouse does not know which tools were approved before: each counts as new.`,
      suggestion,
    });
    this.#log.error("approved_tools.unreadable", { error: this.#trouble });
  }
}

function keyOf(server: string, at: string): string {
  return `${at} ${server}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
