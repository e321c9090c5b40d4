/** Agents' files in TOML: one table a server. Tables of other forms are left to the person. */
import { parse, TomlError } from "smol-toml";
import {
  appendLines,
  cutLines,
  type EntryValue,
  eolOf,
  type Format,
  isList,
  isObject,
  lineAt,
  lineStart,
  nextLine,
  plain,
  type Scalar,
  type Slot,
  Unreadable,
  valueAt,
} from "./format.ts";

interface Table {
  readonly path: readonly string[];
  /** Of the header's line. */
  readonly from: number;
  /** Behind the last line that holds something of it. */
  readonly to: number;
}

export const TOML_FILE: Format = {
  parse(text, slot) {
    const data = read(text);
    const servers = valueAt(data, slot.path);
    if (servers !== undefined && !isObject(servers)) throw new Unreadable(`“${slot.path.join(".")}” is not a table`);
    const tables = tablesOf(text);
    const entries = Object.entries(servers ?? {}).map(([name, value]) => ({
      name,
      value,
      line: lineAt(text, tables.find(({ path }) => isWithin(path, [...slot.path, name]))?.from ?? 0),
    }));
    return { data: text.trim() === "" ? null : data, entries };
  },

  put(text, slot, name, value) {
    const eol = eolOf(text);
    const block = blockOf(slot, name, value, eol);
    const [first, ...others] = find(text, slot, name);
    if (first === undefined) return appendLines(text, text === "" ? block : eol + block, eol);
    let next = text;
    for (const table of others.reverse()) next = cutTable(next, table);
    const end = next.slice(0, first.to).endsWith("\n") ? block : block.slice(0, block.length - eol.length);
    return next.slice(0, first.from) + end + next.slice(first.to);
  },

  remove(text, slot, name) {
    let next = text;
    for (const table of find(text, slot, name).reverse()) next = cutTable(next, table);
    return next;
  },

  print: (slot, name, value) => blockOf(slot, name, value, "\n"),
};

function read(text: string): unknown {
  try {
    return plain(parse(text, { integersAsBigInt: "asNeeded" }));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new Unreadable("it is not TOML", error.line);
  }
}

/** The tables of one server, with those below it, in the file's order. */
function find(text: string, slot: Slot, name: string): Table[] {
  const path = [...slot.path, name];
  const tables = tablesOf(text).filter((table) => isWithin(table.path, path));
  const exists = valueAt(read(text), path) !== undefined;
  if (exists && tables.length === 0) throw new Unreadable(`“${name}” is not written as a table of its own`);
  return tables;
}

function isWithin(path: readonly string[], outer: readonly string[]): boolean {
  return outer.every((key, depth) => path[depth] === key);
}

/** With the blank line above it, which is there to part it from what comes before. */
function cutTable(text: string, { from, to }: Table): string {
  const above = lineStart(text, Math.max(0, from - 1));
  const blank = from > 0 && text.slice(above, from).trim() === "";
  return cutLines(text, blank ? above : from, to);
}

function blockOf({ path }: Slot, name: string, value: EntryValue, eol: string): string {
  const header = `[${[...path, name].map(keyText).join(".")}]`;
  const lines = Object.entries(value).map(([key, member]) => `${keyText(key)} = ${valueText(member)}`);
  return [header, ...lines, ""].join(eol);
}

function keyText(key: string): string {
  return /^[\w-]+$/.test(key) ? key : textOf(key);
}

/** JSON's strings are TOML's basic ones, but for one character that TOML wants escaped. */
function textOf(value: Scalar): string {
  return JSON.stringify(value).replaceAll("\x7f", "\\u007f");
}

function valueText(value: EntryValue[string]): string {
  if (typeof value !== "object") return textOf(value);
  if (isList(value)) return `[${value.map(textOf).join(", ")}]`;
  const members = Object.entries(value).map(([key, text]) => `${keyText(key)} = ${textOf(text)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function tablesOf(text: string): Table[] {
  const starts = headersOf(text);
  return starts.map((from, n) => {
    const end = starts[n + 1] ?? text.length;
    const header = text.slice(from, nextLine(text, from));
    return { path: pathOf(header), from, to: endOfContent(text, nextLine(text, from), end) };
  });
}

/** Comments and blank lines in front of the next table belong to that one. */
function endOfContent(text: string, from: number, end: number): number {
  let last = from;
  for (let at = from; at < end; at = nextLine(text, at)) {
    const line = text.slice(at, nextLine(text, at)).trim();
    if (line !== "" && !line.startsWith("#")) last = nextLine(text, at);
  }
  return Math.min(last, end);
}

function pathOf(header: string): string[] {
  const path: string[] = [];
  let value: unknown = read(header);
  for (;;) {
    if (Array.isArray(value)) [value] = value as unknown[];
    const [key] = isObject(value) ? Object.keys(value) : [];
    if (key === undefined || !isObject(value)) return path;
    path.push(key);
    value = value[key];
  }
}

/** Offsets of the lines that begin a table: a bracket that is first on its line and inside of nothing. */
function headersOf(text: string): number[] {
  const headers: number[] = [];
  let depth = 0;
  let isFirst = true;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char === "\n") isFirst = true;
    else if (char === "#") at = endOfLine(text, at) - 1;
    else if (char === '"' || char === "'") at = endOfString(text, at, char) - 1;
    else if (char === "[" || char === "{") {
      if (char === "[" && depth === 0 && isFirst) headers.push(lineStart(text, at));
      depth++;
    } else if (char === "]" || char === "}") depth--;
    if (char.trim() !== "") isFirst = false;
  }
  return headers;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}

/** Offset behind the string that begins at `from` with this quote. */
function endOfString(text: string, from: number, quote: string): number {
  const mark = text.startsWith(quote.repeat(3), from) ? quote.repeat(3) : quote;
  let at = from + mark.length;
  while (at < text.length && !text.startsWith(mark, at)) at += quote === '"' && text[at] === "\\" ? 2 : 1;
  at += mark.length;
  // Up to two quotes may stand before the three that end it.
  if (mark.length === 3) while (text[at] === quote && at < text.length) at++;
  return at;
}
