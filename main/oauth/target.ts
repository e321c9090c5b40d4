/** Where tokens for a server are to be had, and what to ask for there. */

import type { RemoteServer } from "../config/types.ts";
import { quoteRemote } from "../errors.ts";
import type { SafeFetch } from "../http/fetch.ts";
import type { Challenge } from "../ports.ts";
import type { DpopKey, Grant } from "../vault/types.ts";
import { chooseScope } from "./authorization-request.ts";
import { discover } from "./discovery.ts";
import { newDpopKey, wantsDpop } from "./dpop.ts";
import { isUnattended } from "./grant-types.ts";
import type { AuthorizationServer } from "./metadata.ts";
import { problem, type Run } from "./problem.ts";

export interface Target {
  readonly as: AuthorizationServer;
  /** To be asked for; null: nothing. */
  readonly scope: string | null;
  /** RFC 8707; null: none. */
  readonly resource: string | null;
  /** Made for this grant, whose tokens are to be bound to it; null: to nothing (RFC 9449). */
  readonly dpopKey: DpopKey | null;
}

/** Throws what discovery throws, and `issuer_mismatch` when another authorization server would get our secret. */
export async function findTarget(
  run: Run,
  server: RemoteServer,
  challenge: Challenge | null,
  previous: Grant | null,
  fetch: SafeFetch,
  signal: AbortSignal,
): Promise<Target> {
  const { auth } = server;
  const { as, resource } = await discover(run, server, challenge, fetch, signal);
  refuseAnotherIssuer(run, server, as, previous);
  const scope = chooseScope({
    configured: auth.scope,
    challenged: challenge?.scope ?? null,
    granted: challenge?.status === 403 ? (previous?.scope ?? null) : null,
    resource: resource?.scopesSupported ?? [],
    // Nobody is away whose access could go on: no refresh token is wanted.
    server: isUnattended(server) ? [] : as.scopesSupported,
  });
  return {
    as,
    scope,
    resource: auth.resource === false ? null : (auth.resource ?? resource?.resource ?? null),
    dpopKey: wantsDpop(run, challenge, resource, as) ? newDpopKey() : null,
  };
}

/**
 * A configured secret was made for one authorization server. A resource that names another one later gets neither it nor
 * what it signs.
 */
function refuseAnotherIssuer(run: Run, server: RemoteServer, as: AuthorizationServer, previous: Grant | null): void {
  const { client_secret, private_key, assertion, authorization_server, metadata_url, token_endpoint } = server.auth;
  const secret = client_secret ?? private_key ?? assertion ?? server.auth.idp;
  const pinned = authorization_server ?? metadata_url ?? token_endpoint;
  if (secret === undefined || pinned !== undefined || previous === null || previous.issuer === as.issuer) return;
  throw problem(run, {
    code: "issuer_mismatch",
    message: `“${run.server}” now names another authorization server (${quoteRemote(as.issuer)}) than the one that its credentials were used at (${quoteRemote(previous.issuer)}).`,
    suggestion:
      "Do not sign in there unless you know that it moved. Then set “authorization_server” in the server's auth settings to the new one.",
    details: { issuer: quoteRemote(as.issuer), expected: quoteRemote(previous.issuer) },
  });
}
