/** A session's way to its server: opened, given up when it takes too long, tried again for as long as that can help. */
import { type Peek, peek } from "../../shim/scan.ts";
import { asGatehouseError, type GatehouseError } from "../errors.ts";
import { parseMessage, record } from "../jsonrpc.ts";
import { badAnswer, hasExited, noHandshake } from "../upstream/failures.ts";
import type { Era, Upstream, UpstreamEvents } from "../upstream/upstream.ts";
import type { SessionHost } from "./session-host.ts";
import { needsPerson } from "./stand-in.ts";

const RETRY_FIRST = 1_000;
const RETRY_MOST = 60_000;
/** A program that ends by itself sooner than this (milliseconds) and that often is not started for the mere asking. */
const SHORT_LIFE = 10_000;
const SHORT_LIVES = 3;
const VAULT_PAUSE = 30_000;

type State =
  | { readonly kind: "none" }
  | { readonly kind: "connecting"; readonly upstream: Upstream; readonly initId: string }
  | { readonly kind: "ready"; readonly upstream: Upstream }
  | { readonly kind: "down"; readonly error: GatehouseError };

export interface LinkEvents {
  /** The server has answered the handshake: its result. */
  connected(hello: Readonly<Record<string, unknown>>): void;
  /** The server's own JSON-RPC error to the handshake; {@link down} follows. */
  refused(error: Readonly<Record<string, unknown>>): void;
  message(line: Buffer, peeked: Peek): void;
  untaken(line: Buffer, peeked: Peek): void;
  /** A request other than the handshake gets no answer. */
  failed(id: string, error: GatehouseError): void;
  /** The server session is over; the link is to be dropped and connected again, or set down. */
  lost(error: GatehouseError): void;
  /** There is no server now. */
  down(error: GatehouseError): void;
}

export class Link {
  readonly #host: SessionHost;
  readonly #events: LinkEvents;
  #state: State = { kind: "none" };
  #closed = false;
  /** What is said to every new server session, and in which era. */
  #handshake: { readonly message: Readonly<Record<string, unknown>>; readonly era: Era } | null = null;
  #limit: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** Why there is no link now; kept while another try is under way. */
  #trouble: GatehouseError | null = null;
  #downSince = 0;
  #failures = 0;
  #attempts = 0;
  #startedAt = 0;
  #shortLives = 0;
  #isPaused = false;

  constructor(host: SessionHost, events: LinkEvents) {
    this.#host = host;
    this.#events = events;
  }

  get state(): State["kind"] {
    return this.#state.kind;
  }

  get trouble(): GatehouseError | null {
    return this.#trouble;
  }

  /** Set while the state is `down`. */
  get error(): GatehouseError | null {
    return this.#state.kind === "down" ? this.#state.error : null;
  }

  /** Down, and the next request may find that it no longer is. */
  get isWorthATry(): boolean {
    const { error } = this;
    if (error === null) return false;
    if (canRetry(error)) return this.#shortLives < SHORT_LIVES;
    // A keychain is unlocked without anybody telling us; asking too often would prompt too often.
    const mayHavePassed = needsPerson(error) && error.code !== "sign_in_required";
    return mayHavePassed && performance.now() - this.#downSince > VAULT_PAUSE;
  }

  /** Down until a person or the configuration changes it. */
  get waitsForSomebody(): boolean {
    return this.state === "down" && this.#trouble !== null && !canRetry(this.#trouble);
  }

  introduce(message: Readonly<Record<string, unknown>>, era: Era): void {
    this.#handshake = { message, era };
  }

  /** Forgets how often it failed: something has changed. */
  forgive(): void {
    this.#failures = 0;
    this.#shortLives = 0;
  }

  connect(): void {
    clearTimeout(this.#retry);
    if (this.#handshake === null || this.#closed) return;
    const { message, era } = this.#handshake;
    const initId = `"gatehouse-initialize-${++this.#attempts}"`;
    let upstream: Upstream;
    const current = (): boolean => !this.#closed && "upstream" in this.#state && this.#state.upstream === upstream;
    try {
      const events: UpstreamEvents = {
        message: (line, peeked) => current() && this.#fromServer(line, peeked),
        untaken: (line, peeked) => current() && this.#events.untaken(line, peeked),
        failed: (id, error) => current() && this.#failed(id, error),
        closed: (error) => current() && this.#events.lost(error),
      };
      upstream = this.#host.open(events, era);
    } catch (error) {
      return this.down(asGatehouseError(error, this.#host.name));
    }
    if (this.#isPaused) upstream.setPaused(true);
    this.#startedAt = performance.now();
    this.#state = { kind: "connecting", upstream, initId };
    const line = Buffer.from(JSON.stringify({ ...message, id: JSON.parse(initId) as string }));
    this.#limit = setTimeout(() => {
      if (!current()) return;
      void upstream.close();
      this.down(noHandshake(this.#host.name, this.#host.connectLimit));
    }, this.#host.connectLimit);
    upstream.send(line, { id: initId, method: "initialize", isAnswer: false, isError: false, ok: true });
    this.#host.changed();
  }

  /** For the server, while there is one. */
  send(line: Buffer, peeked: Peek): void {
    if (this.#state.kind === "ready") this.#state.upstream.send(line, peeked);
  }

  /** A message of the hub's own. */
  tell(message: object): void {
    const line = Buffer.from(JSON.stringify(message));
    this.send(line, peek(line));
  }

  /** Whether reading from the server is held up. */
  setPaused(paused: boolean): void {
    this.#isPaused = paused;
    if ("upstream" in this.#state) this.#state.upstream.setPaused(paused);
  }

  /** The machine was asleep. */
  resumed(): void {
    if (this.#state.kind === "ready") this.#state.upstream.resumed();
    else if (this.error !== null && canRetry(this.error)) this.connect();
  }

  /** Lets go of the server session. */
  drop(): void {
    clearTimeout(this.#limit);
    clearTimeout(this.#retry);
    const state = this.#state;
    this.#state = { kind: "none" };
    if ("upstream" in state) void state.upstream.close();
  }

  /** There is no server, and why. */
  down(thrown: GatehouseError): void {
    clearTimeout(this.#limit);
    clearTimeout(this.#retry);
    // A try that fails like the one before it is the same trouble, under the same correlation id.
    const before = this.#trouble;
    const error = before?.code === thrown.code && before.message === thrown.message ? before : thrown;
    this.#trouble = error;
    if (error !== before) this.#host.report(error);
    this.#state = { kind: "down", error };
    this.#downSince = performance.now();
    if (hasExited(error)) this.#shortLives = this.#downSince - this.#startedAt < SHORT_LIFE ? this.#shortLives + 1 : 0;
    if (canRetry(error)) {
      const failures = Math.max(this.#failures++, this.#shortLives);
      const wait = Math.min(RETRY_MOST, RETRY_FIRST * 2 ** failures) * (0.75 + Math.random() / 2);
      this.#retry = setTimeout(() => {
        if (this.#state.kind === "down") this.connect();
      }, wait);
    }
    this.#events.down(error);
    this.#host.changed();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#limit);
    clearTimeout(this.#retry);
    const state = this.#state;
    this.#state = { kind: "none" };
    if ("upstream" in state) await state.upstream.close();
  }

  #fromServer(line: Buffer, peeked: Peek): void {
    const state = this.#state;
    if (state.kind === "connecting" && peeked.isAnswer && peeked.id === state.initId)
      return this.#connected(line, state.upstream);
    this.#events.message(line, peeked);
  }

  #connected(line: Buffer, upstream: Upstream): void {
    clearTimeout(this.#limit);
    const answer = parseMessage(line);
    const hello = record(answer?.result);
    if (typeof hello.protocolVersion !== "string") {
      if (answer?.error !== undefined) this.#events.refused(record(answer.error));
      void upstream.close();
      return this.down(badAnswer(this.#host.name, "refused the MCP handshake"));
    }
    upstream.negotiated(hello.protocolVersion);
    this.#state = { kind: "ready", upstream };
    this.#trouble = null;
    this.#failures = 0;
    this.#events.connected(hello);
    this.#host.changed();
  }

  #failed(id: string, thrown: GatehouseError): void {
    const error = needsPerson(thrown) ? this.#host.need(thrown) : thrown;
    if (this.#state.kind === "connecting" && id === this.#state.initId) {
      void this.#state.upstream.close();
      if (needsPerson(error)) this.#host.opensWithoutSignIn(false);
      return this.down(error);
    }
    if (error.code === "sign_in_required") this.#host.opensWithoutSignIn(true);
    this.#events.failed(id, error);
  }
}

/** Whether trying again by itself can help, without a person doing something first. */
function canRetry(error: GatehouseError): boolean {
  return (
    error.code === "upstream_unreachable" ||
    error.code === "upstream_failed" ||
    error.code === "session_lost" ||
    error.code === "refresh_failed"
  );
}
