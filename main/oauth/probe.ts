/** Finds out what a server asks of those who are not signed in: one request without a token. */
import type { RemoteServer } from "../config/types.ts";
import { GatehouseError } from "../errors.ts";
import type { SafeFetch } from "../http/fetch.ts";
import { challengeFrom } from "../http/www-authenticate.ts";
import type { Challenge, Clock } from "../ports.ts";
import { problem, type Run } from "./problem.ts";

export interface Prober {
  readonly fetch: SafeFetch;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Ours, for `clientInfo`. */
  readonly version: string;
}

/**
 * The challenge of a 401 (or of a 403 that carries one); null when the server let us in. Throws `upstream_unreachable`,
 * `upstream_failed` (5xx) or `unsafe_url`.
 */
export async function probe(run: Run, server: RemoteServer, prober: Prober): Promise<Challenge | null> {
  const { fetch, signal, clock, version } = prober;
  const initialize = {
    jsonrpc: "2.0",
    id: 0,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "gatehouse", version } },
  };
  const post = () =>
    fetch(server.url, {
      method: "POST",
      headers: {
        ...server.headers,
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
      },
      body: JSON.stringify(initialize),
      signal,
      headersOnly: true,
      purpose: "probe",
    });
  const get = () =>
    fetch(server.url, {
      headers: { ...server.headers, accept: "text/event-stream" },
      signal,
      headersOnly: true,
      purpose: "probe",
    });

  let response = server.type === "sse" ? await get() : await post();
  if (server.type === "auto" && (response.status === 404 || response.status === 405)) response = await get();
  const header = response.headers.get("www-authenticate");
  if (response.status === 401 || (response.status === 403 && header !== null)) {
    return challengeFrom(response.status, header, clock.now());
  }
  if (response.status >= 500) {
    throw problem(run, {
      code: "upstream_failed",
      message: `“${run.server}” answered with status ${response.status}.`,
      suggestion: "Try again later; the trouble is at the server.",
      details: { status: response.status },
    });
  }
  await endSession(server, response, prober);
  return null;
}

/** An open server has begun a session for our `initialize`; nobody will use it. */
async function endSession(server: RemoteServer, response: Response, { fetch, signal }: Prober): Promise<void> {
  const session = response.headers.get("mcp-session-id");
  if (session === null) return;
  try {
    await fetch(server.url, {
      method: "DELETE",
      headers: { ...server.headers, "mcp-session-id": session },
      purpose: "end of the probe",
      signal,
      headersOnly: true,
    });
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
  }
}
