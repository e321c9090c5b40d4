/**
 * A page to sign in at, offered to the person where the agent can show one: elicitation in URL mode, a request in the
 * legacy era (MCP 2025-11-25 client/elicitation), a part of the result in the modern one (MCP 2026-07-28 basic/patterns/mrtr).
 */
import { randomUUID } from "node:crypto";
import type { Peek } from "../../shim/scan.ts";
import { parseMessage, record, resultLine } from "../jsonrpc.ts";
import type { Era } from "../upstream/upstream.ts";
import { capabilitiesIn } from "./modern.ts";
import { SIGN_IN_TOOL } from "./provisional.ts";

/** Names the question in `inputRequests`. */
const QUESTION = "sign_in";

export interface Offering {
  readonly server: string;
  /** A URL of a page on this machine, good for one sign-in; null: there is none to be had. */
  page(): Promise<string | null>;
  write(line: Buffer): void;
}

/** A `tools/call` of the agent's that cannot reach the server. */
export interface Call {
  /** JSON text. */
  readonly id: string;
  readonly line: Buffer;
  readonly era: Era;
  /** That the agent declared in its `initialize`. */
  readonly capabilities: unknown;
  /** Gives the usual answer, with a sentence about the page. */
  answer(note: string | null): void;
}

export class SignInOffer {
  readonly #offering: Offering;
  /** The request that the agent has not answered: its id as JSON text. */
  #open: string | null = null;
  /** The last one that the agent may still show. */
  #elicitationId: string | null = null;

  constructor(offering: Offering) {
    this.#offering = offering;
  }

  /** True: the call is one of the sign-in tool by an agent that can show a page, and is answered here in a moment. */
  takes(call: Call): boolean {
    if (!call.line.includes(SIGN_IN_TOOL)) return false;
    const params = record(parseMessage(call.line)?.params);
    const isModern = call.era === "modern";
    if (params.name !== SIGN_IN_TOOL) return false;
    if (!canShowPages(isModern ? capabilitiesIn(params) : call.capabilities)) return false;
    const { action } = record(record(params.inputResponses)[QUESTION]);
    if (isModern && action !== undefined) {
      call.answer(noteOn(action));
      return true;
    }
    if (!isModern && this.#open !== null) return false;
    void this.#offering
      .page()
      .catch(() => null)
      .then((url) => {
        if (url === null) call.answer(null);
        else if (isModern) this.#ask(call, url);
        else this.#request(call, url);
      });
    return true;
  }

  #ask({ id }: Call, url: string): void {
    const question = { method: "elicitation/create", params: { mode: "url", url, message: this.#message() } };
    this.#offering.write(resultLine(id, { resultType: "input_required", inputRequests: { [QUESTION]: question } }));
  }

  /** The call does not wait for the person. */
  #request(call: Call, url: string): void {
    const elicitationId = randomUUID();
    const id = JSON.stringify(`gatehouse-sign-in-${elicitationId}`);
    this.#open = id;
    this.#elicitationId = elicitationId;
    const params = { mode: "url", url, elicitationId, message: this.#message() };
    const request = { jsonrpc: "2.0", id: JSON.parse(id) as string, method: "elicitation/create", params };
    this.#offering.write(Buffer.from(JSON.stringify(request)));
    call.answer("The user is being offered a page to sign in at.");
  }

  #message(): string {
    return `Sign in to ${this.#offering.server}, so that its tools can be used.`;
  }

  /** Whether a message of the agent's answers the offer. */
  isAnswer(line: Buffer, { id, method }: Peek): boolean {
    if (this.#open === null || method !== null || id !== this.#open) return false;
    this.#open = null;
    if (record(parseMessage(line)?.result).action !== "accept") this.#elicitationId = null;
    return true;
  }

  /** The server is there: nobody has to sign in any more. */
  done(): void {
    if (this.#open !== null) this.#tell("notifications/cancelled", { requestId: JSON.parse(this.#open) as unknown });
    if (this.#elicitationId !== null)
      this.#tell("notifications/elicitation/complete", { elicitationId: this.#elicitationId });
    this.#open = null;
    this.#elicitationId = null;
  }

  #tell(method: string, params: unknown): void {
    this.#offering.write(Buffer.from(JSON.stringify({ jsonrpc: "2.0", method, params })));
  }
}

function canShowPages(capabilities: unknown): boolean {
  const { url } = record(record(capabilities).elicitation);
  return typeof url === "object" && url !== null;
}

function noteOn(action: unknown): string {
  return action === "accept" ? "The user has agreed to sign in." : "The user did not want to sign in now.";
}
