/**
 * Streamable HTTP as of 2026-07-28: every request its own POST, its answer JSON or an event stream of its own; no session, no
 * GET stream, nothing to resume (MCP 2026-07-28 transports).
 */
import { flatten, MAX_LINE } from "../../../shim/frame.ts";
import { cancelledId, type Peek, peek } from "../../../shim/scan.ts";
import type { RemoteServer } from "../../config/types.ts";
import type { GatehouseError } from "../../errors.ts";
import { record } from "../../jsonrpc.ts";
import type { Clock, Credentials, Log } from "../../ports.ts";
import type { Answer } from "../answer.ts";
import { AuthorizedExchange, moved } from "../authorized-exchange.ts";
import { badAnswer, connectionCut } from "../failures.ts";
import { type Handle, readBody } from "../http-exchange.ts";
import { messagesIn } from "../incoming.ts";
import { bytes, member, parsed, withMembers } from "../splice.ts";
import { SseParser } from "../sse.ts";
import type { Upstream, UpstreamEvents } from "../upstream.ts";
import { standardHeaders } from "./parameter-headers.ts";
import { HEADER_MISMATCH, inVersion, knownOf, META, strings, UNSUPPORTED_VERSION } from "./protocol.ts";
import { ToolSchemas } from "./tool-schemas.ts";

export interface ModernHttpOptions {
  readonly server: RemoteServer;
  readonly credentials: Credentials;
  readonly events: UpstreamEvents;
  readonly clock: Clock;
  readonly log: Log;
}

interface Pending {
  /** JSON text; null: of a notification. */
  readonly id: string | null;
  readonly method: string;
  message: Buffer;
  peeked: Peek;
  /** `_meta` of the request. */
  meta: Readonly<Record<string, unknown>>;
  /** Tries left with another protocol version, after a header that did not fit, after a stream that broke. */
  versions: number;
  mismatches: number;
  repeats: number;
  handle: Handle | null;
  /** It was cancelled, or everything was closed. */
  isOver: boolean;
}

const ERROR_BODY_CAP = 64 * 1024;
/** Milliseconds for a list that the hub fetches to learn the headers of a call. */
const LIST_LIMIT = 10_000;

export class ModernHttp implements Upstream {
  readonly #options: ModernHttpOptions;
  readonly #exchange: AuthorizedExchange;
  readonly #pending = new Map<string, Pending>();
  readonly #schemas: ToolSchemas;
  /** Answers to lists that the hub fetches itself. */
  readonly #own = new Map<string, (answer: Buffer | null) => void>();
  #listing: Promise<void> | null = null;
  #lists = 0;
  #closed = false;

  constructor(options: ModernHttpOptions) {
    this.#options = options;
    this.#exchange = new AuthorizedExchange(options);
    this.#schemas = new ToolSchemas(options.server.name, options.log);
  }

  /** Takes messages of the modern era, their `_meta` whole. A `notifications/cancelled` cuts the request's connection. */
  send(message: Buffer, peeked: Peek): void {
    const { id, method } = peeked;
    if (this.#closed || method === null) return;
    if (id === null && method === "notifications/cancelled") return this.#cancel(cancelledId(message));
    const isCall = method === "tools/call";
    const isListen = method === "subscriptions/listen";
    const pending: Pending = {
      id,
      method,
      message,
      peeked,
      meta: record(parsed(member(member(message, "params"), "_meta"))),
      versions: 1,
      mismatches: isCall ? 1 : 0,
      repeats: isCall || isListen || id === null ? 0 : 1,
      handle: null,
      isOver: false,
    };
    if (id !== null) this.#pending.set(id, pending);
    if (isCall && !this.#schemas.isKnown) void this.#list(pending.meta).then(() => this.#post(pending));
    else this.#post(pending);
  }

  negotiated(): void {}

  resumed(): void {}

  setPaused(paused: boolean): void {
    this.#exchange.setPaused(paused);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const pending of this.#pending.values()) pending.isOver = true;
    this.#pending.clear();
    this.#exchange.close();
    for (const done of this.#own.values()) done(null);
    this.#own.clear();
  }

  get #name(): string {
    return this.#options.server.name;
  }

  /** Closing the answer's stream is the cancellation (MCP 2026-07-28 cancellation). */
  #cancel(id: string | null): void {
    const pending = id === null ? undefined : this.#pending.get(id);
    if (pending === undefined) return;
    pending.isOver = true;
    pending.handle?.abort();
    this.#pending.delete(pending.id as string);
  }

  #post(pending: Pending): void {
    if (pending.isOver || this.#closed) return;
    const headers = this.#headersOf(pending);
    pending.handle = this.#exchange.post({
      message: pending.message,
      peeked: pending.peeked,
      headers: () => headers,
      headersWithin: null,
      answered: (answer) => this.#answered(pending, answer),
      failed: (error) => this.#fail(pending, error),
    });
  }

  #headersOf({ method, message, meta }: Pending): Record<string, string> {
    const version = meta[META.version];
    const params = member(message, "params");
    return {
      ...(typeof version === "string" && /^[\x21-\x7e]+$/.test(version) ? { "mcp-protocol-version": version } : {}),
      ...(method === "tools/call" ? this.#schemas.headersFor(params) : {}),
      ...standardHeaders(method, (key) => parsed(member(params, key))),
    };
  }

  #answered(pending: Pending, answer: Answer): void {
    const status = answer.statusCode ?? 0;
    if (status < 200 || status >= 300) return this.#refused(pending, answer, status);
    const type = (answer.headers["content-type"] ?? "").toLowerCase();
    if (type.startsWith("text/event-stream")) return this.#stream(pending, answer);
    this.#exchange.readWhole(answer, MAX_LINE, (body) => {
      if (this.#closed || pending.isOver || pending.id === null) return;
      if (body === null) return this.#broken(pending, "broke off its answer, or sent more than 64 MiB");
      const said = messagesIn(body).find(({ peeked }) => peeked.isAnswer && peeked.id === pending.id);
      if (said !== undefined) return this.#deliver(pending, said.line, said.peeked);
      const what =
        body.length === 0
          ? "accepted the request and never answered it"
          : "sent an answer that is not the JSON-RPC answer to the request";
      this.#fail(pending, badAnswer(this.#name, what, { status }));
    });
  }

  #stream(pending: Pending, answer: Answer): void {
    let isAnswered = false;
    const parser = new SseParser(
      ({ data }) => {
        if (this.#closed || pending.isOver || isAnswered) return;
        const [said] = messagesIn(data);
        if (said === undefined) return;
        const { line, peeked: message } = said;
        if (message.isAnswer) {
          if (message.id !== pending.id) return;
          isAnswered = true;
          return this.#deliver(pending, line, message);
        }
        // A server of this era asks nothing on a stream: it ends the request with what it needs.
        if (message.id !== null) return void this.#options.log.info("upstream.unexpected", { server: this.#name });
        if (!this.#own.has(pending.id ?? "")) this.#options.events.message(line, message, pending.id);
      },
      () => answer.destroy(),
      MAX_LINE,
    );
    answer.on("data", (chunk: Buffer) => parser.push(chunk));
    answer.on("close", () => {
      if (!isAnswered) this.#broken(pending, "ended its event stream before the answer came");
    });
  }

  /** An answer that was cut off. What may have been carried out is not sent again. */
  #broken(pending: Pending, what: string): void {
    if (this.#closed || pending.isOver) return;
    if (pending.repeats-- > 0) return this.#post(pending);
    const error = badAnswer(this.#name, what);
    this.#fail(pending, pending.method === "tools/call" ? connectionCut(this.#name, error) : error);
  }

  #refused(pending: Pending, answer: Answer, status: number): void {
    const gone = moved(this.#name, this.#exchange.url, answer);
    if (gone !== null) {
      answer.resume();
      return this.#fail(pending, gone);
    }
    readBody(answer, ERROR_BODY_CAP, (body) => {
      if (this.#closed || pending.isOver) return;
      const message = body === null ? null : peek(body);
      if (body !== null && message?.ok === true && message.isAnswer && pending.id !== null) {
        // An error that was found before the request's id was read has none.
        if (message.id === null) {
          const named = withMembers(body, { id: Buffer.from(pending.id) });
          return this.#deliver(pending, named, peek(named));
        }
        if (message.id === pending.id) return this.#deliver(pending, body, message);
      }
      this.#fail(pending, badAnswer(this.#name, `answered with HTTP status ${status}`, { status }));
    });
  }

  /** The answer to a request; some errors are put right here and the request sent once more. */
  #deliver(pending: Pending, answer: Buffer, peeked: Peek): void {
    const error = record(parsed(member(answer, "error")));
    if (error.code === UNSUPPORTED_VERSION && pending.versions > 0 && this.#changeVersion(pending, error.data)) return;
    if (error.code === HEADER_MISMATCH && pending.mismatches-- > 0) {
      void this.#list(pending.meta).then(() => this.#post(pending));
      return;
    }
    const id = pending.id as string;
    if (!this.#pending.delete(id)) return;
    const own = this.#own.get(id);
    if (own !== undefined) {
      this.#own.delete(id);
      return own(answer);
    }
    if (pending.method !== "tools/list") return this.#options.events.message(flatten(answer), peeked, id);
    if (parsed(member(member(pending.message, "params"), "cursor")) === undefined) this.#schemas.begin();
    this.#options.events.message(flatten(this.#schemas.read(answer)), peeked, id);
  }

  /** A server may refuse even the version that it names; it is then asked once more. */
  #changeVersion(pending: Pending, data: unknown): boolean {
    const sent = pending.meta[META.version];
    const version = knownOf(strings(record(data).supported), typeof sent === "string" ? sent : "");
    if (version === undefined) return false;
    pending.versions--;
    if (version !== sent) {
      pending.message = inVersion(pending.message, version);
      pending.peeked = peek(pending.message);
      pending.meta = { ...pending.meta, [META.version]: version };
    }
    this.#post(pending);
    return true;
  }

  /** Reads all pages of the list of tools, in the name of the agent whose request wants it. Never rejects. */
  #list({ progressToken: _, ...meta }: Readonly<Record<string, unknown>>): Promise<void> {
    this.#listing ??= this.#schemas
      .fetch((cursor) => this.#page(meta, cursor))
      .finally(() => {
        this.#listing = null;
      });
    return this.#listing;
  }

  #page(meta: Readonly<Record<string, unknown>>, cursor: unknown): Promise<Buffer | null> {
    const id = `"gatehouse-list-${++this.#lists}"`;
    const params = { _meta: meta, ...(cursor === undefined ? {} : { cursor }) };
    const message = bytes({ jsonrpc: "2.0", id: JSON.parse(id) as string, method: "tools/list", params });
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#cancel(id);
        this.#own.delete(id);
        resolve(null);
      }, LIST_LIMIT);
      this.#own.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.send(message, peek(message));
    });
  }

  #fail(pending: Pending, error: GatehouseError): void {
    if (this.#closed || pending.isOver) return;
    pending.isOver = true;
    const { id } = pending;
    if (id === null) {
      const { method } = pending;
      return this.#options.log.info("upstream.not_delivered", { server: this.#name, method, code: error.code });
    }
    this.#pending.delete(id);
    const own = this.#own.get(id);
    this.#own.delete(id);
    if (own !== undefined) own(null);
    else this.#options.events.failed(id, error);
  }
}
