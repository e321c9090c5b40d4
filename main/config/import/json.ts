/** JSON as people paste it: with comments, trailing commas, curly quotation marks, without the outer braces. */
import { type Node, type ParseError, parseTree } from "jsonc-parser";
import { plainValue } from "../../json-tree.ts";
import { type Place, placeAt, syntaxWords } from "../problems.ts";
import { type Fields, isFields } from "./found.ts";

export type JsonReading =
  | { readonly ok: true; readonly value: unknown; readonly doubles: Doubles }
  | { readonly ok: false; readonly what: string; readonly place: Place | null };

/** What stands behind a key that an object has once more than before, by the object that holds the last of them. */
export type Doubles = ReadonlyMap<Fields, readonly (readonly [string, unknown])[]>;

const OPTIONS = { allowTrailingComma: true, allowEmptyContent: false };
/** Deeper than any configuration; recursion ends somewhere. */
const MAX_DEPTH = 100;

export function readJson(text: string): JsonReading {
  const first = parse(text);
  if (first.ok) return first;
  for (const other of repaired(text)) {
    const reading = parse(other);
    if (reading.ok) return reading;
  }
  return first;
}

/** The same text with what word processors and hasty selections do to JSON undone. */
function repaired(text: string): string[] {
  const straight = text
    .replace(/[\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033]/g, '"')
    .replace(/[\u00a0\u2007\u202f]/g, " ");
  const bare = /^\s*(?:\/\/[^\n]*\n\s*)*"[^"\n]*"\s*:/.test(straight);
  return bare ? [`{${straight.replace(/,\s*$/, "")}\n}`] : straight === text ? [] : [straight];
}

function parse(text: string): JsonReading {
  const depth = depthOf(text);
  if (depth > MAX_DEPTH) return { ok: false, what: `the values are nested ${depth} deep`, place: null };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, OPTIONS);
  const error = errors[0];
  if (error !== undefined) return { ok: false, what: syntaxWords(error.error), place: placeAt(text, error.offset) };
  if (root === undefined) return { ok: false, what: "there is no value", place: null };
  const doubles = new Map<Fields, readonly (readonly [string, unknown])[]>();
  const value = plainValue(root);
  collectDoubles(root, value, doubles);
  return { ok: true, value, doubles };
}

/** Brackets that are open at once, quoted ones too: only a limit is taken from it. */
function depthOf(text: string): number {
  let open = 0;
  let most = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (quoted) {
      if (char === 0x5c) at += 1;
      else if (char === 0x22 || char === 0x0a) quoted = false;
    } else if (char === 0x22) quoted = true;
    else if (char === 0x7b || char === 0x5b) most = Math.max(most, ++open);
    else if (char === 0x7d || char === 0x5d) open -= 1;
  }
  return most;
}

function collectDoubles(node: Node, value: unknown, found: Map<Fields, readonly (readonly [string, unknown])[]>): void {
  if (Array.isArray(value)) {
    for (const [index, child] of (node.children ?? []).entries()) collectDoubles(child, value[index], found);
    return;
  }
  if (!isFields(value)) return;
  const earlier: [string, unknown][] = [];
  const last = new Map<string, Node>();
  for (const property of node.children ?? []) {
    const [key, member] = property.children ?? [];
    if (key === undefined || member === undefined) continue;
    const name = String(key.value);
    const before = last.get(name);
    if (before !== undefined) {
      const plain = plainValue(before);
      collectDoubles(before, plain, found);
      earlier.push([name, plain]);
    }
    last.set(name, member);
  }
  for (const [name, member] of last) collectDoubles(member, value[name], found);
  if (earlier.length > 0) found.set(value, earlier);
}
