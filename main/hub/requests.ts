/** An agent's requests that have no answer yet: those that wait for a server session, and those that one has. */
import type { Peek } from "../../shim/scan.ts";

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
}

export class Requests {
  #waiting: Request[] = [];
  readonly #sent = new Map<string, Sent>();

  wait(request: Request): void {
    this.#waiting.push(request);
  }

  /** All that waits, which is then the caller's to send or answer. */
  takeWaiting(): Request[] {
    return this.#waiting.splice(0);
  }

  /** The agent no longer wants the answer. */
  cancel(id: string | null): void {
    this.#waiting = this.#waiting.filter((request) => request.id !== id);
  }

  sent({ id, method, again }: Pick<Request, "id" | "method" | "again">): void {
    this.#sent.set(id, { method, again });
  }

  /** Its method; null when no such request is open. */
  answered(id: string): string | null {
    const request = this.#sent.get(id);
    this.#sent.delete(id);
    return request?.method ?? null;
  }

  /** The server session is over and is certain not to have run it: it waits for the next one, once. */
  untaken(line: Buffer, peeked: Peek): void {
    const { id, method } = peeked;
    // A server that forgets every session at once would have us go on for ever.
    if (id === null || method === null || this.#sent.get(id)?.again !== false) return;
    this.#sent.delete(id);
    this.wait({ line, peeked, id, method, again: true });
  }

  get hasUntaken(): boolean {
    return this.#waiting.some(({ again }) => again);
  }

  /** All that a server session had, which nobody will answer any more. */
  takeSent(): { id: string; method: string }[] {
    const open = [...this.#sent].map(([id, { method }]) => ({ id, method }));
    this.#sent.clear();
    return open;
  }
}
