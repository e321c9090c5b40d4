/** Agents' files in YAML. Servers that stand in brackets are read, and left to the person to change. */
import { isMap, isNode, isScalar, isSeq, parseAllDocuments, type YAMLMap, type YAMLSeq } from "yaml";
import {
  appendLines,
  cutLines,
  type Entry,
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
} from "./format.ts";

interface Container {
  /** Offset of its key. */
  readonly key: number;
  /** Null: it is empty. */
  readonly items: YAMLMap | YAMLSeq | null;
  /** Offsets of its brackets, where it is written in them. */
  readonly brackets: readonly [number, number] | null;
}

interface Read {
  readonly data: unknown;
  /** Null: its key is not there. */
  readonly container: Container | null;
  readonly entries: readonly Found[];
}

interface Found extends Entry {
  /** Of its first line, and behind its last one. */
  readonly from: number;
  readonly to: number;
  /** Of its key, or of its dash. */
  readonly indent: number;
}

const STEP = 2;

export const YAML_FILE: Format = {
  parse(text, slot) {
    const { data, entries } = read(text, slot);
    return { data, entries: entries.map(({ name, value, line }) => ({ name, value, line })) };
  },

  put(text, slot, name, value) {
    const { container, entries } = read(text, slot);
    const eol = eolOf(text);
    const lines = (indent: number): string => entryText(slot, name, value, indent, eol);
    if (container === null) return appendLines(text, `${keyOf(slot)}:${eol}${lines(STEP)}`, eol);
    const old = single(entries, name);
    if (old !== undefined) {
      editable(text, container);
      const { from, to } = old;
      return text.slice(0, from) + endedAs(lines(old.indent), text.slice(from, to), eol) + text.slice(to);
    }
    const opened = container.items === null ? withoutBrackets(text, container) : text;
    if (container.items !== null) editable(text, container);
    const offset = container.items?.range?.[0];
    const indent = offset === undefined ? STEP : offset - lineStart(text, offset);
    // In front of the others: what stands above those may be a comment on them.
    const at = nextLine(opened, container.key);
    const head = opened.slice(0, at);
    return at < opened.length ? head + lines(indent) + opened.slice(at) : appendLines(head, lines(indent), eol);
  },

  remove(text, slot, name, levels) {
    const { container, entries } = read(text, slot);
    const old = single(entries, name);
    if (container === null || old === undefined) return text;
    editable(text, container);
    const next = cutLines(text, old.from, old.to);
    if (entries.length > 1) return next;
    if (levels > 0) return cutLines(next, lineStart(next, container.key), nextLine(next, container.key));
    const colon = next.indexOf(":", container.key) + 1;
    return `${next.slice(0, colon)} ${slot.kind === "map" ? "{}" : "[]"}${next.slice(colon)}`;
  },

  print: (slot, name, value) => `${keyOf(slot)}:\n${entryText(slot, name, value, STEP, "\n")}`,
};

function keyOf({ path }: Slot): string {
  const [key, ...more] = path;
  if (key === undefined || more.length > 0) throw new TypeError("servers of a YAML file stand below one key");
  return key;
}

function read(text: string, slot: Slot): Read {
  const [document, second] = [...parseAllDocuments(text)];
  if (second !== undefined) throw new Unreadable("it holds more than one document");
  const error = document?.errors[0];
  if (error !== undefined) throw new Unreadable("it is not YAML", error.linePos?.[0].line ?? null);
  const root = document?.contents ?? null;
  if (document === undefined || root === null || (isScalar(root) && root.value === null)) {
    return { data: null, container: null, entries: [] };
  }
  if (!isMap(root) || root.flow) throw new Unreadable("it is not written as keys, one a line");
  const data = plain(document.toJS({ maxAliasCount: 1_000 })) as Readonly<Record<string, unknown>>;
  const container = containerOf(text, root, slot);
  return { data, container, entries: entriesOf(text, container, data[keyOf(slot)]) };
}

function containerOf(text: string, root: YAMLMap, slot: Slot): Container | null {
  const name = keyOf(slot);
  const pair = root.items.find((item) => isScalar(item.key) && item.key.value === name);
  if (pair === undefined || !isNode(pair.key)) return null;
  const key = pair.key.range?.[0] ?? 0;
  const { value } = pair;
  if (value === null || (isScalar(value) && value.value === null && value.source === "")) {
    return { key, items: null, brackets: null };
  }
  if (!(slot.kind === "map" ? isMap(value) : isSeq(value)) || !(isMap(value) || isSeq(value))) {
    throw new Unreadable(`“${name}” is not a ${slot.kind}`, lineAt(text, key));
  }
  const brackets = value.flow && value.range ? ([value.range[0], value.range[1]] as const) : null;
  return { key, items: value.items.length === 0 ? null : value, brackets };
}

/** `data`: the container's, a value for each of its items. */
function entriesOf(text: string, container: Container | null, data: unknown): Found[] {
  const found: Found[] = [];
  container?.items?.items.forEach((item, n) => {
    const isPair = !isNode(item);
    const start = isPair ? (item as { key: unknown }).key : item;
    const last = isPair ? ((item as { value?: unknown }).value ?? start) : item;
    const value = Array.isArray(data) ? (data[n] as unknown) : undefined;
    const name = isPair ? (isScalar(start) ? start.value : undefined) : isObject(value) ? value.name : undefined;
    if (typeof name !== "string" || !isNode(start) || !isNode(last)) return;
    const from = lineStart(text, start.range?.[0] ?? 0);
    found.push({
      name,
      value: isPair && isObject(data) ? data[name] : value,
      line: lineAt(text, from),
      from,
      to: endOfContent(text, from, last.range?.[1] ?? from),
      indent: /^ */.exec(text.slice(from))?.[0].length ?? 0,
    });
  });
  return found;
}

/** Comments and blank lines behind the last one with something in it are not the entry's. */
function endOfContent(text: string, from: number, end: number): number {
  let last = nextLine(text, from);
  for (let at = last; at < end; at = nextLine(text, at)) {
    const line = text.slice(at, nextLine(text, at)).trim();
    if (line !== "" && !line.startsWith("#")) last = nextLine(text, at);
  }
  return last;
}

function single(entries: readonly Found[], name: string): Found | undefined {
  const [first, second] = entries.filter((entry) => entry.name === name);
  if (second !== undefined) throw new Unreadable(`“${name}” stands there twice`, second.line);
  return first;
}

function editable(text: string, { key, brackets }: Container): void {
  if (brackets !== null) throw new Unreadable("its servers are written in brackets", lineAt(text, key));
}

function withoutBrackets(text: string, { brackets }: Container): string {
  if (brackets === null) return text;
  const [from, to] = brackets;
  return text.slice(0, from).trimEnd() + text.slice(to);
}

/** Lines with their last line's end only if `old` had one. */
function endedAs(lines: string, old: string, eol: string): string {
  return old.endsWith("\n") ? lines : lines.slice(0, lines.length - eol.length);
}

function entryText(slot: Slot, name: string, value: EntryValue, indent: number, eol: string): string {
  const lead = " ".repeat(indent);
  const inner = `${lead}  `;
  const members = Object.entries(value).flatMap(([key, member]) =>
    slot.kind === "list" && key === "name" ? [] : memberLines(keyText(key), member),
  );
  const all =
    slot.kind === "map"
      ? [`${lead}${keyText(name)}:`, ...members.map((line) => inner + line)]
      : [`${lead}- name: ${textOf(name)}`, ...members.map((line) => inner + line)];
  return `${all.join(eol)}${eol}`;
}

function memberLines(key: string, value: EntryValue[string]): string[] {
  if (typeof value !== "object") return [`${key}: ${scalarText(value)}`];
  if (isList(value)) {
    return value.length === 0 ? [`${key}: []`] : [`${key}:`, ...value.map((item) => `  - ${textOf(item)}`)];
  }
  const members = Object.entries(value).map(([name, text]) => `  ${keyText(name)}: ${textOf(text)}`);
  return members.length === 0 ? [`${key}: {}`] : [`${key}:`, ...members];
}

/** JSON's strings are YAML's double-quoted ones, but for line ends that only YAML knows. */
function textOf(value: Scalar): string {
  return JSON.stringify(value).replace(/[\x7f-\x9f\u2028\u2029\ufeff]/g, escaped);
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Words that some reader of YAML takes for something else than text. */
const SPECIAL = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

function keyText(key: string): string {
  return /^[a-z_][\w-]*$/i.test(key) && !SPECIAL.test(key) ? key : textOf(key);
}

function scalarText(value: Scalar): string {
  return typeof value === "string" && /^[a-z]+$/.test(value) && !SPECIAL.test(value) ? value : textOf(value);
}
