/** Tabs of sign-ins that have ended: told apart from an attack when they come back, and answered for a while. */
import { createHash } from "node:crypto";

/** A listener whose flow waits no more. */
interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

const MAX_STATES = 50;
/** Milliseconds in which somebody may still finish in a tab that was left open. */
const KEEP_MS = 60_000;

export class OldTabs {
  /** Hashes: a state is nobody's business once its flow has ended. */
  readonly #states = new Set<string>();
  readonly #listeners = new Map<Listener, NodeJS.Timeout>();
  #isClosed = false;

  /** The sign-in that this state belongs to has ended. */
  ended(state: string): void {
    this.#states.add(hashOf(state));
    for (const oldest of this.#states) {
      if (this.#states.size <= MAX_STATES) break;
      this.#states.delete(oldest);
    }
  }

  /** Whether a state belongs to a sign-in that has ended: an old tab, no attack. */
  includes(state: string): boolean {
    return this.#states.has(hashOf(state));
  }

  /** Leaves it open for a minute, or until its port is wanted. */
  keep(listener: Listener): void {
    if (this.#isClosed) return void listener.close();
    const timer = setTimeout(() => void this.#close(listener), KEEP_MS);
    timer.unref();
    this.#listeners.set(listener, timer);
  }

  /** Resolves when no kept listener has this port any more. */
  async makeWay(port: number): Promise<void> {
    const inTheWay = [...this.#listeners.keys()].filter((listener) => listener.port === port);
    await Promise.all(inTheWay.map((listener) => this.#close(listener)));
  }

  /** Closes what is kept, and keeps nothing from now on. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#listeners.keys()].map((listener) => this.#close(listener)));
  }

  #close(listener: Listener): Promise<void> {
    clearTimeout(this.#listeners.get(listener));
    this.#listeners.delete(listener);
    return listener.close();
  }
}

function hashOf(state: string): string {
  return createHash("sha256").update(state).digest("base64");
}
