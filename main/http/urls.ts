/** What may be done with a URL that another machine named. */
import { GatehouseError, quoteRemote } from "../errors.ts";

/** `localhost`, 127.0.0.0/8 or `[::1]`, as a URL's `hostname` spells them (RFC 8252 §7.3). */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return host === "localhost" || host === "[::1]" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Scheme, host and port are equal (RFC 6454 §5). False when either is no URL or has an opaque origin. */
export function sameOrigin(one: string | URL, other: string | URL): boolean {
  const a = originOf(one);
  return a !== null && a === originOf(other);
}

function originOf(value: string | URL): string | null {
  const url = typeof value === "string" ? (URL.canParse(value) ? new URL(value) : null) : value;
  return url === null || url.origin === "null" ? null : url.origin;
}

/** Origin and path: a URL as it may be shown and logged, since a query can hold secrets. */
export function withoutQuery(value: string | URL): string {
  if (typeof value === "string" && !URL.canParse(value)) return quoteRemote(value);
  const url = new URL(value);
  return `${url.origin === "null" ? url.protocol : url.origin}${url.pathname}`.slice(0, 300);
}

export interface UrlPurpose {
  /** Name of the server concerned. */
  readonly server: string;
  /** What the URL is for, as in `authorization endpoint`. */
  readonly what: string;
  readonly requestId?: string;
}

// RFC 3986 §2: nothing else can stand in a URI. The WHATWG parser repairs such text silently, and what it leaves
// (backtick, pipe, caret, blanks cut away) is what shells and openers trip over.
const URI_CHARACTERS = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/;

/**
 * A URL that requests may go to: https, or http on a loopback host; no user information, no fragment, nothing that is
 * not a URI character. Throws `unsafe_url`.
 */
export function checkedUrl(text: string, purpose: UrlPurpose): URL {
  const reason = objection(text);
  if (reason === null) return new URL(text);
  throw new GatehouseError({
    code: "unsafe_url",
    server: purpose.server,
    message: `The ${purpose.what} named for “${purpose.server}” was refused because it ${reason}: ${quoteRemote(text)}.`,
    suggestion: "Do not sign in there. Check the server's URL, or ask its operator to publish correct metadata.",
    ...(purpose.requestId === undefined ? {} : { requestId: purpose.requestId }),
    details: { what: purpose.what, reason },
  });
}

function objection(text: string): string | null {
  if (!URI_CHARACTERS.test(text)) return "holds characters that no URL may hold";
  if (!/^https?:\/\//i.test(text)) return "is not an https address";
  if (!URL.canParse(text)) return "is not a URL";
  const url = new URL(text);
  if (url.protocol === "http:" && !isLoopbackHost(url.hostname)) return "is not encrypted (http outside this machine)";
  if (url.username !== "" || url.password !== "") return "holds user information";
  if (text.includes("#")) return "holds a fragment";
  return null;
}

/**
 * The authorization endpoint, the one URL that is handed to the person's browser (RFC 6749 §3.1). Throws `unsafe_url`.
 */
export function checkedAuthorizationUrl(text: string, server: string, requestId?: string): URL {
  return checkedUrl(text, {
    server,
    what: "authorization endpoint",
    ...(requestId === undefined ? {} : { requestId }),
  });
}

/**
 * Whether a protected resource identifier covers the server's URL: same origin, its path the URL's path or a prefix of
 * it that ends at a segment's border, its query, if any, the same (RFC 9728 §3.3, MCP 2025-11-25 authorization).
 * Neither string is changed; who sends `resource` sends it as received.
 */
export function resourceMatches(serverUrl: string, resource: string): boolean {
  if (!URL.canParse(serverUrl) || !URL.canParse(resource) || resource.includes("#")) return false;
  const server = new URL(serverUrl);
  const claimed = new URL(resource);
  if (claimed.username !== "" || claimed.password !== "" || !sameOrigin(server, claimed)) return false;
  if (claimed.search !== "" && claimed.search !== server.search) return false;
  const prefix = claimed.pathname.replace(/\/+$/, "");
  return server.pathname === prefix || server.pathname.startsWith(`${prefix}/`);
}
