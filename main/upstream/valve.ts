/**
 * Stops and goes on with everything that is being read for one agent, so that one who does not listen holds up nobody
 * else, and keeps what is read in parts within bounds.
 */
import type { Readable } from "node:stream";

/** Bytes of unfinished bodies from which on only one large one is read further. */
const MOST_PARTS = 4 * 1024 * 1024;
/** Bytes of an unfinished body that is never held up for others' sake. */
const SMALL = 64 * 1024;

interface Body {
  /** Bytes that were kept so far, if it is of use only whole. */
  kept: number;
  /** Bytes that it will have, as it said; 0: unknown, or it may be small. */
  readonly announced: number;
}

export class Valve {
  readonly #open = new Map<Readable, Body>();
  /** What was kept so far of all bodies. */
  #kept = 0;
  /** The one that is read in any case. */
  #first: Readable | null = null;
  #isShut = false;

  /**
   * To be called before anybody reads it. What is paused here stays where it is: with the sender. `length`: of the body,
   * where that is known. `closed`: called when nothing more comes of it.
   */
  through(readable: Readable, length: number | null = null, closed: () => void = () => {}): void {
    if (readable.destroyed) return closed();
    const announced = length !== null && length > SMALL ? length : 0;
    this.#open.set(readable, { kept: 0, announced });
    readable.on("close", () => {
      this.#letGo(readable);
      closed();
    });
    if (announced > 0) this.#first ??= readable;
    this.#apply(readable);
  }

  set(shut: boolean): void {
    if (this.#isShut === shut) return;
    this.#isShut = shut;
    for (const readable of this.#open.keys()) this.#apply(readable);
  }

  /** So many more bytes of it are kept until it ends. */
  keeps(readable: Readable, bytes: number): void {
    const body = this.#open.get(readable);
    if (body === undefined) return;
    body.kept += bytes;
    this.#kept += bytes;
    if (body.kept > SMALL) this.#first ??= readable;
    if (this.#kept > MOST_PARTS) this.#apply(readable);
  }

  #letGo(readable: Readable): void {
    const kept = this.#open.get(readable)?.kept ?? 0;
    this.#open.delete(readable);
    this.#kept -= kept;
    if (this.#first !== readable) {
      if (kept > SMALL) this.#applyAll();
      return;
    }
    this.#first = null;
    let most = 0;
    for (const [each, body] of this.#open) {
      const size = Math.max(body.kept, body.announced > 0 ? 1 : 0);
      if (size <= most || (body.announced === 0 && body.kept <= SMALL)) continue;
      most = size;
      this.#first = each;
    }
    this.#applyAll();
  }

  #applyAll(): void {
    for (const each of this.#open.keys()) this.#apply(each);
  }

  #apply(readable: Readable): void {
    const stop = this.#isShut || this.#waits(readable);
    if (stop === readable.isPaused()) return;
    if (stop) readable.pause();
    else readable.resume();
  }

  /** It is large, and what is kept of the others is enough already. */
  #waits(readable: Readable): boolean {
    const body = this.#open.get(readable);
    if (body === undefined || readable === this.#first) return false;
    const isLarge = body.kept > SMALL || body.announced > 0;
    return isLarge && this.#kept - body.kept + Math.max(body.kept, body.announced) > MOST_PARTS;
  }
}
