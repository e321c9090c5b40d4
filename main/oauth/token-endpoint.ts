/** Requests to token and revocation endpoints. The one place where openid-client works for us. */
import * as oidc from "openid-client";
import { GatehouseError } from "../errors.ts";
import type { SafeFetch, SafeRequest } from "../http/fetch.ts";
import type { ClientRegistration, DpopKey } from "../vault/types.ts";
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
  /** What its tokens are bound to (RFC 9449); absent: to nothing. */
  readonly dpop_key?: DpopKey;
  /** The `DPoP` header of one token request; there when {@link dpop_key} is. */
  readonly prove?: () => string;
  /** Their clock less ours, in seconds, for what we sign and date; absent: 0. */
  readonly clockOffsetS?: number;
}

export interface Tokens {
  readonly accessToken: string;
  /** RFC 6749 §7.1. */
  readonly type: "Bearer" | "DPoP";
  readonly refreshToken: string | null;
  readonly idToken: string | null;
  readonly scope: string | null;
  /** Seconds; null: not said. */
  readonly lifetimeS: number | null;
  /** What a token exchange made (RFC 8693 §2.2.1). Remote text. */
  readonly issuedTokenType: string | null;
}

export type TokenAnswer =
  | { readonly kind: "tokens"; readonly tokens: Tokens }
  /** RFC 6749 §5.2. `error` and `description` are remote text. */
  | { readonly kind: "refused"; readonly error: string; readonly description: string | null; readonly status: number }
  /** No answer that settles anything. `lost`: the request may have been carried out all the same. */
  | {
      readonly kind: "failed";
      /** The system's code, where no answer came. */
      readonly reason: string;
      /** HTTP status; absent: no answer came. */
      readonly status?: number;
      readonly lost: boolean;
      readonly retryAfterS: number | null;
    };

/** Of a proof (RFC 9449 §8, §5): what it lacked or got wrong is known once the answer was read. */
const ABOUT_THE_PROOF = new Set(["use_dpop_nonce", "invalid_dpop_proof"]);

/**
 * A refused proof is made anew once. Throws `unsafe_url` and the signal's reason; every other outcome is in the answer.
 */
export async function requestTokens(
  endpoint: TokenEndpoint,
  grantType: string,
  parameters: Readonly<Record<string, string>>,
  fetch: SafeFetch,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const answer = await requestOnce(endpoint, grantType, parameters, fetch, signal);
  const again = endpoint.prove !== undefined && answer.kind === "refused" && ABOUT_THE_PROOF.has(answer.error);
  return again ? requestOnce(endpoint, grantType, parameters, fetch, signal) : answer;
}

async function requestOnce(
  endpoint: TokenEndpoint,
  grantType: string,
  parameters: Readonly<Record<string, string>>,
  fetch: SafeFetch,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  let idToken: string | null = null;
  let seen: Response | undefined;
  const config = configuration(endpoint, async (url, request) => {
    const proof = endpoint.prove === undefined ? {} : { dpop: endpoint.prove() };
    seen = await fetch(url, {
      ...request,
      headers: { ...request.headers, ...proof },
      signal,
      purpose: `token (${grantType.split(":").at(-1)})`,
    });
    const tidied = await tidyTokenResponse(seen);
    idToken = tidied.idToken;
    return tidied.response;
  });
  try {
    const result = await oidc.genericGrantRequest(config, grantType, { ...parameters });
    const tokens: Tokens = {
      accessToken: result.access_token,
      type: result.token_type === "dpop" ? "DPoP" : "Bearer",
      refreshToken: result.refresh_token ?? null,
      idToken,
      scope: result.scope ?? null,
      lifetimeS: lifetimeOf(result.expires_in),
      issuedTokenType: typeof result.issued_token_type === "string" ? result.issued_token_type : null,
    };
    return { kind: "tokens", tokens };
  } catch (error) {
    signal.throwIfAborted();
    return failureOf(error, seen);
  }
}

/** What went wrong with a request whose answer, if there was one, is `seen`. Throws `unsafe_url` and errors of our own. */
export function failureOf(error: unknown, seen: Response | undefined): Exclude<TokenAnswer, { kind: "tokens" }> {
  if (error instanceof oidc.ResponseBodyError && error.status !== 429 && error.status !== 408) {
    return { kind: "refused", error: error.error, description: error.error_description ?? null, status: error.status };
  }
  if (seen !== undefined) {
    const reason = seen.ok ? "unreadable answer" : `status ${seen.status}`;
    return { kind: "failed", reason, status: seen.status, lost: false, retryAfterS: retryAfter(seen) };
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

/** For openid-client: this endpoint, with this fetch. `more`: further members of the server's metadata. */
export function configuration(
  endpoint: TokenEndpoint,
  fetch: (url: string, request: SafeRequest) => Promise<Response>,
  more: Readonly<Record<string, string>> = {},
): oidc.Configuration {
  const { client, key, issuer, token_endpoint, revocation_endpoint } = endpoint;
  const secret = client.client_secret;
  const config = new oidc.Configuration(
    { issuer, token_endpoint, ...(revocation_endpoint === null ? {} : { revocation_endpoint }), ...more },
    client.client_id,
    {
      [oidc.clockSkew]: endpoint.clockOffsetS ?? 0,
      ...(secret === undefined ? {} : { client_secret: secret }),
    },
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

/** RFC 9110 §10.2.3, seconds; a date counts from the answer's own `Date`. */
export function retryAfter({ headers }: Pick<Response, "headers">): number | null {
  const value = headers.get("retry-after");
  if (value === null) return null;
  if (/^\d{1,6}$/.test(value)) return Number(value);
  const date = headers.get("date");
  const wait = (Date.parse(value) - (date === null ? Number.NaN : Date.parse(date))) / 1000;
  return wait >= 0 ? wait : null;
}
