/**
 * Smallest possible changes to a JSON-with-comments text: every byte that a change does not mean stays, comments,
 * order and layout included. (jsonc-parser's own `modify` takes the comment above the next member along when it removes
 * one, and moves the comment behind a trailing comma to another member when it adds one.)
 */
import { applyEdits, createScanner, type Edit, type Node } from "jsonc-parser";

// Numbers of jsonc-parser's SyntaxKind, a const enum that a bundler cannot read.
const COMMA = 5;
const LINE_COMMENT = 12;
const BLOCK_COMMENT = 13;
const LINE_BREAK = 14;
const BLANK = 15;

export function replaceNode(text: string, node: Node, value: unknown): string {
  const content = print(value, text, indentAt(text, node.offset), isInline(text, node));
  return applyEdits(text, [{ offset: node.offset, length: node.length, content }]);
}

/** Adds a member behind the last one. */
export function insertMember(text: string, object: Node, key: string, value: unknown): string {
  return insertMembers(text, object, [[key, value]]);
}

/** Adds members behind the last one, at least one. */
export function insertMembers(text: string, object: Node, members: readonly (readonly [string, unknown])[]): string {
  const writers = members.map(
    ([key, value]): Write =>
      (indent, inline) =>
        member(key, print(value, text, indent, inline)),
  );
  return insert(text, object, object.children?.at(-1), writers);
}

/** Adds an item to a list behind the item `behind`; null: as the first one. */
export function insertItem(text: string, list: Node, value: unknown, behind: Node | null): string {
  return insertBehind(text, list, (indent, inline) => print(value, text, indent, inline), behind);
}

/** Adds a member whose value is written already, behind the property `behind`; null: as the first one. */
export function insertWritten(text: string, object: Node, key: string, written: string, behind: Node | null): string {
  return insertBehind(text, object, () => member(key, written), behind);
}

function insertBehind(text: string, parent: Node, write: Write, behind: Node | null): string {
  const first = parent.children?.[0];
  if (behind !== null || first === undefined) return insert(text, parent, behind ?? undefined, [write]);
  const inline = isInline(text, parent);
  const indent = childIndent(text, parent);
  const content = `${write(indent, inline)},${inline ? " " : eolOf(text) + indent}`;
  return applyEdits(text, [{ offset: first.offset, length: 0, content }]);
}

function member(key: string, written: string): string {
  return `${JSON.stringify(key)}: ${written}`;
}

type Write = (indent: string, inline: boolean) => string;

function insert(text: string, parent: Node, behind: Node | undefined, writers: readonly Write[]): string {
  if (behind === undefined) return insertFirst(text, parent, writers);
  const inline = isInline(text, parent);
  const end = behind.offset + behind.length;
  const comma = commaAfter(text, end);
  const anchor = endOfRemark(text, comma === null ? end : comma + 1);
  const indent = childIndent(text, parent);
  const gap = inline ? " " : eolOf(text) + indent;
  const printed = writers.map((write) => gap + write(indent, inline)).join(",");
  const edits: Edit[] = [];
  if (comma === null) edits.push({ offset: end, length: 0, content: "," });
  edits.push({ offset: anchor, length: 0, content: printed + (comma === null ? "" : ",") });
  return applyEdits(text, edits);
}

function insertFirst(text: string, parent: Node, writers: readonly Write[]): string {
  const open = parent.offset + 1;
  const close = parent.offset + parent.length - 1;
  const inside = text.slice(open, close).trimEnd(); // comments, at most
  const indent = childIndent(text, parent);
  const eol = eolOf(text);
  const printed = writers.map((write) => eol + indent + write(indent, false)).join(",");
  const content = `${printed}${eol}${indentAt(text, parent.offset)}`;
  const offset = open + inside.length;
  return applyEdits(text, [{ offset, length: close - offset, content }]);
}

/** Takes a member, or an item of a list, out, with its comma and the comment behind it; comments above it stay. */
export function removeMember(text: string, object: Node, property: Node): string {
  const siblings = object.children ?? [];
  const end = property.offset + property.length;
  const comma = commaAfter(text, end);
  let from = property.offset;
  let to = comma === null ? end : comma + 1;
  const remark = endOfRemark(text, to);
  const lineStart = startOfLine(text, from);
  if (text.slice(lineStart, from).trim() === "" && isLineEnd(text, remark)) {
    from = lineStart;
    to = afterLine(text, remark);
  } else if (comma === null) {
    from -= (/[ \t]*$/.exec(text.slice(0, from))?.[0] ?? "").length;
  } else {
    to += (/^[ \t]*/.exec(text.slice(to))?.[0] ?? "").length;
  }
  const edits: Edit[] = [{ offset: from, length: to - from, content: "" }];
  const previous = siblings[siblings.indexOf(property) - 1];
  if (comma === null && previous !== undefined) {
    const dangling = commaAfter(text, previous.offset + previous.length);
    if (dangling !== null) edits.push({ offset: dangling, length: 1, content: "" });
  }
  return applyEdits(text, edits);
}

function print(value: unknown, text: string, indent: string, inline: boolean): string {
  if (inline) return JSON.stringify(value, null, 1).replace(/\n */g, " ");
  return JSON.stringify(value, null, indentUnit(text)).replaceAll("\n", eolOf(text) + indent);
}

/** Offset of the comma behind a member, if one is there. */
function commaAfter(text: string, offset: number): number | null {
  const scanner = createScanner(text, true);
  scanner.setPosition(offset);
  return (scanner.scan() as number) === COMMA ? scanner.getTokenOffset() : null;
}

/** Where the comments that follow on the same line end; `offset` when there are none. */
function endOfRemark(text: string, offset: number): number {
  const scanner = createScanner(text, false);
  scanner.setPosition(offset);
  let end = offset;
  for (;;) {
    const token: number = scanner.scan();
    if (token === LINE_COMMENT || token === BLOCK_COMMENT) {
      if (/[\r\n]/.test(text.slice(scanner.getTokenOffset(), scanner.getPosition()))) return end;
      end = scanner.getPosition();
    } else if (token !== BLANK) {
      // A block comment in front of another member on the same line belongs to that one.
      return token === LINE_BREAK || isLineEnd(text, end) ? end : offset;
    }
  }
}

function childIndent(text: string, object: Node): string {
  const first = object.children?.[0];
  if (first !== undefined && text.slice(startOfLine(text, first.offset), first.offset).trim() === "") {
    return indentAt(text, first.offset);
  }
  return indentAt(text, object.offset) + indentUnit(text);
}

function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(startOfLine(text, offset), offset))?.[0] ?? "";
}

/** One step of indentation: what the first indented line uses. */
function indentUnit(text: string): string {
  const unit = /(?:^|[\r\n])([ \t]+)"/.exec(text)?.[1];
  if (unit === undefined) return "  ";
  return unit.startsWith("\t") ? "\t" : unit;
}

function eolOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** Whether a filled object or list stands on one line. */
function isInline(text: string, node: Node): boolean {
  if ((node.children?.length ?? 0) === 0) return false;
  return !/[\r\n]/.test(text.slice(node.offset, node.offset + node.length));
}

function startOfLine(text: string, offset: number): number {
  return Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) + 1;
}

function isLineEnd(text: string, offset: number): boolean {
  return /^[ \t]*(?:\r|\n|$)/.test(text.slice(offset));
}

function afterLine(text: string, offset: number): number {
  return offset + (/^[ \t]*(?:\r\n|\r|\n)?/.exec(text.slice(offset))?.[0] ?? "").length;
}
