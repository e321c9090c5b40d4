/**
 * One agent's conversation with one server. Messages pass through untouched while the server can be reached; while it
 * cannot, the session answers by itself, and joins the server as soon as it can be reached, without the agent's help.
 */
import { Questions } from "../../shim/questions.ts";
import { cancelledId, type Peek, peek } from "../../shim/scan.ts";
import { asGatehouseError, type GatehouseError } from "../errors.ts";
import { INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR, resultLine, rpcErrorLine } from "../jsonrpc.ts";
import { badAnswer, noHandshake, sessionLost } from "../upstream/failures.ts";
import type { Upstream, UpstreamEvents } from "../upstream/upstream.ts";
import { initializeResult } from "./provisional.ts";
import { type Request, Requests } from "./requests.ts";
import type { AgentPort, SessionHost } from "./session-host.ts";
import { needsPerson, StandIn } from "./stand-in.ts";

/** Milliseconds that an agent's handshake waits for the server's own answer before the hub gives one. */
const PATIENCE = 3_000;
const RETRY_FIRST = 1_000;
const RETRY_MOST = 60_000;
const VAULT_PAUSE = 30_000;

type Link =
  | { readonly kind: "none" }
  | { readonly kind: "connecting"; readonly upstream: Upstream; readonly initId: string }
  | { readonly kind: "ready"; readonly upstream: Upstream }
  | { readonly kind: "down"; readonly error: GatehouseError };

/** Stands for the method of a request that the hub itself made: its answer is not the agent's. */
const OURS = "";

export type SessionState = "new" | "connecting" | "ready" | "down";

export class Session {
  readonly #host: SessionHost;
  readonly #agent: AgentPort;
  #link: Link = { kind: "none" };
  #closed = false;
  /** The agent's `initialize`, kept to be said again to every new server session. */
  #handshake: { readonly message: Record<string, unknown>; readonly requested: unknown } | null = null;
  /** JSON text of the id of an `initialize` that is not answered yet. */
  #openHandshake: string | null = null;
  #agentInitialized = false;
  readonly #standIn: StandIn;
  #capabilities: Readonly<Record<string, unknown>> = {};
  #logLevel: Buffer | null = null;
  readonly #requests = new Requests();
  readonly #questions = new Questions();
  #patience: NodeJS.Timeout | undefined;
  #connectLimit: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** Why there is no link now; kept while another try is under way. */
  #trouble: GatehouseError | null = null;
  #downSince = 0;
  #failures = 0;
  #attempts = 0;
  #agentName = "an agent";
  #isPaused = false;

  /** `resumed`: the agent had its handshake with an earlier hub, so what it was told may be out of date. */
  constructor(host: SessionHost, agent: AgentPort, resumed: boolean) {
    this.#host = host;
    this.#agent = agent;
    this.#standIn = new StandIn(host.name, resumed);
  }

  /** As the agent introduced itself. */
  get agentName(): string {
    return this.#agentName;
  }

  get state(): SessionState {
    return this.#link.kind === "none" ? "new" : this.#link.kind;
  }

  get error(): GatehouseError | null {
    return this.#trouble;
  }

  /** A line of the agent's. */
  receive(line: Buffer): void {
    if (this.#closed) return;
    const peeked = peek(line);
    if (!peeked.ok) return this.#agent.write(rpcErrorLine(null, PARSE_ERROR, "This is not a JSON-RPC message."));
    const { id, method } = peeked;
    if (method === "initialize" && id !== null) return this.#startHandshake(line, id);
    if (method === "notifications/initialized") return this.#finishHandshake(line);
    if (this.#handshake === null) {
      if (method !== null && id !== null) this.#beforeHandshake(id, method);
      return;
    }
    if (method === null || id === null) {
      const passed = this.#questions.fromAgent(line, peeked);
      if (passed === null) return;
      if (this.#link.kind === "ready") this.#link.upstream.send(passed, passed === line ? peeked : peek(passed));
      else if (method === "notifications/cancelled") this.#requests.cancel(cancelledId(line));
      return;
    }
    if (method === "logging/setLevel") this.#logLevel = line;
    this.#request({ line, peeked, id, method, again: false });
  }

  /** Something changed that decides about the connection (a grant, the configuration, a click on Retry): begin anew. */
  wake(): void {
    if (this.#closed || this.#handshake === null) return;
    const blocked = this.#host.blocked();
    this.#failures = 0;
    this.#drop(blocked ?? sessionLost(this.#host.name));
    this.#standIn.outdate();
    if (blocked === null) this.#connect();
    else this.#down(blocked);
  }

  /** The grant allows more now. A server session goes on with it; what could not be had without it is tried again. */
  widened(): void {
    if (this.#link.kind !== "ready") return this.wake();
    this.#standIn.outdate();
    this.#announce();
  }

  /** The machine was asleep: connections are dead that look alive, and the network is another one perhaps. */
  resumed(): void {
    if (this.#link.kind === "ready") this.#link.upstream.resumed();
    else if (this.#link.kind === "down" && canRetry(this.#link.error)) this.#connect();
  }

  /** The agent does not take what it is sent: nothing more is read from the server for it until it does. */
  setPaused(paused: boolean): void {
    this.#isPaused = paused;
    if ("upstream" in this.#link) this.#link.upstream.setPaused(paused);
  }

  /** The agent is gone. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#patience);
    clearTimeout(this.#connectLimit);
    clearTimeout(this.#retry);
    const link = this.#link;
    this.#link = { kind: "none" };
    if (link.kind === "ready" || link.kind === "connecting") await link.upstream.close();
  }

  /** A probe of a newer era is told plainly, so that the agent goes on with `initialize`. */
  #beforeHandshake(id: string, method: string): void {
    if (method === "ping") return this.#agent.write(resultLine(id, {}));
    const known = method === "server/discover" ? METHOD_NOT_FOUND : INVALID_REQUEST;
    this.#agent.write(rpcErrorLine(id, known, `${method} came before initialize.`));
  }

  #startHandshake(line: Buffer, id: string): void {
    const message = parseObject(line);
    if (message === null) return this.#agent.write(rpcErrorLine(id, PARSE_ERROR, "This initialize is not valid JSON."));
    const params = (message.params ?? {}) as {
      protocolVersion?: unknown;
      clientInfo?: { name?: unknown; title?: unknown };
    };
    const name = params.clientInfo?.title ?? params.clientInfo?.name;
    if (typeof name === "string" && name !== "") this.#agentName = plainName(name);
    this.#handshake = { message, requested: params.protocolVersion };
    this.#openHandshake = id;
    const blocked = this.#host.blocked();
    if (blocked !== null) {
      this.#drop(blocked);
      return this.#down(blocked);
    }
    this.#patience = setTimeout(() => this.#answerHandshake(null), PATIENCE);
    this.#drop(sessionLost(this.#host.name));
    this.#connect();
  }

  #finishHandshake(line: Buffer): void {
    this.#agentInitialized = true;
    if (this.#link.kind === "ready") this.#link.upstream.send(line, peek(line));
    this.#announce();
  }

  /** The hub's own answer to `initialize`. */
  #answerHandshake(why: GatehouseError | null): void {
    clearTimeout(this.#patience);
    const id = this.#openHandshake;
    if (id === null) return;
    this.#openHandshake = null;
    this.#standIn.introduced("ours");
    const result = initializeResult(
      this.#host.name,
      this.#handshake?.requested,
      this.#host.known(),
      why === null ? null : why.toObject(),
    );
    this.#respond(id, result);
  }

  #connect(): void {
    clearTimeout(this.#retry);
    if (this.#handshake === null) return;
    const initId = `"gatehouse-initialize-${++this.#attempts}"`;
    let upstream: Upstream;
    const current = (): boolean => !this.#closed && "upstream" in this.#link && this.#link.upstream === upstream;
    try {
      const events: UpstreamEvents = {
        message: (line, peeked) => current() && this.#fromServer(line, peeked),
        untaken: (line, peeked) => current() && this.#requests.untaken(line, peeked),
        failed: (id, error) => current() && this.#failed(id, error),
        closed: (error) => current() && this.#lost(error),
      };
      upstream = this.#host.open(events, "legacy");
    } catch (error) {
      return this.#down(asGatehouseError(error, this.#host.name));
    }
    if (this.#isPaused) upstream.setPaused(true);
    this.#link = { kind: "connecting", upstream, initId };
    const line = Buffer.from(JSON.stringify({ ...this.#handshake.message, id: JSON.parse(initId) as string }));
    this.#connectLimit = setTimeout(() => {
      if (!current()) return;
      void upstream.close();
      this.#down(noHandshake(this.#host.name, this.#host.connectLimit));
    }, this.#host.connectLimit);
    upstream.send(line, { id: initId, method: "initialize", isAnswer: false, ok: true });
    this.#host.changed();
  }

  #fromServer(line: Buffer, peeked: Peek): void {
    if (this.#link.kind === "connecting" && peeked.isAnswer && peeked.id === this.#link.initId)
      return this.#connected(line, this.#link.upstream);
    if (peeked.isAnswer && peeked.id !== null) {
      const method = this.#requests.answered(peeked.id);
      if (method === OURS) return;
      if (method === "tools/list") this.#countTools(line);
    }
    this.#agent.write(this.#questions.toAgent(line, peeked));
  }

  #connected(line: Buffer, upstream: Upstream): void {
    clearTimeout(this.#connectLimit);
    const answer = parseObject(line);
    const result = answer?.result as Record<string, unknown> | undefined;
    if (result === undefined || typeof result.protocolVersion !== "string") {
      const id = this.#openHandshake;
      if (id !== null && answer?.error !== undefined) {
        // The server's own refusal (an unsupported version, say) is the agent's to judge.
        clearTimeout(this.#patience);
        this.#openHandshake = null;
        const error = answer.error as { code?: unknown; message?: unknown; data?: unknown };
        this.#agent.write(rpcErrorLine(id, Number(error.code), String(error.message), error.data));
      }
      void upstream.close();
      return this.#down(badAnswer(this.#host.name, "refused the MCP handshake"));
    }
    upstream.negotiated(result.protocolVersion);
    this.#link = { kind: "ready", upstream };
    this.#trouble = null;
    this.#failures = 0;
    this.#capabilities = record(result.capabilities);
    this.#host.learned({
      capabilities: this.#capabilities,
      serverInfo: record(result.serverInfo),
      instructions: typeof result.instructions === "string" ? result.instructions : null,
    });
    clearTimeout(this.#patience);
    const id = this.#openHandshake;
    if (id !== null) {
      this.#openHandshake = null;
      this.#standIn.introduced("server's");
      this.#respond(id, result);
    } else if (this.#agentInitialized) {
      this.#tell(upstream, { jsonrpc: "2.0", method: "notifications/initialized" });
    }
    if (this.#logLevel !== null && id === null) this.#replayLogLevel(upstream, this.#logLevel);
    this.#announce();
    for (const request of this.#requests.takeWaiting()) this.#request(request);
    this.#host.changed();
  }

  #tell(upstream: Upstream, message: object): void {
    const line = Buffer.from(JSON.stringify(message));
    upstream.send(line, peek(line));
  }

  /** A level set with an earlier server session still holds for the agent. */
  #replayLogLevel(upstream: Upstream, level: Buffer): void {
    if (this.#capabilities.logging === undefined) return;
    const message = parseObject(level);
    if (message === null) return;
    const id = `gatehouse-level-${++this.#attempts}`;
    const line = Buffer.from(JSON.stringify({ ...message, id }));
    this.#requests.sent({ id: JSON.stringify(id), method: OURS, again: false });
    upstream.send(line, peek(line));
  }

  #request(request: Request): void {
    const link = this.#link;
    const { line, peeked, id, method } = request;
    if (link.kind === "connecting" || link.kind === "none") return this.#requests.wait(request);
    if (link.kind === "ready") {
      const own = this.#standIn.beside(method, line, this.#capabilities);
      if (own !== null) return this.#respond(id, own);
      this.#requests.sent(request);
      return link.upstream.send(line, peeked);
    }
    if (method !== "ping" && (canRetry(link.error) || this.#mayHavePassed(link.error))) {
      this.#requests.wait(request);
      return this.#connect();
    }
    this.#answerWithout(id, method, line, link.error);
  }

  /** A keychain is unlocked without anybody telling us; asking too often would prompt too often. */
  #mayHavePassed(error: GatehouseError): boolean {
    return needsPerson(error) && error.code !== "sign_in_required" && performance.now() - this.#downSince > VAULT_PAUSE;
  }

  /** An answer without the server: the sign-in tool and empty lists when a person is needed, else the error. */
  #answerWithout(id: string, method: string, line: Buffer | null, error: GatehouseError): void {
    if (error.code === "insufficient_scope" || (needsPerson(error) && method !== "ping")) {
      const { tool } = error.details ?? {};
      this.#host.asked(this.#agentName, typeof tool === "string" ? tool : null);
    }
    if (error !== this.#trouble) this.#host.report(error);
    this.#agent.write(this.#standIn.instead(id, method, line, error));
  }

  #failed(id: string, thrown: GatehouseError): void {
    const error = needsPerson(thrown) ? this.#host.need(thrown) : thrown;
    if (this.#link.kind === "connecting" && id === this.#link.initId) {
      void this.#link.upstream.close();
      if (needsPerson(error)) this.#host.opensWithoutSignIn(false);
      return this.#down(error);
    }
    if (error.code === "sign_in_required") this.#host.opensWithoutSignIn(true);
    const method = this.#requests.answered(id);
    if (method === null || method === OURS) return;
    this.#answerWithout(id, method, null, error);
    this.#host.changed();
  }

  #lost(error: GatehouseError): void {
    this.#standIn.outdate();
    this.#drop(error);
    if (this.#requests.hasUntaken) this.#connect();
    else this.#down(error);
  }

  /** Lets go of the server session; what was in flight is answered with `error`. */
  #drop(error: GatehouseError): void {
    clearTimeout(this.#connectLimit);
    clearTimeout(this.#retry);
    const link = this.#link;
    this.#link = { kind: "none" };
    if (link.kind === "ready" || link.kind === "connecting") void link.upstream.close();
    for (const notice of this.#questions.withdraw()) this.#agent.write(notice);
    for (const { id, method } of this.#requests.takeSent()) {
      if (method !== OURS) this.#answerWithout(id, method, null, error);
    }
  }

  #down(thrown: GatehouseError): void {
    clearTimeout(this.#connectLimit);
    // A try that fails like the one before it is the same trouble, under the same correlation id.
    const before = this.#trouble;
    const error = before?.code === thrown.code && before.message === thrown.message ? before : thrown;
    this.#trouble = error;
    if (error !== before) this.#host.report(error);
    this.#link = { kind: "down", error };
    this.#downSince = performance.now();
    this.#answerHandshake(error);
    for (const { id, method, line } of this.#requests.takeWaiting()) this.#answerWithout(id, method, line, error);
    if (canRetry(error)) {
      const wait = Math.min(RETRY_MOST, RETRY_FIRST * 2 ** this.#failures++) * (0.75 + Math.random() / 2);
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => {
        if (this.#link.kind === "down") this.#connect();
      }, wait);
    }
    this.#announce();
    this.#host.changed();
  }

  /** Tells the agent, once it listens, that its lists are out of date. */
  #announce(): void {
    if (!this.#agentInitialized) return;
    const { kind } = this.#link;
    // While a retry is on its way nothing is said: the answer would be out of date at once.
    const waits = kind === "down" && this.#trouble !== null && !canRetry(this.#trouble);
    if (kind !== "ready" && !waits) return;
    for (const notice of this.#standIn.notices(waits ? "ours" : "server's")) this.#agent.write(notice);
  }

  #countTools(line: Buffer): void {
    const tools = record(parseObject(line)?.result).tools;
    if (Array.isArray(tools)) this.#host.listedTools(tools.length);
  }

  #respond(id: string, result: unknown): void {
    this.#agent.write(resultLine(id, result));
  }
}

/** Whether trying again by itself can help, without a person doing something first. */
function canRetry(error: GatehouseError): boolean {
  return (
    error.code === "upstream_unreachable" ||
    error.code === "upstream_failed" ||
    error.code === "session_lost" ||
    error.code === "refresh_failed"
  );
}

/** The scan of a message proves its ends, not its inside. */
function parseObject(line: Buffer): Record<string, unknown> | null {
  try {
    return record(JSON.parse(line.toString("utf8")));
  } catch {
    return null;
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** A name that came from another program, fit to be shown. */
function plainName(name: string): string {
  return Array.from(name.replace(/[\p{Cc}\p{Cf}]+/gu, " ").trim())
    .slice(0, 60)
    .join("");
}
