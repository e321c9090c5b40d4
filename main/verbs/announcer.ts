/** Tells listeners of a new snapshot: once for all changes of a turn, and only when it differs. */
import type { Snapshot } from "../../preload/api.ts";

export class Announcer {
  readonly #take: () => Snapshot;
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  #scheduled: NodeJS.Immediate | null = null;
  #last = "";

  constructor(take: () => Snapshot) {
    this.#take = take;
  }

  now(): Snapshot {
    return this.#take();
  }

  changed(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = null;
      if (this.#listeners.size === 0) return;
      const snapshot = this.#take();
      const text = JSON.stringify({ ...snapshot, hub: { ...snapshot.hub, uptime_s: 0 } });
      if (text === this.#last) return;
      this.#last = text;
      for (const listener of this.#listeners) listener(snapshot);
    });
  }

  on(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
  }
}
