/** One server of those that an agent has as one: a session of its own with it, ids of our own in that session. */
import { cancelledId, peek, withId } from "../../../shim/scan.ts";
import { GatehouseError } from "../../errors.ts";
import { errorLine, parseMessage, record } from "../../jsonrpc.ts";
import { SIGN_IN_TOOL } from "../provisional.ts";
import type { ServerRuntime } from "../server-runtime.ts";
import type { Session } from "../session.ts";
import { needsPerson } from "../stand-in.ts";
import { jsonAt, withJsonAt } from "./edit.ts";
import { type Item, type ListKind, ListRefused, Lists } from "./lists.ts";
import { serverPart } from "./names.ts";
import type { RememberedLists } from "./remembered.ts";

export interface MemberParts {
  readonly runtime: ServerRuntime;
  readonly remembered: RememberedLists;
  /** Parameters of the agent's `initialize`. */
  readonly handshake: Readonly<Record<string, unknown>>;
  /** Whether the agent does not take what it is sent. */
  readonly isPaused: () => boolean;
  /** JSON text of the level that the agent set; null: none. */
  readonly level: () => string | null;
  /** A notification or question of the server's; its own answers to lists and calls do not come here. */
  readonly said: (member: Member, line: Buffer) => void;
  /** {@link Lists} found that a list is another than was shown. */
  readonly late: (member: Member, kind: ListKind) => void;
}

interface Open {
  readonly answered: (line: Buffer) => void;
  /** JSON text of the request's progress token; null: it has none. */
  readonly token: string | null;
}

export class Member {
  readonly name: string;
  /** Its part of the names of its tools. */
  readonly part: string;
  readonly lists: Lists;
  readonly #parts: MemberParts;
  #session: Session | null = null;
  #closed = false;
  #count = 0;
  readonly #open = new Map<string, Open>();
  #instructions: string | null;
  readonly #capabilities: Promise<Readonly<Record<string, unknown>>>;
  #introduced: (capabilities: Readonly<Record<string, unknown>>) => void = () => {};

  constructor(parts: MemberParts) {
    const { runtime, remembered } = parts;
    this.#parts = parts;
    this.name = runtime.name;
    this.part = serverPart(this.name);
    const before = remembered.get(this.name, runtime.listedBy);
    this.#instructions = before.instructions;
    this.#capabilities = new Promise((resolve) => {
      this.#introduced = resolve;
    });
    this.lists = new Lists(
      {
        ask: (method, params) => this.#ask(method, params),
        capabilities: () => {
          this.start();
          return this.#capabilities;
        },
        isOwn: (kind, items) => this.#isOwn(kind, items),
        learned: () => this.#remember(),
        late: (kind) => parts.late(this, kind),
      },
      before.lists,
    );
  }

  get isStarted(): boolean {
    return this.#session !== null;
  }

  /** The server's session is open and answers. */
  get isReady(): boolean {
    return this.#session?.state === "ready";
  }

  /** The hub speaks in the server's place, because a person is needed. */
  get isStandIn(): boolean {
    const error = this.#session?.error ?? null;
    return error !== null && needsPerson(error);
  }

  /** Somebody has to sign in before its tools can be used; also while it is not started. */
  get needsSignIn(): boolean {
    return this.isStandIn || this.#parts.runtime.view().need !== null;
  }

  get instructions(): string | null {
    return this.#instructions;
  }

  /** The agent's session with this server begins; nothing happens when it has begun. */
  start(): void {
    if (this.#session !== null || this.#closed) return;
    const { runtime, handshake } = this.#parts;
    const session = runtime.open(null, { write: (line) => this.#fromServer(line) }, false);
    this.#session = session;
    if (this.#parts.isPaused()) session.setPaused(true);
    this.#request({ method: "initialize", params: handshake }, (line) => {
      const result = record(parseMessage(line)?.result);
      if (typeof result.instructions === "string" && !this.isStandIn) this.#instructions = result.instructions;
      this.tell({ method: "notifications/initialized" });
      const level = this.#parts.level();
      if (level !== null) this.setLevel(level);
      this.#introduced(typeof result.capabilities === "object" ? record(result.capabilities) : ANYTHING);
    });
  }

  /** `level`: JSON text. A server that is not started hears of it when it starts. */
  setLevel(level: string): void {
    if (this.#session === null) return;
    this.#request({ method: "logging/setLevel", params: { level: JSON.parse(level) as unknown } }, () => {});
  }

  subscribe(uri: string): void {
    this.#request({ method: "resources/subscribe", params: { uri } }, () => {});
  }

  /**
   * Sends an agent's request under an id of ours, which is the answer. `answered` gets the server's answer under that
   * id, once.
   */
  forward(line: Buffer, answered: (line: Buffer) => void): string {
    this.start();
    const id = String(++this.#count);
    this.#open.set(id, { answered, token: jsonAt(line, ["params", "_meta", "progressToken"]) });
    if (this.#session === null) this.#fail(id);
    else this.#session.receive(withId(line, id));
    return id;
  }

  /** Takes back what {@link forward} sent; no answer comes any more. `notice`: the agent's `notifications/cancelled`. */
  cancel(id: string, notice: Buffer): void {
    if (this.#open.delete(id)) this.#session?.receive(withJsonAt(notice, ["params", "requestId"], id));
  }

  /** A notification, or the answer to a question. */
  pass(line: Buffer): void {
    this.#session?.receive(line);
  }

  tell(message: Readonly<Record<string, unknown>>): void {
    this.pass(Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message })));
  }

  setPaused(paused: boolean): void {
    this.#session?.setPaused(paused);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const session = this.#session;
    this.#session = null;
    for (const id of [...this.#open.keys()]) this.#fail(id);
    this.#introduced({});
    if (session !== null) await this.#parts.runtime.release(session);
  }

  #fail(id: string): void {
    const open = this.#open.get(id);
    this.#open.delete(id);
    open?.answered(errorLine(id, gone(this.name)));
  }

  #request(message: Readonly<Record<string, unknown>>, answered: (line: Buffer) => void): void {
    this.forward(Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 0, ...message })), answered);
  }

  #ask(method: string, params: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    return new Promise((resolve, reject) => {
      this.#request({ method, params }, (line) => {
        const answer = parseMessage(line);
        if (answer?.error === undefined) resolve(record(answer?.result));
        else reject(new ListRefused(record(answer.error)));
      });
    });
  }

  #fromServer(line: Buffer): void {
    const { id, method } = peek(line);
    if (method === null) {
      const open = id === null ? undefined : this.#open.get(id);
      if (id !== null) this.#open.delete(id);
      return open?.answered(line);
    }
    if (method === "notifications/progress" && id === null) {
      // Only of what runs here: another server's calls are not this one's to speak of.
      const token = jsonAt(line, ["params", "progressToken"]);
      if (token === null || ![...this.#open.values()].some((open) => open.token === token)) return;
    }
    if (method === "notifications/cancelled" && cancelledId(line) === null) return;
    this.#parts.said(this, line);
  }

  /** A server may want a sign-in in the middle of its session: then the hub answers, and the session stays. */
  #isOwn(kind: ListKind, items: readonly Item[]): boolean {
    if (this.isStandIn) return false;
    if (this.#parts.runtime.view().need === null) return true;
    return kind === "tools" ? items.some(({ name }) => name !== SIGN_IN_TOOL) : items.length > 0;
  }

  #remember(): void {
    const { remembered, runtime } = this.#parts;
    remembered.set(this.name, runtime.listedBy, { lists: this.lists.all, instructions: this.#instructions });
  }
}

/** Of a server that has refused the handshake, and may take the next one. */
const ANYTHING = { tools: {}, prompts: {}, resources: {} };

function gone(server: string): GatehouseError {
  return new GatehouseError({
    code: "unknown_server",
    server,
    message: `${server} was turned off or taken away while this request was running.`,
    suggestion: "Check whether it took effect; turn the server on again to go on with it.",
  });
}
