/**
 * What one side asked an agent and has not heard about yet (sampling, elicitation, roots). A server session that ended
 * takes its questions with it: the next one counts its ids from the start again, and an answer to the old question,
 * a person's consent perhaps, must not be taken for one to the new.
 */
import type { Peek } from "./scan.ts";

export class Questions {
  /** JSON text of ids. */
  readonly #open = new Set<string>();
  readonly #withdrawn = new Set<string>();

  /** Notes what goes to the agent. */
  toAgent({ id, method }: Peek): void {
    if (id !== null && method !== null) this.#open.add(id);
  }

  /** Whether this message of the agent's may go on: everything but the answer to a question that was withdrawn. */
  fromAgent({ id, method }: Peek): boolean {
    if (id === null || method !== null) return true;
    if (this.#open.delete(id)) return true;
    return !this.#withdrawn.delete(id);
  }

  /** Nobody waits for the answers any more: the notifications that tell the agent so (MCP 2025-11-25 cancellation). */
  withdraw(): Buffer[] {
    const ids = [...this.#open];
    this.#open.clear();
    for (const id of ids) this.#withdrawn.add(id);
    return ids.map((id) =>
      Buffer.from(
        `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${id},"reason":"The session with the server ended."}}`,
      ),
    );
  }
}
