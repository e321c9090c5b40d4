/** Notices that the wall clock jumped: the machine was asleep, or its clock was set. */
import type { Clock } from "./ports.ts";

export interface ClockWatchOptions {
  readonly clock: Clock;
  readonly onJump: () => void;
  /** Milliseconds; default 10,000. */
  readonly every?: number;
}

const EVERY_MS = 10_000;
/** A busy machine's timers are late, too. */
const JUMP_MS = 30_000;

/** Looks at the clock now and then while it is on. Off at first. */
export class ClockWatch {
  readonly #options: ClockWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #expected = 0;

  constructor(options: ClockWatchOptions) {
    this.#options = options;
  }

  turn(on: boolean): void {
    if (on === (this.#timer !== undefined)) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (!on) return;
    const { clock, onJump, every = EVERY_MS } = this.#options;
    this.#expected = clock.now() + every;
    this.#timer = setInterval(() => {
      const now = clock.now();
      const jumped = Math.abs(now - this.#expected) > JUMP_MS;
      this.#expected = now + every;
      if (jumped) onJump();
    }, every);
  }
}
