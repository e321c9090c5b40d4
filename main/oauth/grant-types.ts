/** What the grant types of the `auth` block have in common. */
import type { GrantType, RemoteServer } from "../config/types.ts";
import type { Grant } from "../vault/types.ts";

const UNATTENDED: ReadonlySet<GrantType> = new Set<GrantType>(["client_credentials", "id_jag", "jwt_bearer"]);

export function grantTypeOf(server: RemoteServer): GrantType {
  return server.auth.grant ?? "authorization_code";
}

/** Whether tokens are had without a person: from credentials that the configuration holds. */
export function isUnattended(server: RemoteServer): boolean {
  return UNATTENDED.has(grantTypeOf(server));
}

/**
 * Whether the configuration of now would have led to this grant: the same grant type, the pinned issuer (which drops what
 * another one issued) and the configured client.
 */
export function isOfConfiguration(server: RemoteServer, grant: Grant): boolean {
  const { authorization_server: issuer, client_id: client } = server.auth;
  return (
    (grant.grant_type ?? "authorization_code") === grantTypeOf(server) &&
    (issuer === undefined || issuer === grant.issuer) &&
    (client === undefined || client === grant.client.client_id)
  );
}
