/**
 * Judges of the two metadata documents: where to look for them, and what of them counts. Pure; who fetches is
 * `discovery.ts`.
 */
import { type GatehouseError, quoteRemote } from "../errors.ts";
import { checkedUrl, resourceMatches } from "../http/urls.ts";
import { problem, type Run } from "./problem.ts";

export type Json = Readonly<Record<string, unknown>>;

/** Of RFC 9728 §2. Strings as received, byte for byte. */
export interface ResourceMetadata {
  readonly resource: string;
  readonly authorizationServers: readonly string[];
  readonly scopesSupported: readonly string[];
  /** `dpop_bound_access_tokens_required`. */
  readonly dpopRequired: boolean;
}

/** Of RFC 8414 §2, RFC 9207 §3 and the client-id metadata document draft. Every endpoint was checked. */
export interface AuthorizationServer {
  /** `metadata`: published; `configured`: endpoints of the `auth` block; `default`: the paths of MCP 2025-03-26. */
  readonly source: "metadata" | "configured" | "default";
  readonly issuer: string;
  /** Null only where none is needed: no code will be asked for. */
  readonly authorizationEndpoint: string | null;
  readonly tokenEndpoint: string;
  /** RFC 8628 §4. */
  readonly deviceEndpoint: string | null;
  readonly registrationEndpoint: string | null;
  readonly revocationEndpoint: string | null;
  readonly scopesSupported: readonly string[];
  /** Null: not said. */
  readonly tokenAuthMethods: readonly string[] | null;
  readonly issInResponse: boolean;
  readonly clientIdMetadataDocument: boolean;
  /** `dpop_signing_alg_values_supported` (RFC 9449 §5.1). Null: not said. */
  readonly dpopAlgorithms: readonly string[] | null;
}

/** Path-inserted with the query kept, then the origin's root (RFC 9728 §3.1). */
export function resourceMetadataUrls(serverUrl: string): string[] {
  const { origin, pathname, search } = new URL(serverUrl);
  const root = `${origin}/.well-known/oauth-protected-resource`;
  const path = pathname.replace(/\/+$/, "");
  return path === "" && search === "" ? [root] : [`${root}${path}${search}`, root];
}

/** RFC 8414 §3.1 inserted, OpenID Connect inserted, OpenID Connect Discovery §4 appended. */
export function serverMetadataUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/+$/, "");
  const inserted = ["oauth-authorization-server", "openid-configuration"].map(
    (name) => `${origin}/.well-known/${name}${path}`,
  );
  return path === "" ? inserted : [...inserted, `${origin}${path}/.well-known/openid-configuration`];
}

/**
 * Throws `metadata_invalid` when the document names no resource, `resource_mismatch` when it names one that does not
 * cover the server's URL: a token for it could be a token for somebody else (RFC 9728 §3.3).
 */
export function judgeResourceMetadata(
  run: Run,
  serverUrl: string,
  document: Json,
  configuredResource: string | false | undefined,
): ResourceMetadata {
  const resource = document.resource;
  if (typeof resource !== "string" || resource === "") {
    throw problem(run, {
      code: "metadata_invalid",
      message: `The protected resource metadata of “${run.server}” names no resource.`,
      suggestion: "Ask the server's operator to publish the member “resource” (RFC 9728).",
    });
  }
  if (!resourceMatches(serverUrl, resource) && resource !== configuredResource) {
    throw problem(run, {
      code: "resource_mismatch",
      message: `“${run.server}” says it is the resource ${quoteRemote(resource)}, which is not its own address.`,
      suggestion: "Do not sign in there. Check the server's URL; if it moved, enter the new one.",
      details: { resource: quoteRemote(resource) },
    });
  }
  return {
    resource,
    authorizationServers: strings(document.authorization_servers),
    scopesSupported: strings(document.scopes_supported),
    dpopRequired: document.dpop_bound_access_tokens_required === true,
  };
}

export interface Expectation {
  /** One of these, compared as strings (RFC 8414 §3.3); null: a document that the person named, whatever it says. */
  readonly issuers: readonly string[] | null;
  /** Endpoints of the `auth` block win over those of the document. */
  readonly authorizationEndpoint?: string | undefined;
  readonly tokenEndpoint?: string | undefined;
  readonly deviceEndpoint?: string | undefined;
  /** False: no code will be asked for, so neither an authorization endpoint nor PKCE matters. Default true. */
  readonly forCode?: boolean;
}

/**
 * Throws `issuer_mismatch`, `pkce_unsupported`, `metadata_invalid` or `unsafe_url`; nothing of a refused document may be
 * used.
 */
export function judgeServerMetadata(run: Run, document: Json, expected: Expectation): AuthorizationServer {
  const issuer = document.issuer;
  if (typeof issuer !== "string" || issuer === "") throw missing(run, "issuer");
  if (expected.issuers !== null && !expected.issuers.includes(issuer)) {
    throw problem(run, {
      code: "issuer_mismatch",
      message: `The authorization server's metadata names the issuer ${quoteRemote(issuer)}, expected was ${quoteRemote(expected.issuers[0] ?? "")}.`,
      suggestion:
        "Do not sign in there. If you know the issuer to be right, set “authorization_server” or “metadata_url” in the server's auth settings.",
      details: { issuer: quoteRemote(issuer), expected: expected.issuers.map(quoteRemote) },
    });
  }
  const endpoint = (name: string, what: string, configured?: string): string => {
    const value = configured ?? document[name];
    if (typeof value !== "string") throw missing(run, name);
    checkedUrl(value, { server: run.server, what, requestId: run.requestId });
    return value;
  };
  const { forCode = true } = expected;
  const authorizationEndpoint = forCode
    ? endpoint("authorization_endpoint", "authorization endpoint", expected.authorizationEndpoint)
    : null;
  const tokenEndpoint = endpoint("token_endpoint", "token endpoint", expected.tokenEndpoint);
  const optional = (name: string, what: string, configured?: string) =>
    (configured ?? document[name] ?? null) === null ? null : endpoint(name, what, configured);
  const deviceEndpoint = optional(
    "device_authorization_endpoint",
    "device authorization endpoint",
    expected.deviceEndpoint,
  );
  const registrationEndpoint = optional("registration_endpoint", "registration endpoint");
  const revocationEndpoint = optional("revocation_endpoint", "revocation endpoint");
  // MCP 2025-11-25 authorization: without this member PKCE must be taken as not supported.
  if (forCode && !strings(document.code_challenge_methods_supported).includes("S256")) {
    throw problem(run, {
      code: "pkce_unsupported",
      message: `The authorization server of “${run.server}” does not offer PKCE with S256.`,
      suggestion:
        "Ask its operator to switch PKCE on. If you know that it works, set “authorization_endpoint” and “token_endpoint” in the server's auth settings.",
      details: { issuer: quoteRemote(issuer) },
    });
  }
  const methods = document.token_endpoint_auth_methods_supported;
  const dpop = document.dpop_signing_alg_values_supported;
  return {
    source: "metadata",
    issuer,
    authorizationEndpoint,
    tokenEndpoint,
    deviceEndpoint,
    registrationEndpoint,
    revocationEndpoint,
    scopesSupported: strings(document.scopes_supported),
    tokenAuthMethods: Array.isArray(methods) ? strings(methods) : null,
    issInResponse: document.authorization_response_iss_parameter_supported === true,
    clientIdMetadataDocument: document.client_id_metadata_document_supported === true,
    dpopAlgorithms: Array.isArray(dpop) ? strings(dpop) : null,
  };
}

/** MCP 2025-03-26 authorization §2.3.3: where there is no metadata at all. */
export function defaultServer(serverUrl: string): AuthorizationServer {
  const { origin } = new URL(serverUrl);
  return {
    source: "default",
    issuer: origin,
    authorizationEndpoint: `${origin}/authorize`,
    tokenEndpoint: `${origin}/token`,
    deviceEndpoint: null,
    registrationEndpoint: `${origin}/register`,
    revocationEndpoint: null,
    scopesSupported: [],
    tokenAuthMethods: null,
    issInResponse: false,
    clientIdMetadataDocument: false,
    dpopAlgorithms: null,
  };
}

function missing(run: Run, member: string): GatehouseError {
  return problem(run, {
    code: "metadata_invalid",
    message: `The authorization server metadata of “${run.server}” lacks “${member}”.`,
    suggestion: "Ask the server's operator, or set the endpoints in the server's auth settings.",
    details: { member },
  });
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string" && item !== "") : [];
}
