/** What the authorization request asks for (RFC 6749 §4.1.1, RFC 7636, RFC 8707). Pure. */
import type { RemoteServer } from "../config/types.ts";
import { checkedAuthorizationUrl } from "../http/urls.ts";
import { problem, type Run } from "./problem.ts";
import { scopeTokens } from "./step-up.ts";

/** RFC 6749 §3.3: what else a server puts into a scope is not sent on. */
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

export interface ScopeSources {
  /** Of the `auth` block: the person's word, taken as it is. */
  readonly configured: string | undefined;
  readonly challenged: string | null;
  /** What the token has that a challenge found to be too little; null: there is none, it is a first sign-in. */
  readonly granted: string | null;
  /** `scopes_supported` of the protected resource. */
  readonly resource: readonly string[];
  /** `scopes_supported` of the authorization server. */
  readonly server: readonly string[];
}

/**
 * For more access: what is granted (or configured) together with what is challenged (MCP 2025-11-25 authorization,
 * step-up). Else configured, else challenged, else everything the resource supports, else none (MCP 2025-11-25 authorization, scope
 * selection). `offline_access` is added where the authorization server lists it, so that the sign-in lasts.
 */
export function chooseScope(sources: ScopeSources): string | null {
  const challenged = scopeTokens(sources.challenged);
  if (sources.granted !== null) {
    const more = challenged.filter((token) => SCOPE_TOKEN.test(token));
    const union = new Set([...scopeTokens(sources.configured ?? null), ...scopeTokens(sources.granted), ...more]);
    if (sources.configured === undefined && sources.server.includes("offline_access")) union.add("offline_access");
    return [...union].join(" ") || null;
  }
  if (sources.configured !== undefined) return sources.configured.trim() || null;
  const tokens = [challenged, sources.resource]
    .map((list) => [...new Set(list.filter((token) => SCOPE_TOKEN.test(token)))])
    .find((list) => list.length > 0);
  if (tokens === undefined) return null;
  if (sources.server.includes("offline_access") && !tokens.includes("offline_access")) tokens.push("offline_access");
  return tokens.join(" ");
}

export interface AuthorizationRequest {
  readonly endpoint: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string | null;
  readonly resource: string | null;
  readonly state: string;
  /** S256 of the verifier. */
  readonly codeChallenge: string;
  /** Of the key that the code's tokens are bound to (RFC 9449 §10); null: to none. */
  readonly dpopThumbprint: string | null;
}

const OWN_PARAMETERS = new Set([
  "response_type",
  "client_id",
  "redirect_uri",
  "state",
  "code_challenge",
  "code_challenge_method",
  "code",
  "code_verifier",
  "grant_type",
  "refresh_token",
  "client_secret",
  "dpop_jkt",
]);

/** The URL for the browser. Throws `unsafe_url`, or `config_invalid` when `authorize_params` touch what protects the flow. */
export function authorizationUrl(run: Run, server: RemoteServer, request: AuthorizationRequest): URL {
  const url = checkedAuthorizationUrl(request.endpoint, run.server, run.requestId);
  const scopes = request.scope?.split(" ") ?? [];
  const parameters: Record<string, string> = {
    response_type: "code",
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    code_challenge: request.codeChallenge,
    code_challenge_method: "S256",
    state: request.state,
    ...(request.scope === null ? {} : { scope: request.scope }),
    ...(request.resource === null ? {} : { resource: request.resource }),
    ...(request.dpopThumbprint === null ? {} : { dpop_jkt: request.dpopThumbprint }),
    // OpenID Connect Core §11: offline access is granted only with consent asked for.
    ...(scopes.includes("offline_access") ? { prompt: "consent" } : {}),
    ...extraParameters(run, "authorize_params", server.auth.authorize_params),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url;
}

/** `authorize_params` or `token_params` of the `auth` block. Throws `config_invalid` for a parameter that is ours to set. */
export function extraParameters(
  run: Run,
  member: "authorize_params" | "token_params",
  parameters: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const taken = Object.keys(parameters ?? {}).find((name) => OWN_PARAMETERS.has(name));
  if (taken === undefined) return parameters ?? {};
  throw problem(run, {
    code: "config_invalid",
    message: `“${member}” of “${run.server}” sets “${taken}”, which every sign-in sets itself.`,
    suggestion: `Take “${taken}” out of “${member}”.`,
  });
}
