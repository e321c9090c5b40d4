/** Requests to token and revocation endpoints. The one place where openid-client works for us. */
import * as oidc from "openid-client";
import { GatehouseError } from "../errors.ts";
import type { SafeFetch, SafeRequest } from "../http/fetch.ts";
import type { ClientRegistration } from "../vault/types.ts";
import { clientAuthentication } from "./client-authentication.ts";
import type { SigningKey } from "./private-key.ts";
import { lifetimeOf, tidyTokenResponse } from "./token-response.ts";

/** What of an authorization server a token request needs; the members of a grant, so that no metadata is read again. */
export interface TokenEndpoint {
  readonly issuer: string;
  readonly token_endpoint: string;
  readonly revocation_endpoint: string | null;
  readonly client: ClientRegistration;
  /** Of a client that authenticates with `private_key_jwt`. */
  readonly key?: SigningKey;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly idToken: string | null;
  readonly scope: string | null;
  /** Seconds; null: not said. */
  readonly lifetimeS: number | null;
}

export type TokenAnswer =
  | { readonly kind: "tokens"; readonly tokens: Tokens }
  /** RFC 6749 §5.2. `error` and `description` are remote text. */
  | { readonly kind: "refused"; readonly error: string; readonly description: string | null; readonly status: number }
  /** No answer that settles anything. `lost`: the request may have been carried out all the same. */
  | {
      readonly kind: "failed";
      readonly reason: string;
      readonly lost: boolean;
      readonly retryAfterS: number | null;
    };

/** Throws `unsafe_url` and the signal's reason; every other outcome is in the answer. */
export async function requestTokens(
  endpoint: TokenEndpoint,
  grantType: string,
  parameters: Readonly<Record<string, string>>,
  fetch: SafeFetch,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  let idToken: string | null = null;
  let seen: Response | undefined;
  const config = configuration(endpoint, async (url, request) => {
    seen = await fetch(url, {
      ...request,
      signal,
      purpose: `token (${grantType.split(":").at(-1)})`,
    });
    const tidied = await tidyTokenResponse(seen);
    idToken = tidied.idToken;
    return tidied.response;
  });
  try {
    const result = await oidc.genericGrantRequest(config, grantType, { ...parameters });
    const tokens = {
      accessToken: result.access_token,
      refreshToken: result.refresh_token ?? null,
      idToken,
      scope: result.scope ?? null,
      lifetimeS: lifetimeOf(result.expires_in),
    };
    return { kind: "tokens", tokens };
  } catch (error) {
    signal.throwIfAborted();
    return failureOf(error, seen);
  }
}

function failureOf(error: unknown, seen: Response | undefined): TokenAnswer {
  if (error instanceof oidc.ResponseBodyError && error.status !== 429 && error.status !== 408) {
    return { kind: "refused", error: error.error, description: error.error_description ?? null, status: error.status };
  }
  if (seen !== undefined) {
    const reason = seen.ok ? "unreadable answer" : `status ${seen.status}`;
    return { kind: "failed", reason, lost: false, retryAfterS: retryAfter(seen) };
  }
  const ours = gatehouseErrorIn(error);
  if (ours === null || ours.code === "unsafe_url") throw ours ?? error;
  return { kind: "failed", reason: String(ours.details?.reason ?? ours.code), lost: true, retryAfterS: null };
}

/** RFC 7009. Answers whether the authorization server took it back; a kind of token it cannot revoke is `unsupported`. */
export async function revokeToken(
  endpoint: TokenEndpoint,
  token: string,
  hint: "refresh_token" | "access_token",
  fetch: SafeFetch,
  signal: AbortSignal,
): Promise<"revoked" | "unsupported" | "failed"> {
  const config = configuration(endpoint, (url, request) => fetch(url, { ...request, signal, purpose: "revocation" }));
  try {
    await oidc.tokenRevocation(config, token, { token_type_hint: hint });
    return "revoked";
  } catch (error) {
    const unsupported = error instanceof oidc.ResponseBodyError && error.error === "unsupported_token_type";
    return unsupported ? "unsupported" : "failed";
  }
}

function configuration(
  endpoint: TokenEndpoint,
  fetch: (url: string, request: SafeRequest) => Promise<Response>,
): oidc.Configuration {
  const { client, key, issuer, token_endpoint, revocation_endpoint } = endpoint;
  const secret = client.client_secret;
  const config = new oidc.Configuration(
    { issuer, token_endpoint, ...(revocation_endpoint === null ? {} : { revocation_endpoint }) },
    client.client_id,
    secret === undefined ? {} : { client_secret: secret },
    clientAuthentication(client, key),
  );
  config[oidc.customFetch] = (url, { method, headers, body }) => fetch(url, { method, headers, body });
  // Not a loosening: our fetch refuses http that is not on this machine, which the library cannot tell apart.
  oidc.allowInsecureRequests(config);
  return config;
}

function gatehouseErrorIn(error: unknown): GatehouseError | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof GatehouseError) return at;
  }
  return null;
}

/** RFC 9110 §10.2.3, the form in seconds. */
function retryAfter(response: Response): number | null {
  const value = response.headers.get("retry-after");
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) : null;
}
