/**
 * Stops and goes on with everything that is being read for one agent, so that one who does not listen holds up nobody
 * else, and keeps what is read in parts within bounds.
 */
import type { Readable } from "node:stream";

/** Bytes of unfinished bodies from which on only one large one is read further. */
const MOST_PARTS = 16 * 1024 * 1024;
/** Bytes of an unfinished body that is never held up for others' sake. */
const SMALL = 256 * 1024;

export class Valve {
  readonly #open = new Set<Readable>();
  /** What was kept so far of bodies that are of use only whole. */
  readonly #parts = new Map<Readable, number>();
  #kept = 0;
  #largest: Readable | null = null;
  #isShut = false;

  /**
   * To be called before anybody reads it. What is paused here stays where it is: with the sender. `closed`: called when
   * nothing more comes of it.
   */
  through(readable: Readable, closed: () => void = () => {}): void {
    if (readable.destroyed) return closed();
    this.#open.add(readable);
    readable.on("close", () => {
      this.#open.delete(readable);
      this.#letGo(readable);
      closed();
    });
    if (this.#isShut) readable.pause();
  }

  set(shut: boolean): void {
    if (this.#isShut === shut) return;
    this.#isShut = shut;
    for (const readable of this.#open) this.#apply(readable);
  }

  /** So many more bytes of it are kept until it ends. */
  keeps(readable: Readable, bytes: number): void {
    if (!this.#open.has(readable)) return;
    const size = (this.#parts.get(readable) ?? 0) + bytes;
    this.#parts.set(readable, size);
    this.#kept += bytes;
    if (this.#largest === null || size > (this.#parts.get(this.#largest) ?? 0)) this.#largest = readable;
    if (this.#kept > MOST_PARTS) this.#apply(readable);
  }

  #letGo(readable: Readable): void {
    const size = this.#parts.get(readable);
    if (size === undefined) return;
    this.#kept -= size;
    this.#parts.delete(readable);
    if (this.#largest !== readable && this.#kept > MOST_PARTS) return;
    this.#largest = null;
    let most = 0;
    for (const [each, size] of this.#parts) {
      if (size <= most) continue;
      most = size;
      this.#largest = each;
    }
    for (const each of this.#parts.keys()) this.#apply(each);
  }

  #apply(readable: Readable): void {
    const size = this.#parts.get(readable) ?? 0;
    const waits = size > SMALL && this.#kept > MOST_PARTS && readable !== this.#largest;
    const stop = this.#isShut || waits;
    if (stop === readable.isPaused()) return;
    if (stop) readable.pause();
    else readable.resume();
  }
}
