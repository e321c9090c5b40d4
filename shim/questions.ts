/**
 * What one side asked an agent and has not heard about yet (sampling, elicitation, roots). A server session that ended
 * takes its questions with it: the next one counts its ids from the start again, and an answer to the old question,
 * a person's consent perhaps, must not be taken for one to the new.
 */
import { randomUUID } from "node:crypto";
import { type Peek, withId } from "./scan.ts";

export class Questions {
  /** JSON text of ids: as the agent knows them, and the server's own. */
  readonly #open = new Map<string, string>();
  #count = 0;
  /** Set once ids of an earlier session may come back: from then on the agent gets ids that it has never seen. */
  #tag: string | null = null;

  /** The line as the agent gets it. */
  toAgent(line: Buffer, { id, method }: Peek): Buffer {
    if (method === null) return line;
    if (id === null) return this.#tag !== null && method === "notifications/cancelled" ? this.#renamed(line) : line;
    const shown = this.#tag === null ? id : `"${this.#tag}-${this.#count}"`;
    this.#count++;
    this.#open.set(shown, id);
    return shown === id ? line : withId(line, shown);
  }

  /** The agent's line as the server gets it; null: the answer to a question that was withdrawn, for nobody. */
  fromAgent(line: Buffer, { id, method }: Peek): Buffer | null {
    if (id === null || method !== null) return line;
    const own = this.#open.get(id);
    this.#open.delete(id);
    if (own === undefined) return this.#tag === null ? line : null;
    return own === id ? line : withId(line, own);
  }

  /** Nobody waits for the answers any more: the notifications that tell the agent so (MCP 2025-11-25 cancellation). */
  withdraw(): Buffer[] {
    // Not every agent heeds the notification: the official SDK's client takes the id 0 in one for none.
    if (this.#count > 0) this.#tag = randomUUID().slice(0, 8);
    const ids = [...this.#open.keys()];
    this.#open.clear();
    return ids.map((id) => cancelled(`{"requestId":${id},"reason":"The session with the server ended."}`));
  }

  /** A server's own cancellation, under the id that the agent knows. */
  #renamed(line: Buffer): Buffer {
    try {
      const { params } = JSON.parse(line.toString("utf8")) as { params?: { requestId?: unknown } };
      const own = JSON.stringify(params?.requestId);
      const [shown] = [...this.#open].find(([, id]) => id === own) ?? [];
      if (shown === undefined) return line;
      this.#open.delete(shown);
      return cancelled(JSON.stringify({ ...params, requestId: JSON.parse(shown) as unknown }));
    } catch {
      // Not JSON inside: the agent will say so.
      return line;
    }
  }
}

function cancelled(params: string): Buffer {
  return Buffer.from(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":${params}}`);
}
