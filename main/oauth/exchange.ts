/** From a checked code to a stored grant (RFC 6749 §4.1.3, RFC 7636 §4.5, RFC 8707 §2.2). */
import type { RemoteServer } from "../config/types.ts";
import { type GatehouseError, quoteRemote } from "../errors.ts";
import type { ClientRegistration, DpopKey, Grant } from "../vault/types.ts";
import { extraParameters } from "./authorization-request.ts";
import type { CheckedCode } from "./authorization-response.ts";
import { endpointOf } from "./current-endpoint.ts";
import { type Keeper, keepTokens } from "./issued.ts";
import type { AuthorizationServer } from "./metadata.ts";
import { problem, type Run } from "./problem.ts";
import { whatToSet } from "./refusals.ts";
import { requestTokens } from "./token-endpoint.ts";

/** What a person's consent has led to. */
export interface Authorized {
  readonly code: CheckedCode;
  readonly verifier: string;
  readonly as: AuthorizationServer;
  readonly client: ClientRegistration;
  /** Asked for; null: nothing. */
  readonly scope: string | null;
  readonly resource: string | null;
  readonly dpopKey: DpopKey | null;
}

/**
 * The stored grant, or `client_unknown` when the authorization server has forgotten the client that it had registered.
 * Throws `token_exchange_failed`, `unsafe_url`, what storing throws, and the signal's reason.
 */
export async function exchangeCode(
  run: Run,
  server: RemoteServer,
  authorized: Authorized,
  keeper: Keeper,
): Promise<Grant | "client_unknown"> {
  const { code, verifier, as, client, scope, resource, dpopKey } = authorized;
  const stored = {
    issuer: as.issuer,
    token_endpoint: as.tokenEndpoint,
    revocation_endpoint: as.revocationEndpoint,
    client,
    ...(dpopKey === null ? {} : { dpop_key: dpopKey }),
  };
  const endpoint = await endpointOf(run, server, stored, keeper.origins);
  const parameters = {
    ...extraParameters(run, "token_params", server.auth.token_params),
    code: code.reveal(),
    redirect_uri: client.redirect_uri,
    code_verifier: verifier,
    ...(resource === null ? {} : { resource }),
  };
  const answer = await requestTokens(endpoint, "authorization_code", parameters, keeper.fetch, keeper.signal);
  if (answer.kind === "failed") throw exchangeFailed(run, answer.reason);
  if (answer.kind === "refused") {
    const { error, description } = answer;
    if (error === "invalid_client" && client.source === "dynamic") return "client_unknown";
    throw exchangeFailed(run, quoteRemote(description === null ? error : `${error}: ${description}`), error);
  }
  const asked = { grantType: "authorization_code", endpoint, scope, resource } as const;
  return keepTokens(run, server, asked, answer.tokens, keeper);
}

function exchangeFailed(run: Run, reason: string, error = ""): GatehouseError {
  return problem(run, {
    code: "token_exchange_failed",
    message: `The authorization server of “${run.server}” gave no tokens for the code (${reason}).`,
    suggestion: whatToSet(error),
    details: { reason },
  });
}
