/**
 * The one `subscriptions/listen` by which a session hears of changes (MCP 2026-07-28 subscriptions): opened for what the server
 * can tell and the agent wants, opened again when it ends.
 */
import { type Peek, peek } from "../../../shim/scan.ts";
import { record } from "../../jsonrpc.ts";
import { bytes, member, parsed, withMembers } from "../splice.ts";
import { META } from "./protocol.ts";

export interface ListeningOptions {
  /** The server's. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** Of a request in the agent's name. */
  meta(): Readonly<Record<string, unknown>>;
  send(message: Buffer, peeked: Peek): void;
  /** A change, in the form that it has in both eras. */
  changed(notification: Buffer, peeked: Peek): void;
}

/** Milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
/** A stream that held this long was a good one. */
const GOOD = 30_000;

const METHOD_NOT_FOUND = -32601;
const CHANGES =
  /^notifications\/(?:tools\/list_changed|prompts\/list_changed|resources\/list_changed|resources\/updated)$/;
const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";

interface Stream {
  /** JSON text of the listen's id. */
  readonly id: string;
  readonly since: number;
}

export class Listening {
  readonly #options: ListeningOptions;
  readonly #uris = new Set<string>();
  #started = false;
  /** The server has none of it, or everything is closed. */
  #closed = false;
  #current: Stream | null = null;
  /** Is to take the current one's place as soon as it is acknowledged, so that nothing is missed in between. */
  #next: Stream | null = null;
  #streams = 0;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ListeningOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#open();
  }

  subscribe(uri: string): void {
    if (this.#uris.has(uri)) return;
    this.#uris.add(uri);
    if (this.#started) this.#open();
  }

  unsubscribe(uri: string): void {
    if (this.#uris.delete(uri) && this.#started) this.#open();
  }

  /** The connection may be dead without having said so. */
  reopen(): void {
    this.#failures = 0;
    if (this.#started) this.#open();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** A message of the server's; true: it belongs to a listen, and nobody else need look at it. */
  takes(line: Buffer, peeked: Peek): boolean {
    const { id, method } = peeked;
    if (peeked.isAnswer) return this.#takesAnswer(line, id);
    if (id !== null || method === null) return false;
    // Over stdio this is how a server ends a listen, and nothing else is ever taken back.
    if (method === "notifications/cancelled") {
      this.#ended(JSON.stringify(record(parsed(member(line, "params"))).requestId));
      return true;
    }
    if (method === ACKNOWLEDGED) {
      this.#acknowledged(subscriptionOf(line));
      return true;
    }
    if (!CHANGES.test(method)) return false;
    const subscription = subscriptionOf(line);
    if (subscription !== undefined && !this.#isOpen(subscription)) return true;
    const plain = withoutSubscription(line);
    this.#options.changed(plain, peek(plain));
    return true;
  }

  /** A request gets no answer; true: it was a listen. */
  failed(id: string): boolean {
    if (!this.#isOpen(id)) return false;
    this.#ended(id);
    return true;
  }

  #isOpen(id: string | undefined): boolean {
    return id !== undefined && (id === this.#current?.id || id === this.#next?.id);
  }

  /** The listen is over: by an error, or as a server that shuts down ends it. */
  #takesAnswer(line: Buffer, id: string | null): boolean {
    if (id === null || !this.#isOpen(id)) return false;
    if (record(parsed(member(line, "error"))).code === METHOD_NOT_FOUND) this.close();
    this.#ended(id);
    return true;
  }

  #filter(): Record<string, unknown> | null {
    const { tools, prompts, resources } = this.#options.capabilities;
    const filter = {
      ...(record(tools).listChanged === true ? { toolsListChanged: true } : {}),
      ...(record(prompts).listChanged === true ? { promptsListChanged: true } : {}),
      ...(record(resources).listChanged === true ? { resourcesListChanged: true } : {}),
      ...(this.#uris.size > 0 ? { resourceSubscriptions: [...this.#uris] } : {}),
    };
    return Object.keys(filter).length === 0 ? null : filter;
  }

  #open(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    if (this.#next !== null) this.#cancel(this.#next);
    this.#next = null;
    const notifications = this.#filter();
    if (notifications === null) {
      if (this.#current !== null) this.#cancel(this.#current);
      this.#current = null;
      return;
    }
    const id = `gatehouse-listen-${++this.#streams}`;
    this.#next = { id: JSON.stringify(id), since: performance.now() };
    const params = { _meta: this.#options.meta(), notifications };
    this.#send({ jsonrpc: "2.0", id, method: "subscriptions/listen", params });
  }

  #acknowledged(id: string | undefined): void {
    if (this.#next === null || (id !== undefined && id !== this.#next.id)) return;
    const before = this.#current;
    this.#current = this.#next;
    this.#next = null;
    if (before !== null) this.#cancel(before);
  }

  #ended(id: string | undefined): void {
    const stream = [this.#current, this.#next].find((one) => one !== null && one.id === id);
    if (stream === undefined || stream === null) return;
    if (stream === this.#current) this.#current = null;
    else this.#next = null;
    if (this.#closed || this.#next !== null) return;
    if (performance.now() - stream.since > GOOD) this.#failures = 0;
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#failures++) * (0.75 + Math.random() / 2);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), pause);
  }

  #cancel({ id }: Stream): void {
    const params = { requestId: JSON.parse(id) as unknown };
    this.#send({ jsonrpc: "2.0", method: "notifications/cancelled", params });
  }

  #send(message: object): void {
    const line = bytes(message);
    this.#options.send(line, peek(line));
  }
}

/** JSON text of the id of the listen that a notification came by. */
function subscriptionOf(line: Buffer): string | undefined {
  const id = record(parsed(member(member(line, "params"), "_meta")))[META.subscription];
  return id === undefined ? undefined : JSON.stringify(id);
}

function withoutSubscription(line: Buffer): Buffer {
  const params = member(line, "params");
  const meta = member(params, "_meta");
  if (meta === undefined) return line;
  const { [META.subscription]: _, ...rest } = record(parsed(meta));
  return withMembers(line, {
    params: withMembers(params, { _meta: Object.keys(rest).length === 0 ? null : bytes(rest) }),
  });
}
