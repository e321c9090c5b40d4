/**
 * Changes single members of a JSON object in its bytes. Everything else stays as it was written: numbers keep their digits,
 * and nothing that is large is parsed.
 */
import { skipBlank, spanOf, stringEnd, valueEnd } from "../../shim/scan.ts";

interface Member {
  readonly key: string;
  /** Of the key; `end`: of the value. */
  readonly start: number;
  readonly end: number;
}

const OPEN = 0x7b;
const QUOTE = 0x22;
const COMMA = 0x2c;

const EMPTY = Buffer.from("{}");

/** The members of an object; null for whatever is not one. */
function members(json: Buffer): Member[] | null {
  let at = skipBlank(json, 0);
  if (json[at] !== OPEN) return null;
  const found: Member[] = [];
  at = skipBlank(json, at + 1);
  while (json[at] === QUOTE) {
    const start = at;
    const keyEnd = stringEnd(json, at);
    if (keyEnd === -1) return null;
    const valueStart = skipBlank(json, skipBlank(json, keyEnd + 1) + 1);
    const end = valueEnd(json, valueStart);
    if (end === -1) return null;
    found.push({ key: keyOf(json.toString("utf8", start, keyEnd + 1)), start, end });
    at = skipBlank(json, end);
    if (json[at] !== COMMA) break;
    at = skipBlank(json, at + 1);
  }
  return found;
}

function keyOf(text: string): string {
  if (!text.includes("\\")) return text.slice(1, -1);
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

/** The bytes of a member's value. Undefined: there is none, it stands twice, or this is no object. */
export function member(json: Buffer | undefined, key: string): Buffer | undefined {
  const span = json === undefined ? null : spanOf(json, [key]);
  return span === null ? undefined : json?.subarray(span.start, span.end);
}

/** The object with these members set, or taken out (null). What is no object counts as an empty one. */
export function withMembers(json: Buffer | undefined, changes: Readonly<Record<string, Buffer | null>>): Buffer {
  const parts: Buffer[] = [];
  const add = (...bytes: Buffer[]): void => {
    parts.push(parts.length === 0 ? START : NEXT, ...bytes);
  };
  for (const { key, start, end } of members(json ?? EMPTY) ?? []) {
    if (!Object.hasOwn(changes, key)) add((json as Buffer).subarray(start, end));
  }
  for (const [key, value] of Object.entries(changes)) {
    if (value !== null) add(Buffer.from(`${JSON.stringify(key)}:`), value);
  }
  return parts.length === 0 ? EMPTY : Buffer.concat([...parts, END]);
}

const START = Buffer.from("{");
const NEXT = Buffer.from(",");
const END = Buffer.from("}");

/** A value as JSON bytes. */
export function bytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** JSON bytes as a value; undefined when they are none. */
export function parsed(json: Buffer | undefined): unknown {
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json.toString("utf8"));
  } catch {
    return undefined;
  }
}
