/**
 * How long the requests of one session may be without a sign of life (MCP 2025-11-25 lifecycle, time-outs). One timer
 * for all of them. It is left running when the last is answered, since starting and stopping it costs every call more
 * than one that finds nothing, and is none.
 */

export interface DeadlinesOptions {
  /** Milliseconds; asked for anew each time, since the entry may change. */
  limit(): number;
  /** JSON text of the token that a request gave for its progress; null: none. */
  progressToken(message: Buffer): string | null;
  /** The request with this id (JSON text, as it was sent) has had no sign of life for that long. */
  expired(id: string, method: string, limit: number): void;
}

interface Open {
  readonly id: string;
  readonly method: string;
  /** For the token of its progress, which is looked for when progress comes; null: too long to be kept. */
  readonly message: Buffer | null;
  /** JSON text; null: it asked for no progress; undefined: not looked for yet. */
  token: string | null | undefined;
  /** On the clock of `performance.now()`. */
  heardAt: number;
}

/** These wait for what may come at any time, or take as long as the work that they stand for. */
const ENDLESS = new Set(["initialize", "subscriptions/listen", "tasks/result"]);
/** Bytes of a request. */
const LONGEST_KEPT = 64 * 1024;
/** A server that asks more at once is not waited for on account of the rest. */
const MOST_QUESTIONS = 1_000;

export class Deadlines {
  readonly #options: DeadlinesOptions;
  readonly #open = new Map<string, Open>();
  /** By the id of the server's question, that of the request during which it came; null: not known. */
  readonly #questions = new Map<string, string | null>();
  #timer: NodeJS.Timeout | undefined;
  /** When it goes off, as `performance.now()`. */
  #due = 0;
  #paused = false;

  constructor(options: DeadlinesOptions) {
    this.#options = options;
  }

  sent(id: string, method: string, message: Buffer): void {
    if (ENDLESS.has(method)) return;
    const kept = message.length > LONGEST_KEPT ? null : message;
    const now = performance.now();
    this.#open.set(id, { id, method, message: kept, token: undefined, heardAt: now });
    const limit = this.#options.limit();
    if (this.#timer === undefined || now + limit < this.#due) this.#schedule(limit, now);
  }

  over(id: string): void {
    if (!this.#open.delete(id)) return;
    if (this.#questions.size === 0) return;
    for (const [question, about] of this.#questions) if (about === id) this.#questions.delete(question);
  }

  /** A message about this request came. */
  heardOf(id: string): void {
    const request = this.#open.get(id);
    if (request !== undefined) request.heardAt = performance.now();
  }

  /** `token`: JSON text. Of a request that was too long to be kept nobody knows that it is not meant. */
  heardOfProgress(token: string): void {
    const now = performance.now();
    for (const request of this.#open.values()) {
      if (request.message !== null) {
        if (request.token === undefined) request.token = this.#options.progressToken(request.message);
        if (request.token !== token) continue;
      }
      request.heardAt = now;
    }
  }

  /** The server wants something of the person or of the agent's model: its request waits for that, not for the server. */
  asked(question: string, about: string | null): void {
    if (this.#questions.size < MOST_QUESTIONS) this.#questions.set(question, about);
  }

  /** Answered, or taken back. */
  settled(question: string): void {
    if (this.#questions.delete(question)) this.restart();
  }

  /** While the agent takes nothing, an answer may have come that nobody has read. */
  setPaused(paused: boolean): void {
    this.#paused = paused;
    if (!paused) this.restart();
  }

  /** Time in which no sign of life could have been seen does not count. */
  restart(): void {
    const now = performance.now();
    for (const request of this.#open.values()) request.heardAt = now;
  }

  close(): void {
    this.#open.clear();
    this.#questions.clear();
    this.#stop();
  }

  #schedule(wait: number, now: number): void {
    clearTimeout(this.#timer);
    this.#due = now + wait;
    this.#timer = setTimeout(() => this.#look(), Math.max(1, wait));
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    const limit = this.#options.limit();
    const now = performance.now();
    const asks = new Set(this.#questions.values());
    let next = Number.POSITIVE_INFINITY;
    for (const request of [...this.#open.values()]) {
      if (this.#paused || asks.has(null) || asks.has(request.id)) request.heardAt = now;
      const left = request.heardAt + limit - now;
      if (left > 0) {
        next = Math.min(next, left);
        continue;
      }
      this.#open.delete(request.id);
      this.#options.expired(request.id, request.method, limit);
    }
    // What `expired` did may have sent or ended others.
    if (this.#open.size > 0 && this.#timer === undefined) this.#schedule(Math.min(next, limit), now);
  }
}
