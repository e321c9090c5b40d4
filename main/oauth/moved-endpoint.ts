/** A token endpoint that is no longer where the grant says: the issuer's metadata is looked at again. */
import type { RemoteServer } from "../config/types.ts";
import { GatehouseError } from "../errors.ts";
import type { SafeFetch } from "../http/fetch.ts";
import type { Grant } from "../vault/types.ts";
import { discover, findServerMetadata } from "./discovery.ts";
import type { Run } from "./problem.ts";
import type { TokenAnswer } from "./token-endpoint.ts";

const NOT_THERE = new Set([404, 405, 410]);
const NOBODY_THERE = new Set(["ENOTFOUND", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"]);

/** Whether nothing answers as a token endpoint there, so that the request was surely not carried out. */
export function isGone(answer: TokenAnswer): boolean {
  switch (answer.kind) {
    case "tokens":
      return false;
    case "refused":
      return NOT_THERE.has(answer.status);
    case "failed":
      return NOBODY_THERE.has(answer.reason) || (answer.status !== undefined && NOT_THERE.has(answer.status));
  }
}

/**
 * The grant with the endpoints that its own issuer names now; null: it names the same one, or nothing can be had. Another
 * issuer's word counts for nothing: it would get the refresh token. Throws the signal's reason.
 */
export async function relocated(
  run: Run,
  server: RemoteServer,
  grant: Grant,
  fetch: SafeFetch,
  signal: AbortSignal,
): Promise<Grant | null> {
  const { token_endpoint: configured, metadata_url: metadata } = server.auth;
  if (configured !== undefined) return null;
  try {
    const as =
      metadata === undefined
        ? await findServerMetadata(run, server, grant.issuer, fetch, signal)
        : (await discover(run, server, null, fetch, signal)).as;
    if (as.issuer !== grant.issuer || as.tokenEndpoint === grant.token_endpoint) return null;
    return { ...grant, token_endpoint: as.tokenEndpoint, revocation_endpoint: as.revocationEndpoint };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof GatehouseError) return null;
    throw error;
  }
}
