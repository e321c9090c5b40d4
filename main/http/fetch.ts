/**
 * The only fetch of OAuth. https, or http on this machine; no redirect followed unseen; no address reached on a server's
 * word that the configured server could not be at itself; limits on time and size. The address that was judged is the
 * address that is connected to, so a name that resolves differently a moment later gains nothing.
 */
import { lookup as systemLookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { GatehouseError } from "../errors.ts";
import { type Zone, zoneOf, zoneOfName } from "./addresses.ts";
import { type Network, systemNetwork } from "./network.ts";
import { checkedUrl, isLoopbackHost, sameOrigin, withoutQuery } from "./urls.ts";

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Every address of a host name. Rejects when there is none. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export interface SafeFetchOptions {
  /** Name of the server concerned, for errors. */
  readonly server: string;
  /** URLs that the person configured: the server's own and those of its `auth` block. They say which zones are reachable. */
  readonly configured: readonly string[];
  readonly resolve?: Resolve;
  /** Default: the system's. */
  readonly network?: Network;
  /** For the whole request, redirects and body included. Milliseconds; default 15,000. */
  readonly timeoutMs?: number;
  /** Of the decoded body. Default 1 MiB. */
  readonly maxBytes?: number;
}

export interface SafeRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams | Uint8Array | ArrayBuffer | ReadableStream | null | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `same_origin`: a GET follows up to three redirects that stay at its origin. Default: a 3xx is the answer. */
  readonly redirects?: "none" | "same_origin";
  /** The body is dropped unread, for answers that may never end. */
  readonly headersOnly?: boolean;
  /** What it is for, in a word or two for whoever reads the record of it; the fetch itself ignores it. */
  readonly purpose?: string;
}

/**
 * Answers with the status, headers and whole decoded body. Throws `unsafe_url` (nothing was sent), `upstream_unreachable`
 * (network, TLS, time; `details.reason`) or `too_large`; when `signal` is aborted, its reason.
 */
export type SafeFetch = (url: string, request?: SafeRequest) => Promise<Response>;

const MAX_REDIRECTS = 3;
/** Milliseconds that a name may take where the proxy resolves it: behind one, many machines know no names at all. */
const LOCAL_NAME_LIMIT = 2_000;
const NULL_BODY = new Set([204, 205, 304]);

const resolveBySystem: Resolve = (hostname) => systemLookup(hostname, { all: true, verbatim: true });

export function createSafeFetch(options: SafeFetchOptions): SafeFetch {
  const { server, timeoutMs = 15_000, maxBytes = 1_048_576, resolve = resolveBySystem } = options;
  const { network = systemNetwork() } = options;
  let reach: Promise<ReadonlySet<Zone>> | undefined;

  return async (url, request = {}) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    signal.throwIfAborted();
    reach ??= reachOf(options.configured, (url) => addressesOf(url));
    const zones = await reach;
    let target = checkedUrl(url, { server, what: "address" });
    for (let hop = 0; ; hop += 1) {
      const response = await once(target, zones, request, signal, timeout);
      const next = redirectTarget(target, response, request);
      if (next === null || hop === MAX_REDIRECTS) return response;
      target = checkedUrl(next, { server, what: "redirect" });
    }
  };

  async function once(
    target: URL,
    zones: ReadonlySet<Zone>,
    request: SafeRequest,
    signal: AbortSignal,
    timeout: AbortSignal,
  ): Promise<Response> {
    let refusal: GatehouseError | undefined;
    const admits = (address: string) => {
      const zone = zoneOf(address);
      return target.protocol === "http:" ? zone === "loopback" && zones.has(zone) : zones.has(zone);
    };
    const literal = target.hostname.replace(/^\[|\]$/g, "");
    if (isIP(literal) !== 0 && !admits(literal)) throw refused(target);
    if (network.proxyFor(target) !== null && !(await admitsProxied(target, admits, zones))) throw refused(target);

    const lookup: LookupFunction = (hostname, lookupOptions, callback) => {
      resolve(hostname).then(
        (found) => {
          const admitted = found.filter(({ address }) => admits(address));
          const [first] = admitted;
          if (first === undefined) {
            refusal = refused(target);
            callback(refusal, "", 0);
          } else if (lookupOptions.all) callback(null, [...admitted]);
          else callback(null, first.address, first.family);
        },
        (error: NodeJS.ErrnoException) => callback(error, "", 0),
      );
    };
    // One agent a request: a kept connection was judged under another server's reach.
    const { Agent, fetch: undiciFetch } = await import("undici");
    const agent = new Agent({ connect: await network.connectorFor(target, lookup) });
    try {
      const body = plainBody(request.body);
      const response = await undiciFetch(target, {
        method: request.method ?? "GET",
        headers: headersFor(request),
        ...(body === null ? {} : { body }),
        redirect: "manual",
        signal,
        dispatcher: agent,
      });
      const headers = new Headers();
      for (const [name, value] of response.headers) {
        if (name !== "content-encoding" && name !== "content-length") headers.append(name, value);
      }
      const bytes = request.headersOnly === true ? null : await readCapped(target, response.body);
      return new Response(NULL_BODY.has(response.status) ? null : bytes, {
        status: response.status,
        statusText: response.statusText,
        headers,
      });
    } catch (error) {
      if (refusal !== undefined) throw refusal;
      if (error instanceof GatehouseError) throw error;
      if (request.signal?.aborted) throw request.signal.reason;
      throw unreachable(target, timeout.aborted ? "timeout" : reasonOf(error), error);
    } finally {
      agent.destroy().catch(() => {});
    }
  }

  /** What is known of the host here, before a proxy goes there on our behalf. Empty: nothing. */
  async function addressesOf(url: URL): Promise<readonly ResolvedAddress[]> {
    const literal = url.hostname.replace(/^\[|\]$/g, "");
    if (isIP(literal) !== 0) return [{ address: literal, family: isIP(literal) }];
    const found = resolve(literal).catch(() => []);
    if (network.proxyFor(url) === null) return found;
    const stop = new AbortController();
    const late = pause(LOCAL_NAME_LIMIT, [], { signal: stop.signal, ref: false }).catch(() => []);
    return await Promise.race([found, late]).finally(() => stop.abort());
  }

  /** The proxy may choose any of a name's addresses, so each must do; a name unknown here is judged as a name. */
  async function admitsProxied(
    target: URL,
    admits: (address: string) => boolean,
    zones: ReadonlySet<Zone>,
  ): Promise<boolean> {
    const found = await addressesOf(target);
    return found.length === 0 ? zones.has(zoneOfName(target.hostname)) : found.every(({ address }) => admits(address));
  }

  async function readCapped(target: URL, body: AsyncIterable<Uint8Array> | null): Promise<Uint8Array<ArrayBuffer>> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of body ?? []) {
      size += chunk.byteLength;
      if (size > maxBytes) {
        throw new GatehouseError({
          code: "too_large",
          server,
          message: `The answer of ${target.host} is larger than ${maxBytes} bytes.`,
          suggestion: "Ask the server's operator: metadata and tokens are small.",
          details: { url: withoutQuery(target) },
        });
      }
      chunks.push(chunk);
    }
    const whole = new Uint8Array(size);
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.byteLength;
    }
    return whole;
  }

  function refused(target: URL): GatehouseError {
    return new GatehouseError({
      code: "unsafe_url",
      server,
      message: `“${server}” pointed to an address inside a private network or this machine: ${withoutQuery(target)}.`,
      suggestion: "Do not sign in there. If this is your own network, name the address in the server's auth settings.",
      details: { url: withoutQuery(target) },
    });
  }

  function unreachable(target: URL, reason: string, cause: unknown): GatehouseError {
    return new GatehouseError({
      code: "upstream_unreachable",
      server,
      message: `${target.host} could not be reached (${reason}).`,
      suggestion: suggestionFor(reason),
      details: { url: withoutQuery(target), reason },
      cause,
    });
  }
}

/**
 * The zones that the configured URLs open. Loopback only by a literal loopback host: a public name that resolves to this
 * machine must not. Who is on this machine may name private addresses too; the metadata service nobody but itself.
 */
async function reachOf(
  configured: readonly string[],
  addressesOf: (url: URL) => Promise<readonly ResolvedAddress[]>,
): Promise<ReadonlySet<Zone>> {
  const zones = new Set<Zone>(["public"]);
  for (const text of configured) {
    if (!URL.canParse(text)) continue;
    const url = new URL(text);
    const { hostname } = url;
    // A URL without a host, such as that of a file, is refused when its turn comes.
    if (hostname === "") continue;
    if (isLoopbackHost(hostname)) {
      zones.add("loopback").add("private");
      continue;
    }
    const literal = hostname.replace(/^\[|\]$/g, "");
    const found = await addressesOf(url);
    if (found.length === 0 && zoneOfName(hostname) === "private") zones.add("private");
    for (const { address } of found) {
      const zone = zoneOf(address);
      if (zone === "private") zones.add(zone);
      if (zone === "link_local" && address === literal) zones.add(zone);
    }
  }
  return zones;
}

function redirectTarget(from: URL, response: Response, request: SafeRequest): string | null {
  if (request.redirects !== "same_origin" || (request.method ?? "GET") !== "GET") return null;
  if (![301, 302, 303, 307, 308].includes(response.status)) return null;
  const location = response.headers.get("location");
  if (location === null || !URL.canParse(location, from.href)) return null;
  const to = new URL(location, from);
  to.hash = "";
  return sameOrigin(from, to) ? to.href : null;
}

function headersFor(request: SafeRequest): Record<string, string> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (request.body instanceof URLSearchParams) headers["content-type"] = "application/x-www-form-urlencoded";
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  return headers;
}

function plainBody(body: SafeRequest["body"]): string | Uint8Array | null {
  if (body === null || body === undefined) return null;
  if (typeof body === "string") return body;
  if (body instanceof URLSearchParams) return body.toString();
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  throw new TypeError("a request of a sign-in is small: its body is text or bytes, not a stream");
}

function suggestionFor(reason: string): string {
  if (reason.startsWith("PROXY_"))
    return "Check the proxy that HTTPS_PROXY or ALL_PROXY names, or take the host into NO_PROXY.";
  if (UNTRUSTED.test(reason)) {
    return "Check whose certificate it is. If your network brings its own, name its CA file in NODE_EXTRA_CA_CERTS and start Gatehouse again.";
  }
  return "Check the network connection and try again.";
}

/** Node's codes of a certificate that no trusted authority vouches for. */
const UNTRUSTED = /^(SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT))/;

/** The system's code of a network failure, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
function reasonOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ("code" in at && typeof at.code === "string") return at.code;
    if (at instanceof AggregateError) {
      const code = at.errors.map(reasonOf).find((reason) => reason !== "network");
      if (code !== undefined) return code;
    }
  }
  return "network";
}
