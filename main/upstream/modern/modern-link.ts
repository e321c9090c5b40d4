/**
 * A server of the modern era as a session sees it once it has been asked what it is: what both eras of agents have in
 * common. A modern agent's messages reach it as they are.
 */
import { type Peek, peek } from "../../../shim/scan.ts";
import { resultLine } from "../../jsonrpc.ts";
import { bytes, member, parsed, withMembers } from "../splice.ts";
import type { Upstream, UpstreamEvents } from "../upstream.ts";
import { Listening } from "./listening.ts";
import { type Discovered, holdsCredential, type Introduction, metaFor, passedOn } from "./protocol.ts";

export interface ModernLinkOptions {
  readonly name: string;
  /** Carries messages of the modern era. */
  readonly wire: Upstream;
  readonly events: UpstreamEvents;
  readonly agent: Introduction;
  readonly discovered: Discovered;
  readonly version: string;
}

/** What the hub itself asks of a server, in the words of the legacy era, and what that era's agents may. */
const ANSWERED_HERE: readonly string[] = ["ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"];

export class ModernLink implements Upstream {
  protected readonly options: ModernLinkOptions;
  readonly #listening: Listening;
  #logLevel: unknown;

  constructor(options: ModernLinkOptions) {
    this.options = options;
    this.#listening = new Listening({
      capabilities: options.discovered.capabilities,
      meta: () => this.meta(),
      send: (message, peeked) => options.wire.send(message, peeked),
      changed: (line, peeked) => options.events.message(line, peeked, null),
    });
  }

  send(message: Buffer, peeked: Peek): void {
    const { id, method } = peeked;
    if (method === "notifications/initialized") return this.#listening.start();
    if (id !== null && method !== null && ANSWERED_HERE.includes(method)) return this.#answer(message, id, method);
    this.forward(message, peeked);
  }

  negotiated(): void {}

  resumed(): void {
    this.#listening.reopen();
  }

  setPaused(paused: boolean): void {
    this.options.wire.setPaused(paused);
  }

  async close(): Promise<void> {
    this.#listening.close();
    await this.options.wire.close();
  }

  /** What the wire brings. */
  readonly fromWire: UpstreamEvents = {
    message: (line, peeked, about = null) => {
      if (!this.#listening.takes(line, peeked)) this.fromServer(line, peeked, about);
    },
    untaken: (line, peeked) => this.options.events.untaken(line, peeked),
    failed: (id, error) => {
      if (!this.#listening.failed(id)) this.notAnswered(id, error);
    },
    closed: (error) => {
      this.#listening.close();
      this.options.events.closed(error);
    },
  };

  /** The `_meta` of a request that the hub makes in the agent's name. */
  protected meta(): Record<string, unknown> {
    return metaFor(this.options.agent, this.options.version);
  }

  /** As the agent set it last; undefined: it never did. */
  protected get logLevel(): unknown {
    return this.#logLevel;
  }

  protected forward(message: Buffer, peeked: Peek): void {
    // Nothing of this era is asked of an agent, so there is nothing that it could answer.
    if (peeked.method === null) return;
    const params = member(message, "params");
    const meta = parsed(member(params, "_meta"));
    if (!holdsCredential(meta)) return this.options.wire.send(message, peeked);
    const clean = withMembers(message, { params: withMembers(params, { _meta: bytes(passedOn(meta, [])) }) });
    this.options.wire.send(clean, peek(clean));
  }

  protected fromServer(line: Buffer, peeked: Peek, about: string | null): void {
    if (peeked.isAnswer || peeked.id === null) this.options.events.message(line, peeked, about);
  }

  protected notAnswered(...[id, error]: Parameters<UpstreamEvents["failed"]>): void {
    this.options.events.failed(id, error);
  }

  #answer(message: Buffer, id: string, method: string): void {
    const params = member(message, "params");
    if (method === "logging/setLevel") this.#logLevel = parsed(member(params, "level"));
    const uri = parsed(member(params, "uri"));
    if (typeof uri === "string" && method === "resources/subscribe") this.#listening.subscribe(uri);
    if (typeof uri === "string" && method === "resources/unsubscribe") this.#listening.unsubscribe(uri);
    const line = resultLine(id, {});
    this.options.events.message(line, peek(line));
  }
}
