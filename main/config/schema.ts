/** The shape of `servers.json`, before `${VAR}` is replaced and defaults are filled in. */
import * as z from "zod";
import { settingsSchema } from "./settings.ts";

const text = z.string();
const filled = z.string().min(1);
const texts = z.record(z.string(), z.string());
const url = z
  .string()
  .refine((value) => URL.canParse(value), "must be a whole URL, as in https://as.example.com/token");

export const auth = z
  .object({
    grant: z
      .enum(["authorization_code", "client_credentials", "device_code", "id_jag", "jwt_bearer", "none"])
      .describe("How tokens are got. Default: authorization_code, with your own browser.")
      .exactOptional(),
    client_id: filled.describe("A client registered by hand. Default: found or registered by itself.").exactOptional(),
    client_secret: filled.exactOptional(),
    scope: text.describe("Scopes to ask for, separated by spaces. Default: what the server asks for.").exactOptional(),
    resource: z
      .union([filled, z.literal(false)])
      .describe("The `resource` to send (RFC 8707); false sends none.")
      .exactOptional(),
    authorize_params: texts.describe("Further parameters of the authorization request.").exactOptional(),
    token_params: texts.describe("Further parameters of token requests.").exactOptional(),
    redirect_uri: url.describe("The exact loopback address that the client is registered with.").exactOptional(),
    callback_timeout: z
      .number()
      .min(1)
      .max(86_400)
      .describe("Seconds to wait for you in the browser. Default: 300.")
      .exactOptional(),
    authorization_server: url.describe("The issuer to use, instead of the one that the server names.").exactOptional(),
    metadata_url: url.describe("Where the authorization server's metadata is.").exactOptional(),
    authorization_endpoint: url.exactOptional(),
    token_endpoint: url.exactOptional(),
    device_authorization_endpoint: url.describe("Where device_code begins (RFC 8628).").exactOptional(),
    token_endpoint_auth_method: filled.exactOptional(),
    client_metadata: z
      .record(z.string(), z.unknown())
      .describe("Members to add to a dynamic registration (RFC 7591).")
      .exactOptional(),
    client_metadata_url: url.describe("A client ID metadata document to use as client_id.").exactOptional(),
    private_key: filled
      .describe("For private_key_jwt: a PEM or JWK, or the absolute path of a file that holds one.")
      .exactOptional(),
    token_endpoint_auth_signing_alg: filled.exactOptional(),
    idp: texts
      .describe(
        "The identity provider of an enterprise-managed sign-in (id_jag): issuer or token_endpoint, client_id, id_token (or the path of its file), client_secret if there is one.",
      )
      .exactOptional(),
    assertion: filled
      .describe("The assertion of a workload identity (jwt_bearer): a JWT, or the absolute path of its file.")
      .exactOptional(),
    use_id_token: z.boolean().describe("Send the ID token instead of the access token (Cognito).").exactOptional(),
    refresh_skew: z
      .number()
      .min(0)
      .max(86_400)
      .describe("Seconds before its end at which a token counts as ended. Default: 30.")
      .exactOptional(),
  })
  .describe("How to sign in. Leave it out: nearly every server says by itself.");

const common = {
  enabled: z.boolean().describe("Default: true.").exactOptional(),
  protocol: z
    .enum(["auto", "legacy", "2026-07-28"])
    .describe("The revision of MCP to speak. Default: auto, what the server speaks.")
    .exactOptional(),
  tools: z
    .object({
      allow: z.array(text).describe('Names or patterns with *. Default: ["*"].').exactOptional(),
      deny: z.array(text).describe("Names or patterns with *; stronger than allow.").exactOptional(),
      guard: z
        .boolean()
        .describe("Hold a tool back once it says something else of itself than when it was approved. Default: true.")
        .exactOptional(),
    })
    .describe("Which tools agents get to see.")
    .exactOptional(),
  timeout: z
    .number()
    .positive()
    .max(86_400)
    .describe("Seconds that a request may go without an answer or progress. Default: 60.")
    .exactOptional(),
};

/** `http`, as other products write it, means streamable-http. */
export const remoteServer = z
  .object({
    type: z
      .enum(["streamable-http", "http", "sse", "auto"])
      .describe("Default: auto, streamable HTTP and, where that is not spoken, SSE. `http` is streamable-http.")
      .exactOptional(),
    url: filled.describe("https, or http on this machine."),
    headers: texts.describe("Sent with every request.").exactOptional(),
    auth: auth.exactOptional(),
    ...common,
  })
  .describe("A server somewhere else.");

export const stdioServer = z
  .object({
    type: z.literal("stdio").exactOptional(),
    command: filled.describe("The program to start."),
    args: z.array(text).exactOptional(),
    env: texts.describe("Added to a small safe environment.").exactOptional(),
    cwd: filled.describe("The folder to start it in.").exactOptional(),
    approved: z
      .boolean()
      .describe("False: it came from elsewhere and is not started before you have allowed it. Default: true.")
      .exactOptional(),
    ...common,
  })
  .describe("A program on this computer.");

/** Everything that may stand at the top; what stands under `mcpServers` is judged one by one. */
export const TOP_LEVEL = ["$schema", "mcpServers", "settings"] as const;

const file = z.object({
  $schema: text.exactOptional(),
  mcpServers: z.record(z.string(), z.union([remoteServer, stdioServer])).exactOptional(),
  settings: settingsSchema.exactOptional(),
});

/** The JSON Schema that editors read, published as `assets/servers.schema.json`. */
export function jsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(file, { io: "input", target: "draft-7" });
  return {
    ...schema,
    title: "Gatehouse servers.json",
    description: `MCP servers. \${VAR} and \${VAR:-default} in any text are replaced from the environment, \${keychain:NAME} in headers, env and auth's secrets from the vault (gatehouse secret set NAME); $\${ is a plain \${.`,
    allowTrailingCommas: true,
  };
}

/** Members that a schema knows, for finding the unknown ones. */
export function unknownMembers(entry: Readonly<Record<string, unknown>>): string[] {
  const server: z.ZodObject = Object.hasOwn(entry, "command") ? stdioServer : remoteServer;
  return [
    ...strangers(entry, server, ""),
    ...strangers(entry.auth, auth, "auth."),
    ...strangers(entry.tools, common.tools.unwrap(), "tools."),
  ];
}

function strangers(value: unknown, schema: z.ZodObject, prefix: string): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.keys(value)
    .filter((key) => !Object.hasOwn(schema.shape, key))
    .map((key) => prefix + key);
}
