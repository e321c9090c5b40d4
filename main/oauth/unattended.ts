/**
 * Tokens without a person: client credentials (RFC 6749 §4.4), a workload's own assertion (RFC 7523 §2.1), and
 * enterprise-managed authorization, where the identity provider vouches for the person (token exchange, RFC 8693, to an
 * ID-JAG, draft-ietf-oauth-identity-assertion-authz-grant). A refusal is final: no second try, no other grant type.
 */
import type { RemoteServer } from "../config/types.ts";
import { GatehouseError, quoteRemote } from "../errors.ts";
import type { SafeFetch } from "../http/fetch.ts";
import type { Challenge } from "../ports.ts";
import type { Grant } from "../vault/types.ts";
import { extraParameters } from "./authorization-request.ts";
import { configuredText } from "./configured-text.ts";
import { endpointOf } from "./current-endpoint.ts";
import { grantTypeOf, isOfConfiguration } from "./grant-types.ts";
import { identityAssertion } from "./identity-assertion.ts";
import type { Asked } from "./issued.ts";
import type { Origins } from "./origins.ts";
import { problem, type Run } from "./problem.ts";
import { configuredClient } from "./registration.ts";
import { findTarget } from "./target.ts";
import { requestTokens, type TokenAnswer } from "./token-endpoint.ts";

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

export interface UnattendedRequest {
  readonly run: Run;
  readonly server: RemoteServer;
  readonly challenge: Challenge | null;
  /** What is held for this server × account, of whatever configuration; null: nothing. */
  readonly held: Grant | null;
  /** False: the token endpoint of a grant that is held is asked again without a look at metadata. */
  readonly discover: boolean;
  readonly fetch: SafeFetch;
  readonly origins: Origins;
  readonly signal: AbortSignal;
}

export interface UnattendedAnswer {
  readonly asked: Asked;
  readonly answer: TokenAnswer;
  /** Who gave it. */
  readonly by: "authorization server" | "identity provider";
}

/**
 * One request for tokens, or two with an identity provider. Throws `client_id_required`, `config_invalid`, `unsafe_url`,
 * what discovery throws, and the signal's reason.
 */
export async function askUnattended(request: UnattendedRequest): Promise<UnattendedAnswer> {
  const { run, server, fetch, signal } = request;
  const asked = await whatToAsk(request);
  const { scope, resource } = asked;
  const common = {
    ...extraParameters(run, "token_params", server.auth.token_params),
    ...(scope === null ? {} : { scope }),
    ...(resource === null ? {} : { resource }),
  };
  const ask = async (grantType: string, more: Record<string, string> = {}): Promise<UnattendedAnswer> => {
    const answer = await requestTokens(asked.endpoint, grantType, { ...common, ...more }, fetch, signal);
    return { asked, answer, by: "authorization server" };
  };
  switch (asked.grantType) {
    case "jwt_bearer":
      return ask(JWT_BEARER, { assertion: await configuredAssertion(run, server) });
    case "id_jag": {
      const { issuer } = asked.endpoint;
      const assertion = await identityAssertion(run, server, { issuer, scope, resource }, fetch, signal);
      if (assertion.kind !== "tokens") return { asked, answer: assertion, by: "identity provider" };
      return ask(JWT_BEARER, { assertion: assertion.tokens.accessToken });
    }
    default:
      return ask("client_credentials");
  }
}

async function whatToAsk(request: UnattendedRequest): Promise<Asked> {
  const { run, server, challenge, held, discover, fetch, origins, signal } = request;
  const grantType = grantTypeOf(server);
  if (held !== null && !discover && isOfConfiguration(server, held)) {
    const scope = server.auth.scope?.trim() ?? held.scope;
    const endpoint = await endpointOf(run, server, held, origins);
    return { grantType, endpoint, scope: scope || null, resource: held.resource };
  }
  const { as, scope, resource, dpopKey } = await findTarget(run, server, challenge, held, fetch, signal);
  const stored = {
    issuer: as.issuer,
    token_endpoint: as.tokenEndpoint,
    revocation_endpoint: as.revocationEndpoint,
    client: configuredClient(run, server, as, null),
    ...(dpopKey === null ? {} : { dpop_key: dpopKey }),
  };
  return { grantType, endpoint: await endpointOf(run, server, stored, origins), scope, resource };
}

async function configuredAssertion(run: Run, server: RemoteServer): Promise<string> {
  const { assertion } = server.auth;
  if (assertion !== undefined) return configuredText(run, "assertion", assertion);
  throw problem(run, {
    code: "config_invalid",
    message: `“${run.server}” is set to the grant “jwt_bearer” and has no “assertion”.`,
    suggestion: "Set “assertion” in the server's auth settings to the workload's JWT, or to the path of its file.",
    details: { member: "auth.assertion" },
  });
}

/** A refusal in words. It stands until the configuration changes or somebody signs in by hand. */
export function refusedAlone(run: Run, server: RemoteServer, refused: UnattendedAnswer): GatehouseError {
  const { answer, by } = refused;
  const { error, description } = answer.kind === "refused" ? answer : { error: "no answer", description: null };
  const said = quoteRemote(description === null ? error : `${error}: ${description}`);
  return problem(run, {
    code: "token_exchange_failed",
    message: `The ${by} of “${run.server}” refused the grant “${grantTypeOf(server)}” (${said}).`,
    suggestion: adviceOn(error, server),
    details: { error: quoteRemote(error), grant: grantTypeOf(server), by },
  });
}

function adviceOn(error: string, server: RemoteServer): string {
  const grant = grantTypeOf(server);
  switch (error) {
    case "invalid_client":
    case "unauthorized_client":
      return "Check the client id, its secret or key, and that this client may use this grant; then sign in again.";
    case "invalid_scope":
      return "Set “scope” in the server's auth settings to one that this client may have.";
    case "invalid_target":
      return "Check “resource” in the server's auth settings with the operator of the authorization server.";
    case "invalid_grant":
      if (grant === "id_jag")
        return "Get a new ID token from the identity provider, set it as “id_token”, and sign in again.";
      return "Get a new assertion for this workload, set it as “assertion”, and sign in again.";
    default:
      return "Check the server's auth settings with the operator of the authorization server, then sign in again.";
  }
}

/** Whether an error on the way to the token endpoint may be gone a moment later: network, time, a 5xx. */
export function isPassing(error: unknown): error is GatehouseError {
  if (!(error instanceof GatehouseError)) return false;
  if (error.code === "upstream_unreachable") return true;
  if (error.code !== "metadata_discovery_failed") return false;
  const tried = error.details?.tried;
  return (
    Array.isArray(tried) &&
    tried.some(({ result }: { result?: unknown }) =>
      typeof result === "number" ? result >= 500 || result === 429 : result !== "refused",
    )
  );
}
