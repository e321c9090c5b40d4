/** What a tool says of itself, in one form that can be compared, kept and shown. */
import { createHash } from "node:crypto";
import { cut, visible } from "../../visible.ts";

/** The members that tell an agent what a tool is and does (MCP 2025-11-25 server/tools, data types). */
const FIELDS = ["title", "description", "inputSchema", "outputSchema", "annotations"] as const;

/** Of a tool, as a server lists it or as {@link definitionOf} keeps it. */
export type Definition = Readonly<Record<string, unknown>>;

/** Characters of a field's JSON text. */
const LONGEST_FIELD = 16_384;
const DEEPEST = 200;

/** SHA-256 over the canonical JSON of the name and the {@link FIELDS}. Throws a RangeError for what is nested too deep. */
export function fingerprint(name: string, tool: Definition): string {
  return sha256(canonical([name, ...FIELDS.map((field) => tool[field] ?? null)]));
}

/**
 * The {@link FIELDS} that are there, as they came; of one that is too long to be kept, or all with `brief`, no more than
 * the SHA-256.
 */
export function definitionOf(tool: Definition, brief = false): Definition {
  return Object.fromEntries(
    FIELDS.filter((field) => (tool[field] ?? null) !== null).map((field) => {
      const text = canonical(tool[field]);
      const kept =
        brief || text.length > LONGEST_FIELD ? `(too long to be kept, SHA-256 ${sha256(text)})` : tool[field];
      return [field, kept];
    }),
  );
}

/** One place where two definitions differ, fit to be shown: cut around the difference, invisible characters escaped. */
export interface Difference {
  /** Names of members from the outside in, joined by dots. */
  readonly field: string;
  /** Null: not there. */
  readonly before: string | null;
  readonly after: string | null;
}

/** The first `most` differences, in the order of the fields. */
export function differences(before: Definition, after: Definition, most: number): Difference[] {
  const found: Difference[] = [];
  for (const field of FIELDS) compare(field, before[field], after[field], most, found);
  return found;
}

function compare(field: string, before: unknown, after: unknown, most: number, found: Difference[]): void {
  if (found.length >= most) return;
  const [old, now] = [textOf(before), textOf(after)];
  if (old === now && typeof before === typeof after) return;
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const of = (object: Definition, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);
    for (const key of keys) compare(`${field}.${cut(visible(key), 60)}`, of(before, key), of(after, key), most, found);
    return;
  }
  found.push({ field, ...excerpts(old, now) });
}

/** Strings as they are, everything else as JSON; null: not there. */
function textOf(value: unknown): string | null {
  if (value === undefined) return null;
  return typeof value === "string" ? value : canonical(value);
}

/** Characters of a text that are shown. */
const SHOWN = 600;
/** Characters before the first that differs. */
const LEAD = 60;

/** Both texts cut to the part in which they differ. */
function excerpts(before: string | null, after: string | null): Pick<Difference, "before" | "after"> {
  const [a, b] = [Array.from(before ?? ""), Array.from(after ?? "")];
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  const start = Math.max(a.length, b.length) <= SHOWN ? 0 : Math.max(0, same - LEAD);
  const excerpt = (text: string[]): string => {
    const part = text.slice(start, start + SHOWN).join("");
    return `${start > 0 ? "…" : ""}${visible(part)}${text.length > start + SHOWN ? "…" : ""}`;
  };
  return { before: before === null ? null : excerpt(a), after: after === null ? null : excerpt(b) };
}

/** JSON without white space, members sorted (as RFC 8785 does it). Throws a RangeError for what is nested too deep. */
function canonical(value: unknown, depth = 0): string {
  if (depth > DEEPEST) throw new RangeError("nested too deep");
  if (Array.isArray(value)) return `[${value.map((element) => canonical(element, depth + 1)).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key], depth + 1)}`);
  return `{${members.join(",")}}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function isObject(value: unknown): value is Definition {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
