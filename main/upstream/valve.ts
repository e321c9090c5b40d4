/** Stops and goes on with everything that is being read for one agent, so that one who does not listen holds up nobody else. */
import type { Readable } from "node:stream";

export class Valve {
  readonly #open = new Set<Readable>();
  #isShut = false;

  /** To be called before anybody reads it. What is paused here stays where it is: with the sender. */
  through(readable: Readable): void {
    if (readable.destroyed) return;
    this.#open.add(readable);
    readable.once("close", () => this.#open.delete(readable));
    if (this.#isShut) readable.pause();
  }

  set(shut: boolean): void {
    if (this.#isShut === shut) return;
    this.#isShut = shut;
    for (const readable of this.#open) {
      if (shut) readable.pause();
      else readable.resume();
    }
  }
}
