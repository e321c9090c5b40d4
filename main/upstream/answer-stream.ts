/**
 * The event stream that answers one request. A server may end it before the answer and go on later: then it is resumed by
 * GET with `Last-Event-ID`, not earlier than the server's `retry` says (MCP 2025-11-25 transports, resumability).
 */
import { MAX_LINE } from "../../shim/frame.ts";
import type { Peek } from "../../shim/scan.ts";
import type { Answer } from "./answer.ts";
import { exchange, type Handle } from "./http-exchange.ts";
import { messagesIn } from "./incoming.ts";
import { SseParser } from "./sse.ts";

export interface AnswerStreamOptions {
  readonly url: URL;
  /** Id of the request; null when what was sent wants no answer. */
  readonly id: string | null;
  /** Headers of the session as they are now. Rejects when there is no token to be had. */
  headers(): Promise<Record<string, string>>;
  /** Called with every answer to a GET, before it is read. */
  answered(answer: Answer): void;
  message(line: Buffer, peeked: Peek): void;
  /** The stream is over and the answer did not come, or was larger than is taken. */
  failed(tooLarge: boolean): void;
  /** The answer came, or {@link failed} was called. */
  over(): void;
}

/** Milliseconds. */
const PAUSE = 1_000;
/** Resumptions in a row that bring nothing. */
const FRUITLESS = 5;

export class AnswerStream {
  readonly #options: AnswerStreamOptions;
  #awaited: boolean;
  #closed = false;
  #handle: Handle | null = null;
  #timer: NodeJS.Timeout | undefined;
  #fruitless = 0;

  constructor(options: AnswerStreamOptions) {
    this.#options = options;
    this.#awaited = options.id !== null;
  }

  read(answer: Answer, lastEventId: string | null = null): void {
    const parser = new SseParser(
      ({ data }) => this.#event(data),
      () => {
        answer.destroy();
        this.#fail(true);
      },
      MAX_LINE,
    );
    parser.lastEventId = lastEventId;
    answer.on("error", () => {});
    answer.on("data", (chunk: Buffer) => parser.push(chunk));
    answer.on("close", () => this.#ended(parser.lastEventId, parser.retry));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#handle?.abort();
  }

  #event(data: Buffer): void {
    if (this.#closed) return;
    for (const { line, peeked } of messagesIn(data)) {
      this.#fruitless = 0;
      if (peeked.isAnswer && peeked.id === this.#options.id) this.#awaited = false;
      this.#options.message(line, peeked);
    }
  }

  #ended(lastEventId: string | null, retry: number | null): void {
    if (this.#closed) return;
    if (!this.#awaited) return this.#over();
    // Without an event id there is nothing to resume from.
    if (lastEventId === null || this.#fruitless++ >= FRUITLESS) return this.#fail();
    this.#timer = setTimeout(() => void this.#resume(lastEventId, retry), retry ?? PAUSE);
  }

  async #resume(lastEventId: string, retry: number | null): Promise<void> {
    let headers: Record<string, string>;
    try {
      headers = await this.#options.headers();
    } catch {
      return this.#fail();
    }
    if (this.#closed) return;
    this.#handle = exchange(
      {
        url: this.#options.url,
        method: "GET",
        headers: { ...headers, accept: "text/event-stream", "last-event-id": lastEventId },
        body: null,
        headersWithin: null,
      },
      (answer) => {
        this.#options.answered(answer);
        const isStream = (answer.headers["content-type"] ?? "").toLowerCase().startsWith("text/event-stream");
        if (answer.statusCode === 200 && isStream) return this.read(answer, lastEventId);
        answer.on("error", () => {});
        answer.resume();
        // The token ended meanwhile, or a nonce is wanted: the next try carries what is needed.
        if (answer.statusCode === 401) return this.#ended(lastEventId, retry);
        this.#fail();
      },
      () => this.#ended(lastEventId, retry),
    );
  }

  #fail(tooLarge = false): void {
    if (this.#closed) return;
    if (this.#awaited) this.#options.failed(tooLarge);
    this.#over();
  }

  #over(): void {
    this.#closed = true;
    this.#options.over();
  }
}
