/** What a sign-in at a server would be like, from its metadata alone. Nothing is registered, nobody is asked. */
import { randomUUID } from "node:crypto";
import type { RemoteServer } from "../config/types.ts";
import { createSafeFetch } from "../http/fetch.ts";
import type { Challenge } from "../ports.ts";
import { discover } from "./discovery.ts";

export interface Outlook {
  /** The server says of itself that it is a protected resource (RFC 9728). */
  readonly isProtected: boolean;
  readonly issuer: string;
  /** It takes registrations (RFC 7591), or a client ID metadata document where there is one; null: it publishes nothing. */
  readonly registers: boolean | null;
}

/** `challenge`: null: the server let us in. Throws what discovery throws, and the signal's reason. */
export async function outlook(
  server: RemoteServer,
  challenge: Challenge | null,
  signal: AbortSignal,
): Promise<Outlook> {
  const { authorization_server, metadata_url, authorization_endpoint, token_endpoint } = server.auth;
  const named = [server.url, authorization_server, metadata_url, authorization_endpoint, token_endpoint];
  const configured = named.filter((url) => url !== undefined);
  const fetch = createSafeFetch({ server: server.name, configured });
  const { as, resource } = await discover(
    { server: server.name, requestId: randomUUID() },
    server,
    challenge,
    fetch,
    signal,
  );
  const byDocument = as.clientIdMetadataDocument && server.auth.client_metadata_url !== undefined;
  return {
    isProtected: resource !== null,
    issuer: as.issuer,
    registers: as.source === "default" ? null : byDocument || as.registrationEndpoint !== null,
  };
}
