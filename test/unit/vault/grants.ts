import type { Grant, GrantKey } from "../../../main/vault/types.ts";

export const KEY: GrantKey = { server: "github", account: "default", origin: "https://mcp.example.com" };

export function grant(change: Partial<Grant> = {}): Grant {
  return {
    v: 1,
    issuer: "https://as.example.com",
    token_endpoint: "https://as.example.com/token",
    revocation_endpoint: null,
    resource: "https://mcp.example.com/mcp",
    client: {
      source: "dynamic",
      client_id: "client",
      token_endpoint_auth_method: "none",
      redirect_uri: "http://127.0.0.1:53682/callback",
    },
    access_token: "SECRET-access",
    refresh_token: "SECRET-refresh",
    id_token: null,
    scope: "repo",
    expires_at: 1_800_000_000_000,
    obtained_at: 1_700_000_000_000,
    signed_in_at: 1_700_000_000_000,
    ...change,
  };
}
