/**
 * HTTP with SSE (MCP 2024-11-05 transports): one GET stream carries all that the server says, its first event names the
 * URL that takes what it is told.
 */
import { MAX_LINE } from "../../shim/frame.ts";
import { type Peek, peek } from "../../shim/scan.ts";
import { GatehouseError } from "../errors.ts";
import type { Answer } from "./answer.ts";
import { AuthorizedExchange, moved } from "./authorized-exchange.ts";
import { badAnswer, sessionLost, tooLarge } from "./failures.ts";
import { readBody } from "./http-exchange.ts";
import { likelyIds, messagesIn } from "./incoming.ts";
import { type SseEvent, SseParser } from "./sse.ts";
import type { HttpUpstreamOptions } from "./streamable-http.ts";
import type { Upstream } from "./upstream.ts";

/** Milliseconds: for the stream's headers, for its first event, for a sign of life after a sleep. */
const CONNECT_LIMIT = 30_000;
const ENDPOINT_LIMIT = 20_000;
const PING_LIMIT = 10_000;
const INITIALIZED_LIMIT = 10_000;
const ERROR_BODY_CAP = 64 * 1024;
const INITIALIZED = "notifications/initialized";
const NOTHING: Peek = { id: null, method: null, isAnswer: false, isError: false, ok: true };

interface Waiting {
  readonly message: Buffer;
  readonly peeked: Peek;
}

export class LegacySse implements Upstream {
  readonly #options: HttpUpstreamOptions;
  readonly #exchange: AuthorizedExchange;
  readonly #inFlight = new Set<string>();
  #isOpened = false;
  #endpoint: URL | null = null;
  /** What waits for the endpoint, or until the server has taken `notifications/initialized`; null: nothing has to. */
  #waiting: Waiting[] | null = [];
  #protocolVersion: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Id of a ping of ours that has no answer yet. */
  #ping: string | null = null;
  #pings = 0;
  #closed = false;

  constructor(options: HttpUpstreamOptions) {
    this.#options = options;
    this.#exchange = new AuthorizedExchange(options);
  }

  send(message: Buffer, peeked: Peek): void {
    if (this.#closed) return;
    if (peeked.id !== null && peeked.method !== null) this.#inFlight.add(peeked.id);
    if (!this.#isOpened) this.#open();
    if (this.#waiting !== null) return void this.#waiting.push({ message, peeked });
    if (peeked.method === INITIALIZED) this.#waiting = [];
    this.#post(message, peeked);
  }

  negotiated(protocolVersion: string): void {
    this.#protocolVersion = protocolVersion;
  }

  /** A stream that is dead looks like one on which nothing happens, so the server is asked. */
  resumed(): void {
    if (this.#closed || this.#endpoint === null || this.#ping !== null) return;
    const id = `"gatehouse-ping-${++this.#pings}"`;
    this.#ping = id;
    this.#timer = setTimeout(() => this.#over(sessionLost(this.#name)), PING_LIMIT);
    const line = Buffer.from(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`);
    this.#post(line, peek(line));
  }

  setPaused(paused: boolean): void {
    this.#exchange.setPaused(paused);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#exchange.close();
  }

  get #name(): string {
    return this.#options.server.name;
  }

  #open(): void {
    this.#isOpened = true;
    this.#exchange.post({
      method: "GET",
      message: Buffer.alloc(0),
      peeked: NOTHING,
      headers: () => ({ accept: "text/event-stream" }),
      headersWithin: CONNECT_LIMIT,
      answered: (answer) => this.#opened(answer),
      failed: (error) => this.#over(error),
    });
  }

  #opened(answer: Answer): void {
    const { statusCode: status = 0 } = answer;
    const isStream = (answer.headers["content-type"] ?? "").toLowerCase().startsWith("text/event-stream");
    if (status !== 200 || !isStream) {
      answer.resume();
      const what = status === 200 ? "opens no event stream" : `answered with HTTP status ${status}`;
      return this.#over(moved(this.#name, this.#exchange.url, answer) ?? badAnswer(this.#name, what, { status }));
    }
    const parser = new SseParser(
      (event) => this.#event(event),
      () => this.#over(tooLarge(this.#name)),
      MAX_LINE,
    );
    this.#timer = setTimeout(
      () => this.#over(badAnswer(this.#name, "opened its event stream and never said where to send messages")),
      ENDPOINT_LIMIT,
    );
    answer.on("data", (chunk: Buffer) => this.#closed || parser.push(chunk));
    answer.on("close", () => this.#over(sessionLost(this.#name)));
  }

  #event({ type, data }: SseEvent): void {
    if (this.#closed) return;
    if (type === "endpoint" && this.#endpoint === null) return this.#found(data.toString("utf8"));
    if (type !== "message") return;
    const said = messagesIn(data);
    if (said.length === 0) this.#broken(data);
    for (const { line, peeked } of said) {
      if (this.#closed) return;
      if (peeked.isAnswer && peeked.id !== null) {
        this.#inFlight.delete(peeked.id);
        if (peeked.id === this.#ping) {
          this.#ping = null;
          clearTimeout(this.#timer);
          continue;
        }
      }
      this.#options.events.message(line, peeked, null);
    }
  }

  #found(text: string): void {
    const base = this.#exchange.url;
    const endpoint = URL.canParse(text, base) ? new URL(text, base) : null;
    if (endpoint === null || endpoint.origin !== base.origin || endpoint.username !== "" || endpoint.password !== "")
      return this.#over(elsewhere(this.#name, base, endpoint));
    clearTimeout(this.#timer);
    this.#endpoint = endpoint;
    this.#goOn();
  }

  #goOn(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const { message, peeked } of waiting) this.#post(message, peeked);
  }

  #post(message: Buffer, peeked: Peek): void {
    if (this.#endpoint === null) return;
    this.#exchange.post({
      url: this.#endpoint,
      message,
      peeked,
      headers: () => (this.#protocolVersion === null ? {} : { "mcp-protocol-version": this.#protocolVersion }),
      headersWithin: peeked.method === INITIALIZED ? INITIALIZED_LIMIT : null,
      answered: (answer) => this.#taken(peeked, answer),
      failed: (error) => this.#fail(peeked, error),
    });
  }

  #taken(peeked: Peek, answer: Answer): void {
    const { statusCode: status = 0 } = answer;
    if (status >= 200 && status < 300) {
      answer.resume();
      if (peeked.method === INITIALIZED) this.#goOn();
      return;
    }
    const gone = moved(this.#name, this.#exchange.url, answer);
    if (gone !== null) {
      answer.resume();
      return this.#fail(peeked, gone);
    }
    readBody(answer, ERROR_BODY_CAP, (body) => {
      const [said] = body === null ? [] : messagesIn(body);
      if (this.#closed) return;
      if (said?.peeked.isAnswer === true && said.peeked.id === peeked.id && peeked.id !== null) {
        this.#inFlight.delete(peeked.id);
        return this.#options.events.message(said.line, said.peeked, null);
      }
      this.#fail(peeked, badAnswer(this.#name, `answered with HTTP status ${status}`, { status }));
    });
  }

  #fail({ id, method }: Peek, error: GatehouseError): void {
    if (this.#closed) return;
    if (method === INITIALIZED) this.#goOn();
    if (id !== null && id === this.#ping) return this.#over(sessionLost(this.#name));
    if (id !== null && method !== null) {
      if (this.#inFlight.delete(id)) this.#options.events.failed(id, error);
    } else this.#options.log.info("upstream.not_delivered", { server: this.#name, method, code: error.code });
  }

  /** Something that is no message may have been the answer to a request, which gets no other. */
  #broken(data: Buffer): void {
    const id = likelyIds(data).find((each) => this.#inFlight.has(each));
    if (id === undefined) return;
    this.#inFlight.delete(id);
    this.#options.events.failed(id, badAnswer(this.#name, "sent an answer that is not JSON-RPC"));
  }

  #over(error: GatehouseError): void {
    if (this.#closed) return;
    void this.close();
    for (const id of this.#inFlight) this.#options.events.failed(id, error);
    this.#inFlight.clear();
    this.#options.events.closed(error);
  }
}

/** A server that sends messages, and the token with them, to another origin than the one that was configured. */
function elsewhere(server: string, base: URL, endpoint: URL | null): GatehouseError {
  return new GatehouseError({
    code: "unsafe_url",
    server,
    message:
      endpoint === null
        ? `${server} names an address for messages that is no URL.`
        : `${server} wants messages sent to ${endpoint.origin}, which is not ${base.origin}.`,
    suggestion: "Nothing was sent there. Tell its operator; the address may also be wrong in servers.json.",
  });
}
