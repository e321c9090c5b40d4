/** The GET stream on which a server speaks by itself (MCP 2025-11-25 transports). A server without one is left alone. */
import { MAX_LINE } from "../../shim/frame.ts";
import type { Peek } from "../../shim/scan.ts";
import type { Answer } from "./answer.ts";
import { exchange, type Handle } from "./http-exchange.ts";
import { messagesIn } from "./incoming.ts";
import { SseParser } from "./sse.ts";

export interface StandingStreamOptions {
  readonly url: URL;
  /** Headers of the session as they are now. Rejects when there is no token to be had. */
  headers(): Promise<Record<string, string>>;
  /** Called with every answer to a GET, before it is read. */
  answered(answer: Answer): void;
  message(line: Buffer, peeked: Peek): void;
}

/** Milliseconds. */
const RECONNECT_FIRST = 1_000;
const RECONNECT_MOST = 30_000;

export class StandingStream {
  readonly #options: StandingStreamOptions;
  #closed = false;
  #handle: Handle | null = null;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  /** Counts the tries: what an earlier one still has to say is of no interest. */
  #try = 0;
  /** Where to go on from; null: nothing goes on, for the stream was not opened or the server has none. */
  #position: (() => string | null) | null = null;

  constructor(options: StandingStreamOptions) {
    this.#options = options;
  }

  open(): void {
    void this.#open(null);
  }

  /** At once, from where it was. Nothing happens to a stream that was never opened, or that the server does not have. */
  reopen(): void {
    if (this.#closed || this.#position === null) return;
    clearTimeout(this.#timer);
    this.#handle?.abort();
    this.#failures = 0;
    void this.#open(this.#position());
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#handle?.abort();
  }

  async #open(lastEventId: string | null): Promise<void> {
    const mine = ++this.#try;
    this.#position = () => lastEventId;
    let headers: Record<string, string>;
    try {
      headers = await this.#options.headers();
    } catch {
      return this.#again(mine, lastEventId, null);
    }
    if (this.#closed || mine !== this.#try) return;
    this.#handle = exchange(
      {
        url: this.#options.url,
        method: "GET",
        headers: {
          ...headers,
          accept: "text/event-stream",
          ...(lastEventId === null ? {} : { "last-event-id": lastEventId }),
        },
        body: null,
        headersWithin: null,
      },
      (answer) => this.#answered(mine, answer, lastEventId),
      () => this.#again(mine, lastEventId, null),
    );
  }

  #answered(mine: number, answer: Answer, lastEventId: string | null): void {
    const { statusCode = 0 } = answer;
    const isStream = (answer.headers["content-type"] ?? "").toLowerCase().startsWith("text/event-stream");
    answer.on("error", () => {});
    this.#options.answered(answer);
    if (statusCode !== 200 || !isStream) {
      answer.resume();
      // 401: the token ended meanwhile, and the next try carries a new one. 404, 405 and the like: there is no such
      // stream; whether the session is still known the next POST will tell.
      if (statusCode === 401 || statusCode >= 500) this.#again(mine, lastEventId, null);
      else this.#position = null;
      return;
    }
    this.#failures = 0;
    const parser = new SseParser(
      ({ data }) => {
        for (const { line, peeked } of this.#closed ? [] : messagesIn(data)) this.#options.message(line, peeked);
      },
      () => answer.destroy(),
      MAX_LINE,
    );
    parser.lastEventId = lastEventId;
    this.#position = () => parser.lastEventId;
    answer.on("data", (chunk: Buffer) => parser.push(chunk));
    answer.on("close", () => this.#again(mine, parser.lastEventId, parser.retry));
  }

  #again(mine: number, lastEventId: string | null, retry: number | null): void {
    if (this.#closed || mine !== this.#try) return;
    const backoff = Math.min(RECONNECT_MOST, RECONNECT_FIRST * 2 ** this.#failures++) * (0.75 + Math.random() / 2);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#open(lastEventId), Math.max(retry ?? 0, backoff));
  }
}
