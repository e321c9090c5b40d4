/**
 * A server of the modern era for an agent of the legacy one: each request gets the `_meta` that the agent said once, in its
 * handshake; each result loses what the agent does not know; what a server needs to go on becomes questions to the agent.
 */
import { cancelledId, type Peek, peek, withId } from "../../../shim/scan.ts";
import type { GatehouseError } from "../../errors.ts";
import { badAnswer } from "../failures.ts";
import { bytes, member, parsed, withMembers } from "../splice.ts";
import type { UpstreamEvents } from "../upstream.ts";
import { InputRound, type Needed, neededIn } from "./input-round.ts";
import { ModernLink, type ModernLinkOptions } from "./modern-link.ts";
import { META, passedOn } from "./protocol.ts";
import { plainResult } from "./shapes.ts";

/** Times that one request may need something; a server that goes on asking is broken. */
const ROUNDS = 16;
const ROOTS_CHANGED = "notifications/roots/list_changed";

interface Call {
  /** Under which the agent knows it. JSON text, like {@link onWire}. */
  readonly id: string;
  readonly method: string;
  /** As it was sent first. */
  readonly message: Buffer;
  /** Of the try that is under way. */
  onWire: string;
  rounds: number;
  /** The agent is being asked. */
  round: InputRound | null;
}

export class LegacyAgent extends ModernLink {
  /** By both ids; that of the wire changes with every try. */
  readonly #byAgent = new Map<string, Call>();
  readonly #onWire = new Map<string, Call>();
  readonly #asking = new Set<InputRound>();
  #tries = 0;
  #questions = 0;

  constructor(options: ModernLinkOptions) {
    const { events } = options;
    super({
      ...options,
      events: {
        ...events,
        closed: (error) => {
          // What waits for the agent is not on the wire, which therefore cannot fail it.
          for (const { id, round } of [...this.#byAgent.values()]) if (round !== null) this.#fail(id, error);
          events.closed(error);
        },
      },
    });
  }

  protected override forward(message: Buffer, peeked: Peek): void {
    const { id, method } = peeked;
    if (method === null) {
      for (const round of this.#asking) if (round.answered(message, id)) return;
      return;
    }
    if (id !== null) return this.#request(message, id, method);
    if (method === "notifications/cancelled") return this.#cancel(message);
    if (method !== ROOTS_CHANGED && method !== "notifications/progress") this.options.wire.send(message, peeked);
  }

  #request(message: Buffer, id: string, method: string): void {
    const params = member(message, "params");
    const meta = member(params, "_meta");
    const _meta = {
      ...(meta === undefined ? {} : passedOn(parsed(meta), [META.subscription])),
      ...this.meta(),
      ...(this.logLevel === undefined ? {} : { [META.logLevel]: this.logLevel }),
    };
    const whole = withMembers(message, { params: withMembers(params, { _meta: bytes(_meta) }) });
    const call: Call = { id, method, message: whole, onWire: id, rounds: 0, round: null };
    this.#byAgent.set(id, call);
    this.#onWire.set(id, call);
    this.options.wire.send(whole, peek(whole));
  }

  #cancel(message: Buffer): void {
    const call = this.#byAgent.get(cancelledId(message) ?? "");
    if (call === undefined) return;
    this.#forget(call);
    if (call.round !== null) return call.round.withdraw();
    const params = member(message, "params");
    const renamed = withMembers(message, {
      params: withMembers(params, { requestId: Buffer.from(call.onWire) }),
    });
    this.options.wire.send(renamed, peek(renamed));
  }

  protected override fromServer(line: Buffer, peeked: Peek, about: string | null): void {
    const call = this.#onWire.get((peeked.isAnswer ? peeked.id : about) ?? "");
    if (!peeked.isAnswer) return super.fromServer(line, peeked, call?.id ?? null);
    if (call === undefined) return;
    const result = member(line, "result");
    if (result === undefined) return this.#answer(call, line, peeked);
    const resultType = parsed(member(result, "resultType"));
    if (resultType === undefined || resultType === "complete") {
      const plain = withMembers(line, { result: plainResult(result) });
      return this.#answer(call, plain, peek(plain));
    }
    if (resultType !== "input_required")
      return this.#fail(call.id, badAnswer(this.options.name, "sent a kind of result that is not known here"));
    const needed = neededIn(this.options.name, result, this.options.agent.capabilities);
    if ("code" in needed) return this.#fail(call.id, needed);
    if (++call.rounds > ROUNDS)
      return this.#fail(call.id, badAnswer(this.options.name, "goes on asking for more input without an end"));
    this.#onWire.delete(call.onWire);
    this.#ask(call, needed);
  }

  protected override notAnswered(...[id, error]: Parameters<UpstreamEvents["failed"]>): void {
    const call = this.#onWire.get(id);
    if (call !== undefined) this.#fail(call.id, error);
  }

  #ask(call: Call, needed: Needed): void {
    const { events, name } = this.options;
    const round = new InputRound(name, needed, {
      newId: () => `gatehouse-input-${++this.#questions}`,
      ask: (line) => events.message(line, peek(line), call.id),
      done: (responses) => {
        this.#asking.delete(round);
        if (this.#byAgent.get(call.id) === call) this.#retry(call, responses, needed.state);
      },
      refused: (error) => {
        this.#asking.delete(round);
        if (this.#byAgent.get(call.id) === call) this.#fail(call.id, error);
      },
    });
    call.round = round;
    this.#asking.add(round);
    round.begin();
  }

  /** The request once more, under another id, with what was asked for, and the server's own state back as it came. */
  #retry(call: Call, inputResponses: Buffer | null, requestState: Buffer | null): void {
    call.round = null;
    call.onWire = `"gatehouse-retry-${++this.#tries}"`;
    this.#onWire.set(call.onWire, call);
    const params = withMembers(member(call.message, "params"), { inputResponses, requestState });
    const line = withId(withMembers(call.message, { params }), call.onWire);
    this.options.wire.send(line, peek(line));
  }

  #answer(call: Call, line: Buffer, peeked: Peek): void {
    this.#forget(call);
    if (peeked.id === call.id) return this.options.events.message(line, peeked, call.id);
    const named = withId(line, call.id);
    this.options.events.message(named, peek(named), call.id);
  }

  #fail(id: string, error: GatehouseError): void {
    const call = this.#byAgent.get(id);
    if (call === undefined) return;
    this.#forget(call);
    call.round?.withdraw();
    this.options.events.failed(id, error);
  }

  #forget(call: Call): void {
    if (this.#byAgent.get(call.id) === call) this.#byAgent.delete(call.id);
    this.#onWire.delete(call.onWire);
    if (call.round !== null) this.#asking.delete(call.round);
  }
}
