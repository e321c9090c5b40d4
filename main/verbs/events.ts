/** Listeners by event. A value that arrives with nobody listening costs nothing and is gone. */
import type { Events } from "../../preload/api.ts";

type Listener<E extends keyof Events> = (value: Events[E]) => void;
type Lists = { readonly [E in keyof Events]: Set<Listener<E>> };

export class EventLists {
  readonly #lists: Lists = { snapshot: new Set(), calls: new Set(), records: new Set(), log: new Set() };

  /** Returns the unsubscribe. */
  on<E extends keyof Events>(event: E, listener: Listener<E>): () => void {
    const list = this.#lists[event] as Set<Listener<E>>;
    list.add(listener);
    return () => void list.delete(listener);
  }

  emit<E extends keyof Events>(event: E, value: Events[E]): void {
    for (const listener of [...(this.#lists[event] as Set<Listener<E>>)]) listener(value);
  }

  isHeard(event: keyof Events): boolean {
    return this.#lists[event].size > 0;
  }

  clear(): void {
    for (const list of Object.values(this.#lists)) list.clear();
  }
}
