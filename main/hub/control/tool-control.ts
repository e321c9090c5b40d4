/**
 * What stands between a server's tools and the agents: the patterns of its entry, and the change guard. The guard takes a
 * tool as it is when it is seen first, and holds it back once it says something else of itself, until a person has
 * looked at the difference: a server that is trusted today may be another one tomorrow.
 */
import { createHash } from "node:crypto";
import type { BlockedTool, ToolStatus } from "../../../preload/api.ts";
import { elementSpans, type Span, spanOf } from "../../../shim/scan.ts";
import { passes, passesAll, type ToolPatterns } from "../../config/tool-patterns.ts";
import type { ServerConfig } from "../../config/types.ts";
import type { GatehouseError } from "../../errors.ts";
import type { Clock, Log } from "../../ports.ts";
import { visible } from "../../visible.ts";
import type { ApprovedTools, ToolRecord, ToolRecords } from "./approved-tools.ts";
import { type Definition, definitionOf, differences, fingerprint } from "./definition.ts";
import { badList, changedAgain, toolBlocked } from "./failures.ts";

export interface ToolControlDeps {
  readonly approvals: ApprovedTools;
  readonly clock: Clock;
  readonly log: Log;
  /** What {@link ToolControl.blocked} says is no longer the same. */
  readonly changed: () => void;
}

const ALL: ToolPatterns = { allow: ["*"], deny: [] };
/** Ways in which one tool may show itself, that were approved one by one. */
const MOST_APPROVED = 4;
/** Tools of a server that are remembered; whatever comes after them is always new. */
const MOST_TOOLS = 5_000;
/** Tools of a server whose definition is kept, for the difference; of others the fingerprint alone. */
const MOST_DEFINITIONS = 500;
/** Pages of lists that are known to need no change. */
const MOST_CLEAN = 64;
/** Tools in the snapshot, and differences of each. */
const MOST_SHOWN = 50;
const MOST_DIFFERENCES = 12;

export class ToolControl {
  readonly #server: string;
  readonly #deps: ToolControlDeps;
  /** JSON of the entry's part that is in force; empty: none yet. */
  #rules = "";
  #patterns = ALL;
  #guards = true;
  #records: ToolRecords = new Map();
  /** Names in the lists of this hub's life. */
  readonly #seen = new Set<string>();
  /** SHA-256 of lists that pass as they are. */
  readonly #clean = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #checksCalls = false;
  /** The list that is being judged has changed what is known. */
  #learned = false;
  #shown: readonly BlockedTool[] | null = null;

  constructor(server: string, deps: ToolControlDeps) {
    this.#server = server;
    this.#deps = deps;
  }

  /** Takes an entry into force. `place`: what tells this server from another of its name. */
  define({ tools }: Pick<ServerConfig, "tools">, place: string): void {
    const rules = JSON.stringify([tools.allow, tools.deny, tools.guard]);
    const records = this.#deps.approvals.of(this.#server, place);
    if (rules === this.#rules && records === this.#records) return;
    const told = this.#rules !== "" && rules !== this.#rules;
    this.#rules = rules;
    this.#patterns = { allow: tools.allow, deny: tools.deny };
    this.#guards = tools.guard !== false;
    if (records !== this.#records) this.#seen.clear();
    this.#records = records;
    this.#changed();
    if (told) this.#tell();
  }

  /** Calls back when agents have to list tools anew; returns the unsubscribe. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Why this `tools/call` must not reach the server; null: it may. Costs nothing while nothing is blocked. */
  refuses(call: Buffer): GatehouseError | null {
    if (!this.#checksCalls) return null;
    const name = calledTool(call);
    if (name === null) return null;
    const reason = this.#reason(name);
    return reason === null ? null : toolBlocked(this.#server, name, reason);
  }

  /** An answer to `tools/list` without the tools that are blocked. Throws `upstream_failed` when it cannot be judged. */
  list(line: Buffer): Buffer {
    const span = spanOf(line, ["result", "tools"]);
    const hash =
      span === null ? null : createHash("sha256").update(line.subarray(span.start, span.end)).digest("base64");
    if (hash !== null && this.#clean.has(hash)) return line;
    const message = parsed(line, this.#server);
    const tools = objectOf(objectOf(message)?.result)?.tools;
    if (!Array.isArray(tools)) return line;
    const kept = this.#judge(tools);
    if (span === null) return withTools(message, kept(tools));
    const spans = elementSpans(line, span.start);
    if (spans?.length !== tools.length) return withTools(message, kept(tools));
    const left = kept(spans);
    if (left.length < spans.length) return splice(line, span, left);
    if (this.#clean.size >= MOST_CLEAN) this.#clean.clear();
    if (hash !== null) this.#clean.add(hash);
    return line;
  }

  /** For the snapshot: changed ones first. */
  blocked(): readonly BlockedTool[] {
    this.#shown ??= this.#names()
      .map((name) => this.status(name))
      .filter(({ state }) => state !== "allowed")
      .sort((a, b) => Number(a.state === "denied") - Number(b.state === "denied"))
      .slice(0, MOST_SHOWN)
      .map(({ name, state, at, version, changes }) => ({
        name,
        reason: state === "denied" ? ("denied" as const) : ("changed" as const),
        at,
        version,
        changes,
      }));
    return this.#shown;
  }

  /** Every tool that is known, by name. */
  tools(): ToolStatus[] {
    return this.#names()
      .sort()
      .map((name) => this.status(name));
  }

  /** One tool, by its name as the server has it. */
  status(name: string): ToolStatus {
    const record = this.#records.get(name);
    const reason = this.#reason(name);
    const held = reason === "changed" ? (record?.held ?? null) : null;
    return {
      name: visible(name),
      state: reason ?? "allowed",
      at: held === null ? null : new Date(held.at).toISOString(),
      version: held?.fingerprint ?? null,
      changes:
        held === null || record === undefined ? [] : differences(record.definition, held.definition, MOST_DIFFERENCES),
    };
  }

  /** What each tool said of itself last, as far as the guard has kept it. */
  remembered(): Definition[] {
    return [...this.#records].map(([name, { definition, held }]) => ({ ...(held?.definition ?? definition), name }));
  }

  /**
   * Lets agents use these tools as they are now (`all`: each that was changed); answers their names. `version`: what the
   * person has seen. Throws `invalid_request` when that is no longer what the server lists. Resolves when it is durable.
   */
  async approve(
    which: readonly { readonly name: string; readonly version?: string | undefined }[] | "all",
  ): Promise<string[]> {
    const wanted = [...this.#records].filter(([key, { held }]) => {
      if (held === null || which === "all") return held !== null;
      const named = which.find(({ name }) => name === visible(key));
      if (named?.version !== undefined && named.version !== held.fingerprint) throw changedAgain(this.#server, key);
      return named !== undefined;
    });
    for (const [, record] of wanted) release(record);
    const released = wanted.map(([name]) => visible(name));
    if (released.length > 0) {
      this.#deps.log.info("tools.approved", { server: this.#server, tools: released });
      this.#deps.approvals.changed();
      this.#changed();
      this.#tell();
    }
    await this.#deps.approvals.flush();
    return released;
  }

  #names(): string[] {
    return [...new Set([...this.#records.keys(), ...this.#seen])];
  }

  #reason(name: string): "denied" | "changed" | null {
    if (!passes(this.#patterns, name)) return "denied";
    return this.#guards && this.#records.get(name)?.held != null ? "changed" : null;
  }

  /** Answers what takes the blocked ones out of a list of as many things. */
  #judge(tools: readonly unknown[]): <T>(all: readonly T[]) => T[] {
    try {
      const may = tools.map((tool) => this.#passes(objectOf(tool)));
      if (this.#learned) this.#changed();
      return (all) => all.filter((_one, n) => may[n]);
    } catch (error) {
      if (error instanceof RangeError) throw badList(this.#server);
      throw error;
    }
  }

  #passes(tool: Definition | null): boolean {
    const name = tool?.name;
    // What has no name cannot be called, only read.
    if (tool === null || typeof name !== "string") return !this.#guards && passesAll(this.#patterns);
    if (this.#seen.size < MOST_TOOLS && !this.#seen.has(name)) {
      this.#seen.add(name);
      if (!passes(this.#patterns, name)) this.#learned = true;
    }
    if (this.#guards) this.#look(name, tool);
    return this.#reason(name) === null;
  }

  #look(name: string, tool: Definition): void {
    const print = fingerprint(name, tool);
    const record = this.#records.get(name);
    const brief = this.#records.size >= MOST_DEFINITIONS;
    if (record === undefined) {
      if (this.#records.size >= MOST_TOOLS) return;
      this.#records.set(name, { approved: [print], definition: definitionOf(tool, brief), held: null });
      this.#deps.approvals.changed();
    } else if (record.approved.includes(print)) {
      if (record.held === null) return;
      record.held = null;
      this.#deps.approvals.changed();
      this.#learned = true;
    } else if (record.held?.fingerprint !== print) this.#hold(name, record, tool, print);
  }

  #hold(name: string, record: ToolRecord, tool: Definition, print: string): void {
    record.held = { fingerprint: print, definition: definitionOf(tool), at: this.#deps.clock.now() };
    this.#deps.log.warn("tool.changed", { server: this.#server, tool: visible(name) });
    this.#deps.approvals.changed();
    this.#learned = true;
  }

  #changed(): void {
    this.#learned = false;
    this.#clean.clear();
    this.#shown = null;
    const holds = this.#guards && [...this.#records.values()].some(({ held }) => held !== null);
    this.#checksCalls = holds || !passesAll(this.#patterns);
    this.#deps.changed();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function release(record: ToolRecord): void {
  if (record.held === null) return;
  record.approved = [record.held.fingerprint, ...record.approved].slice(0, MOST_APPROVED);
  record.definition = record.held.definition;
  record.held = null;
}

function calledTool(call: Buffer): string | null {
  const span = spanOf(call, ["params", "name"]);
  try {
    const name: unknown =
      span === null
        ? objectOf(objectOf(JSON.parse(call.toString("utf8")))?.params)?.name
        : JSON.parse(call.toString("utf8", span.start, span.end));
    return typeof name === "string" ? name : null;
  } catch {
    return null;
  }
}

function parsed(line: Buffer, server: string): unknown {
  try {
    return JSON.parse(line.toString("utf8"));
  } catch {
    throw badList(server);
  }
}

/** The list with these of its elements only, every byte else as it was. */
function splice(line: Buffer, list: Span, elements: readonly Span[]): Buffer {
  const parts = [line.subarray(0, list.start), Buffer.from("[")];
  for (const [n, { start, end }] of elements.entries()) {
    if (n > 0) parts.push(Buffer.from(","));
    parts.push(line.subarray(start, end));
  }
  return Buffer.concat([...parts, Buffer.from("]"), line.subarray(list.end)]);
}

function withTools(message: unknown, tools: readonly unknown[]): Buffer {
  const answer = objectOf(message);
  return Buffer.from(JSON.stringify({ ...answer, result: { ...objectOf(answer?.result), tools } }));
}

function objectOf(value: unknown): Definition | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Definition) : null;
}
