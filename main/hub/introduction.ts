/** How the agent introduced itself, and the answers to that which it waits for. */
import { parseMessage, record, rpcErrorLine } from "../jsonrpc.ts";
import type { Era } from "../upstream/upstream.ts";
import { discoverResult, handshakeFor, type RequestMeta } from "./modern.ts";
import type { Whose } from "./stand-in.ts";

interface Open {
  /** JSON text. */
  readonly id: string;
  readonly method: "initialize" | "server/discover";
}

/** What an introduction needs of the session that it belongs to. */
export interface Introducing {
  respond(id: string, method: string, result: unknown): void;
  write(line: Buffer): void;
  /** The agent got an answer, the server's own or ours. */
  introduced(by: Whose): void;
}

export class Introduction {
  readonly #session: Introducing;
  #era: Era | null = null;
  #agentName: string | null = null;
  #asked: unknown;
  #capabilities: unknown;
  /** `notifications/initialized` came, or will never come. */
  isDone = false;
  #open: Open[] = [];
  #patience: NodeJS.Timeout | undefined;

  constructor(session: Introducing) {
    this.#session = session;
  }

  /** Null: it has said nothing yet. */
  get era(): Era | null {
    return this.#era;
  }

  /** Null: it gave no name. */
  get agentName(): string | null {
    return this.#agentName;
  }

  /** That it declared in its `initialize`; not checked. */
  get capabilities(): unknown {
    return this.#capabilities;
  }

  /** The protocol version that it asked for; not checked. */
  get asked(): unknown {
    return this.#asked;
  }

  /** Takes the agent's `initialize`, which is what every server session is to hear; null: it is not valid JSON. */
  legacy(line: Buffer): Record<string, unknown> | null {
    const message = parseMessage(line);
    if (message === null) return null;
    const params = record(message.params);
    this.#begin("legacy", record(params.clientInfo));
    this.#asked = params.protocolVersion;
    this.#capabilities = params.capabilities;
    return message;
  }

  /** Takes the `_meta` of the agent's first request; the handshake that every server session is to hear. */
  modern(meta: RequestMeta): Record<string, unknown> {
    this.#begin("modern", record(meta.clientInfo));
    this.isDone = true;
    return handshakeFor(meta);
  }

  #begin(era: Era, { title, name }: Record<string, unknown>): void {
    const shown = title ?? name;
    if (typeof shown === "string" && shown !== "") this.#agentName = plainName(shown);
    this.#era = era;
    this.#asked = undefined;
    this.#capabilities = undefined;
    this.isDone = false;
    this.#open = [];
  }

  /** The agent waits; after `patience` milliseconds `answer` is called. */
  wait(open: Open, patience: number, answer: () => void): void {
    this.#open.push(open);
    clearTimeout(this.#patience);
    this.#patience = setTimeout(answer, patience);
  }

  /** It waits for the answer to an `initialize`, and says `initialized` after it. */
  get isOpen(): boolean {
    return this.#open.some(({ method }) => method === "initialize");
  }

  /** `hello`: result of an `initialize`. */
  answer(hello: Readonly<Record<string, unknown>>, by: Whose): void {
    const open = this.#take();
    if (open.length > 0) this.#session.introduced(by);
    for (const { id, method } of open) {
      this.#session.respond(id, method, method === "initialize" ? hello : discoverResult(hello));
    }
  }

  /** The server's own refusal (an unsupported version, say) is the agent's to judge. A modern agent asked us, not the server. */
  refuse(error: Readonly<Record<string, unknown>>): void {
    if (this.#era === "modern") return;
    for (const { id } of this.#take())
      this.#session.write(rpcErrorLine(id, Number(error.code), String(error.message), error.data));
  }

  close(): void {
    clearTimeout(this.#patience);
  }

  #take(): Open[] {
    clearTimeout(this.#patience);
    return this.#open.splice(0);
  }
}

/** A name that came from another program, fit to be shown. */
function plainName(name: string): string {
  return Array.from(name.replace(/[\p{Cc}\p{Cf}]+/gu, " ").trim())
    .slice(0, 60)
    .join("");
}
