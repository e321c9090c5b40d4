/** A server session under the rules of its entry: tools that are blocked, and how long a request may take. */
import { cancelledId, type Peek, peek, spanOf } from "../../../shim/scan.ts";
import { asGatehouseError } from "../../errors.ts";
import { notificationLine } from "../../jsonrpc.ts";
import type { Upstream, UpstreamEvents } from "../../upstream/upstream.ts";
import { Deadlines } from "./deadlines.ts";
import { timedOut } from "./failures.ts";
import type { ToolControl } from "./tool-control.ts";

export interface ControlledOptions {
  readonly server: string;
  readonly tools: ToolControl;
  readonly events: UpstreamEvents;
  /** A person is to see what agents do not get, too. */
  readonly showsBlocked?: boolean;
  /** Milliseconds that a request may be without a sign of life. */
  limit(): number;
  open(events: UpstreamEvents): Upstream;
}

/** Answers that come too late are awaited for this many requests. */
const MOST_LATE = 1_000;

export class Controlled implements Upstream {
  readonly #options: ControlledOptions;
  readonly #inner: Upstream;
  /** Ids of the open requests whose answer is looked into, with their method. */
  readonly #watched = new Map<string, "initialize" | "tools/list">();
  /** Ids of requests that were answered with a time-out. */
  readonly #late = new Set<string>();
  /** Ids as the agent wrote them, where that is not the form in which they are compared. */
  readonly #spelled = new Map<string, string>();
  readonly #deadlines: Deadlines;
  #unsubscribe = (): void => {};
  #closed = false;

  constructor(options: ControlledOptions) {
    this.#options = options;
    const { events } = options;
    this.#deadlines = new Deadlines({
      limit: options.limit,
      progressToken: (message) => textAt(message, ["params", "_meta", "progressToken"]),
      expired: (id, method, limit) => this.#expired(id, method, limit),
    });
    this.#inner = options.open({
      message: (line, peeked, about) => this.#fromServer(line, peeked, about),
      untaken: (line, peeked) => {
        if (peeked.id !== null) this.#ended(idOf(peeked.id));
        events.untaken(line, peeked);
      },
      failed: (id, error) => {
        const wasLate = this.#late.delete(idOf(id));
        this.#ended(idOf(id));
        if (!wasLate) events.failed(id, error);
      },
      closed: (error) => {
        this.#end();
        events.closed(error);
      },
    });
  }

  send(message: Buffer, peeked: Peek): void {
    const { id, method } = peeked;
    if (id !== null && method !== null) {
      const refused = method === "tools/call" ? this.#options.tools.refuses(message) : null;
      if (refused !== null) return this.#options.events.failed(id, refused);
      const key = idOf(id);
      if (key !== id) this.#spelled.set(key, id);
      this.#late.delete(key);
      if (method === "tools/list" || method === "initialize") this.#watched.set(key, method);
      this.#deadlines.sent(key, method, message);
    } else if (id !== null) {
      this.#deadlines.settled(idOf(id));
    } else if (method === "notifications/cancelled") {
      const cancelled = cancelledId(message);
      if (cancelled !== null) this.#deadlines.over(idOf(cancelled));
    }
    this.#inner.send(message, peeked);
  }

  negotiated(protocolVersion: string): void {
    this.#inner.negotiated(protocolVersion);
    if (this.#closed) return;
    this.#unsubscribe();
    this.#unsubscribe = this.#options.tools.onChange(() => {
      const line = notificationLine("notifications/tools/list_changed");
      this.#options.events.message(line, peek(line));
    });
  }

  resumed(): void {
    this.#deadlines.restart();
    this.#inner.resumed();
  }

  setPaused(paused: boolean): void {
    this.#deadlines.setPaused(paused);
    this.#inner.setPaused(paused);
  }

  async close(): Promise<void> {
    this.#end();
    await this.#inner.close();
  }

  #fromServer(line: Buffer, peeked: Peek, about: string | null | undefined): void {
    const { events } = this.#options;
    const { id, method } = peeked;
    if (peeked.isAnswer && id !== null) {
      const key = idOf(id);
      if (this.#late.delete(key)) return;
      const watched = this.#watched.get(key);
      const spelled = this.#spelled.get(key) ?? key;
      this.#ended(key);
      if (watched === undefined) return events.message(line, peeked, about);
      return this.#judged(line, spelled, watched, about);
    }
    if (id !== null) this.#deadlines.asked(idOf(id), about == null ? null : idOf(about));
    else if (method === "notifications/cancelled") this.#withdrawn(line);
    else if (about != null) this.#deadlines.heardOf(idOf(about));
    else if (method === "notifications/progress") this.#progress(line);
    events.message(line, peeked, about);
  }

  /** Under the id as the agent wrote it: `1.0` is `1` to who reads numbers, and must not get round the rules. */
  #judged(line: Buffer, id: string, method: "initialize" | "tools/list", about: string | null | undefined): void {
    const { events, tools, showsBlocked = false } = this.#options;
    try {
      const passed = method === "tools/list" ? tools.list(line) : withListChanged(line);
      const judged = showsBlocked ? line : passed;
      events.message(judged, { ...peek(judged), id }, about);
    } catch (error) {
      events.failed(id, asGatehouseError(error, this.#options.server));
    }
  }

  #withdrawn(line: Buffer): void {
    const question = cancelledId(line);
    if (question !== null) this.#deadlines.settled(idOf(question));
  }

  #progress(line: Buffer): void {
    const token = textAt(line, ["params", "progressToken"]);
    if (token !== null) this.#deadlines.heardOfProgress(token);
  }

  #expired(id: string, method: string, limit: number): void {
    const spelled = this.#spelled.get(id) ?? id;
    this.#ended(id);
    const [oldest] = this.#late;
    if (this.#late.size >= MOST_LATE && oldest !== undefined) this.#late.delete(oldest);
    this.#late.add(id);
    const cancel = Buffer.from(
      `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${spelled},"reason":"timed out"}}`,
    );
    this.#inner.send(cancel, peek(cancel));
    this.#options.events.failed(spelled, timedOut(this.#options.server, method, limit));
  }

  #ended(id: string): void {
    this.#deadlines.over(id);
    this.#watched.delete(id);
    if (this.#spelled.size > 0) this.#spelled.delete(id);
  }

  #end(): void {
    this.#closed = true;
    this.#unsubscribe();
    this.#deadlines.close();
    this.#watched.clear();
    this.#spelled.clear();
  }
}

const PLAIN_ID = /^(?:\d+|"[^"\\]*")$/;

/** An id in the one form in which equal ones are equal texts. */
function idOf(id: string): string {
  if (isPlainNumber(id)) return id;
  if (PLAIN_ID.test(id)) return id;
  try {
    return JSON.stringify(JSON.parse(id));
  } catch {
    return id;
  }
}

/** As most ids are. */
function isPlainNumber(id: string): boolean {
  if (id.length === 0 || id.length > 15) return false;
  for (let at = 0; at < id.length; at++) {
    const code = id.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

function textAt(line: Buffer, path: readonly string[]): string | null {
  const span = spanOf(line, path);
  return span === null ? null : idOf(line.toString("utf8", span.start, span.end));
}

/** The hub itself says when tools change, by what is allowed, so an agent is to listen for it. */
function withListChanged(line: Buffer): Buffer {
  const span = spanOf(line, ["result", "capabilities", "tools"]);
  if (span === null) return line;
  const tools = JSON.parse(line.toString("utf8", span.start, span.end)) as Record<string, unknown>;
  if (tools.listChanged === true) return line;
  const changing = Buffer.from(JSON.stringify({ ...tools, listChanged: true }));
  return Buffer.concat([line.subarray(0, span.start), changing, line.subarray(span.end)]);
}
