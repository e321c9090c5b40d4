/** What the modern era (MCP 2026-07-28) wants of messages, and how what the hub says itself looks in it. */
import { record } from "../jsonrpc.ts";
import { LEGACY_VERSIONS, NEWEST_LEGACY } from "./provisional.ts";

const MODERN_VERSIONS = ["2026-07-28"];
/** What `server/discover` offers, and what an unsupported version is answered with. */
const SUPPORTED = [...MODERN_VERSIONS, ...[...LEGACY_VERSIONS].reverse()];

const VERSION = "io.modelcontextprotocol/protocolVersion";
const CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
const SERVER_INFO = "io.modelcontextprotocol/serverInfo";
export const SUBSCRIPTION_ID = "io.modelcontextprotocol/subscriptionId";

/** MCP 2026-07-28 schema: UnsupportedProtocolVersionError. */
const UNSUPPORTED_VERSION = -32022;
export const INVALID_PARAMS = -32602;

/** Results that say how long they may be kept (MCP 2026-07-28 server/utilities/caching). */
const CACHEABLE = new Set([
  "server/discover",
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "resources/read",
]);

const VERSION_KEY = Buffer.from(JSON.stringify(VERSION));
const PLAIN = [
  ...MODERN_VERSIONS.map((version) => `"${VERSION}":"${version}"`),
  `"${CAPABILITIES}":{`,
  `"${CLIENT_INFO}":{`,
].map((text) => Buffer.from(text));

/** The protocol's part of a request's `_meta`. */
export interface RequestMeta {
  readonly clientInfo: Readonly<Record<string, unknown>> | null;
  readonly capabilities: Readonly<Record<string, unknown>>;
}

export interface Refusal {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** The request may be of the modern era; {@link isModern} knows. */
export function mayBeModern(line: Buffer): boolean {
  return line.includes(VERSION_KEY);
}

/** `message`: a parsed request. */
export function isModern(message: Readonly<Record<string, unknown>> | null): boolean {
  return typeof metaOf(message)[VERSION] === "string";
}

/** It has what every request must have, written as most agents write it; where not, {@link readMeta} looks closer. */
export function isPlainlyModern(line: Buffer): boolean {
  return PLAIN.every((part) => line.includes(part));
}

/** MCP 2026-07-28 basic, `_meta`: what a request must carry, or why it is refused. */
export function readMeta(message: Readonly<Record<string, unknown>>): RequestMeta | Refusal {
  const meta = metaOf(message);
  const version = meta[VERSION];
  if (typeof version !== "string") return invalid(VERSION, "a string");
  if (!MODERN_VERSIONS.includes(version)) {
    const data = { supported: SUPPORTED, requested: version };
    return { code: UNSUPPORTED_VERSION, message: "Unsupported protocol version", data };
  }
  const capabilities = meta[CAPABILITIES];
  if (!isObject(capabilities)) return invalid(CAPABILITIES, "an object");
  const clientInfo = meta[CLIENT_INFO] ?? null;
  if (clientInfo !== null && !isImplementation(clientInfo))
    return invalid(CLIENT_INFO, "an object with name and version");
  return { clientInfo, capabilities };
}

export function isRefusal(found: RequestMeta | Refusal): found is Refusal {
  return "code" in found;
}

/** The legacy handshake that stands for what a modern agent says in each request. */
export function handshakeFor({ clientInfo, capabilities }: RequestMeta): Record<string, unknown> {
  // Only a legacy server needs a clientInfo; the modern era leaves it to the agent.
  const params = {
    protocolVersion: NEWEST_LEGACY,
    capabilities,
    clientInfo: clientInfo ?? { name: "agent", version: "0" },
  };
  return { jsonrpc: "2.0", method: "initialize", params };
}

/** `server/discover` out of the legacy handshake's result. The hub tells of changed lists, also where the server does not. */
export function discoverResult(hello: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { serverInfo, instructions } = hello;
  const capabilities = record(hello.capabilities);
  const changing = ["tools", "prompts", "resources"].filter((name) => isObject(capabilities[name]));
  return {
    supportedVersions: SUPPORTED,
    capabilities: {
      ...capabilities,
      ...Object.fromEntries(changing.map((name) => [name, { ...record(capabilities[name]), listChanged: true }])),
    },
    ...(typeof instructions === "string" ? { instructions } : {}),
    ...(isImplementation(serverInfo) ? { _meta: { [SERVER_INFO]: serverInfo } } : {}),
  };
}

/** A result of the hub's own, in the form of the era: not to be kept, since it holds only until the server can be asked. */
export function modernResult(method: string, result: unknown): unknown {
  const caching = CACHEABLE.has(method) ? { ttlMs: 0, cacheScope: "private" } : {};
  return { resultType: "complete", ...caching, ...record(result) };
}

/** The capabilities that a request declares, not checked. `params`: of the request. */
export function capabilitiesIn(params: Readonly<Record<string, unknown>>): unknown {
  return record(params._meta)[CAPABILITIES];
}

function invalid(key: string, what: string): Refusal {
  return { code: INVALID_PARAMS, message: `The request's _meta needs ${key}, ${what}.` };
}

function metaOf(message: Readonly<Record<string, unknown>> | null): Record<string, unknown> {
  return record(record(message?.params)._meta);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isImplementation(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && typeof value.name === "string" && typeof value.version === "string";
}
