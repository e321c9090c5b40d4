/**
 * A server of the legacy era for an agent of the modern one. What the server asks during a request ends the request with
 * `input_required`; the server goes on waiting, and the agent's next try brings its answers (MCP 2026-07-28 MRTR).
 */
import { randomBytes } from "node:crypto";
import { cancelledId, type Peek, peek, withId } from "../../../shim/scan.ts";
import { METHOD_NOT_FOUND, record, resultLine, rpcErrorLine } from "../../jsonrpc.ts";
import { bytes, member, parsed, withMembers } from "../splice.ts";
import type { Upstream, UpstreamEvents } from "../upstream.ts";
import { invalidParams, META } from "./protocol.ts";
import { modernResult, urlsIn, withoutMeta } from "./shapes.ts";

/** Milliseconds that a server's question waits for the agent's next try. */
const PATIENCE = 15 * 60_000;

const ELICIT = "elicitation/create";
const QUESTIONS: readonly string[] = [ELICIT, "sampling/createMessage", "roots/list"];

interface Question {
  /** The server's id, JSON text; null: the server has ended the call, and waits for no answer. */
  readonly id: string | null;
  readonly key: string;
  readonly request: { readonly method: string; readonly params: unknown };
}

interface Call {
  readonly onWire: string;
  readonly method: string;
  /** As the agent sent it first. */
  readonly message: Buffer;
  readonly wantsLog: boolean;
  /** Of the agent's latest try; null: that has ended with a question, and the next one has not come. */
  id: string | null;
  /** Not answered yet. */
  questions: Question[];
  /** Names the call while it waits. */
  state: string | null;
  timer: NodeJS.Timeout | undefined;
  /** The server's answer came while no try was open. */
  answer: Buffer | null;
  /** The server has answered that the call is to be made again, later. */
  isOver: boolean;
}

export interface ModernAgentOptions {
  readonly events: UpstreamEvents;
  /** A session of the legacy era that reports to the events it is given. */
  open(events: UpstreamEvents): Upstream;
}

export class ModernAgent implements Upstream {
  readonly #events: UpstreamEvents;
  readonly #wire: Upstream;
  /** By id on the wire. */
  readonly #calls = new Map<string, Call>();
  readonly #waiting = new Map<string, Call>();
  #sent = 0;
  #logLevel: unknown;
  #logs = false;

  constructor({ events, open }: ModernAgentOptions) {
    this.#events = events;
    this.#wire = open({
      message: (line, peeked, about = null) => this.#fromServer(line, peeked, about),
      untaken: (line, peeked) => {
        const call = this.#take(peeked.id);
        if (call?.id != null) events.untaken(call.message, peek(call.message));
        else if (peeked.method === "initialize") events.untaken(line, peeked);
      },
      failed: (id, error) => {
        const call = this.#take(id);
        if (call === undefined) return id.includes(PREFIX) ? undefined : events.failed(id, error);
        if (call.id !== null) events.failed(call.id, error);
      },
      closed: (error) => {
        for (const call of [...this.#calls.values()]) this.#forget(call);
        events.closed(error);
      },
    });
  }

  send(message: Buffer, peeked: Peek): void {
    const { id, method } = peeked;
    if (method === "initialize") return this.#wire.send(message, peeked);
    if (method === "notifications/cancelled") return this.#cancel(message);
    if (id === null || method === null) return this.#wire.send(message, peeked);
    const params = member(message, "params");
    const state = member(params, "requestState");
    if (state !== undefined) return this.#goOn(id, method, parsed(state), member(params, "inputResponses"));
    const meta = member(params, "_meta");
    const level = meta === undefined ? undefined : record(parsed(meta))[META.logLevel];
    this.#setLevel(level);
    const call: Call = {
      onWire: `"${PREFIX}${++this.#sent}"`,
      method,
      message,
      wantsLog: level !== undefined,
      id,
      questions: [],
      state: null,
      timer: undefined,
      answer: null,
      isOver: false,
    };
    this.#calls.set(call.onWire, call);
    const plain = withId(withoutMeta(message, params, meta), call.onWire);
    this.#wire.send(plain, peek(plain));
  }

  negotiated(protocolVersion: string): void {
    this.#wire.negotiated(protocolVersion);
  }

  resumed(): void {
    this.#wire.resumed();
  }

  setPaused(paused: boolean): void {
    this.#wire.setPaused(paused);
  }

  async close(): Promise<void> {
    for (const call of [...this.#calls.values()]) this.#forget(call);
    await this.#wire.close();
  }

  /** The modern era sets it with each request, the legacy one for all that follow. */
  #setLevel(level: unknown): void {
    if (!this.#logs || level === undefined || level === this.#logLevel) return;
    this.#logLevel = level;
    const id = `${PREFIX}${++this.#sent}`;
    this.#tell({ jsonrpc: "2.0", id, method: "logging/setLevel", params: { level } });
  }

  #tell(message: object): void {
    const line = bytes(message);
    this.#wire.send(line, peek(line));
  }

  #cancel(message: Buffer): void {
    const id = cancelledId(message);
    const call = [...this.#calls.values()].find((one) => one.id !== null && one.id === id);
    if (call === undefined) return;
    this.#giveUp(call);
  }

  /** Tells the server that its answer is not wanted any more. */
  #giveUp(call: Call): void {
    this.#forget(call);
    if (call.isOver) return;
    for (const { id, request } of call.questions) if (id !== null) this.#refuse(id, request.method);
    this.#tell({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: JSON.parse(call.onWire) as unknown },
    });
  }

  #refuse(id: string, method: string): void {
    const line =
      method === ELICIT
        ? resultLine(id, { action: "cancel" })
        : rpcErrorLine(id, NOBODY, "The request that this belongs to has ended.");
    this.#wire.send(line, peek(line));
  }

  /** The agent's next try: its answers go to the server, whose answer to the call becomes that of the try. */
  #goOn(id: string, method: string, state: unknown, responses: Buffer | undefined): void {
    const call = typeof state === "string" ? this.#waiting.get(state) : undefined;
    if (call === undefined || call.method !== method) {
      const why = "This requestState is not known here, or is out of date. Send the request again without it.";
      return this.#say(invalidParams(id, why));
    }
    this.#wakeUp(call);
    if (call.isOver) return this.#again(call, id);
    call.id = id;
    const open = call.questions;
    call.questions = open.filter((question) => {
      const response = member(responses, question.key);
      if (response === undefined || question.id === null) return true;
      const line = withMembers(undefined, {
        jsonrpc: bytes("2.0"),
        id: Buffer.from(question.id),
        result: response,
      });
      this.#wire.send(line, peek(line));
      return false;
    });
    if (call.answer !== null) return this.#answer(call, call.answer);
    if (call.questions.length > 0) this.#ask(call);
  }

  /** Makes the call anew, as the agent made it first. */
  #again(call: Call, id: string): void {
    this.#forget(call);
    const line = withId(call.message, id);
    this.send(line, peek(line));
  }

  #fromServer(line: Buffer, peeked: Peek, about: string | null): void {
    const { id, method } = peeked;
    if (peeked.isAnswer) return this.#answered(line, peeked);
    if (id !== null && method !== null) return this.#asked(line, id, method, about);
    if (method === "notifications/cancelled" && this.#withdrawn(cancelledId(line))) return;
    const call = about === null ? undefined : this.#calls.get(about);
    if (method === "notifications/message" && !this.#mayLog(call)) return;
    this.#events.message(line, peeked, call?.id ?? null);
  }

  /** Only to a request that named a level there may be log messages (MCP 2026-07-28 logging). */
  #mayLog(call: Call | undefined): boolean {
    return call === undefined ? [...this.#calls.values()].some(({ wantsLog }) => wantsLog) : call.wantsLog;
  }

  #answered(line: Buffer, peeked: Peek): void {
    const call = this.#calls.get(peeked.id ?? "");
    if (call !== undefined) {
      if (call.id === null) call.answer = line;
      else this.#answer(call, line);
      return;
    }
    // What the hub said to the server by itself is nobody's.
    if (peeked.id?.includes(PREFIX) === true) return;
    if (!this.#logs) this.#logs = record(parsed(member(member(line, "result"), "capabilities"))).logging !== undefined;
    this.#events.message(line, peeked, null);
  }

  #answer(call: Call, line: Buffer): void {
    const { id, method } = call;
    const urls = MAY_ASK.includes(method) ? urlsIn(line) : [];
    if (id !== null && urls.length > 0) {
      call.isOver = true;
      call.questions = urls.map((params) => ({
        id: null,
        key: `input-${++this.#sent}`,
        request: { method: ELICIT, params },
      }));
      return this.#ask(call);
    }
    this.#forget(call);
    if (id === null) return;
    const result = member(line, "result");
    if (result === undefined) return this.#say(withId(line, id), id);
    this.#say(withId(withMembers(line, { result: modernResult(result, method) }), id), id);
  }

  #asked(line: Buffer, id: string, method: string, about: string | null): void {
    if (method === "ping") {
      const pong = resultLine(id, {});
      return this.#wire.send(pong, peek(pong));
    }
    if (!QUESTIONS.includes(method)) {
      const refusal = rpcErrorLine(id, METHOD_NOT_FOUND, `${method} is nothing that this client can be asked.`);
      return this.#wire.send(refusal, peek(refusal));
    }
    const call = this.#callAbout(about);
    if (call === undefined) return this.#refuseOutside(id);
    const params = parsed(member(line, "params"));
    call.questions.push({ id, key: `input-${++this.#sent}`, request: { method, params: params ?? {} } });
    if (call.id !== null) this.#ask(call);
  }

  /** Without a word on which call a question belongs to it is the newest one's. */
  #callAbout(about: string | null): Call | undefined {
    if (about !== null) return this.#calls.get(about);
    return [...this.#calls.values()].findLast(({ method }) => MAY_ASK.includes(method));
  }

  #refuseOutside(id: string): void {
    const line = rpcErrorLine(id, NOBODY, "This client answers questions only while one of its requests is open.");
    this.#wire.send(line, peek(line));
  }

  /** Ends the agent's try with the questions that are open. */
  #ask(call: Call): void {
    const { id, questions } = call;
    if (id === null) return;
    const state = randomBytes(24).toString("base64url");
    call.id = null;
    call.state = state;
    this.#waiting.set(state, call);
    call.timer = setTimeout(() => this.#giveUp(call), PATIENCE);
    const inputRequests = Object.fromEntries(questions.map(({ key, request }) => [key, request]));
    this.#say(resultLine(id, { resultType: "input_required", inputRequests, requestState: state }), id);
  }

  /** The server takes a question back. */
  #withdrawn(id: string | null): boolean {
    for (const call of this.#calls.values()) {
      const left = call.questions.filter((question) => question.id !== id);
      if (left.length === call.questions.length) continue;
      call.questions = left;
      return true;
    }
    return false;
  }

  #say(line: Buffer, about: string | null = null): void {
    this.#events.message(line, peek(line), about);
  }

  #take(id: string | null): Call | undefined {
    const call = id === null ? undefined : this.#calls.get(id);
    if (call !== undefined) this.#forget(call);
    return call;
  }

  #wakeUp(call: Call): void {
    clearTimeout(call.timer);
    if (call.state !== null) this.#waiting.delete(call.state);
    call.state = null;
  }

  #forget(call: Call): void {
    this.#wakeUp(call);
    this.#calls.delete(call.onWire);
  }
}

const PREFIX = "gatehouse-m";
const MAY_ASK: readonly string[] = ["tools/call", "prompts/get", "resources/read"];
/** JSON-RPC 2.0 §5.1, the part of the codes that is left to implementations. */
const NOBODY = -32000;
