/** Tells listeners of a new snapshot: once for all changes of a turn, and only when it differs. */
import type { Snapshot } from "../../preload/api.ts";
import type { EventLists } from "./events.ts";

export class Announcer {
  readonly #take: () => Snapshot;
  readonly #events: EventLists;
  #scheduled: NodeJS.Immediate | null = null;
  #last = "";

  constructor(events: EventLists, take: () => Snapshot) {
    this.#events = events;
    this.#take = take;
  }

  now(): Snapshot {
    return this.#take();
  }

  changed(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = null;
      if (!this.#events.isHeard("snapshot")) return;
      const snapshot = this.#take();
      const text = JSON.stringify({ ...snapshot, hub: { ...snapshot.hub, uptime_s: 0 } });
      if (text === this.#last) return;
      this.#last = text;
      this.#events.emit("snapshot", snapshot);
    });
  }

  close(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
  }
}
