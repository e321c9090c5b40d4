/**
 * Notices that the wall clock jumped (the machine was asleep, or its clock was set), or that the machine has other
 * addresses (another network, a VPN).
 */
import { networkInterfaces } from "node:os";
import type { Clock } from "./ports.ts";

export interface ClockWatchOptions {
  readonly clock: Clock;
  readonly onJump: () => void;
  /** The machine's addresses as one text; default: the system's. */
  readonly addresses?: () => string;
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
  #addresses = "";

  constructor(options: ClockWatchOptions) {
    this.#options = options;
  }

  turn(on: boolean): void {
    if (on === (this.#timer !== undefined)) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (!on) return;
    const { clock, onJump, every = EVERY_MS, addresses = ownAddresses } = this.#options;
    this.#expected = clock.now() + every;
    this.#addresses = addresses();
    this.#timer = setInterval(() => {
      const now = clock.now();
      const jumped = Math.abs(now - this.#expected) > JUMP_MS;
      this.#expected = now + every;
      const before = this.#addresses;
      this.#addresses = addresses();
      if (jumped || this.#addresses !== before) onJump();
    }, every);
  }
}

/** Those by which other machines are reached: every interface of a container has a link-local one, too. */
function ownAddresses(): string {
  try {
    return Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address))
      .map(({ address }) => address)
      .sort()
      .join(" ");
  } catch {
    return "";
  }
}
