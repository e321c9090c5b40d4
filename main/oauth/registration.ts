/**
 * Which client we are at an authorization server: the configured one, a client id metadata document, or one registered
 * for this sign-in (RFC 7591), in that order (MCP 2026-07-28 authorization).
 */
import { REGISTRATION_PURPOSE } from "../activity/recording.ts";
import type { RemoteServer } from "../config/types.ts";
import { GatehouseError, quoteRemote } from "../errors.ts";
import type { SafeFetch } from "../http/fetch.ts";
import { withoutQuery } from "../http/urls.ts";
import type { ClientRegistration } from "../vault/types.ts";
import { jsonObject } from "./discovery.ts";
import type { AuthorizationServer, Json } from "./metadata.ts";
import { problem, type Run } from "./problem.ts";

/** The methods of client authentication we can do (RFC 7591 §2), the one we like best first. */
const AUTH_METHODS = ["none", "client_secret_basic", "client_secret_post"] as const;

export interface RegistrationRequest {
  readonly run: Run;
  readonly server: RemoteServer;
  readonly as: AuthorizationServer;
  /** Null: no browser will come back. */
  readonly redirectUri: string | null;
  /** `authorization_code` (default) or another that a person begins; a refresh token goes with either. */
  readonly grantType?: string;
  readonly fetch: SafeFetch;
  readonly signal: AbortSignal;
  /** Called before a registration is sent. */
  readonly onRegister: () => void;
}

/** Throws `client_id_required`, `registration_failed`, `unsupported`, `metadata_discovery_failed` (default endpoints only). */
export async function chooseClient(request: RegistrationRequest): Promise<ClientRegistration> {
  const { run, server, as, redirectUri } = request;
  const { auth } = server;
  if (auth.client_id !== undefined) return configuredClient(run, server, as, redirectUri);
  if (auth.client_metadata_url !== undefined && as.clientIdMetadataDocument) {
    return {
      source: "metadata_document",
      client_id: auth.client_metadata_url,
      token_endpoint_auth_method: "none",
      redirect_uri: redirectUri ?? "",
    };
  }
  if (as.registrationEndpoint === null) throw clientIdRequired(run, as, redirectUri);
  return register(request, as.registrationEndpoint);
}

/** The client of the `auth` block. Throws `client_id_required` when there is none, `unsupported`. */
export function configuredClient(
  run: Run,
  server: RemoteServer,
  as: AuthorizationServer,
  redirectUri: string | null,
): ClientRegistration {
  const { client_id: id, client_secret: secret } = server.auth;
  if (id === undefined) throw clientIdRequired(run, as, redirectUri);
  return {
    source: "config",
    client_id: id,
    ...(secret === undefined ? {} : { client_secret: secret }),
    token_endpoint_auth_method: configuredMethod(run, server, as),
    redirect_uri: redirectUri ?? "",
  };
}

async function register(request: RegistrationRequest, endpoint: string): Promise<ClientRegistration> {
  const { run, server, as, redirectUri, grantType = "authorization_code", onRegister } = request;
  const redirectUris = redirectUri === null ? [] : [redirectUri];
  const method = server.auth.token_endpoint_auth_method ?? preferredMethod(as);
  assertMethod(run, method);
  const smaller: Json = {
    client_name: "Gatehouse",
    redirect_uris: redirectUris,
    grant_types: [grantType, "refresh_token"],
    response_types: redirectUri === null ? [] : ["code"],
    token_endpoint_auth_method: method,
  };
  const full: Json = {
    ...smaller,
    // No scope: many servers refuse a resource's scopes here, and none of them needs them (RFC 7591 §2).
    application_type: "native",
    ...server.auth.client_metadata,
    redirect_uris: redirectUris,
  };
  onRegister();
  let response = await post(request, endpoint, full);
  // Some servers refuse members they do not know, against RFC 7591 §2; what they need is in the smaller body.
  if (response.status === 400 || response.status === 422) response = await post(request, endpoint, smaller);
  const text = await response.text();
  const body = jsonObject(text);
  if ((response.status !== 201 && response.status !== 200) || body === null) {
    throw registrationFailed(run, as, endpoint, response.status, body ?? { error: plainText(response, text) });
  }
  return judgeRegistration(run, body, { method, redirectUri: redirectUri ?? "", supported: as.tokenAuthMethods });
}

/** The answer's word on the method counts, not ours (RFC 7591 §3.2.1). Throws `registration_failed`, `unsupported`. */
export function judgeRegistration(
  run: Run,
  body: Json,
  asked: { method: string; redirectUri: string; supported: readonly string[] | null },
): ClientRegistration {
  const { client_id: id, client_secret: secret, token_endpoint_auth_method: answered } = body;
  if (typeof id !== "string" || id === "") {
    throw problem(run, {
      code: "registration_failed",
      message: `The authorization server of “${run.server}” answered a registration without a client id.`,
      suggestion: "Register a client there by hand and set “client_id” in the server's auth settings.",
    });
  }
  const hasSecret = typeof secret === "string" && secret !== "";
  const withSecret =
    asked.supported?.includes("client_secret_basic") === false ? "client_secret_post" : "client_secret_basic";
  const unsaid = !hasSecret ? "none" : asked.method === "none" ? withSecret : asked.method;
  const method = typeof answered === "string" ? answered : unsaid;
  assertMethod(run, method);
  if (method !== "none" && !hasSecret) {
    throw problem(run, {
      code: "registration_failed",
      message: `The authorization server of “${run.server}” wants a client secret but gave none.`,
      suggestion:
        "Register a client there by hand and set “client_id” and “client_secret” in the server's auth settings.",
    });
  }
  return {
    source: "dynamic",
    client_id: id,
    ...(hasSecret && method !== "none" ? { client_secret: secret } : {}),
    token_endpoint_auth_method: method,
    redirect_uri: asked.redirectUri,
  };
}

/** `none` where it is offered; where nothing is said, RFC 8414 §2's default, but `none` where there is no metadata. */
function preferredMethod(as: AuthorizationServer): string {
  if (as.tokenAuthMethods === null) return as.source === "metadata" ? "client_secret_basic" : "none";
  return AUTH_METHODS.find((method) => as.tokenAuthMethods?.includes(method)) ?? as.tokenAuthMethods[0] ?? "none";
}

function configuredMethod(run: Run, server: RemoteServer, as: AuthorizationServer): string {
  const { token_endpoint_auth_method: method, client_secret: secret } = server.auth;
  if (method !== undefined) {
    if (method !== "private_key_jwt") assertMethod(run, method);
    return method;
  }
  if (server.auth.private_key !== undefined) return "private_key_jwt";
  if (secret === undefined) return "none";
  const offered = as.tokenAuthMethods ?? ["client_secret_basic"];
  return offered.includes("client_secret_basic") || !offered.includes("client_secret_post")
    ? "client_secret_basic"
    : "client_secret_post";
}

function assertMethod(run: Run, method: string): void {
  if ((AUTH_METHODS as readonly string[]).includes(method)) return;
  throw problem(run, {
    code: "unsupported",
    message: `The authorization server of “${run.server}” wants the client authentication ${quoteRemote(method)}, which Gatehouse cannot do.`,
    suggestion: `Use a client with one of ${AUTH_METHODS.join(", ")} and set it in the server's auth settings.`,
  });
}

async function post(request: RegistrationRequest, endpoint: string, body: Json): Promise<Response> {
  const { run, as, fetch, signal } = request;
  try {
    return await fetch(endpoint, {
      method: "POST",
      headers: { "content-type": "application/json" },
      purpose: REGISTRATION_PURPOSE,
      body: JSON.stringify(body),
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof GatehouseError) || error.code === "unsafe_url") throw error;
    throw registrationFailed(run, as, endpoint, String(error.details?.reason ?? error.code), null);
  }
}

/** What a server says in words of its own; a page for a browser says nothing. */
function plainText(response: Response, text: string): string | undefined {
  const isPlain = /^text\/plain\b/i.test(response.headers.get("content-type") ?? "");
  return isPlain && text.trim() !== "" ? text.trim() : undefined;
}

function registrationFailed(
  run: Run,
  as: AuthorizationServer,
  endpoint: string,
  result: number | string,
  body: Json | null,
): GatehouseError {
  const details = { url: withoutQuery(endpoint), result, registration_attempted: true };
  if (as.source === "default") {
    return problem(run, {
      code: "metadata_discovery_failed",
      message: `“${run.server}” publishes no authorization metadata, and the default address for registration does not work either.`,
      suggestion:
        "Check the server's URL. If it is right, set the endpoints and “client_id” in the server's auth settings.",
      details,
    });
  }
  const said = [body?.error, body?.error_description].filter((part) => typeof part === "string").join(": ");
  return problem(run, {
    code: "registration_failed",
    message: `The authorization server of “${run.server}” refused to register Gatehouse (${result}${said === "" ? "" : `, ${quoteRemote(said)}`}).`,
    suggestion: "Register a client there by hand and set “client_id” in the server's auth settings.",
    details,
  });
}

function clientIdRequired(run: Run, as: AuthorizationServer, redirectUri: string | null): GatehouseError {
  const { host } = new URL(as.authorizationEndpoint ?? as.tokenEndpoint);
  return problem(run, {
    code: "client_id_required",
    message: `${host} registers no clients by itself, so the sign-in to “${run.server}” needs a client id.`,
    suggestion:
      redirectUri === null
        ? `Get a client for this grant from the operator of ${host}, then set its “client_id” in the server's auth settings.`
        : `Create an OAuth app at ${host} with the redirect URI ${redirectUri}, then set “client_id” and “redirect_uri” in the server's auth settings.`,
    details: { redirect_uri: redirectUri, issuer: quoteRemote(as.issuer), registration_attempted: false },
  });
}
