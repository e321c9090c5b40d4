/** Where the window is to go. A window that is still loading fetches it when it is ready; one that is there is told. */
import type { Destination } from "../../preload/api-settings.ts";

export class Destinations {
  readonly #tell: (destination: Destination) => void;
  #waiting: Destination | null = null;
  #isHeard = false;

  /** `tell` reaches the page that has called {@link take}. */
  constructor(tell: (destination: Destination) => void) {
    this.#tell = tell;
  }

  go(destination: Destination): void {
    if (this.#isHeard) this.#tell(destination);
    else this.#waiting = destination;
  }

  /** By the page, once it listens. */
  take(): Destination | null {
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#isHeard = true;
    return waiting;
  }

  /** The page is gone, or another one takes its place. */
  lost(): void {
    this.#isHeard = false;
  }
}
