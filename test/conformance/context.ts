/** What a person would have written into `servers.json` for a scenario: the suite tells it in a context of its own. */
import { z } from "zod";
import type { AuthConfig } from "../../main/config/types.ts";

export const contextOf = z.object({
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  private_key_pem: z.string().optional(),
  signing_algorithm: z.string().optional(),
  idp_client_id: z.string().optional(),
  idp_id_token: z.string().optional(),
  idp_issuer: z.string().optional(),
  idp_token_endpoint: z.string().optional(),
  valid_jwt: z.string().optional(),
  /** The calls to make, instead of one of each tool. */
  toolCalls: z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) })).optional(),
});

/** The document that the suite expects as client id; nobody has to be able to read it. */
const METADATA_DOCUMENT = "https://conformance-test.local/client-metadata.json";

export function authFor(scenario: string, context: z.infer<typeof contextOf>): AuthConfig {
  const client = {
    ...(context.client_id === undefined ? {} : { client_id: context.client_id }),
    ...(context.client_secret === undefined ? {} : { client_secret: context.client_secret }),
  };
  switch (scenario) {
    case "auth/basic-cimd":
      return { client_metadata_url: METADATA_DOCUMENT };
    case "auth/client-credentials-basic":
      return { grant: "client_credentials", ...client, token_endpoint_auth_method: "client_secret_basic" };
    case "auth/client-credentials-jwt":
      return {
        grant: "client_credentials",
        ...client,
        token_endpoint_auth_method: "private_key_jwt",
        private_key: context.private_key_pem ?? "",
        token_endpoint_auth_signing_alg: context.signing_algorithm ?? "",
      };
    case "auth/enterprise-managed-authorization":
      return {
        grant: "id_jag",
        ...client,
        idp: {
          issuer: context.idp_issuer ?? "",
          token_endpoint: context.idp_token_endpoint ?? "",
          client_id: context.idp_client_id ?? "",
          id_token: context.idp_id_token ?? "",
        },
      };
    case "auth/wif-jwt-bearer":
      return { grant: "jwt_bearer", ...client, assertion: context.valid_jwt ?? "" };
    default:
      return client;
  }
}
