/**
 * One agent's conversation with one server. Messages pass through untouched while the server can be reached; while it
 * cannot, the session answers by itself, and joins the server as soon as it can be reached, without the agent's help.
 */
import { Questions } from "../../shim/questions.ts";
import { cancelledId, type Peek, peek } from "../../shim/scan.ts";
import { Settings } from "../../shim/settings.ts";
import type { GatehouseError } from "../errors.ts";
import {
  INVALID_REQUEST,
  notificationLine,
  PARSE_ERROR,
  parseMessage,
  record,
  resultLine,
  rpcErrorLine,
} from "../jsonrpc.ts";
import { sessionLost } from "../upstream/failures.ts";
import { Introduction } from "./introduction.ts";
import { Link } from "./link.ts";
import { ModernFront } from "./modern-front.ts";
import { OpenCalls } from "./open-calls.ts";
import { initializeResult } from "./provisional.ts";
import { OURS, type Request, Requests, refusalLine } from "./requests.ts";
import type { AgentPort, SessionHost } from "./session-host.ts";
import { SignInOffer } from "./sign-in-offer.ts";
import { needsPerson, StandIn } from "./stand-in.ts";
import { withoutCredentials } from "./withheld.ts";

/** Milliseconds that an agent's handshake waits for the server's own answer before the hub gives one. */
const PATIENCE = 3_000;

export type SessionState = "new" | "connecting" | "ready" | "down";

export class Session {
  readonly #host: SessionHost;
  readonly #agent: AgentPort;
  #closed = false;
  readonly #introduction: Introduction;
  readonly #link: Link;
  readonly #modern: ModernFront;
  readonly #standIn: StandIn;
  readonly #offer: SignInOffer;
  /** What the server answered to the handshake. */
  #hello: Readonly<Record<string, unknown>> = {};
  readonly #settings = new Settings();
  readonly #requests = new Requests();
  readonly #calls: OpenCalls;
  readonly #questions = new Questions();
  #ownIds = 0;

  /** `resumed`: the agent had its handshake with an earlier hub, so what it was told may be out of date. */
  constructor(host: SessionHost, agent: AgentPort, resumed: boolean) {
    this.#host = host;
    this.#agent = agent;
    this.#calls = new OpenCalls(host.calls, () => this.#introduction.agentName);
    this.#standIn = new StandIn(host.name, resumed);
    this.#offer = new SignInOffer({
      server: host.name,
      page: async () => (await host.signInPage?.()) ?? null,
      write: (line) => {
        if (!this.#closed) agent.write(line);
      },
    });
    this.#introduction = new Introduction({
      respond: (id, method, result) => this.#respond(id, method, result),
      write: (line) => agent.write(line),
      introduced: (by) => this.#standIn.introduced(by),
    });
    this.#link = new Link(host, {
      connected: (hello) => this.#connected(hello),
      refused: (error) => this.#introduction.refuse(error),
      message: (line, peeked) => this.#fromServer(line, peeked),
      untaken: (line, peeked) => this.#requests.untaken(line, peeked),
      failed: (id, error) => this.#failed(id, error),
      lost: (error) => this.#lost(error),
      down: (error) => this.#down(error),
    });
    this.#modern = new ModernFront({
      write: (line) => agent.write(line),
      ask: (method, params) => this.#ask(method, params),
    });
  }

  /** Whether a request has no answer yet. */
  get isBusy(): boolean {
    return !this.#requests.isEmpty;
  }

  /** As the agent introduced itself. */
  get agentName(): string {
    return this.#introduction.agentName ?? "an agent";
  }

  get state(): SessionState {
    return this.#link.state === "none" ? "new" : this.#link.state;
  }

  get error(): GatehouseError | null {
    return this.#link.trouble;
  }

  /** A line of the agent's. */
  receive(said: Buffer): void {
    if (this.#closed) return;
    const line = withoutCredentials(said);
    const peeked = peek(line);
    if (!peeked.ok) return this.#agent.write(rpcErrorLine(null, PARSE_ERROR, "This is not a JSON-RPC message."));
    const { id, method } = peeked;
    if (method === "initialize" && id !== null) return this.#initialize(line, id);
    if (method === "notifications/initialized") return this.#finishHandshake(line);
    const { era } = this.#introduction;
    if (method !== null && id !== null && ModernFront.mayBeMeant(line, method, era)) {
      if (this.#fromModern(line, id, method)) return;
    } else if (era === null) {
      if (method !== null && id !== null) this.#beforeHandshake(id, method);
      return;
    }
    if (method === null || id === null) return this.#passOn(line, peeked);
    const refusal = this.#requests.refusal(id, line);
    if (refusal !== null) return this.#agent.write(refusalLine(refusal, this.#host.name, id));
    this.#settings.fromAgent(line, peeked);
    this.#calls.began(id, method, line);
    this.#request({ line, peeked, id, method, again: false });
  }

  /** Something changed that decides about the connection (a grant, the configuration, a click on Retry): begin anew. */
  wake(): void {
    if (this.#closed || this.#introduction.era === null) return;
    const blocked = this.#host.blocked();
    this.#link.forgive();
    this.#drop(blocked ?? sessionLost(this.#host.name));
    this.#standIn.outdate();
    if (blocked === null) this.#link.connect();
    else this.#link.down(blocked);
  }

  /** The grant allows more now. A server session goes on with it; what could not be had without it is tried again. */
  widened(): void {
    if (this.#link.state !== "ready") return this.wake();
    this.#standIn.outdate();
    this.#announce();
  }

  /** The machine was asleep: connections are dead that look alive, and the network is another one perhaps. */
  resumed(): void {
    this.#link.resumed();
  }

  /** The agent does not take what it is sent: nothing more is read from the server for it until it does. */
  setPaused(paused: boolean): void {
    this.#link.setPaused(paused);
  }

  /** The agent is gone. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#calls.close();
    this.#introduction.close();
    await this.#link.close();
  }

  #beforeHandshake(id: string, method: string): void {
    if (method === "ping") return this.#agent.write(resultLine(id, {}));
    this.#agent.write(rpcErrorLine(id, INVALID_REQUEST, `${method} came before initialize.`));
  }

  #initialize(line: Buffer, id: string): void {
    const before = this.#introduction.era;
    const message = this.#introduction.legacy(line);
    if (message === null) return this.#agent.write(rpcErrorLine(id, PARSE_ERROR, "This initialize is not valid JSON."));
    this.#standIn.era = "legacy";
    this.#settings.clear();
    if (before === "modern") {
      this.#modern.close();
      this.#abandonWaiting();
    }
    this.#link.introduce(message, "legacy");
    this.#introduction.wait({ id, method: "initialize" }, PATIENCE, () => this.#answerHandshake(null));
    this.#begin();
  }

  /** Looks at a request that is of the modern era, or must be; true: it is answered, held, or refused. */
  #fromModern(line: Buffer, id: string, method: string): boolean {
    const { era } = this.#introduction;
    const found = this.#modern.read(line, method, era);
    if (found === "plain" || found === "legacy")
      return found === "legacy" && era === null && this.#refuseEarly(id, method);
    if ("code" in found) {
      this.#agent.write(rpcErrorLine(id, found.code, found.message, found.data));
      return true;
    }
    if (era !== "modern") {
      this.#link.introduce(this.#introduction.modern(found.meta), "modern");
      this.#standIn.era = "modern";
      // The shim has told the agent's open listens.
      this.#standIn.told();
      this.#settings.clear();
      this.#abandonWaiting();
      this.#begin();
    }
    if (method === "subscriptions/listen") {
      if (this.#modern.holds(id)) {
        this.#agent.write(refusalLine("id_in_use", this.#host.name, id));
        return true;
      }
      const refused = this.#modern.listen(id, found.params, this.#link.state === "ready" ? this.#hello : null);
      if (!refused) this.#announce();
      return true;
    }
    if (method !== "server/discover") return false;
    this.#discover(id);
    return true;
  }

  #refuseEarly(id: string, method: string): true {
    this.#beforeHandshake(id, method);
    return true;
  }

  #discover(id: string): void {
    if (this.#link.isWorthATry) this.#link.connect();
    this.#introduction.wait({ id, method: "server/discover" }, PATIENCE, () => this.#answerHandshake(null));
    const { error } = this.#link;
    if (this.#link.state === "ready") this.#introduction.answer(this.#hello, "server's");
    else if (error !== null) this.#answerHandshake(error);
  }

  /** What waits was said in the era before, which the next server session is not spoken to in. */
  #abandonWaiting(): void {
    const error = sessionLost(this.#host.name);
    for (const { id, method, line } of this.#requests.takeWaiting()) this.#answerWithout(id, method, line, error);
  }

  /** A new introduction needs a new server session. */
  #begin(): void {
    const blocked = this.#host.blocked();
    this.#drop(blocked ?? sessionLost(this.#host.name));
    if (blocked === null) this.#link.connect();
    else this.#link.down(blocked);
  }

  #finishHandshake(line: Buffer): void {
    if (this.#introduction.era !== "legacy") return;
    this.#introduction.isDone = true;
    this.#link.send(line, peek(line));
    this.#announce();
  }

  /** The hub's own answer to the agent's introduction. */
  #answerHandshake(why: GatehouseError | null): void {
    const { name } = this.#host;
    const reason = why === null ? null : why.toObject();
    this.#introduction.answer(initializeResult(name, this.#introduction.asked, this.#host.known(), reason), "ours");
  }

  /** A notification or an answer of the agent's. */
  #passOn(line: Buffer, peeked: Peek): void {
    if (this.#offer.isAnswer(line, peeked)) return;
    const passed = this.#questions.fromAgent(line, peeked);
    if (passed === null) return;
    const isCancel = peeked.method === "notifications/cancelled";
    if (isCancel && this.#modern.cancelled(line)) return;
    if (isCancel) this.#cancel(cancelledId(line));
    this.#link.send(passed, passed === line ? peeked : peek(passed));
  }

  #cancel(id: string | null): void {
    this.#requests.cancel(id);
    this.#calls.cancelled(id);
  }

  #fromServer(line: Buffer, peeked: Peek): void {
    if (peeked.isAnswer && peeked.id !== null) {
      const method = this.#requests.answered(peeked.id);
      // An answer that nobody asked for, or the second one, is nobody's.
      if (method === OURS || method === null) return;
      this.#settings.answered(line, peeked);
      this.#calls.answered(peeked.id, line, peeked);
      if (method === "tools/list") this.#countTools(line);
    }
    if (this.#introduction.era === "modern" && this.#modern.takes(line, peeked)) return;
    this.#agent.write(this.#questions.toAgent(line, peeked));
  }

  #connected(hello: Readonly<Record<string, unknown>>): void {
    this.#hello = hello;
    this.#host.learned({
      capabilities: this.#capabilities,
      serverInfo: record(hello.serverInfo),
      instructions: typeof hello.instructions === "string" ? hello.instructions : null,
    });
    const wasAsked = this.#introduction.isOpen;
    this.#introduction.answer(hello, "server's");
    if (this.#introduction.era === "modern") this.#standIn.introduced("server's");
    if (!wasAsked && this.#introduction.isDone)
      this.#link.tell({ jsonrpc: "2.0", method: "notifications/initialized" });
    if (!wasAsked) this.#replaySettings();
    this.#modern.connected(this.#capabilities);
    this.#offer.done();
    this.#announce();
    for (const request of this.#requests.takeWaiting()) this.#request(request);
  }

  get #capabilities(): Readonly<Record<string, unknown>> {
    return record(this.#hello.capabilities);
  }

  /** What the agent set with an earlier server session still holds for it. */
  #replaySettings(): void {
    for (const { method, params } of this.#settings.all()) {
      const capability = this.#capabilities[method.slice(0, method.indexOf("/"))];
      if (capability !== undefined) this.#ask(method, params);
    }
  }

  /** A request of the hub's own, whose answer is nobody's; in the legacy era's form. */
  #ask(method: string, params: unknown): void {
    if (this.#link.state !== "ready") return;
    const id = `gatehouse-${++this.#ownIds}`;
    this.#requests.sent({ id: JSON.stringify(id), method: OURS, again: false }, 0);
    this.#link.tell({ jsonrpc: "2.0", id, method, params });
  }

  #request(request: Request): void {
    const { state, error } = this.#link;
    const { line, peeked, id, method } = request;
    if (state === "connecting" || state === "none") return this.#requests.wait(request);
    if (state === "ready") {
      const own = this.#standIn.beside(method, line, this.#capabilities);
      if (own !== null) {
        this.#calls.done(id);
        return this.#respond(id, method, own);
      }
      this.#requests.sent(request, line.length);
      return this.#link.send(line, peeked);
    }
    if (method !== "ping" && this.#link.isWorthATry) {
      this.#requests.wait(request);
      return this.#link.connect();
    }
    if (error !== null) this.#answerWithout(id, method, line, error);
  }

  /** An answer without the server: the sign-in tool and empty lists when a person is needed, else the error. */
  #answerWithout(id: string, method: string, line: Buffer | null, error: GatehouseError): void {
    this.#settings.failed(id);
    this.#calls.failed(id, error);
    if (error.code === "insufficient_scope" || (needsPerson(error) && method !== "ping")) {
      const { tool } = error.details ?? {};
      this.#host.asked(this.agentName, typeof tool === "string" ? tool : null);
    }
    if (error !== this.#link.trouble) this.#host.report(error);
    const answer = (note: string | null): void => {
      if (!this.#closed) this.#agent.write(this.#standIn.instead(id, method, line, error, note));
    };
    const { capabilities } = this.#introduction;
    const era = this.#standIn.era;
    const mayOffer = method === "tools/call" && line !== null && error.code === "sign_in_required";
    if (!(mayOffer && this.#offer.takes({ id, line, era, capabilities, answer }))) answer(null);
  }

  #failed(id: string, error: GatehouseError): void {
    const method = this.#requests.answered(id);
    if (method === null || method === OURS) return;
    this.#answerWithout(id, method, null, error);
    this.#host.changed();
  }

  #lost(error: GatehouseError): void {
    this.#standIn.outdate();
    this.#drop(error);
    if (this.#requests.hasUntaken) this.#link.connect();
    else this.#link.down(error);
  }

  /** Lets go of the server session; what was in flight is answered with `error`. */
  #drop(error: GatehouseError): void {
    this.#link.drop();
    this.#modern.disconnected();
    for (const notice of this.#questions.withdraw()) this.#agent.write(notice);
    for (const { id, method } of this.#requests.takeSent()) {
      if (method !== OURS) this.#answerWithout(id, method, null, error);
    }
  }

  #down(error: GatehouseError): void {
    this.#answerHandshake(error);
    if (this.#introduction.era === "modern") this.#standIn.introduced("ours");
    for (const { id, method, line } of this.#requests.takeWaiting()) this.#answerWithout(id, method, line, error);
    this.#announce();
  }

  /** Tells the agent, once it listens, that its lists are out of date. */
  #announce(): void {
    if (!this.#introduction.isDone) return;
    const isModern = this.#introduction.era === "modern";
    if (isModern && !this.#modern.isListening) return;
    // While a retry is on its way nothing is said: the answer would be out of date at once.
    const waits = this.#link.waitsForSomebody;
    if (this.#link.state !== "ready" && !waits) return;
    for (const method of this.#standIn.notices(waits ? "ours" : "server's")) {
      if (isModern) this.#modern.tell(method, {});
      else this.#agent.write(notificationLine(method));
    }
  }

  #countTools(line: Buffer): void {
    const { tools } = record(parseMessage(line)?.result);
    if (Array.isArray(tools)) this.#host.listedTools(tools.length);
  }

  #respond(id: string, method: string, result: unknown): void {
    this.#agent.write(this.#standIn.answer(id, method, result));
  }
}
