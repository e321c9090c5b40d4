/** Ways back from edits, for as long as the hub runs. */
import { randomUUID } from "node:crypto";
import { GatehouseError } from "../errors.ts";

/** Takes one edit back. Answers the name of what it was about; throws `conflict` when that has changed since. */
export type WayBack = () => Promise<{ readonly name: string }>;

/** Older ones are forgotten. */
const MAX_KEPT = 100;

export class Undos {
  readonly #ways = new Map<string, WayBack>();

  /** Answers what names it in {@link take}. */
  add(back: WayBack): string {
    const id = randomUUID();
    this.#ways.set(id, back);
    for (const oldest of [...this.#ways.keys()].slice(0, -MAX_KEPT)) this.#ways.delete(oldest);
    return id;
  }

  clear(): void {
    this.#ways.clear();
  }

  /** Goes it once; one that failed can be tried again. Throws `invalid_request` when it is not known, and what it throws. */
  async take(id: string): Promise<{ readonly name: string }> {
    const back = this.#ways.get(id);
    if (back === undefined) {
      throw new GatehouseError({
        code: "invalid_request",
        message: "This edit can no longer be taken back.",
        suggestion: "Change the server by hand, or in servers.json.",
      });
    }
    // Gone while it runs, so that a second click does nothing.
    this.#ways.delete(id);
    try {
      return await back();
    } catch (error) {
      this.#ways.set(id, back);
      throw error;
    }
  }
}
