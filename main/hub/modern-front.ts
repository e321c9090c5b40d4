/** What a session does for an agent of the modern era besides passing its requests on: the protocol's `_meta`, and the listens. */
import { cancelledId, type Peek } from "../../shim/scan.ts";
import { PARSE_ERROR, parseMessage, record, rpcErrorLine } from "../jsonrpc.ts";
import type { Era } from "../upstream/upstream.ts";
import { Listens } from "./listens.ts";
import {
  INVALID_PARAMS,
  isModern,
  isPlainlyModern,
  isRefusal,
  mayBeModern,
  type Refusal,
  type RequestMeta,
  readMeta,
} from "./modern.ts";

/** What the front needs of its session. */
interface Front {
  write(line: Buffer): void;
  /** Sends a request of the hub's own to the server, if it is there. */
  ask(method: string, params: unknown): void;
}

/** `plain`: to be passed on. `legacy`: it is none of this era. */
type Found = "plain" | "legacy" | Refusal | { readonly meta: RequestMeta; readonly params: unknown };

export class ModernFront {
  readonly #session: Front;
  readonly #listens = new Listens();
  /** URIs that the server was asked to tell of; null: it is not there, or cannot. */
  #subscribed: Set<string> | null = null;

  constructor(session: Front) {
    this.#session = session;
  }

  /** Whether {@link read} has to look at a request. `era`: that the agent speaks so far. */
  static mayBeMeant(line: Buffer, method: string, era: Era | null): boolean {
    return era === "modern" || method === "server/discover" || mayBeModern(line);
  }

  read(line: Buffer, method: string, era: Era | null): Found {
    const isOurs = method === "server/discover" || method === "subscriptions/listen";
    if (era === "modern" && !isOurs && isPlainlyModern(line)) return "plain";
    const message = parseMessage(line);
    if (message === null) return { code: PARSE_ERROR, message: "This request is not valid JSON." };
    // In a session of the legacy era it is a method that the server may know or not, like any other.
    const asksForEra = method === "server/discover" && era !== "legacy";
    if (era !== "modern" && !asksForEra && !isModern(message)) return "legacy";
    const meta = readMeta(message);
    return isRefusal(meta) ? meta : { meta, params: message.params };
  }

  /** Holds the request open and acknowledges it. `hello`: of the server that is there. True: it was refused. */
  listen(id: string, params: unknown, hello: Readonly<Record<string, unknown>> | null): boolean {
    const subscribes = hello === null || canSubscribe(record(hello.capabilities));
    const acknowledged = this.#listens.open(id, params, subscribes);
    const refusal = "subscriptions/listen needs notifications, a filter of what to be told.";
    this.#session.write(acknowledged ?? rpcErrorLine(id, INVALID_PARAMS, refusal));
    this.#subscribe();
    return acknowledged === null;
  }

  holds(id: string): boolean {
    return this.#listens.has(id);
  }

  get isListening(): boolean {
    return !this.#listens.isEmpty;
  }

  /** A `notifications/cancelled` of the agent's; true: it ended a listen. */
  cancelled(line: Buffer): boolean {
    if (this.#listens.isEmpty || !this.#listens.end(cancelledId(line))) return false;
    this.#subscribe();
    return true;
  }

  /** True: the server's message goes to the listens that asked for it, and nowhere else. */
  takes(line: Buffer, { id, method }: Peek): boolean {
    if (method === null || id !== null || !Listens.carries(method)) return false;
    this.tell(method, parseMessage(line)?.params);
    return true;
  }

  tell(method: string, params: unknown): void {
    for (const notice of this.#listens.deliver(method, params)) this.#session.write(notice);
  }

  connected(capabilities: Readonly<Record<string, unknown>>): void {
    this.#subscribed = canSubscribe(capabilities) ? new Set() : null;
    this.#subscribe();
  }

  disconnected(): void {
    this.#subscribed = null;
  }

  /** The agent speaks another era now. */
  close(): void {
    this.#listens.clear();
    this.#subscribe();
  }

  /** Tells the server which resources are wanted now. */
  #subscribe(): void {
    if (this.#subscribed === null) return;
    const wanted = this.#listens.uris();
    for (const uri of wanted) if (!this.#subscribed.has(uri)) this.#session.ask("resources/subscribe", { uri });
    for (const uri of this.#subscribed) if (!wanted.has(uri)) this.#session.ask("resources/unsubscribe", { uri });
    this.#subscribed = wanted;
  }
}

function canSubscribe(capabilities: Readonly<Record<string, unknown>>): boolean {
  return record(capabilities.resources).subscribe === true;
}
