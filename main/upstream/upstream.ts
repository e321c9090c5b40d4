/** The seam between a session and whatever carries its messages to the server. */
import type { Peek } from "../../shim/scan.ts";
import type { GatehouseError } from "../errors.ts";

/**
 * Which way of speaking MCP: `legacy` is 2024-11-05 … 2025-11-25 (a handshake, sessions), `modern` 2026-07-28 and later
 * (stateless, everything in each request's `_meta`).
 */
export type Era = "legacy" | "modern";

/** How a server speaks. */
export type Spoken = Era | "both";

/** What is remembered of how a server speaks, from one connection to the next. */
export interface EraMemory {
  /** Null: nobody has found out yet, or what was found out no longer holds. */
  get(): Spoken | null;
  set(spoken: Spoken | null): void;
}

/**
 * One session with one server. It speaks the agent's era on this side, whichever the server's is: where they differ, what
 * implements it translates. Only the handshake is the same for both: a legacy `initialize`, which the session makes up
 * for a modern agent, and its answer.
 * Messages are JSON-RPC as bytes, one object each, without a raw line end; nothing in them
 * is changed on the way.
 */
export interface Upstream {
  /**
   * Hands a message over. What goes wrong with a request is told to {@link UpstreamEvents.failed}; a notification or
   * answer that cannot be delivered is dropped.
   */
  send(message: Buffer, peeked: Peek): void;
  /** Called once the server has agreed on a protocol version in its `initialize` answer. */
  negotiated(protocolVersion: string): void;
  /** The machine was asleep: what waits on a connection is to be asked for anew. */
  resumed(): void;
  /**
   * True: the agent does not take what it is sent, so nothing more is read from the server until it does; what was read
   * already may still come. Not paused at first.
   */
  setPaused(paused: boolean): void;
  /** Ends the session politely, then by force. Idempotent; no event comes after it was called. */
  close(): Promise<void>;
}

export interface UpstreamEvents {
  /** A message of the server. `about`: JSON text of the id of the request during which it came, where that is known. */
  message(line: Buffer, peeked: Peek, about?: string | null): void;
  /** The server is certain not to have run this request: its session is over. {@link closed} follows. */
  untaken(line: Buffer, peeked: Peek): void;
  /** The request with this id will get no answer. */
  failed(id: string, error: GatehouseError): void;
  /** The session is over; a new one has to be opened. Requests in flight have been failed before. */
  closed(error: GatehouseError): void;
}
