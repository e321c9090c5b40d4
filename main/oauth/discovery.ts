/**
 * From a server's URL and its 401 to a checked authorization server: protected resource metadata (RFC 9728), then
 * authorization server metadata (RFC 8414, OpenID Connect Discovery), then, where neither exists, the default paths of
 * MCP 2025-03-26. What was found and refused is never fallen back from.
 */

import type { AuthConfig, RemoteServer } from "../config/types.ts";
import { GatehouseError, quoteRemote } from "../errors.ts";
import type { SafeFetch } from "../http/fetch.ts";
import { checkedUrl, sameOrigin, withoutQuery } from "../http/urls.ts";
import type { Challenge } from "../ports.ts";
import {
  type AuthorizationServer,
  defaultServer,
  type Expectation,
  type Json,
  judgeResourceMetadata,
  judgeServerMetadata,
  type ResourceMetadata,
  resourceMetadataUrls,
  serverMetadataUrls,
} from "./metadata.ts";
import { problem, type Run } from "./problem.ts";

/** One metadata request, for `details`: a URL without its query, and a status, `refused` or a network failure. */
export interface Tried {
  readonly url: string;
  readonly result: number | string;
}

export interface Discovered {
  readonly as: AuthorizationServer;
  /** Null: the server publishes no protected resource metadata. */
  readonly resource: ResourceMetadata | null;
  readonly tried: readonly Tried[];
}

interface Search {
  readonly run: Run;
  readonly server: RemoteServer;
  readonly fetch: SafeFetch;
  readonly signal: AbortSignal;
  readonly tried: Tried[];
}

type Document = { readonly kind: "found"; readonly json: Json } | { readonly kind: "absent" | "failed" };

const MAX_AUTHORIZATION_SERVERS = 5;

/** Throws `metadata_discovery_failed`, or what the judges of `metadata.ts` throw; `details.tried` says what was asked. */
export async function discover(
  run: Run,
  server: RemoteServer,
  challenge: Challenge | null,
  fetch: SafeFetch,
  signal: AbortSignal,
): Promise<Discovered> {
  const search: Search = { run, server, fetch, signal, tried: [] };
  try {
    const found = await findResourceMetadata(search, challenge?.resourceMetadata ?? null);
    const as = await findAuthorizationServer(search, found);
    return { as, resource: found.kind === "found" ? found.metadata : null, tried: search.tried };
  } catch (error) {
    if (error instanceof GatehouseError) throw withTried(run, error, search.tried);
    throw error;
  }
}

type FoundResource =
  | { readonly kind: "found"; readonly metadata: ResourceMetadata }
  | { readonly kind: "absent" | "failed" };

async function findResourceMetadata(search: Search, named: string | null): Promise<FoundResource> {
  const { run, server } = search;
  const candidates = resourceMetadataUrls(server.url);
  let failed = false;
  if (named !== null) {
    // Another origin's word about this server is worth nothing, and asking it would send us wherever the server likes.
    if (URL.canParse(named) && sameOrigin(named, server.url)) candidates.unshift(named);
    else {
      search.tried.push({ url: withoutQuery(named), result: "refused" });
      failed = true;
    }
  }
  for (const url of new Set(candidates)) {
    const document = await getDocument(search, url, "protected resource metadata");
    if (document.kind === "found") {
      const metadata = judgeResourceMetadata(run, server.url, document.json, server.auth.resource);
      return { kind: "found", metadata };
    }
    failed ||= document.kind === "failed";
  }
  return { kind: failed ? "failed" : "absent" };
}

async function findAuthorizationServer(search: Search, resource: FoundResource): Promise<AuthorizationServer> {
  const { run, server } = search;
  const { auth } = server;
  const overrides = endpointOverrides(auth);
  if (auth.metadata_url !== undefined) {
    const document = await getDocument(search, auth.metadata_url, "authorization server metadata");
    if (document.kind !== "found") throw notFound(search);
    const issuers = auth.authorization_server === undefined ? null : [auth.authorization_server];
    return judgeServerMetadata(run, document.json, { ...overrides, issuers });
  }
  const configured = configuredServer(run, server);
  if (configured !== null) return configured;
  const named =
    auth.authorization_server !== undefined
      ? [auth.authorization_server]
      : resource.kind === "found"
        ? resource.metadata.authorizationServers
        : [];
  if (named.length > 0) return firstThatWorks(search, named.slice(0, MAX_AUTHORIZATION_SERVERS), overrides);

  // MCP 2025-03-26 authorization §2.3: the server's origin is the authorization server. Only where nothing newer is
  // published: a document that was refused or could not be had might have named another one.
  if (resource.kind === "failed") throw notFound(search);
  const { origin } = new URL(server.url);
  const document = await searchServerMetadata(search, origin);
  if (document.kind === "found") {
    return judgeServerMetadata(run, document.json, { ...overrides, issuers: [origin, `${origin}/`] });
  }
  if (resource.kind !== "absent" || document.kind !== "absent") throw notFound(search);
  return { ...defaultServer(server.url), ...definedOnly(overrides) };
}

/** The metadata of an issuer that the person named, for grants that need no code. Throws what {@link discover} throws. */
export async function findServerMetadata(
  run: Run,
  server: RemoteServer,
  issuer: string,
  fetch: SafeFetch,
  signal: AbortSignal,
): Promise<AuthorizationServer> {
  const search: Search = { run, server, fetch, signal, tried: [] };
  try {
    return await firstThatWorks(search, [issuer], { forCode: false });
  } catch (error) {
    if (error instanceof GatehouseError) throw withTried(run, error, search.tried);
    throw error;
  }
}

async function firstThatWorks(
  search: Search,
  issuers: readonly string[],
  overrides: Omit<Expectation, "issuers">,
): Promise<AuthorizationServer> {
  let first: unknown;
  for (const issuer of issuers) {
    try {
      checkedUrl(issuer, { server: search.run.server, what: "authorization server", requestId: search.run.requestId });
      const document = await searchServerMetadata(search, issuer);
      if (document.kind !== "found") throw notFound(search);
      return judgeServerMetadata(search.run, document.json, { ...overrides, issuers: [issuer] });
    } catch (error) {
      search.signal.throwIfAborted();
      first ??= error;
    }
  }
  throw first;
}

async function searchServerMetadata(search: Search, issuer: string): Promise<Document> {
  let failed = false;
  for (const url of serverMetadataUrls(issuer)) {
    const document = await getDocument(search, url, "authorization server metadata");
    if (document.kind === "found") return document;
    failed ||= document.kind === "failed";
  }
  return { kind: failed ? "failed" : "absent" };
}

/** `absent`: a 4xx, or a page for people. `failed`: it may be there, but could not be had. Throws `unsafe_url`. */
async function getDocument(search: Search, url: string, what: string): Promise<Document> {
  const { run, fetch, signal, tried } = search;
  const shown = withoutQuery(url);
  let response: Response;
  try {
    response = await fetch(url, {
      signal,
      purpose: what,
      redirects: "same_origin",
      headers: { "mcp-protocol-version": "2025-11-25" },
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof GatehouseError)) throw error;
    const reason = error.details?.reason;
    tried.push({ url: shown, result: typeof reason === "string" && error.code !== "unsafe_url" ? reason : error.code });
    if (error.code === "unsafe_url") throw error;
    return { kind: "failed" };
  }
  tried.push({ url: shown, result: response.status });
  if (response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 429) {
    return { kind: "absent" };
  }
  if (response.status !== 200) return { kind: "failed" };
  const json = jsonObject(await response.text());
  if (json !== null) return { kind: "found", json };
  if (!/json/i.test(response.headers.get("content-type") ?? "")) return { kind: "absent" };
  throw problem(run, {
    code: "metadata_invalid",
    message: `The ${what} at ${quoteRemote(shown)} is not a JSON object.`,
    suggestion: "Ask the server's operator to publish correct metadata.",
  });
}

/** The object that a JSON text holds, else null. */
export function jsonObject(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null;
  } catch {
    return null;
  }
}

function endpointOverrides(auth: AuthConfig): Omit<Expectation, "issuers"> {
  return {
    authorizationEndpoint: auth.authorization_endpoint,
    tokenEndpoint: auth.token_endpoint,
    deviceEndpoint: auth.device_authorization_endpoint,
    forCode: (auth.grant ?? "authorization_code") === "authorization_code",
  };
}

function definedOnly(overrides: Omit<Expectation, "issuers">): Partial<AuthorizationServer> {
  return {
    ...(overrides.authorizationEndpoint === undefined
      ? {}
      : { authorizationEndpoint: overrides.authorizationEndpoint }),
    ...(overrides.tokenEndpoint === undefined ? {} : { tokenEndpoint: overrides.tokenEndpoint }),
    ...(overrides.deviceEndpoint === undefined ? {} : { deviceEndpoint: overrides.deviceEndpoint }),
  };
}

/** Null unless the `auth` block names every endpoint that its grant type needs. */
function configuredServer(run: Run, server: RemoteServer): AuthorizationServer | null {
  const { auth } = server;
  const {
    grant = "authorization_code",
    authorization_endpoint: authorization,
    device_authorization_endpoint: device,
    token_endpoint: token,
  } = auth;
  if (token === undefined) return null;
  if (grant === "authorization_code" && authorization === undefined) return null;
  if (grant === "device_code" && device === undefined) return null;
  const check = (url: string, what: string) => checkedUrl(url, { server: run.server, what, requestId: run.requestId });
  if (authorization !== undefined) check(authorization, "authorization endpoint");
  if (device !== undefined) check(device, "device authorization endpoint");
  const { origin } = check(token, "token endpoint");
  return {
    source: "configured",
    issuer: auth.authorization_server ?? origin,
    authorizationEndpoint: authorization ?? null,
    tokenEndpoint: token,
    deviceEndpoint: device ?? null,
    registrationEndpoint: null,
    revocationEndpoint: null,
    scopesSupported: [],
    tokenAuthMethods: null,
    issInResponse: false,
    clientIdMetadataDocument: false,
    dpopAlgorithms: null,
  };
}

function notFound(search: Search): GatehouseError {
  return problem(search.run, {
    code: "metadata_discovery_failed",
    message: `No usable authorization server metadata was found for “${search.run.server}”.`,
    suggestion:
      "Check the server's URL and the network. If the server publishes none, set “authorization_endpoint” and “token_endpoint” in its auth settings.",
  });
}

function withTried(run: Run, error: GatehouseError, tried: readonly Tried[]): GatehouseError {
  const { code, message, suggestion, details } = error;
  return problem(run, { code, message, suggestion, details: { ...details, tried }, cause: error });
}
