/** From tokens just issued to a grant at rest. */

import type { GrantType, RemoteServer } from "../config/types.ts";
import type { SafeFetch } from "../http/fetch.ts";
import type { Clock } from "../ports.ts";
import type { Grant } from "../vault/types.ts";
import { bearerLifetimeS, requireBearer } from "./bearer.ts";
import { isUnattended } from "./grant-types.ts";
import type { Origins } from "./origins.ts";
import type { Run } from "./problem.ts";
import { revokeToken, type TokenEndpoint, type Tokens } from "./token-endpoint.ts";

export interface Asked {
  readonly grantType: GrantType;
  readonly endpoint: TokenEndpoint;
  /** Null: nothing. */
  readonly scope: string | null;
  readonly resource: string | null;
}

export interface Keeper {
  readonly clock: Clock;
  readonly fetch: SafeFetch;
  readonly origins: Origins;
  readonly signal: AbortSignal;
  /** Durable when it resolves. */
  readonly store: (grant: Grant) => Promise<void>;
}

const REVOCATION_LIMIT_MS = 5_000;

/** `now`: milliseconds since the epoch. */
export function grantFrom(server: RemoteServer, asked: Asked, tokens: Tokens, now: number): Grant {
  const lifetimeS = bearerLifetimeS(server, tokens);
  const { issuer, token_endpoint, revocation_endpoint, client, dpop_key } = asked.endpoint;
  return {
    v: 1,
    ...(asked.grantType === "authorization_code" ? {} : { grant_type: asked.grantType }),
    issuer,
    token_endpoint,
    revocation_endpoint,
    client,
    resource: asked.resource,
    access_token: tokens.accessToken,
    token_type: tokens.type,
    ...(dpop_key === undefined ? {} : { dpop_key }),
    // Credentials that need nobody are renewed with themselves (RFC 6749 §4.4.3); two ways to the same would be one too many.
    refresh_token: isUnattended(server) ? null : tokens.refreshToken,
    id_token: tokens.idToken,
    scope: tokens.scope ?? asked.scope,
    expires_at: lifetimeS === null ? null : now + lifetimeS * 1000,
    obtained_at: now,
    signed_in_at: now,
  };
}

/**
 * Throws `token_exchange_failed` (no token that the resource takes), what `store` throws, and the signal's reason; the
 * tokens are then revoked where that can be done.
 */
export async function keepTokens(
  run: Run,
  server: RemoteServer,
  asked: Asked,
  tokens: Tokens,
  keeper: Keeper,
): Promise<Grant> {
  const grant = grantFrom(server, asked, tokens, keeper.clock.now());
  try {
    requireBearer(run, server, tokens);
    keeper.signal.throwIfAborted();
    await keeper.store(grant);
  } catch (error) {
    await takeBack(asked.endpoint, tokens, keeper.fetch);
    throw error;
  }
  return grant;
}

/** Nobody will hold these tokens, so nobody should be able to use them. */
async function takeBack(endpoint: TokenEndpoint, tokens: Tokens, fetch: SafeFetch): Promise<void> {
  if (endpoint.revocation_endpoint === null) return;
  const { refreshToken, accessToken } = tokens;
  const signal = AbortSignal.timeout(REVOCATION_LIMIT_MS);
  if (refreshToken !== null) await revokeToken(endpoint, refreshToken, "refresh_token", fetch, signal);
  await revokeToken(endpoint, accessToken, "access_token", fetch, signal);
}
