/**
 * The listener that the browser comes back to (RFC 8252 §7.3): on this machine only, up before anything is opened or
 * registered, good for one answer, and gone with its flow, but for a while in which an old tab may come back. It answers
 * when the flow knows how it ended.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { GatehouseError } from "../errors.ts";
import { isLoopbackHost } from "../http/urls.ts";
import type { OldTabs } from "./old-tabs.ts";
import { type Page, renderPage } from "./pages.ts";
import { problem, type Run } from "./problem.ts";

/** What the browser brought, and the way to answer it. */
export interface Arrival {
  readonly params: URLSearchParams;
  /** Shows the page; resolves when it was sent or the browser is gone. */
  respond(page: Page): Promise<void>;
}

export interface Loopback {
  /** To be sent as `redirect_uri`, byte for byte. */
  readonly redirectUri: string;
  /** The first answer. Pending for ever when none comes. */
  readonly arrival: Promise<Arrival>;
  /** Takes a pasted address as the answer. Throws `invalid_request`. */
  submit(url: string): void;
  readonly port: number;
  /** Takes no answer any more, and tells so whoever still comes; keeps no process alive. */
  retire(): void;
  /** Listens no more; requests without an answer are cut off. */
  close(): Promise<void>;
}

export interface LoopbackOptions {
  /** `redirect_uri` of the `auth` block; without a port in it, or with none at all, the port is random. */
  readonly redirectUri?: string | undefined;
  readonly oldTabs: OldTabs;
}

const PAGE_LIMIT_MS = 2_000;

interface Place {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly path: string;
  readonly redirectUri: (port: number) => string;
}

/** Throws `redirect_unavailable` (the port is taken) or `config_invalid` (no redirect to this machine). */
export async function listenForCallback(run: Run, options: LoopbackOptions): Promise<Loopback> {
  const place = placeOf(run, options.redirectUri);
  const servers: Server[] = [];
  let port = place.port;
  let arrived = false;
  let held: ServerResponse | null = null;
  let host = "";
  let settle: (arrival: Arrival) => void = () => {};
  const arrival = new Promise<Arrival>((resolve) => {
    settle = resolve;
  });

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const url = request.url ?? "";
    const target =
      URL.canParse(url, "http://localhost") && url.startsWith("/") ? new URL(url, "http://localhost") : null;
    if (target === null || target.pathname !== place.path) return void send(response, { kind: "not_found" });
    const { searchParams: params } = target;
    const isAnswer = params.has("state") || params.has("code") || params.has("error");
    // A page elsewhere can reach this port by another name (DNS rebinding) or method; neither is the browser's redirect.
    if (request.method !== "GET" || request.headers.host?.toLowerCase() !== host || !isAnswer) {
      return void send(response, { kind: "not_found" }, 400);
    }
    if (arrived || options.oldTabs.includes(params.get("state") ?? "")) {
      return void send(response, { kind: "stale", server: run.server });
    }
    arrived = true;
    held = response;
    settle({ params, respond: (page) => send(response, page) });
  };

  if (port !== 0) await options.oldTabs.makeWay(port);
  try {
    for (const address of place.hosts) {
      const server = createServer({ maxHeaderSize: 32_768, requestTimeout: 10_000 }, answer);
      try {
        await listen(server, address, port);
        servers.push(server);
        port = (server.address() as AddressInfo).port;
      } catch (error) {
        // The second family of `localhost` may not exist here, or its port be taken; the first one is enough.
        if (servers.length === 0) throw error;
      }
    }
  } catch (error) {
    throw unavailable(run, place, error);
  }
  const redirectUri = place.redirectUri(port);
  // Port 80 is left out, as browsers leave it out of `Host`.
  host = new URL(redirectUri).host;

  return {
    redirectUri,
    arrival,
    submit(text) {
      const params = pastedParams(run, text.trim(), redirectUri);
      if (arrived) throw nothingWaits(run);
      arrived = true;
      settle({ params, respond: async () => {} });
    },
    port,
    retire() {
      arrived = true;
      for (const server of servers) server.unref();
      // It came in the moment in which the flow gave up.
      if (held !== null) void send(held, { kind: "stale", server: run.server });
    },
    async close() {
      arrived = true;
      await Promise.all(
        servers.map(
          (server) =>
            new Promise<void>((resolve) => {
              server.close(() => resolve());
              server.closeAllConnections();
            }),
        ),
      );
    },
  };
}

export function nothingWaits(run: Pick<Run, "server">): GatehouseError {
  return new GatehouseError({
    code: "invalid_request",
    server: run.server,
    message: `No sign-in to “${run.server}” is waiting for an address.`,
    suggestion: "Start the sign-in again and paste the address that the browser ends at.",
  });
}

function pastedParams(run: Run, text: string, redirectUri: string): URLSearchParams {
  const [address = ""] = text.split(/[?#]/, 1);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || new URL(redirectUri).pathname !== url.pathname || !URL.canParse(address)) {
    throw problem(run, {
      code: "invalid_request",
      message: "That is not the address of a finished sign-in.",
      suggestion: `Paste the whole address from the browser's address bar; it begins with ${redirectUri}.`,
    });
  }
  return url.searchParams;
}

function placeOf(run: Run, configured: string | undefined): Place {
  if (configured === undefined) {
    return {
      hosts: ["127.0.0.1"],
      port: 0,
      path: "/callback",
      redirectUri: (port) => `http://127.0.0.1:${port}/callback`,
    };
  }
  const url = URL.canParse(configured) ? new URL(configured) : null;
  if (
    url === null ||
    url.protocol !== "http:" ||
    !isLoopbackHost(url.hostname) ||
    url.search !== "" ||
    url.hash !== ""
  ) {
    throw problem(run, {
      code: "config_invalid",
      message: `The “redirect_uri” of “${run.server}” does not lead to this computer.`,
      suggestion: "Set it to an address such as http://127.0.0.1:53682/callback, or leave it out.",
    });
  }
  const authority = /^http:\/\/[^/]*/i.exec(configured)?.[0] ?? "";
  const written = /:(\d+)$/.exec(authority)?.[1];
  const port = Number(written ?? 0);
  return {
    hosts: url.hostname === "localhost" ? ["127.0.0.1", "::1"] : [url.hostname.replace(/^\[|\]$/g, "")],
    port,
    path: url.pathname,
    redirectUri: (bound) =>
      port === 0 ? `http://${url.hostname}:${bound}${configured.slice(authority.length)}` : configured,
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function unavailable(run: Run, place: Place, error: unknown): GatehouseError {
  const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return problem(run, {
    code: "redirect_unavailable",
    message:
      reason === "EADDRINUSE"
        ? `Port ${place.port}, where the browser has to come back to, is in use by another program.`
        : `Gatehouse cannot listen on port ${place.port} of this computer (${reason}).`,
    suggestion: "Close the program that uses the port, or change “redirect_uri” in the server's auth settings.",
    details: { port: place.port, reason },
  });
}

function send(response: ServerResponse, page: Page, status?: number): Promise<void> {
  const rendered = renderPage(page);
  return new Promise((resolve) => {
    if (response.destroyed || response.writableEnded) return resolve();
    // A browser that does not take the page must not hold the sign-in up.
    const timer = setTimeout(resolve, PAGE_LIMIT_MS);
    response.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    response.writeHead(status ?? rendered.status, rendered.headers);
    response.end(rendered.body);
  });
}
