/** What the file formats of agents have in common: entries of MCP servers at one place of a text. */

/** Where a file keeps its MCP servers. */
export interface Slot {
  /** Keys from the top. */
  readonly path: readonly string[];
  /** `list`: each item names itself in its member `name`. */
  readonly kind: "map" | "list";
}

export interface Entry {
  readonly name: string;
  /** Plain data; objects without a prototype. */
  readonly value: unknown;
  /** Where it begins, from 1. */
  readonly line: number;
}

export interface Parsed {
  /** All of the file as plain data; null: it holds none. */
  readonly data: unknown;
  readonly entries: readonly Entry[];
}

/**
 * Pure. Texts are without byte order mark. Every method throws {@link Unreadable} where it cannot do what it is for;
 * edits keep each byte that they do not mean.
 */
export interface Format {
  parse(text: string, slot: Slot): Parsed;
  /** Adds the entry, or gives the one of that name another value. Makes the slot where there is none. */
  put(text: string, slot: Slot, name: string, value: EntryValue): string;
  /** `levels`: so many keys of the slot's path, the innermost first, go too when they are left empty. */
  remove(text: string, slot: Slot, name: string, levels: number): string;
  /** The least text that a file with this one entry has. */
  print(slot: Slot, name: string, value: EntryValue): string;
}

/** What is written of an entry: what every format can say. Objects hold variables of the environment. */
export type EntryValue = Readonly<Record<string, Scalar | readonly string[] | Variables>>;
export type Scalar = string | number | boolean;
export type Variables = Readonly<Record<string, string>>;

export function isList(value: EntryValue[string]): value is readonly string[] {
  return Array.isArray(value);
}

/** The text is not what its format wants, or an edit of it would be a guess. */
export class Unreadable extends Error {
  /** From 1; null: the whole. */
  readonly line: number | null;

  constructor(message: string, line: number | null = null) {
    super(message);
    this.line = line;
  }
}

/** Plain data whose objects have no prototype, so that no key of them means anything. Dates become text. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "object" || value === null) return value;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [key, member] of Object.entries(value)) copy[key] = plain(member);
  return copy;
}

/** Whether it is an object and no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands at a path of plain data; undefined: nothing. */
export function valueAt(data: unknown, path: readonly string[]): unknown {
  let value = data;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** How many keys of the path, the innermost first, are not there yet. */
export function missingLevels(data: unknown, path: readonly string[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    if (valueAt(data, path.slice(0, depth)) !== undefined) return path.length - depth;
  }
  return path.length;
}

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

export function eolOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** Offset of the first character of the line. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** Offset behind the line's end, or of the text's. */
export function nextLine(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end === -1 ? text.length : end + 1;
}

/** Takes lines out. Where they were the last and unfinished, the line before is left unfinished in their place. */
export function cutLines(text: string, from: number, to: number): string {
  const before = text.slice(0, from);
  const unfinished = to === text.length && to > from && !text.endsWith("\n");
  return (unfinished ? before.replace(/\r?\n$/, "") : before) + text.slice(to);
}

/** Puts whole lines behind the text's last one, which stays unfinished if it was. */
export function appendLines(text: string, lines: string, eol: string): string {
  if (text === "" || text.endsWith("\n")) return text + lines;
  return text + eol + lines.slice(0, lines.length - eol.length);
}
