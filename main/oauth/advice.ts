/** What to do about a sign-in that failed at a provider that the catalogue knows. */
import { type CatalogueEntry, knownProvider } from "../config/catalogue.ts";
import type { AuthConfig, RemoteServer } from "../config/types.ts";
import { GatehouseError } from "../errors.ts";

/** Errors that the right `auth` block may prevent. Not all of discovery's: who is offline needs no other settings. */
const CONFIGURABLE: ReadonlySet<string> = new Set([
  "client_id_required",
  "issuer_mismatch",
  "metadata_invalid",
  "pkce_unsupported",
  "registration_failed",
  "token_exchange_failed",
]);

/** Members that say which authorization server is meant. */
const PINS = ["authorization_server", "metadata_url", "token_endpoint"];

/**
 * The same error with a suggestion that names what to set, and `details.auth`, the members themselves; the error as it is
 * when the provider is not known or everything known about it is set already.
 */
export async function advised(server: RemoteServer, error: GatehouseError): Promise<GatehouseError> {
  if (!CONFIGURABLE.has(error.code)) return error;
  const { issuer } = error.details ?? {};
  const known = await knownProvider(
    server.url,
    typeof issuer === "string" ? issuer.replace(/^\u201c|\u201d$/g, "") : null,
  );
  if (known === null) return error;
  const missing = missingMembers(known, server.auth);
  const needsClient = known.client !== null && server.auth.client_id === undefined;
  if (Object.keys(missing).length === 0 && !needsClient) return error;
  // A warning not to go on stays a warning, unless saying which issuer is meant is what was missing.
  if (error.code === "issuer_mismatch" && !PINS.some((name) => Object.hasOwn(missing, name))) return error;
  return new GatehouseError({
    code: error.code,
    server: error.server,
    message: error.message,
    suggestion: suggestionFor(known, server.auth, missing),
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
    details: { ...error.details, catalogue: known.name, auth: missing },
    cause: error,
  });
}

/** What the catalogue's block has and ours lacks; a value of our own is ours to know. */
function missingMembers(known: CatalogueEntry, auth: AuthConfig): AuthConfig {
  return Object.fromEntries(Object.entries(known.auth).filter(([name]) => !Object.hasOwn(auth, name)));
}

function suggestionFor(known: CatalogueEntry, auth: AuthConfig, missing: AuthConfig): string {
  const members = Object.entries(missing).map(
    ([name, value]) => `“${name}” (${typeof value === "string" ? value : JSON.stringify(value)})`,
  );
  const { client } = known;
  if (client === null || auth.client_id !== undefined) {
    return `${known.title} needs ${listed(members)} in the server's auth settings.`;
  }
  const redirect = auth.redirect_uri ?? known.auth.redirect_uri;
  const named = client.secret ? ["“client_id”", "“client_secret”"] : ["“client_id”"];
  const at = redirect === undefined ? "" : ` with the redirect URI ${redirect}`;
  return `Create ${client.kind} at ${client.where}${at}, then set ${listed([...named, ...members])} in the server's auth settings.`;
}

function listed(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} and ${last}`;
}
