/** Which requests go through a proxy, by the variables that every command-line tool reads. Pure. */
import { BlockList, isIP } from "node:net";
import { isLoopbackHost } from "./urls.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface ProxyServer {
  /** Without user information, so that it may be shown. http:, https: and the kinds of socks: can be used. */
  readonly url: URL;
  /** A secret; null: none. */
  readonly login: { readonly user: string; readonly password: string } | null;
}

/** Null: straight there. This machine is never behind a proxy. */
export type ProxyFor = (target: URL) => ProxyServer | null;

/**
 * Reads `https_proxy`, or else `http_proxy`, for https targets, `http_proxy` for others, `all_proxy` where these are not,
 * and `no_proxy`: the lower-case form wins over the upper-case one, an empty value counts as none.
 */
export function proxyRule(env: Env): ProxyFor {
  const read = (name: string) => env[name.toLowerCase()] ?? env[name];
  const http = parseProxy(read("HTTP_PROXY")) ?? parseProxy(read("ALL_PROXY"));
  const https = parseProxy(read("HTTPS_PROXY")) ?? http;
  const exceptions = parseExceptions(read("NO_PROXY") ?? "");
  return (target) => {
    const proxy = target.protocol === "https:" ? https : http;
    if (proxy === null || isLoopbackHost(target.hostname)) return null;
    return exceptions.some((covers) => covers(target)) ? null : proxy;
  };
}

function parseProxy(text: string | undefined): ProxyServer | null {
  const trimmed = text?.trim() ?? "";
  if (trimmed === "") return null;
  const whole = trimmed.includes("://") ? trimmed : `http://${trimmed}`;
  // What cannot be read must not mean that requests go out unseen by the proxy.
  if (!URL.canParse(whole)) return { url: new URL("invalid://proxy"), login: null };
  const url = new URL(whole);
  const { username, password } = url;
  url.username = "";
  url.password = "";
  if (username === "" && password === "") return { url, login: null };
  return { url, login: { user: decoded(username), password: decoded(password) } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

type Exception = (target: URL) => boolean;

/** Separated by commas or blanks: `*`, a domain (its subdomains too), an address, a CIDR block; each may have a port. */
function parseExceptions(text: string): Exception[] {
  return text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .map(exception);
}

function exception(entry: string): Exception {
  if (entry === "*") return () => true;
  const { host, port } = splitPort(entry);
  const matches = addressMatcher(host) ?? domainMatcher(host);
  return (target) => (port === null || port === portOf(target)) && matches(bareHost(target));
}

/** `host:port` and `[address]:port`; an IPv6 address without brackets has no port. */
function splitPort(entry: string): { host: string; port: number | null } {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(entry);
  if (bracketed !== null) return { host: bracketed[1] ?? "", port: portNumber(bracketed[2]) };
  const plain = /^([^:]+):(\d{1,5})$/.exec(entry);
  return plain === null ? { host: entry, port: null } : { host: plain[1] ?? "", port: portNumber(plain[2]) };
}

function portNumber(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}

function addressMatcher(text: string): ((host: string) => boolean) | null {
  const [address = "", prefix] = text.split("/");
  const family = isIP(address);
  if (family === 0) return null;
  const bits = family === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : Number(prefix);
  if (!Number.isInteger(length) || length < 0 || length > bits) return () => false;
  const list = new BlockList();
  list.addSubnet(address, length, family === 6 ? "ipv6" : "ipv4");
  return (host) => isIP(host) !== 0 && list.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
}

function domainMatcher(text: string): (host: string) => boolean {
  const domain = text.replace(/^\*?\.+/, "").replace(/\.$/, "");
  return (host) => domain !== "" && (host === domain || host.endsWith(`.${domain}`));
}

function bareHost(target: URL): string {
  return target.hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
}

function portOf(target: URL): number {
  return Number(target.port) || (target.protocol === "https:" ? 443 : 80);
}
