/** Which of a grant's tokens the resource gets: the access token, or the ID token for those that want that (Cognito). */
import type { RemoteServer } from "../config/types.ts";
import type { Grant } from "../vault/types.ts";
import { jsonObject } from "./discovery.ts";
import { problem, type Run } from "./problem.ts";
import type { Tokens } from "./token-endpoint.ts";

export function bearerOf(server: RemoteServer, grant: Grant): string {
  return server.auth.use_id_token === true ? (grant.id_token ?? grant.access_token) : grant.access_token;
}

/** Seconds until the token that {@link bearerOf} gives ends; null: unknown. */
export function bearerLifetimeS(server: RemoteServer, tokens: Tokens): number | null {
  if (server.auth.use_id_token !== true || tokens.idToken === null) return tokens.lifetimeS;
  const [, payload = ""] = tokens.idToken.split(".");
  const claims = jsonObject(Buffer.from(payload, "base64url").toString("utf8"));
  const { exp, iat } = claims ?? {};
  // Both are the authorization server's time, so that its clock need not be ours (OpenID Connect Core §2).
  const lifetime = typeof exp === "number" && typeof iat === "number" && exp > iat ? exp - iat : null;
  if (lifetime === null) return tokens.lifetimeS;
  return Math.min(lifetime, tokens.lifetimeS ?? lifetime);
}

/** Throws `token_exchange_failed` when the ID token is wanted and did not come. */
export function requireBearer(run: Run, server: RemoteServer, tokens: Tokens): void {
  if (server.auth.use_id_token !== true || tokens.idToken !== null) return;
  throw problem(run, {
    code: "token_exchange_failed",
    message: `The authorization server of “${run.server}” gave no ID token, and “use_id_token” asks for one.`,
    suggestion: "Add “openid” to “scope” in the server's auth settings, or take “use_id_token” out.",
    details: { reason: "no id_token" },
  });
}
