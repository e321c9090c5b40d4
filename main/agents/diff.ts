/** A change of a file as a person reads it. */
import { diffArrays } from "diff";
import type { DiffLine } from "../../preload/api-agents.ts";
import { visible } from "../visible.ts";
import type { Mask } from "./literal-secrets.ts";

const CONTEXT = 3;
/** Characters of a line that are shown. */
const MAX_LINE = 400;
/** Characters in front of the first difference of two lines that are too long to be shown whole. */
const LEAD = 80;
/** Steps that the search for the smallest difference may take. */
const MAX_EDITS = 2_000;

interface Line {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
}

/** `mask` takes what nobody may see out of a line of either text. */
export function diffLines(before: string, after: string, mask: Mask): DiffLine[] {
  const lines = compare(linesOf(before), linesOf(after));
  const shown: DiffLine[] = [];
  const skip: DiffLine = { kind: "skipped", text: "" };
  let last = -1;
  lines.forEach((line, n) => {
    if (!isNear(lines, n)) return;
    if (n > last + 1) shown.push(skip);
    shown.push({ kind: line.kind, text: seen(cut(mask.known(line.text), pairOf(lines, n, mask), mask)) });
    last = n;
  });
  if (shown.length > 0 && last < lines.length - 1) shown.push(skip);
  return shown;
}

/** Indentation is meant to be seen as it is. */
function seen(text: string): string {
  return text.split("\t").map(visible).join("\t");
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function compare(before: readonly string[], after: readonly string[]): Line[] {
  const start = commonLength(before, after);
  const end = commonLength([...before.slice(start)].reverse(), [...after.slice(start)].reverse());
  const [old, fresh] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  return [
    ...as("same", before.slice(0, start)),
    ...middle(old, fresh),
    ...as("same", before.slice(before.length - end)),
  ];
}

function middle(before: string[], after: string[]): Line[] {
  // Undefined: it would take too long, and the whole of both is the answer.
  const parts = diffArrays(before, after, { maxEditLength: MAX_EDITS }) as ReturnType<typeof diffArrays> | undefined;
  if (parts === undefined) return [...as("removed", before), ...as("added", after)];
  return parts.flatMap(({ added, removed, value }) =>
    as(added ? "added" : removed ? "removed" : "same", value as string[]),
  );
}

function as(kind: Line["kind"], lines: readonly string[]): Line[] {
  return lines.map((text) => ({ kind, text }));
}

function commonLength<T>(one: ArrayLike<T>, other: ArrayLike<T>): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length++;
  return length;
}

function isNear(lines: readonly Line[], n: number): boolean {
  for (let at = Math.max(0, n - CONTEXT); at <= Math.min(lines.length - 1, n + CONTEXT); at++) {
    if (lines[at]?.kind !== "same") return true;
  }
  return false;
}

/** The line that stands in this one's place on the other side; null: none does. */
function pairOf(lines: readonly Line[], n: number, mask: Mask): string | null {
  const { kind, text } = lines[n] as Line;
  if (text.length <= MAX_LINE || kind === "same") return null;
  const other = lines[kind === "removed" ? n + 1 : n - 1];
  return other === undefined || other.kind === "same" || other.kind === kind ? null : mask.known(other.text);
}

/** The part of a line that is shown, around what differs from the other one. */
function cut(line: string, other: string | null, mask: Mask): string {
  const from = other === null || line.length <= MAX_LINE ? 0 : Math.max(0, commonLength(line, other) - LEAD);
  const to = Math.min(line.length, from + MAX_LINE);
  return `${from > 0 ? "…" : ""}${mask.looks(line, from, to)}${to < line.length ? "…" : ""}`;
}
