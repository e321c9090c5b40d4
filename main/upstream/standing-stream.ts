/** The GET stream on which a server speaks by itself (MCP 2025-11-25 transports). A server without one is left alone. */
import { flatten, MAX_LINE } from "../../shim/frame.ts";
import { type Peek, peek } from "../../shim/scan.ts";
import type { Answer } from "./answer.ts";
import { exchange, type Handle } from "./http-exchange.ts";
import { SseParser } from "./sse.ts";

export interface StandingStreamOptions {
  readonly url: URL;
  /** Headers of the session as they are now. Rejects when there is no token to be had. */
  headers(): Promise<Record<string, string>>;
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

  constructor(options: StandingStreamOptions) {
    this.#options = options;
  }

  open(): void {
    void this.#open(null);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#handle?.abort();
  }

  async #open(lastEventId: string | null): Promise<void> {
    let headers: Record<string, string>;
    try {
      headers = await this.#options.headers();
    } catch {
      return this.#again(lastEventId, null);
    }
    if (this.#closed) return;
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
      (answer) => this.#answered(answer, lastEventId),
      () => this.#again(lastEventId, null),
    );
  }

  #answered(answer: Answer, lastEventId: string | null): void {
    const { statusCode = 0 } = answer;
    const isStream = (answer.headers["content-type"] ?? "").toLowerCase().startsWith("text/event-stream");
    answer.on("error", () => {});
    if (statusCode !== 200 || !isStream) {
      answer.resume();
      // 401: the token ended meanwhile, and the next try carries a new one. 404, 405 and the like: there is no such
      // stream; whether the session is still known the next POST will tell.
      if (statusCode === 401 || statusCode >= 500) this.#again(lastEventId, null);
      return;
    }
    this.#failures = 0;
    const parser = new SseParser(
      ({ data }) => {
        const message = peek(data);
        if (!this.#closed && message.ok) this.#options.message(flatten(data), message);
      },
      () => answer.destroy(),
      MAX_LINE,
    );
    parser.lastEventId = lastEventId;
    answer.on("data", (chunk: Buffer) => parser.push(chunk));
    answer.on("close", () => this.#again(parser.lastEventId, parser.retry));
  }

  #again(lastEventId: string | null, retry: number | null): void {
    if (this.#closed) return;
    const backoff = Math.min(RECONNECT_MOST, RECONNECT_FIRST * 2 ** this.#failures++) * (0.75 + Math.random() / 2);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#open(lastEventId), Math.max(retry ?? 0, backoff));
  }
}
