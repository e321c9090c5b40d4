/** Streamable HTTP (MCP 2025-11-25 transports): a POST a message, answers as JSON or as an event stream, a GET stream. */
import { MAX_LINE } from "../../shim/frame.ts";
import { cancelledId, type Peek } from "../../shim/scan.ts";
import type { RemoteServer } from "../config/types.ts";
import type { GatehouseError } from "../errors.ts";
import type { Clock, Credentials, Log } from "../ports.ts";
import type { Answer } from "./answer.ts";
import { AnswerStream } from "./answer-stream.ts";
import { AuthorizedExchange, moved } from "./authorized-exchange.ts";
import { badAnswer, sessionLost, tooLarge } from "./failures.ts";
import { exchange, readBody } from "./http-exchange.ts";
import { type Incoming, messagesIn } from "./incoming.ts";
import { StandingStream } from "./standing-stream.ts";
import type { Upstream, UpstreamEvents } from "./upstream.ts";

const ERROR_BODY_CAP = 64 * 1024;
const DELETE_LIMIT = 2_000;
const CONNECT_LIMIT = 30_000;
const INITIALIZED_LIMIT = 10_000;
const INITIALIZED = "notifications/initialized";
const CALL = "tools/call";
/** Milliseconds that the first calls wait for the GET stream at most: some servers answer it with their first event only. */
const STREAM_LIMIT = 200;
/** Bytes, each message counted with a connection's worth. */
const MOST_UNTAKEN = MAX_LINE;
const CONNECTION = 64 * 1024;

export interface HttpUpstreamOptions {
  readonly server: RemoteServer;
  readonly credentials: Credentials;
  readonly events: UpstreamEvents;
  readonly clock: Clock;
  readonly log: Log;
}

interface Waiting {
  readonly message: Buffer;
  readonly peeked: Peek;
}

export class StreamableHttp implements Upstream {
  readonly #options: HttpUpstreamOptions;
  readonly #exchange: AuthorizedExchange;
  #sessionId: string | null = null;
  #protocolVersion: string | null = null;
  /** Of the session id and the protocol version. */
  #sessionHeaders: Readonly<Record<string, string>> = {};
  #closed = false;
  /** Bytes of notifications and answers that the server has not taken yet. */
  #untaken = 0;
  readonly #streams = new Set<AnswerStream>();
  /** What waits until the server has taken `notifications/initialized`: some refuse what overtakes it. */
  #waiting: Waiting[] | null = null;
  readonly #standing: StandingStream;
  /** Calls that wait for the GET stream: what the server asks during them may come there, and is lost without it. */
  #early: Waiting[] | null = null;
  #earlyLimit: NodeJS.Timeout | undefined;

  constructor(options: HttpUpstreamOptions) {
    this.#options = options;
    this.#exchange = new AuthorizedExchange(options);
    this.#standing = new StandingStream({
      url: this.#exchange.url,
      headers: () => this.#getHeaders(),
      answered: (answer) => {
        this.#exchange.hear(answer);
        this.#letCalls();
      },
      message: (line, peeked) => options.events.message(line, peeked, null),
    });
  }

  send(message: Buffer, peeked: Peek): void {
    if (this.#waiting !== null) return void this.#waiting.push({ message, peeked });
    if (this.#early !== null && peeked.method === CALL) return void this.#early.push({ message, peeked });
    const mayTakeBack = this.#early !== null && peeked.method === "notifications/cancelled";
    if (mayTakeBack && this.#takeBack(cancelledId(message))) return;
    if (peeked.method === INITIALIZED) this.#waiting = [];
    this.#post({ message, peeked });
  }

  /** The server has taken `notifications/initialized`, or never will. */
  #goOn(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const { message, peeked } of waiting) this.send(message, peeked);
  }

  /** True: the call still waited here, and is now made by nobody. */
  #takeBack(id: string | null): boolean {
    const at = this.#early?.findIndex(({ peeked }) => peeked.id === id) ?? -1;
    if (at !== -1) this.#early?.splice(at, 1);
    return at !== -1;
  }

  #letCalls(): void {
    clearTimeout(this.#earlyLimit);
    const early = this.#early ?? [];
    this.#early = null;
    for (const call of early) this.#post(call);
  }

  negotiated(protocolVersion: string): void {
    this.#protocolVersion = protocolVersion;
    this.#headersChanged();
  }

  resumed(): void {
    this.#standing.reopen();
  }

  setPaused(paused: boolean): void {
    this.#exchange.setPaused(paused);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#earlyLimit);
    this.#early = null;
    this.#standing.close();
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
    this.#exchange.close();
    if (this.#sessionId !== null) await this.#delete();
  }

  #post({ message, peeked }: Waiting): void {
    // Requests are counted by the session; what wants no answer is lost on a server that takes nothing.
    const cost = peeked.id !== null && peeked.method !== null ? 0 : message.length + CONNECTION;
    if (this.#untaken + cost > MOST_UNTAKEN && cost > 0 && this.#untaken > 0) return;
    this.#untaken += cost;
    this.#exchange.post({
      message,
      peeked,
      headers: () => this.#sessionHeaders,
      headersWithin: limitOf(peeked),
      answered: (answer) => {
        this.#untaken -= cost;
        this.#answered(message, peeked, answer);
      },
      failed: (error) => {
        this.#untaken -= cost;
        this.#fail(peeked, error);
      },
    });
  }

  get #name(): string {
    return this.#options.server.name;
  }

  #headersChanged(): void {
    this.#sessionHeaders = {
      ...(this.#sessionId === null ? {} : { "mcp-session-id": this.#sessionId }),
      ...(this.#protocolVersion === null ? {} : { "mcp-protocol-version": this.#protocolVersion }),
    };
  }

  async #getHeaders(): Promise<Record<string, string>> {
    const headers = await this.#exchange.headers("GET");
    return { ...headers, ...this.#sessionHeaders };
  }

  #answered(message: Buffer, peeked: Peek, answer: Answer): void {
    const status = answer.statusCode ?? 0;
    if (status === 404 && this.#sessionId !== null) {
      answer.resume();
      if (peeked.id !== null && peeked.method !== null) this.#options.events.untaken(message, peeked);
      return this.#lost();
    }
    const sessionId = answer.headers["mcp-session-id"];
    if (peeked.method === "initialize" && typeof sessionId === "string" && /^[\x21-\x7e]+$/.test(sessionId)) {
      this.#sessionId = sessionId;
      this.#headersChanged();
    }
    if (status >= 200 && status < 300) {
      if (peeked.method === INITIALIZED) {
        this.#early = [];
        this.#earlyLimit = setTimeout(() => this.#letCalls(), STREAM_LIMIT);
        this.#standing.open();
        this.#goOn();
      }
      const type = (answer.headers["content-type"] ?? "").toLowerCase();
      if (type.startsWith("text/event-stream")) return this.#stream(peeked, answer);
      return this.#body(peeked, answer, status);
    }
    this.#refusedOtherwise(peeked, answer, status);
  }

  #refusedOtherwise(peeked: Peek, answer: Answer, status: number): void {
    const gone = moved(this.#name, this.#exchange.url, answer);
    if (gone !== null) {
      answer.resume();
      return this.#fail(peeked, gone);
    }
    readBody(answer, ERROR_BODY_CAP, (body) => {
      if (this.#closed) return;
      // A server that says why in JSON-RPC says it to the agent.
      const [said] = body === null ? [] : messagesIn(body);
      if (said?.peeked.isAnswer === true && said.peeked.id === peeked.id && peeked.id !== null)
        return this.#options.events.message(said.line, said.peeked, peeked.id);
      this.#fail(peeked, badAnswer(this.#name, `answered with HTTP status ${status}`, { status }));
    });
  }

  #body(peeked: Peek, answer: Answer, status: number): void {
    this.#exchange.readWhole(answer, MAX_LINE, (body, isTooLarge) => {
      if (this.#closed) return;
      if (body === null)
        return this.#fail(peeked, isTooLarge ? tooLarge(this.#name) : badAnswer(this.#name, "broke off its answer"));
      const awaited = peeked.method === null ? null : peeked.id;
      const said = messagesIn(body);
      const isAnswered = said.some((one) => one.peeked.isAnswer && one.peeked.id === awaited);
      for (const one of said) {
        // An answer to another request has no business here; that one gets its own.
        if (one.peeked.isAnswer && one.peeked.id !== awaited) continue;
        if (this.#closed) return;
        this.#options.events.message(one.line, one.peeked, awaited);
      }
      if (awaited === null || isAnswered) return;
      this.#fail(peeked, badAnswer(this.#name, whyNoAnswer(body, said), { status }));
    });
  }

  #stream(peeked: Peek, answer: Answer): void {
    const awaited = peeked.method === null ? null : peeked.id;
    const stream: AnswerStream = new AnswerStream({
      url: this.#exchange.url,
      id: awaited,
      headers: () => this.#getHeaders(),
      answered: (resumed) => this.#exchange.hear(resumed),
      message: (line, message) => this.#closed || this.#options.events.message(line, message, awaited),
      failed: (isTooLarge) => {
        const early = badAnswer(this.#name, "ended its event stream before the answer came");
        this.#fail(peeked, isTooLarge ? tooLarge(this.#name) : early);
      },
      over: () => this.#streams.delete(stream),
    });
    this.#streams.add(stream);
    stream.read(answer);
  }

  #lost(): void {
    if (this.#closed) return;
    this.#sessionId = null;
    this.#headersChanged();
    this.#options.events.closed(sessionLost(this.#name));
  }

  #fail(peeked: Peek, error: GatehouseError): void {
    if (this.#closed) return;
    if (peeked.method === INITIALIZED) this.#goOn();
    if (peeked.id !== null && peeked.method !== null) this.#options.events.failed(peeked.id, error);
    else
      this.#options.log.info("upstream.not_delivered", { server: this.#name, method: peeked.method, code: error.code });
  }

  async #delete(): Promise<void> {
    const headers = { ...(await this.#exchange.headersIfAny("DELETE")), ...this.#sessionHeaders };
    await new Promise<void>((resolve) => {
      exchange(
        {
          url: this.#exchange.url,
          method: "DELETE",
          headers,
          body: null,
          headersWithin: DELETE_LIMIT,
        },
        (answer) => {
          answer.on("error", () => {});
          answer.resume();
          resolve();
        },
        () => resolve(),
      );
    });
  }
}

function whyNoAnswer(body: Buffer, said: readonly Incoming[]): string {
  if (body.length === 0) return "accepted the request and never answered it";
  if (said.length === 0) return "sent an answer that is not JSON-RPC";
  const [first] = said;
  const isUnnamed = first?.peeked.isAnswer === true && first.peeked.id === null;
  return isUnnamed ? "could not read the request" : "answered another request than the one it was sent";
}

/** Milliseconds until a server must have begun its answer; null: no limit. */
function limitOf({ method }: Peek): number | null {
  if (method === "initialize") return CONNECT_LIMIT;
  return method === INITIALIZED ? INITIALIZED_LIMIT : null;
}
