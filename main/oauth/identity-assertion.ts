/**
 * The first half of enterprise-managed authorization: the identity provider turns the person's ID token into an assertion
 * for one authorization server (RFC 8693 §2.1, draft-ietf-oauth-identity-assertion-authz-grant §4).
 */
import type { RemoteServer } from "../config/types.ts";
import type { GatehouseError } from "../errors.ts";
import type { SafeFetch } from "../http/fetch.ts";
import { checkedUrl } from "../http/urls.ts";
import { configuredText } from "./configured-text.ts";
import { findServerMetadata } from "./discovery.ts";
import { problem, type Run } from "./problem.ts";
import { requestTokens, type TokenAnswer } from "./token-endpoint.ts";

const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token";
const ID_JAG = "urn:ietf:params:oauth:token-type:id-jag";

/** Whom the assertion is for. */
export interface Audience {
  /** Of the authorization server that will take it. */
  readonly issuer: string;
  readonly scope: string | null;
  readonly resource: string | null;
}

/** The assertion is the answer's access token. Throws `config_invalid`, `unsafe_url`, what finding the metadata throws. */
export async function identityAssertion(
  run: Run,
  server: RemoteServer,
  audience: Audience,
  fetch: SafeFetch,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const { idp = {} } = server.auth;
  const clientId = needed(run, idp, "client_id");
  const idToken = await configuredText(run, "idp.id_token", needed(run, idp, "id_token"));
  const endpoint =
    idp.token_endpoint ?? (await endpointOfIssuer(run, server, needed(run, idp, "issuer"), fetch, signal));
  checkedUrl(endpoint, { server: run.server, what: "identity provider's token endpoint", requestId: run.requestId });
  const secret = idp.client_secret;
  const answer = await requestTokens(
    {
      issuer: idp.issuer ?? new URL(endpoint).origin,
      token_endpoint: endpoint,
      revocation_endpoint: null,
      client: {
        source: "config",
        client_id: clientId,
        ...(secret === undefined ? {} : { client_secret: secret }),
        token_endpoint_auth_method:
          idp.token_endpoint_auth_method ?? (secret === undefined ? "none" : "client_secret_basic"),
        redirect_uri: "",
      },
    },
    TOKEN_EXCHANGE,
    {
      requested_token_type: ID_JAG,
      subject_token: idToken,
      subject_token_type: ID_TOKEN,
      audience: audience.issuer,
      ...(audience.resource === null ? {} : { resource: audience.resource }),
      ...(audience.scope === null ? {} : { scope: audience.scope }),
    },
    fetch,
    signal,
  );
  // RFC 8693 §2.2.1: anything else must not be sent on as an assertion; it could be a token that opens other doors.
  if (answer.kind === "tokens" && answer.tokens.issuedTokenType !== ID_JAG) {
    return { kind: "refused", error: "unexpected issued_token_type", description: null, status: 200 };
  }
  return answer;
}

async function endpointOfIssuer(
  run: Run,
  server: RemoteServer,
  issuer: string,
  fetch: SafeFetch,
  signal: AbortSignal,
): Promise<string> {
  const { tokenEndpoint } = await findServerMetadata(run, server, issuer, fetch, signal);
  return tokenEndpoint;
}

function needed(run: Run, idp: Readonly<Record<string, string>>, member: string): string {
  const value = idp[member];
  if (value !== undefined && value !== "") return value;
  throw missing(run, member);
}

function missing(run: Run, member: string): GatehouseError {
  return problem(run, {
    code: "config_invalid",
    message: `“${run.server}” is set to the grant “id_jag”, and “idp” lacks “${member}”.`,
    suggestion: `Set “${member}” of “idp” in the server's auth settings.`,
    details: { member: `auth.idp.${member}` },
  });
}
