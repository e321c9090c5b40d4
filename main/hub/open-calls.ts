/** The requests of one agent that have not ended yet, as far as their record goes. */

import type { CallOutcome } from "../../preload/api-activity.ts";
import { type Peek, spanOf } from "../../shim/scan.ts";
import type { GatehouseError } from "../errors.ts";
import { redact } from "../redact.ts";
import { cut } from "../visible.ts";
import type { CallBook } from "./session-host.ts";

interface OpenCall {
  readonly method: string;
  readonly target: string | null;
  readonly arguments: string | null;
  readonly bytes: number;
  /** On the clock of `performance.now()`. */
  readonly since: number;
}

/** Where a request names what it is about. */
const TARGETS: ReadonlyMap<string, readonly string[]> = new Map([
  ["tools/call", ["params", "name"]],
  ["prompts/get", ["params", "name"]],
  ["resources/read", ["params", "uri"]],
  ["resources/subscribe", ["params", "uri"]],
  ["resources/unsubscribe", ["params", "uri"]],
]);
/** Not worth a record: it says nothing of what an agent does. */
const SILENT = "ping";
/** Bytes of an answer that is looked into. */
const MOST_LOOKED_AT = 64 * 1024;
const IS_ERROR = Buffer.from('"isError"');
/** Bytes of arguments that are read, and characters that are kept. */
const MOST_ARGUMENTS = 256 * 1024;
const LONGEST_ARGUMENTS = 2_000;

export class OpenCalls {
  readonly #book: CallBook | null;
  readonly #agent: () => string | null;
  /** By JSON text of their id. */
  readonly #open = new Map<string, OpenCall>();

  constructor(book: CallBook | null, agent: () => string | null) {
    this.#book = book;
    this.#agent = agent;
  }

  began(id: string, method: string, line: Buffer): void {
    if (this.#book === null || method === SILENT) return;
    const path = TARGETS.get(method);
    this.#open.set(id, {
      method,
      target: path === undefined ? null : textAt(line, path),
      arguments: this.#book.keepsArguments ? argumentsOf(line) : null,
      bytes: line.length,
      since: performance.now(),
    });
  }

  answered(id: string, line: Buffer, { isError }: Pick<Peek, "isError">): void {
    const call = this.#take(id);
    if (call === null) return;
    if (isError) this.#end(call, "failed", textAt(line, ["error", "code"]), line.length);
    else this.#end(call, saysError(call.method, line) ? "failed" : "done", null, line.length);
  }

  /** The hub itself knew the answer. */
  done(id: string): void {
    const call = this.#take(id);
    if (call !== null) this.#end(call, "done", null, 0);
  }

  failed(id: string, { code }: GatehouseError): void {
    const call = this.#take(id);
    if (call !== null) this.#end(call, isBlocked(code) ? "blocked" : "failed", code, 0);
  }

  /** `id`: null is nobody's. */
  cancelled(id: string | null): void {
    const call = id === null ? null : this.#take(id);
    if (call !== null) this.#end(call, "cancelled", null, 0);
  }

  /** The agent is gone. */
  close(): void {
    for (const id of [...this.#open.keys()]) this.cancelled(id);
  }

  #take(id: string): OpenCall | null {
    const call = this.#open.get(id);
    if (call === undefined) return null;
    this.#open.delete(id);
    return call;
  }

  #end(call: OpenCall, outcome: CallOutcome, code: string | null, bytes: number): void {
    const book = this.#book;
    book?.add({
      id: 0,
      server: book.server,
      account: book.account,
      agent: this.#agent(),
      method: call.method,
      target: call.target,
      endedAt: Date.now(),
      ms: performance.now() - call.since,
      requestBytes: call.bytes,
      responseBytes: bytes,
      outcome,
      code,
      arguments: call.arguments,
    });
  }
}

/** Gatehouse did not let it through. */
function isBlocked(code: GatehouseError["code"]): boolean {
  return code === "tool_blocked" || code === "approval_required" || code === "server_disabled" || code === "paused";
}

/** Whether it is the result of a tool that failed (MCP 2025-11-25 server/tools, error handling). */
function saysError(method: string, line: Buffer): boolean {
  if (method !== "tools/call" || line.length > MOST_LOOKED_AT || !line.includes(IS_ERROR)) return false;
  return textAt(line, ["result", "isError"]) === "true";
}

/** The text of a string, or of any other value as it stands there. */
function textAt(line: Buffer, path: readonly string[]): string | null {
  const span = spanOf(line, path);
  if (span === null) return null;
  const text = line.toString("utf8", span.start, span.end);
  if (!text.startsWith('"')) return text;
  if (!text.includes("\\")) return text.slice(1, -1);
  try {
    return String(JSON.parse(text));
  } catch {
    return null;
  }
}

function argumentsOf(line: Buffer): string | null {
  const span = spanOf(line, ["params", "arguments"]);
  if (span === null) return null;
  const bytes = span.end - span.start;
  if (bytes > MOST_ARGUMENTS) return `(${bytes} bytes)`;
  try {
    const value: unknown = JSON.parse(line.toString("utf8", span.start, span.end));
    return cut(JSON.stringify(redact(value)), LONGEST_ARGUMENTS);
  } catch {
    return null;
  }
}
