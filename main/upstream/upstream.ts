/** The seam between a session and whatever carries its messages to the server. */
import type { Peek } from "../../shim/scan.ts";
import type { GatehouseError } from "../errors.ts";

/**
 * One session with one server. Messages are JSON-RPC as bytes, one object each, without a raw line end; nothing in them
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
  /** Ends the session politely, then by force. Idempotent; no event comes after it was called. */
  close(): Promise<void>;
}

export interface UpstreamEvents {
  /** A message of the server. */
  message(line: Buffer, peeked: Peek): void;
  /** The server is certain not to have run this request: its session is over. {@link closed} follows. */
  untaken(line: Buffer, peeked: Peek): void;
  /** The request with this id will get no answer. */
  failed(id: string, error: GatehouseError): void;
  /** The session is over; a new one has to be opened. Requests in flight have been failed before. */
  closed(error: GatehouseError): void;
}
