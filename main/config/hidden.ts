/**
 * An entry fit to be shown: each literal secret stands as `${hidden:MEMBER}`, and comes back as what the file has there.
 * Pure.
 */
import { createScanner, findNodeAtLocation, type Node } from "jsonc-parser";
import { plainValue } from "../json-tree.ts";
import { literalSecrets, type Span } from "../literal-secrets.ts";

export interface HiddenEntry {
  /** The entry's value. */
  readonly value: unknown;
  /** The entry's own text, indented as if it stood alone. */
  readonly text: string;
  /** What each placeholder stands for, by its member. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Members that hold a literal secret. */
  readonly members: readonly string[];
}

interface Restored<T> {
  readonly value: T;
  /** Placeholders that stand for nothing. */
  readonly unknown: readonly string[];
}

const PLACEHOLDER = /\$?\$\{hidden:([^}]*)\}/g;
// Numbers of jsonc-parser's SyntaxKind, a const enum that a bundler cannot read.
const LINE_COMMENT = 12;
const BLOCK_COMMENT = 13;
const END = 17;
const MEMBER_IN_COMMENT = /"([^"\n]+)"\s*:\s*"((?:[^"\\\n]|\\.)*)"/g;

/** `node`: the entry's value in `text`. */
export function hideSecrets(text: string, node: Node): HiddenEntry {
  const { value, secrets, shown } = hideInValue(plain(node));
  const replaced: { offset: number; length: number; content: string }[] = [];
  for (const { path, text: content } of shown) {
    const found = findNodeAtLocation(node, locationOf(node, path));
    if (found !== undefined)
      replaced.push({ offset: found.offset, length: found.length, content: JSON.stringify(content) });
  }
  const members = [...secrets.keys()];
  for (const [n, comment] of commentsOf(text, node).entries()) {
    const span = secretOfComment(text.slice(comment.start, comment.end));
    if (span === null) continue;
    const [start, end] = [comment.start + span.start, comment.start + span.end];
    secrets.set(`comment.${n}`, text.slice(start, end));
    replaced.push({ offset: start, length: end - start, content: placeholder(`comment.${n}`) });
  }
  const own = replaced
    .sort((a, b) => b.offset - a.offset)
    .reduce(
      (rest, { offset, length, content }) => rest.slice(0, offset) + content + rest.slice(offset + length),
      text.slice(0, node.offset + node.length),
    )
    .slice(node.offset);
  return { value, text: outdented(own, indentOf(text, node)), secrets, members };
}

/** The same with a value that JSON can hold, which itself is left as it is. `shown`: the texts that differ. */
export function hideInValue(value: unknown): {
  readonly value: unknown;
  readonly secrets: Map<string, string>;
  readonly shown: readonly { readonly path: readonly string[]; readonly text: string }[];
} {
  const secrets = new Map<string, string>();
  const found = literalSecrets(value);
  if (found.length === 0) return { value, secrets, shown: [] };
  const copy = structuredClone(value);
  const shown = found.map(({ path, start, end }) => {
    const member = memberName(path);
    const whole = textAt(copy, path);
    const text = whole.slice(0, start) + placeholder(member) + whole.slice(end);
    secrets.set(member, whole.slice(start, end));
    assign(copy, path, text);
    return { path, text };
  });
  return { value: copy, secrets, shown };
}

/** Puts the secrets back into a value. */
export function restoreValue(value: unknown, secrets: ReadonlyMap<string, string>): Restored<unknown> {
  const unknown: string[] = [];
  const walk = (item: unknown): unknown => {
    if (typeof item === "string") return fill(item, secrets, unknown);
    if (Array.isArray(item)) return item.map(walk);
    if (typeof item !== "object" || item === null) return item;
    return Object.fromEntries(Object.entries(item).map(([key, each]) => [key, walk(each)]));
  };
  return { value: walk(value), unknown };
}

/** Puts them back into a text, whose tree is `root`. */
export function restoreText(text: string, root: Node, secrets: ReadonlyMap<string, string>): Restored<string> {
  const unknown: string[] = [];
  const strings = leaves(root).filter(({ type }) => type === "string");
  const parts = [
    ...strings.map(({ offset, length, value }) => ({
      start: offset,
      end: offset + length,
      content: JSON.stringify(fill(String(value), secrets, unknown)),
      whole: String(value),
    })),
    ...commentsOf(text, root).map(({ start, end }) => {
      const whole = text.slice(start, end);
      return { start, end, content: fill(whole, secrets, unknown), whole };
    }),
  ];
  const value = parts
    .filter(({ whole }) => whole.search(PLACEHOLDER) !== -1)
    .sort((a, b) => b.start - a.start)
    .reduce((rest, { start, end, content }) => rest.slice(0, start) + content + rest.slice(end), text);
  return { value, unknown };
}

function fill(text: string, secrets: ReadonlyMap<string, string>, unknown: string[]): string {
  return text.replace(PLACEHOLDER, (whole: string, member: string) => {
    if (whole.startsWith("$$")) return whole;
    const secret = secrets.get(member);
    if (secret === undefined) unknown.push(member);
    return secret ?? whole;
  });
}

function placeholder(member: string): string {
  return `\${hidden:${member}}`;
}

/** As in `headers.Authorization`; a brace in a key would end the placeholder. */
function memberName(path: readonly string[]): string {
  return path.join(".").replace(/[%}]/g, (char) => encodeURIComponent(char));
}

/** With ordinary objects, as windows get them. */
function plain(node: Node): unknown {
  return JSON.parse(JSON.stringify(plainValue(node)));
}

function locationOf(node: Node, path: readonly string[]): (string | number)[] {
  const location: (string | number)[] = [];
  for (const part of path) {
    const at = findNodeAtLocation(node, location);
    location.push(at?.type === "array" ? Number(part) : part);
  }
  return location;
}

function textAt(value: unknown, path: readonly string[]): string {
  return String(path.reduce<unknown>((at, key) => Reflect.get(at as object, key), value));
}

function assign(value: unknown, path: readonly string[], text: string): void {
  const holder = path.slice(0, -1).reduce<unknown>((at, key) => Reflect.get(at as object, key), value);
  Reflect.set(holder as object, path.at(-1) ?? "", text);
}

function leaves(node: Node): Node[] {
  if (node.type === "property") return node.children?.[1] === undefined ? [] : leaves(node.children[1]);
  return node.children === undefined ? [node] : node.children.flatMap(leaves);
}

/** Comments between the braces. */
function commentsOf(text: string, node: Node): Span[] {
  const scanner = createScanner(text, false);
  scanner.setPosition(node.offset);
  const found: Span[] = [];
  for (;;) {
    const token: number = scanner.scan();
    if (token === END || scanner.getTokenOffset() >= node.offset + node.length) return found;
    if (token === LINE_COMMENT || token === BLOCK_COMMENT)
      found.push({ start: scanner.getTokenOffset(), end: scanner.getPosition() });
  }
}

/** From the first secret of a comment to the end of its last: by its look, or in a member that was commented out. */
function secretOfComment(comment: string): Span | null {
  const spans: Span[] = literalSecrets([comment]);
  for (const { index, 0: whole, 1: name = "", 2: value = "" } of comment.matchAll(MEMBER_IN_COMMENT)) {
    const offset = index + whole.length - 1 - value.length;
    for (const { start, end } of literalSecrets({ headers: { [name]: value } }))
      spans.push({ start: offset + start, end: offset + end });
  }
  if (spans.length === 0) return null;
  return { start: Math.min(...spans.map(({ start }) => start)), end: Math.max(...spans.map(({ end }) => end)) };
}

/** What stands in front of each further line of an entry, where all have it. */
export function indentOf(text: string, node: Node): string {
  const line = Math.max(text.lastIndexOf("\n", node.offset - 1), text.lastIndexOf("\r", node.offset - 1)) + 1;
  const indent = /^[ \t]*/.exec(text.slice(line, node.offset))?.[0] ?? "";
  const [, ...others] = text.slice(node.offset, node.offset + node.length).split(/\r\n|\r|\n/);
  return others.every((one) => one.startsWith(indent) || one.trim() === "") ? indent : "";
}

function outdented(text: string, indent: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line, n) => (n > 0 && line.startsWith(indent) ? line.slice(indent.length) : line))
    .join("\n");
}

/** The opposite, with the file's line ends. */
export function indented(text: string, indent: string, eol: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line, n) => (n > 0 && line !== "" ? indent + line : line))
    .join(eol);
}
