/**
 * What of a request stands in its HTTP headers too, so that whoever is on the way can route it (MCP 2026-07-28 transports,
 * "Request Metadata").
 */
import { record } from "../../jsonrpc.ts";

/** Printable ASCII and blanks, none of these at the ends: fit for a header as it is. */
const PLAIN = /^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/;
const SENTINEL = /^=\?base64\?.*\?=$/;

/** Anything as the value of a header ("Value Encoding"). */
export function headerValue(text: string): string {
  if (PLAIN.test(text) && !SENTINEL.test(text)) return text;
  return `=?base64?${Buffer.from(text, "utf8").toString("base64")}?=`;
}

/** By method, the member of `params` that `Mcp-Name` repeats; for tasks as their extension says. */
const NAMED_BY: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
  "tasks/get": "taskId",
  "tasks/update": "taskId",
  "tasks/cancel": "taskId",
};

/** `Mcp-Method`, and `Mcp-Name` where the method has one. `param`: a member of the request's `params`. */
export function standardHeaders(method: string, param: (key: string) => unknown): Record<string, string> {
  const key = NAMED_BY[method];
  const name = key === undefined ? undefined : param(key);
  return {
    "mcp-method": headerValue(method),
    ...(typeof name === "string" ? { "mcp-name": headerValue(name) } : {}),
  };
}

/** One parameter of a tool that is repeated in a header. */
export interface Mirrored {
  /** Lower case, with `mcp-param-`. */
  readonly header: string;
  readonly path: readonly string[];
}

const ANNOTATION = "x-mcp-header";
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const TYPES: readonly unknown[] = ["string", "integer", "boolean"];
/** Levels of a schema that are looked at: deeper ones are no honest tool's. */
const DEPTH = 64;

/** The mirrored parameters of a tool; null: an annotation breaks the rules, and the tool must not be offered. */
export function mirroredIn(inputSchema: unknown): Mirrored[] | null {
  const found: Mirrored[] = [];
  if (!collect(inputSchema, [], found)) return null;
  const names = found.map(({ header }) => header);
  return new Set(names).size === names.length ? found : null;
}

/** `path` null: here no annotation may stand, since no chain of `properties` leads here. */
function collect(schema: unknown, path: readonly string[] | null, found: Mirrored[], depth = 0): boolean {
  if (typeof schema !== "object" || schema === null) return true;
  if (depth > DEPTH) return false;
  if (Array.isArray(schema)) return schema.every((one) => collect(one, null, found, depth + 1));
  const { [ANNOTATION]: name, type } = schema as Record<string, unknown>;
  if (name !== undefined) {
    if (path === null || path.length === 0) return false;
    if (typeof name !== "string" || !TOKEN.test(name) || !TYPES.includes(type)) return false;
    found.push({ header: `mcp-param-${name.toLowerCase()}`, path });
  }
  return Object.entries(schema).every(([key, value]) => {
    if (LITERAL.includes(key)) return true;
    if (!NAMED_SCHEMAS.includes(key)) return collect(value, null, found, depth + 1);
    // The keys of these are names, not words of the schema: one of them may be called like the annotation.
    const isChain = key === "properties" && path !== null;
    return Object.entries(record(value)).every(([property, inner]) =>
      collect(inner, isChain ? [...path, property] : null, found, depth + 1),
    );
  });
}

/** Hold values, not schemas. */
const LITERAL: readonly string[] = ["default", "const", "enum", "examples", ANNOTATION];
const NAMED_SCHEMAS: readonly string[] = [
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
];

/** The headers of a call, out of its arguments. What is absent, null or of another type than announced has none. */
export function parameterHeaders(mirrored: readonly Mirrored[], args: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { header, path } of mirrored) {
    let value: unknown = args;
    for (const key of path) {
      const object = record(value);
      value = Object.hasOwn(object, key) ? object[key] : undefined;
    }
    const text = textOf(value);
    if (text !== null) headers[header] = headerValue(text);
  }
  return headers;
}

function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  return Number.isSafeInteger(value) ? String(value) : null;
}
