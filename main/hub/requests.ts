/** An agent's requests that have no answer yet: those that wait for a server session, and those that one has. */
import type { Peek } from "../../shim/scan.ts";
import { GatehouseError } from "../errors.ts";
import { errorLine, INVALID_REQUEST, rpcErrorLine } from "../jsonrpc.ts";

/** Stands for the method of a request that the hub itself made: its answer is not the agent's. */
export const OURS = "";

/** A request on its way through a session. */
export interface Request {
  readonly line: Buffer;
  readonly peeked: Peek;
  /** JSON text, as the agent wrote it. */
  readonly id: string;
  readonly method: string;
  /** It went to an earlier server session, which did not take it. */
  readonly again: boolean;
}

interface Sent {
  readonly method: string;
  readonly again: boolean;
  /** Bytes, kept by the transport until there is an answer. */
  readonly size: number;
}

/** Bytes of requests without an answer that a session may have, unless it is one alone. */
const MOST_OPEN = 64 * 1024 * 1024;

export class Requests {
  #waiting: Request[] = [];
  readonly #sent = new Map<string, Sent>();
  /** Bytes of what was sent. */
  #sentSize = 0;
  /** Bytes of what waits. */
  #waitingSize = 0;

  /** Why one more is not taken: its id has no answer yet (JSON-RPC 2.0 §4), or too much waits for answers already. */
  refusal(id: string, line: Buffer): "id_in_use" | "too_large" | null {
    if (this.#sent.has(id) || this.#waiting.some((request) => request.id === id)) return "id_in_use";
    const open = this.#sentSize + this.#waitingSize;
    return open > 0 && open + line.length > MOST_OPEN ? "too_large" : null;
  }

  wait(request: Request): void {
    this.#waiting.push(request);
    this.#waitingSize += request.line.length;
  }

  /** All that waits, which is then the caller's to send or answer. */
  takeWaiting(): Request[] {
    this.#waitingSize = 0;
    return this.#waiting.splice(0);
  }

  /** The agent no longer wants the answer: there will be none to what waits, and perhaps to what was sent. */
  cancel(id: string | null): void {
    const sent = id === null ? undefined : this.#sent.get(id);
    if (id !== null && sent !== undefined) {
      this.#sentSize -= sent.size;
      this.#sent.set(id, { ...sent, size: 0 });
    }
    for (const request of this.takeWaiting()) if (request.id !== id) this.wait(request);
  }

  sent({ id, method, again }: Pick<Request, "id" | "method" | "again">, size: number): void {
    this.#sent.set(id, { method, again, size });
    this.#sentSize += size;
  }

  /** Its method; null when no such request is open. */
  answered(id: string): string | null {
    const request = this.#sent.get(id);
    if (request === undefined) return null;
    this.#sent.delete(id);
    this.#sentSize -= request.size;
    return request.method;
  }

  /** The server session is over and is certain not to have run it: it waits for the next one, once. */
  untaken(line: Buffer, peeked: Peek): void {
    const { id, method } = peeked;
    // A server that forgets every session at once would have us go on for ever.
    if (id === null || method === null || this.#sent.get(id)?.again !== false) return;
    this.answered(id);
    this.wait({ line, peeked, id, method, again: true });
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#sent.size === 0;
  }

  get hasUntaken(): boolean {
    return this.#waiting.some(({ again }) => again);
  }

  /** All that a server session had, which nobody will answer any more. */
  takeSent(): { id: string; method: string }[] {
    const open = [...this.#sent].map(([id, { method }]) => ({ id, method }));
    this.#sent.clear();
    this.#sentSize = 0;
    return open;
  }
}

/** The answer to a request that is not taken. One to the id in use would pass for the answer of the request that has it. */
export function refusalLine(why: "id_in_use" | "too_large", server: string, id: string): Buffer {
  if (why === "id_in_use")
    return rpcErrorLine(null, INVALID_REQUEST, `The id ${id} belongs to a request that has no answer yet.`);
  const error = new GatehouseError({
    code: "too_large",
    server,
    message: `More than 64 MiB of requests wait for ${server}.`,
    suggestion: "Wait for an answer, then call again.",
  });
  return errorLine(id, error);
}
