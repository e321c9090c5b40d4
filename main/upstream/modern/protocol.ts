/** Words of MCP 2026-07-28 that stand in messages (basic, versioning). */
import { record, rpcErrorLine } from "../../jsonrpc.ts";
import { bytes, member, parsed, withMembers } from "../splice.ts";

/** Revisions of the modern era that we know, the newest first. */
export const MODERN_VERSIONS: readonly string[] = ["2026-07-28"];
export const NEWEST_MODERN = "2026-07-28";
/** Revisions with a handshake, the newest first. */
const LEGACY_VERSIONS: readonly string[] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];
const NEWEST_LEGACY = "2025-11-25";

const PREFIX = "io.modelcontextprotocol/";
export const META = {
  version: `${PREFIX}protocolVersion`,
  client: `${PREFIX}clientInfo`,
  capabilities: `${PREFIX}clientCapabilities`,
  logLevel: `${PREFIX}logLevel`,
  server: `${PREFIX}serverInfo`,
  subscription: `${PREFIX}subscriptionId`,
} as const;

export const HEADER_MISMATCH = -32020;
export const UNSUPPORTED_VERSION = -32022;
const MODERN_ERRORS: readonly number[] = [HEADER_MISMATCH, -32021, UNSUPPORTED_VERSION];

/** Only a server of the modern era answers with such an error (MCP 2026-07-28 versioning, backward compatibility). */
export function isModernError(code: unknown): boolean {
  return typeof code === "number" && MODERN_ERRORS.includes(code);
}

/** Who the agent is and what it can: told once to a legacy server, with every request to a modern one. */
export interface Introduction {
  readonly clientInfo: unknown;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly protocolVersion: unknown;
}

/** Out of the `params` of an `initialize`. */
export function introductionOf(initialize: Buffer): Introduction {
  const params = record(parsed(member(initialize, "params")));
  return {
    clientInfo: params.clientInfo,
    capabilities: record(params.capabilities),
    protocolVersion: params.protocolVersion,
  };
}

/** The `_meta` of a request made in the agent's name. */
export function metaFor({ clientInfo, capabilities }: Introduction, version: string): Record<string, unknown> {
  return {
    [META.version]: version,
    ...(clientInfo === undefined ? {} : { [META.client]: clientInfo }),
    [META.capabilities]: capabilities,
  };
}

const CREDENTIAL =
  /authorization|secret|password|cookie|api[-_]?key|(?:^|[-_./])token$|(?:access|auth|bearer|id|refresh|session)[-_]?token$/iu;

/** A credential of the agent's has no business in `_meta`, which whoever runs the server reads. */
export function holdsCredential(meta: unknown): boolean {
  return Object.keys(record(meta)).some(isCredential);
}

function isCredential(key: string): boolean {
  return CREDENTIAL.test(key);
}

/** The agent's own `_meta`, fit to be passed on. */
export function passedOn(meta: unknown, without: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record(meta)).filter(([key]) => !without.includes(key) && !isCredential(key)),
  );
}

/** What a server says of itself in its answer to `server/discover`. */
export interface Discovered {
  readonly supportedVersions: readonly string[];
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly serverInfo: unknown;
  readonly instructions: unknown;
}

/** Null: this is no DiscoverResult. */
export function discoveredIn(result: unknown): Discovered | null {
  const { supportedVersions, capabilities, serverInfo, instructions, _meta } = record(result);
  if (!Array.isArray(supportedVersions)) return null;
  return {
    supportedVersions: strings(supportedVersions),
    capabilities: record(capabilities),
    serverInfo: record(_meta)[META.server] ?? serverInfo,
    instructions,
  };
}

export function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

export function listsLegacy(versions: readonly string[]): boolean {
  return versions.some((version) => LEGACY_VERSIONS.includes(version));
}

/** The version to go on with, of those that a server names; undefined: we know none of them. */
export function knownOf(versions: readonly string[], preferred: string): string | undefined {
  if (versions.includes(preferred)) return preferred;
  return MODERN_VERSIONS.find((version) => versions.includes(version));
}

/** The same request in another version of the protocol. */
export function inVersion(message: Buffer, version: string): Buffer {
  const params = member(message, "params");
  const meta = withMembers(member(params, "_meta"), { [META.version]: bytes(version) });
  return withMembers(message, { params: withMembers(params, { _meta: meta }) });
}

/** The answer to the agent's `initialize`, out of what the server said to `server/discover`. */
export function initializeAnswer(name: string, agent: Introduction, discovered: Discovered): Record<string, unknown> {
  const { protocolVersion } = agent;
  const isLegacy = typeof protocolVersion === "string" && LEGACY_VERSIONS.includes(protocolVersion);
  const { name: serverName, version } = record(discovered.serverInfo);
  const isNamed = typeof serverName === "string" && typeof version === "string";
  return {
    protocolVersion: isLegacy ? protocolVersion : NEWEST_LEGACY,
    capabilities: discovered.capabilities,
    serverInfo: isNamed ? discovered.serverInfo : { name, version: "unknown" },
    ...(typeof discovered.instructions === "string" ? { instructions: discovered.instructions } : {}),
  };
}

const INVALID_PARAMS = -32602;

export function invalidParams(id: string, message: string): Buffer {
  return rpcErrorLine(id, INVALID_PARAMS, message);
}
