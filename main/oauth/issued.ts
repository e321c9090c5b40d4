/** From tokens just issued to a grant at rest. */

import type { GrantType } from "../config/types.ts";
import type { SafeFetch } from "../http/fetch.ts";
import type { Clock } from "../ports.ts";
import type { Grant } from "../vault/types.ts";
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
  readonly signal: AbortSignal;
  /** Durable when it resolves. */
  readonly store: (grant: Grant) => Promise<void>;
}

const REVOCATION_LIMIT_MS = 5_000;

/** `now`: milliseconds since the epoch. */
export function grantFrom(asked: Asked, tokens: Tokens, now: number): Grant {
  const { issuer, token_endpoint, revocation_endpoint, client } = asked.endpoint;
  return {
    v: 1,
    ...(asked.grantType === "authorization_code" ? {} : { grant_type: asked.grantType }),
    issuer,
    token_endpoint,
    revocation_endpoint,
    client,
    resource: asked.resource,
    access_token: tokens.accessToken,
    refresh_token: tokens.refreshToken,
    id_token: tokens.idToken,
    scope: tokens.scope ?? asked.scope,
    expires_at: tokens.lifetimeS === null ? null : now + tokens.lifetimeS * 1000,
    obtained_at: now,
    signed_in_at: now,
  };
}

/** Throws what `store` throws, and the signal's reason; the tokens are then revoked where that can be done. */
export async function keepTokens(asked: Asked, tokens: Tokens, keeper: Keeper): Promise<Grant> {
  const grant = grantFrom(asked, tokens, keeper.clock.now());
  try {
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
