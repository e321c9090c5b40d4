/** One round of questions that a server's `input_required` result holds, put to a legacy agent (MCP 2026-07-28 MRTR). */
import { GatehouseError, quoteRemote } from "../../errors.ts";
import { record } from "../../jsonrpc.ts";
import { badAnswer } from "../failures.ts";
import { bytes, member, parsed, withMembers } from "../splice.ts";

const MOST_QUESTIONS = 64;
/** Bytes of a state: it goes back whole with the next try. */
const MAX_STATE = 4 * 1024 * 1024;

interface Question {
  readonly key: string;
  readonly method: string;
  readonly params: unknown;
}

/** What a request needs to go on. */
export interface Needed {
  readonly questions: readonly Question[];
  /** The state's JSON text exactly as it came; null: there is none, and none goes back. */
  readonly state: Buffer | null;
}

/** `result`: an `input_required` one. An error: it cannot be met, and why. */
export function neededIn(
  server: string,
  result: Buffer,
  capabilities: Readonly<Record<string, unknown>>,
): Needed | GatehouseError {
  const state = member(result, "requestState") ?? null;
  if (state !== null && state.length > MAX_STATE) return badAnswer(server, "sent a request state of more than 4 MiB");
  const requests = parsed(member(result, "inputRequests"));
  if (state === null && requests === undefined)
    return badAnswer(server, "needs more input for this request and does not say which");
  const entries = Object.entries(record(requests));
  if (entries.length > MOST_QUESTIONS) return badAnswer(server, "asks too much at once");
  const questions = entries.map(([key, request]) => {
    const { method, params } = record(request);
    return { key, method: typeof method === "string" ? method : "", params };
  });
  const beyond = questions.find((question) => !canAnswer(question, capabilities));
  if (beyond !== undefined) return cannotAnswer(server, beyond.method);
  return { questions, state };
}

function canAnswer({ method, params }: Question, capabilities: Readonly<Record<string, unknown>>): boolean {
  const { elicitation, sampling, roots } = capabilities;
  if (method === "sampling/createMessage") return sampling !== undefined;
  if (method === "roots/list") return roots !== undefined;
  if (method !== "elicitation/create" || elicitation === undefined) return false;
  // Without a word on modes it can forms (MCP 2025-11-25 elicitation, capabilities).
  const isUrl = record(params).mode === "url";
  const { form, url } = record(elicitation);
  return isUrl ? url !== undefined : form !== undefined || url === undefined;
}

function cannotAnswer(server: string, method: string): GatehouseError {
  return new GatehouseError({
    code: "unsupported",
    server,
    message: `${server} needs an answer to ${quoteRemote(method)} to go on, and this agent did not say that it can give one.`,
    suggestion: "Call it from an agent that can, or in a way that needs no further input.",
  });
}

export interface RoundEvents {
  /** An id for a question that no other question of the session has. */
  newId(): string;
  /** A request to the agent. Or the notification that takes one back. */
  ask(line: Buffer): void;
  /** `responses`: the `inputResponses` of the next try; null: nothing was asked. */
  done(responses: Buffer | null): void;
  refused(error: GatehouseError): void;
}

export class InputRound {
  readonly #server: string;
  readonly #needed: Needed;
  readonly #events: RoundEvents;
  /** Not answered yet, by JSON text of the id that the agent got. */
  readonly #open = new Map<string, Question>();
  readonly #responses: Record<string, Buffer> = {};

  constructor(server: string, needed: Needed, events: RoundEvents) {
    this.#server = server;
    this.#needed = needed;
    this.#events = events;
  }

  begin(): void {
    const { questions } = this.#needed;
    if (questions.length === 0) return this.#events.done(null);
    const asked = questions.map((question) => {
      const id = this.#events.newId();
      this.#open.set(JSON.stringify(id), question);
      return bytes({ jsonrpc: "2.0", id, method: question.method, params: paramsFor(question, id) });
    });
    for (const line of asked) this.#events.ask(line);
  }

  /** An answer of the agent's; false: to something else. */
  answered(line: Buffer, id: string | null): boolean {
    const question = id === null ? undefined : this.#open.get(id);
    if (id === null || question === undefined) return false;
    this.#open.delete(id);
    const result = member(line, "result");
    if (result !== undefined) this.#responses[question.key] = result;
    // Only to an elicitation there is an answer that says no.
    else if (question.method === "elicitation/create") this.#responses[question.key] = bytes({ action: "cancel" });
    else {
      this.withdraw();
      this.#events.refused(noAnswer(this.#server, question.method));
      return true;
    }
    if (this.#open.size === 0) this.#events.done(withMembers(undefined, this.#responses));
    return true;
  }

  /** The answers are not wanted any more. */
  withdraw(): void {
    const ids = [...this.#open.keys()];
    this.#open.clear();
    for (const id of ids) {
      const params = { requestId: JSON.parse(id) as unknown, reason: "The request it belongs to has ended." };
      this.#events.ask(bytes({ jsonrpc: "2.0", method: "notifications/cancelled", params }));
    }
  }
}

/** The legacy era names each elicitation by URL; the modern one no longer does (MCP 2025-11-25 elicitation). */
function paramsFor({ params }: Question, id: string): unknown {
  return record(params).mode === "url" ? { elicitationId: id, ...record(params) } : params;
}

function noAnswer(server: string, method: string): GatehouseError {
  return new GatehouseError({
    code: "upstream_failed",
    server,
    message: `${server} needs an answer to ${quoteRemote(method)} to go on, and this agent answered it with an error.`,
    suggestion: "Call again when the agent can answer it.",
  });
}
