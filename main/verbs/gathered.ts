/** Events that come one by one, told as lists: many at once are one event, and nothing is made for nobody. */
import type { Events } from "../../preload/api.ts";
import type { EventLists } from "./events.ts";

type ListEvent = Exclude<keyof Events, "snapshot">;

/** Milliseconds. */
const MOMENT = 250;
/** Of more at once only the newest are told. */
const MOST = 1_000;

export class Gathered<E extends ListEvent, T> {
  readonly #events: EventLists;
  readonly #event: E;
  readonly #made: (item: T) => Events[E][number];
  #items: T[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** `made`: what is told of an item. */
  constructor(events: EventLists, event: E, made: (item: T) => Events[E][number]) {
    this.#events = events;
    this.#event = event;
    this.#made = made;
  }

  add(item: T): void {
    if (!this.#events.isHeard(this.#event)) return;
    this.#items.push(item);
    if (this.#items.length > 2 * MOST) this.#items = this.#items.slice(-MOST);
    this.#timer ??= setTimeout(() => this.#tell(), MOMENT);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#items = [];
  }

  #tell(): void {
    const items = this.#items.slice(-MOST);
    this.close();
    this.#events.emit(this.#event, items.map(this.#made) as unknown as Events[E]);
  }
}
