/** Streamable HTTP (MCP 2025-11-25 transports): a POST a message, answers as JSON or as an event stream, a GET stream. */
import { flatten, MAX_LINE } from "../../shim/frame.ts";
import { type Peek, peek } from "../../shim/scan.ts";
import type { RemoteServer } from "../config/types.ts";
import type { GatehouseError } from "../errors.ts";
import { asksForNonce, challengeFrom } from "../http/www-authenticate.ts";
import {
  type Challenge,
  type Clock,
  type Credentials,
  type Log,
  NO_PERMIT,
  type Permit,
  type Verdict,
} from "../ports.ts";
import type { Answer } from "./answer.ts";
import { AnswerStream } from "./answer-stream.ts";
import { badAnswer, connectionCut, insufficientScope, sessionLost, signInRequired, unreachable } from "./failures.ts";
import { exchange, type Handle, RACED, readBody } from "./http-exchange.ts";
import { StandingStream } from "./standing-stream.ts";
import type { Upstream, UpstreamEvents } from "./upstream.ts";

const ERROR_BODY_CAP = 64 * 1024;
const DELETE_LIMIT = 2_000;
const CONNECT_LIMIT = 30_000;
const INITIALIZED_LIMIT = 10_000;
const INITIALIZED = "notifications/initialized";

export interface HttpUpstreamOptions {
  readonly server: RemoteServer;
  readonly credentials: Credentials;
  readonly events: UpstreamEvents;
  readonly clock: Clock;
  readonly log: Log;
}

interface Pending {
  readonly message: Buffer;
  readonly peeked: Peek;
  /** The token that the last try carried. */
  used: string | null;
  /** Tries left after a 401: a token the resource refused is replaced once. */
  retries: number;
  /** Tries left with the nonce that a proof lacked, and after a kept connection was closed under it (RFC 9449). */
  nonces: number;
  races: number;
}

export class StreamableHttp implements Upstream {
  readonly #options: HttpUpstreamOptions;
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  /** A static Authorization header in the configuration stands for itself: no token of ours goes beside it. */
  readonly #staticAuthorization: boolean;
  #sessionId: string | null = null;
  #protocolVersion: string | null = null;
  #closed = false;
  readonly #handles = new Set<Handle>();
  readonly #streams = new Set<AnswerStream>();
  /** What waits until the server has taken `notifications/initialized`: some refuse what overtakes it. */
  #waiting: Pending[] | null = null;
  readonly #standing: StandingStream;

  constructor(options: HttpUpstreamOptions) {
    this.#options = options;
    this.#url = new URL(options.server.url);
    this.#headers = Object.fromEntries(
      Object.entries(options.server.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    this.#staticAuthorization = "authorization" in this.#headers;
    this.#standing = new StandingStream({
      url: this.#url,
      headers: async () => this.#requestHeaders(await this.#permit("GET")),
      answered: (answer) => this.#hear(answer),
      message: (line, peeked) => options.events.message(line, peeked),
    });
  }

  send(message: Buffer, peeked: Peek): void {
    const isCall = peeked.method === "tools/call";
    const pending: Pending = { message, peeked, used: null, retries: 1, nonces: 1, races: isCall ? 0 : 1 };
    if (this.#waiting !== null) return void this.#waiting.push(pending);
    if (peeked.method === INITIALIZED) this.#waiting = [];
    void this.#post(pending);
  }

  /** The server has taken `notifications/initialized`, or never will. */
  #goOn(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const pending of waiting) void this.#post(pending);
  }

  negotiated(protocolVersion: string): void {
    this.#protocolVersion = protocolVersion;
  }

  resumed(): void {
    this.#standing.reopen();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#standing.close();
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
    for (const handle of this.#handles) handle.abort();
    this.#handles.clear();
    if (this.#sessionId !== null) await this.#delete();
  }

  async #post(pending: Pending): Promise<void> {
    const { peeked } = pending;
    let permit: Permit;
    try {
      permit = await this.#permit("POST");
    } catch (error) {
      return this.#fail(peeked, error as GatehouseError);
    }
    if (this.#closed) return;
    pending.used = permit.token;
    const handle = exchange(
      {
        url: this.#url,
        method: "POST",
        headers: {
          ...this.#requestHeaders(permit),
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
        },
        body: pending.message,
        headersWithin: limitOf(peeked),
        // A call may have been carried out although its connection was cut: it is not made twice.
        once: "dpop" in permit.headers || peeked.method === "tools/call",
      },
      (answer) => {
        this.#whenOver(answer, handle);
        this.#answered(pending, answer);
      },
      (error) => {
        this.#handles.delete(handle);
        if (error.code === RACED && pending.races-- > 0 && !this.#closed) return void this.#post(pending);
        const isCut = error.code === RACED || error.code === "ECONNRESET" || error.code === "EPIPE";
        if (isCut && peeked.method === "tools/call") return this.#fail(peeked, connectionCut(this.#name, error));
        this.#fail(peeked, unreachable(this.#name, this.#url.host, error));
      },
    );
    this.#handles.add(handle);
  }

  /** None of ours beside a static Authorization header. */
  async #permit(method: string): Promise<Permit> {
    return this.#staticAuthorization ? NO_PERMIT : await this.#options.credentials.permit(method, this.#url);
  }

  #hear(answer: Answer): void {
    const { "dpop-nonce": nonce, date = null } = answer.headers;
    if ((nonce === undefined && answer.statusCode !== 401) || this.#staticAuthorization) return;
    this.#options.credentials.heard(this.#url, { nonce: typeof nonce === "string" ? nonce : null, date });
  }

  get #name(): string {
    return this.#options.server.name;
  }

  #requestHeaders(permit: Permit): Record<string, string> {
    return {
      ...this.#headers,
      ...permit.headers,
      ...(this.#sessionId === null ? {} : { "mcp-session-id": this.#sessionId }),
      ...(this.#protocolVersion === null ? {} : { "mcp-protocol-version": this.#protocolVersion }),
    };
  }

  #whenOver(answer: Answer, handle: Handle): void {
    answer.on("close", () => this.#handles.delete(handle));
    answer.on("error", () => {});
  }

  #answered(pending: Pending, answer: Answer): void {
    const { peeked } = pending;
    const status = answer.statusCode ?? 0;
    this.#hear(answer);
    if (status === 401 || status === 403) return this.#refused(pending, answer, status);
    if (status === 404 && this.#sessionId !== null) {
      answer.resume();
      if (peeked.id !== null && peeked.method !== null) this.#options.events.untaken(pending.message, peeked);
      return this.#lost();
    }
    const sessionId = answer.headers["mcp-session-id"];
    if (peeked.method === "initialize" && typeof sessionId === "string" && /^[\x21-\x7e]+$/.test(sessionId))
      this.#sessionId = sessionId;
    if (status >= 200 && status < 300) {
      if (pending.used !== null) this.#options.credentials.accepted(pending.used);
      if (peeked.method === INITIALIZED) {
        this.#standing.open();
        this.#goOn();
      }
      const type = (answer.headers["content-type"] ?? "").toLowerCase();
      if (type.startsWith("text/event-stream")) return this.#stream(peeked, answer);
      return this.#body(peeked, answer, status);
    }
    this.#refusedOtherwise(peeked, answer, status);
  }

  #refused(pending: Pending, answer: Answer, status: 401 | 403): void {
    const { peeked } = pending;
    const challenge = challengeFrom(status, answer.headers["www-authenticate"], this.#options.clock.now());
    if (status === 403 && challenge.error !== "insufficient_scope")
      return this.#refusedOtherwise(peeked, answer, status);
    answer.resume();
    if (status === 401 && pending.used !== null && asksForNonce(answer.headers["www-authenticate"])) {
      if (pending.nonces-- > 0) return void this.#post(pending);
      return this.#fail(peeked, badAnswer(this.#name, "asks for one DPoP nonce after another", { status }));
    }
    if (this.#staticAuthorization)
      return this.#fail(
        peeked,
        badAnswer(this.#name, "refused the Authorization header that servers.json holds for it", { status }),
      );
    void this.#askForToken(pending, challenge);
  }

  async #askForToken(pending: Pending, challenge: Challenge): Promise<void> {
    const { peeked } = pending;
    let verdict: Verdict;
    try {
      verdict = await this.#options.credentials.refused(pending.used, challenge);
      if (this.#closed) return;
      if (verdict === "retry" && pending.retries > 0) {
        pending.retries--;
        pending.nonces = 1;
        return await this.#post(pending);
      }
    } catch (error) {
      return this.#fail(peeked, error as GatehouseError);
    }
    this.#fail(
      peeked,
      challenge.status === 403
        ? insufficientScope(this.#name, { scope: challenge.scope, tool: toolOf(pending), given: verdict === "give_up" })
        : signInRequired(this.#name),
    );
  }

  #refusedOtherwise(peeked: Peek, answer: Answer, status: number): void {
    if (status >= 300 && status < 400) {
      answer.resume();
      const to = redirectTarget(answer.headers.location, this.#url);
      const details = { status, ...(to === null ? {} : { location: to }) };
      return this.#fail(
        peeked,
        badAnswer(this.#name, "has moved; its address in servers.json has to be changed", details),
      );
    }
    readBody(answer, ERROR_BODY_CAP, (body) => {
      if (this.#closed) return;
      // A server that says why in JSON-RPC says it to the agent.
      if (body !== null && peeked.id !== null) {
        const answered = peek(body);
        if (answered.ok && answered.isAnswer && (answered.id === peeked.id || answered.id === null)) {
          if (answered.id === peeked.id) return this.#options.events.message(flatten(body), answered);
        }
      }
      this.#fail(peeked, badAnswer(this.#name, `answered with HTTP status ${status}`, { status }));
    });
  }

  #body(peeked: Peek, answer: Answer, status: number): void {
    readBody(answer, MAX_LINE, (body) => {
      if (this.#closed) return;
      if (body === null)
        return this.#fail(peeked, badAnswer(this.#name, "broke off its answer, or sent more than 64 MiB"));
      if (peeked.id === null || peeked.method === null) return;
      const message = peek(body);
      if (message.ok) return this.#options.events.message(flatten(body), message);
      const what =
        body.length === 0 ? "accepted the request and never answered it" : "sent an answer that is not JSON-RPC";
      this.#fail(peeked, badAnswer(this.#name, what, { status }));
    });
  }

  #stream(peeked: Peek, answer: Answer): void {
    const stream: AnswerStream = new AnswerStream({
      url: this.#url,
      id: peeked.method === null ? null : peeked.id,
      headers: async () => this.#requestHeaders(await this.#permit("GET")),
      answered: (resumed) => this.#hear(resumed),
      message: (line, message) => this.#closed || this.#options.events.message(line, message),
      failed: () => this.#fail(peeked, badAnswer(this.#name, "ended its event stream before the answer came")),
      over: () => this.#streams.delete(stream),
    });
    this.#streams.add(stream);
    stream.read(answer);
  }

  #lost(): void {
    if (this.#closed) return;
    this.#sessionId = null;
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
    const permit = await this.#permit("DELETE").catch(() => NO_PERMIT);
    await new Promise<void>((resolve) => {
      exchange(
        {
          url: this.#url,
          method: "DELETE",
          headers: this.#requestHeaders(permit),
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

/** Milliseconds until a server must have begun its answer; null: no limit. */
function limitOf({ method }: Peek): number | null {
  if (method === "initialize") return CONNECT_LIMIT;
  return method === INITIALIZED ? INITIALIZED_LIMIT : null;
}

const MAX_TOOL_NAME = 128;

/** The tool that a request calls, fit to be shown; null when it calls none. */
function toolOf({ message, peeked }: Pending): string | null {
  if (peeked.method !== "tools/call") return null;
  try {
    const { params } = JSON.parse(message.toString("utf8")) as { params?: { name?: unknown } };
    if (typeof params?.name !== "string") return null;
    return params.name.replace(/[\p{Cc}\p{Cf}]+/gu, " ").slice(0, MAX_TOOL_NAME);
  } catch {
    return null;
  }
}

/** Origin and path of where it says it went; the query may hold anything. */
function redirectTarget(location: string | undefined, base: URL): string | null {
  if (location === undefined || !URL.canParse(location, base)) return null;
  const url = new URL(location, base);
  return `${url.origin}${url.pathname}`.slice(0, 200);
}
