/** How we authenticate as a client at a token endpoint (RFC 6749 §2.3, RFC 7523 §2.2). */
import * as oidc from "openid-client";
import type { ClientRegistration } from "../vault/types.ts";
import type { SigningKey } from "./private-key.ts";

export function clientAuthentication(client: ClientRegistration, key: SigningKey | undefined): oidc.ClientAuth {
  const secret = client.client_secret;
  switch (client.token_endpoint_auth_method) {
    case "client_secret_post":
      return oidc.ClientSecretPost(secret);
    case "client_secret_basic":
      return basic(secret ?? "");
    case "private_key_jwt":
      if (key === undefined) throw new TypeError("a client with a key came without it");
      // The library's audience is the issuer, and nothing beside it (draft-ietf-oauth-rfc7523bis §4).
      return oidc.PrivateKeyJwt(key);
    default:
      return oidc.None();
  }
}

/**
 * HTTP Basic with id and secret form-encoded (RFC 6749 §2.3.1, WHATWG URL §5.1). The library's own also encodes what that
 * encoding leaves as it is, such as `-`, and servers that decode nothing then know no such client.
 */
function basic(secret: string): oidc.ClientAuth {
  return (_server, client, _body, headers) => {
    const pair = `${formEncoded(client.client_id)}:${formEncoded(secret)}`;
    headers.set("authorization", `Basic ${Buffer.from(pair).toString("base64")}`);
  };
}

function formEncoded(text: string): string {
  return new URLSearchParams({ v: text }).toString().slice(2);
}
