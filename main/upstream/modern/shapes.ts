/** Requests and results of one era in the shape of the other. */
import { record } from "../../jsonrpc.ts";
import { bytes, member, parsed, withMembers } from "../splice.ts";
import { META, passedOn } from "./protocol.ts";

const OURS: readonly string[] = [META.version, META.client, META.capabilities, META.logLevel];

/** Results that say how long they may be kept (MCP 2026-07-28 caching). */
const CACHEABLE: readonly string[] = [
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "resources/read",
];

/** A request without what the modern era says in each one. */
export function withoutMeta(message: Buffer, params: Buffer | undefined, meta: Buffer | undefined): Buffer {
  if (params === undefined || meta === undefined) return message;
  const rest = passedOn(parsed(meta), OURS);
  const _meta = Object.keys(rest).length === 0 ? null : bytes(rest);
  return withMembers(message, { params: withMembers(params, { _meta }) });
}

/** A result without what only the modern era knows. */
export function plainResult(result: Buffer): Buffer {
  const meta = member(result, "_meta");
  const changes = { resultType: null, ttlMs: null, cacheScope: null };
  if (meta === undefined) return withMembers(result, changes);
  const { [META.server]: _, ...rest } = record(parsed(meta));
  return withMembers(result, { ...changes, _meta: Object.keys(rest).length === 0 ? null : bytes(rest) });
}

/** A legacy server's result as the modern era wants it. `method`: of the request. */
export function modernResult(result: Buffer, method: string): Buffer {
  const caching = CACHEABLE.includes(method) ? { ttlMs: bytes(0), cacheScope: bytes("private") } : {};
  return withMembers(result, { resultType: bytes("complete"), ...caching });
}

/** MCP 2025-11-25 schema, URLElicitationRequiredError; the modern era has `input_required` for it. */
const URL_REQUIRED = -32042;

/** What the person must visit before a call works, if that is what its answer says: params of elicitations by URL. */
export function urlsIn(answer: Buffer): Readonly<Record<string, unknown>>[] {
  const error = member(answer, "error");
  if (parsed(member(error, "code")) !== URL_REQUIRED) return [];
  const { elicitations } = record(parsed(member(error, "data")));
  if (!Array.isArray(elicitations)) return [];
  return elicitations.map(record).map(({ elicitationId: _, ...params }) => ({ ...params, mode: "url" }));
}
