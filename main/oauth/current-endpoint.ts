/** A stored grant's token endpoint under the configuration of now. */
import type { RemoteServer } from "../config/types.ts";
import type { ClientRegistration } from "../vault/types.ts";
import type { Origins } from "./origins.ts";
import { signingKey } from "./private-key.ts";
import type { Run } from "./problem.ts";
import type { TokenEndpoint } from "./token-endpoint.ts";

type Stored = Omit<TokenEndpoint, "key" | "prove" | "clockOffsetS">;

/**
 * The members of a grant that token requests need, with what only the configuration holds: it wins over a stored secret at
 * once, and clients' keys are in no grant; and with what was learned of the authorization server in passing. Throws
 * `config_invalid`.
 */
export async function endpointOf(
  run: Run,
  server: RemoteServer,
  stored: Stored,
  origins: Origins,
): Promise<TokenEndpoint> {
  const { issuer, token_endpoint, revocation_endpoint, dpop_key } = stored;
  const client = currentClient(server, stored.client);
  const key = client.token_endpoint_auth_method === "private_key_jwt" ? await signingKey(run, server) : null;
  const url = new URL(token_endpoint);
  return {
    issuer,
    token_endpoint,
    revocation_endpoint,
    client,
    ...(key === null ? {} : { key }),
    ...(dpop_key === undefined ? {} : { dpop_key, prove: () => origins.proof(dpop_key, "POST", url, null) }),
    clockOffsetS: origins.skewS(url.origin),
  };
}

function currentClient(server: RemoteServer, client: ClientRegistration): ClientRegistration {
  const { client_id: id, client_secret: secret, token_endpoint_auth_method: method } = server.auth;
  if (id === undefined || id !== client.client_id || secret === undefined) return client;
  const before = client.token_endpoint_auth_method;
  return {
    ...client,
    client_secret: secret,
    token_endpoint_auth_method: method ?? (before === "none" ? "client_secret_basic" : before),
  };
}
