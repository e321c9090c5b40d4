/** From a checked code to a stored grant (RFC 6749 §4.1.3, RFC 7636 §4.5, RFC 8707 §2.2). */
import type { RemoteServer } from "../config/types.ts";
import { type GatehouseError, quoteRemote } from "../errors.ts";
import type { SafeFetch } from "../http/fetch.ts";
import type { Clock } from "../ports.ts";
import type { ClientRegistration, Grant } from "../vault/types.ts";
import { extraParameters } from "./authorization-request.ts";
import type { CheckedCode } from "./authorization-response.ts";
import type { AuthorizationServer } from "./metadata.ts";
import { problem, type Run } from "./problem.ts";
import { requestTokens, revokeToken, type TokenEndpoint, type Tokens } from "./token-endpoint.ts";

/** What a person's consent has led to. */
export interface Authorized {
  readonly code: CheckedCode;
  readonly verifier: string;
  readonly as: AuthorizationServer;
  readonly client: ClientRegistration;
  /** Asked for; null: nothing. */
  readonly scope: string | null;
  readonly resource: string | null;
}

export interface ExchangeParts {
  readonly server: RemoteServer;
  readonly clock: Clock;
  readonly fetch: SafeFetch;
  readonly signal: AbortSignal;
  /** Durable when it resolves. */
  readonly store: (grant: Grant) => Promise<void>;
}

const REVOCATION_LIMIT_MS = 5_000;

/** Throws `token_exchange_failed`, `unsafe_url`, what `store` throws, and the signal's reason. */
export async function exchangeCode(run: Run, authorized: Authorized, parts: ExchangeParts): Promise<Grant> {
  const { code, verifier, as, client, scope, resource } = authorized;
  const { server, clock, fetch, signal, store } = parts;
  const endpoint: TokenEndpoint = {
    issuer: as.issuer,
    token_endpoint: as.tokenEndpoint,
    revocation_endpoint: as.revocationEndpoint,
    client,
  };
  const parameters = {
    ...extraParameters(run, "token_params", server.auth.token_params),
    code: code.reveal(),
    redirect_uri: client.redirect_uri,
    code_verifier: verifier,
    ...(resource === null ? {} : { resource }),
  };
  const answer = await requestTokens(endpoint, "authorization_code", parameters, fetch, signal);
  if (answer.kind === "failed") throw exchangeFailed(run, answer.reason);
  if (answer.kind === "refused") {
    const { error, description } = answer;
    throw exchangeFailed(run, quoteRemote(description === null ? error : `${error}: ${description}`));
  }
  const { tokens } = answer;
  const now = clock.now();
  const grant: Grant = {
    v: 1,
    ...endpoint,
    resource,
    access_token: tokens.accessToken,
    refresh_token: tokens.refreshToken,
    id_token: tokens.idToken,
    scope: tokens.scope ?? scope,
    expires_at: tokens.lifetimeS === null ? null : now + tokens.lifetimeS * 1000,
    obtained_at: now,
    signed_in_at: now,
  };
  try {
    signal.throwIfAborted();
    await store(grant);
  } catch (error) {
    await takeBack(endpoint, tokens, fetch);
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

function exchangeFailed(run: Run, reason: string): GatehouseError {
  return problem(run, {
    code: "token_exchange_failed",
    message: `The authorization server of “${run.server}” gave no tokens for the code (${reason}).`,
    suggestion: "Sign in again. If it comes back, check the client id and secret in the server's auth settings.",
    details: { reason },
  });
}
