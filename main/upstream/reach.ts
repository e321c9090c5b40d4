/** Over which transport a server of the legacy era is reached by HTTP: streamable HTTP, else HTTP with SSE. */
import type { Peek } from "../../shim/scan.ts";
import type { RemoteServer } from "../config/types.ts";
import type { GatehouseError } from "../errors.ts";
import { LegacySse } from "./legacy-sse.ts";
import { type HttpUpstreamOptions, StreamableHttp } from "./streamable-http.ts";
import type { Upstream, UpstreamEvents } from "./upstream.ts";

/** Entries, as they are in force, whose server was found to speak SSE only: other sessions need not find out again. */
const onlySse = new WeakSet<RemoteServer>();

/** As the server's `type` says. */
export function reachLegacy(options: HttpUpstreamOptions): Upstream {
  switch (options.server.type) {
    case "streamable-http":
      return new StreamableHttp(options);
    case "sse":
      return new LegacySse(options);
    case "auto":
      return new EitherTransport(options);
  }
}

/** What a server without streamable HTTP says to a POST (MCP 2025-11-25 transports, backwards compatibility). */
const NOT_HERE: readonly unknown[] = [400, 404, 405];

class EitherTransport implements Upstream {
  readonly #options: HttpUpstreamOptions;
  #inner: Upstream;
  #first: { readonly message: Buffer; readonly peeked: Peek } | null = null;
  /** What streamable HTTP came to, while SSE is being tried. */
  #refusal: GatehouseError | null = null;
  #isPaused = false;

  constructor(options: HttpUpstreamOptions) {
    this.#options = options;
    this.#inner = onlySse.has(options.server)
      ? new LegacySse({ ...options, events: this.#rememberedEvents() })
      : new StreamableHttp({ ...options, events: this.#firstEvents() });
  }

  send(message: Buffer, peeked: Peek): void {
    this.#first ??= { message, peeked };
    this.#inner.send(message, peeked);
  }

  negotiated(protocolVersion: string): void {
    this.#inner.negotiated(protocolVersion);
  }

  resumed(): void {
    this.#inner.resumed();
  }

  setPaused(paused: boolean): void {
    this.#isPaused = paused;
    this.#inner.setPaused(paused);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #firstEvents(): UpstreamEvents {
    const { events } = this.#options;
    return {
      ...events,
      failed: (id, error) => {
        const { peeked } = this.#first ?? {};
        if (peeked?.method === "initialize" && peeked.id === id && NOT_HERE.includes(error.details?.status))
          return this.#trySse(error);
        events.failed(id, error);
      },
    };
  }

  #trySse(refusal: GatehouseError): void {
    const { events, server } = this.#options;
    const first = this.#first;
    if (first === null) return;
    void this.#inner.close();
    this.#refusal = refusal;
    this.#inner = new LegacySse({
      ...this.#options,
      events: {
        ...events,
        message: (line, peeked, about) => {
          if (this.#refusal !== null) {
            this.#refusal = null;
            onlySse.add(server);
          }
          events.message(line, peeked, about);
        },
        // That there is no such stream either says less than what the POST was told.
        failed: (id, error) => events.failed(id, error.code === "upstream_failed" ? (this.#refusal ?? error) : error),
      },
    });
    if (this.#isPaused) this.#inner.setPaused(true);
    this.#inner.send(first.message, first.peeked);
  }

  #rememberedEvents(): UpstreamEvents {
    const { events, server } = this.#options;
    return {
      ...events,
      failed: (id, error) => {
        // It may have moved on since.
        if (id === this.#first?.peeked.id && error.code === "upstream_failed") onlySse.delete(server);
        events.failed(id, error);
      },
    };
  }
}
