/** An entry that a person is changing, before it stands in the file. Pure; texts are without byte order mark. */
import { type Node, type ParseError, parseTree } from "jsonc-parser";
import type { EntryIssue } from "../../preload/api-config.ts";
import { GatehouseError, quoteRemote } from "../errors.ts";
import { plainValue } from "../json-tree.ts";
import { checkName, normalName } from "../names.ts";
import { addEntries, entriesNamed, renameEntry, singleEntry } from "./edit.ts";
import { hideSecrets, indented, indentOf, restoreText, restoreValue } from "./hidden.ts";
import { parseFile } from "./parse.ts";
import { patchValue } from "./patch.ts";
import { type EntryProblem, isWaiting, type PlacedProblem, placeAt, syntaxWords } from "./problems.ts";
import { unknownMembers } from "./schema.ts";
import type { EntryNode } from "./tree.ts";

export interface EntryDraft {
  readonly name: string;
  readonly newName?: string | undefined;
  /** The whole entry as JSON holds it; members that are left out go, but for those that nobody knows. */
  readonly entry?: Readonly<Record<string, unknown>> | undefined;
  /** The same as text. Neither: as it is. */
  readonly text?: string | undefined;
  /** There must be none of this name yet. */
  readonly create?: boolean | undefined;
}

interface Drafted {
  /** The file's text with it; null when it cannot stand there at all. */
  readonly text: string | null;
  readonly issues: readonly EntryIssue[];
}

/** Placeholders of hidden secrets become what the file has there. Throws `config_invalid`, `unknown_server`. */
export function draftEntry(path: string, text: string, draft: EntryDraft): Drafted {
  const name = normalName(draft.name);
  const newName = normalName(draft.newName ?? draft.name);
  const root = parseFile(path, text);
  const taken = root === null ? [] : entriesNamed(root, newName);
  const exists = root !== null && entriesNamed(root, name).length > 0;
  const issues = nameIssues(newName, taken.length > 0 && (draft.create === true || newName !== name));
  // One that is there keeps a name that it should not have until it is given another one.
  if (issues.length > 0 && (newName !== name || !exists || draft.create === true)) return { text: null, issues };
  if (!exists && newName !== name) singleEntry(root, name);
  if (!exists) return create(path, text, newName, draft);
  const entry = singleEntry(root, name);
  const changed = change(path, text, name, entry, draft);
  if (changed.text === null || newName === name) return changed;
  return { ...changed, text: renameEntry(path, changed.text, name, newName) };
}

function create(path: string, text: string, name: string, { entry, text: own }: EntryDraft): Drafted {
  if (own === undefined) return { text: addEntries(path, text, [[name, entry ?? {}]]), issues: [] };
  const parsed = ownEntry(own, new Map());
  if (parsed.written === null) return { text: null, issues: parsed.issues };
  const added = addEntries(path, text, [[name, {}]]);
  return { text: replaced(added, singleEntry(parseFile(path, added), name).value, parsed.written), issues: [] };
}

function change(path: string, text: string, name: string, { value: node }: EntryNode, draft: EntryDraft): Drafted {
  if (draft.text !== undefined) {
    if (draft.text === hideSecrets(text, node).text) return { text, issues: [] };
    const parsed = ownEntry(draft.text, hideSecrets(text, node).secrets);
    if (parsed.written === null) return { text: null, issues: parsed.issues };
    return { text: replaced(text, node, parsed.written), issues: [] };
  }
  if (draft.entry === undefined) return { text, issues: [] };
  const { value, unknown } = restoreValue(draft.entry, hideSecrets(text, node).secrets);
  if (unknown.length > 0) return { text: null, issues: unknown.map(nothingHidden) };
  const find = (now: string): Node => singleEntry(parseFile(path, now), name).value;
  return { text: patchValue(text, find, withUnknown(plainValue(node), value)), issues: [] };
}

/** With the members of the present entry that nobody knows, which no form can show. */
function withUnknown(before: unknown, after: unknown): unknown {
  if (!isRecord(before) || !isRecord(after)) return after;
  const merged: Record<string, unknown> = { ...after };
  for (const path of unknownMembers(before)) {
    const dot = Object.hasOwn(before, path) ? -1 : path.indexOf(".");
    const [first, second] = dot === -1 ? [path, null] : [path.slice(0, dot), path.slice(dot + 1)];
    const [old, now] = [before[first], merged[first]];
    if (second === null) merged[first] = Object.hasOwn(after, first) ? now : old;
    else if (isRecord(old) && isRecord(now) && !Object.hasOwn(now, second)) {
      merged[first] = { ...now, [second]: old[second] };
    }
  }
  return merged;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text of one entry: that of its object with the secrets back in place, or what is wrong. */
function ownEntry(
  given: string,
  secrets: ReadonlyMap<string, string>,
): { readonly written: string; readonly issues?: never } | { readonly written: null; readonly issues: EntryIssue[] } {
  const text = given.replace(/^\ufeff/, "");
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first !== undefined || root === undefined) {
    const { error = 0, offset = 0 } = first ?? {};
    const what =
      root === undefined && text.trim() === "" ? "an object { … } is expected here" : syntaxWords(error, text, offset);
    return { written: null, issues: [issueAt(text, offset, what)] };
  }
  const restored = restoreText(text, root, secrets);
  if (restored.unknown.length > 0) return { written: null, issues: restored.unknown.map(nothingHidden) };
  const outside = text.slice(0, root.offset) + text.slice(root.offset + root.length);
  if (outside.trim() !== "") {
    return { written: null, issues: [issueAt(text, 0, "comments can be kept between the braces { … } only")] };
  }
  return { written: restored.value.trim() };
}

function issueAt(text: string, offset: number, what: string): EntryIssue {
  return { member: "", message: sentence(what), blocks: true, ...placeAt(text, offset) };
}

function nothingHidden(member: string): EntryIssue {
  const message = "Stands for a hidden value, which the file does not have there. Write the value itself.";
  return { member, message, blocks: true, line: null, column: null };
}

/** Puts the text of an entry, which stands alone, in the place of `node`. */
function replaced(text: string, node: Node, written: string): string {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const own = indented(written, indentOf(text, node), eol);
  return text.slice(0, node.offset) + own + text.slice(node.offset + node.length);
}

function nameIssues(name: string, isTaken: boolean): EntryIssue[] {
  const issue = (message: string): EntryIssue[] => [
    { member: "name", message, blocks: true, line: null, column: null },
  ];
  if (isTaken) return issue("There is a server of this name already.");
  const check = checkName(name);
  if (check.ok) return [];
  return issue(
    `Use letters, digits, space, “.”, “_” and “-”, at most 64, a letter or digit first: “${check.suggestion}” would do.`,
  );
}

/** What is wrong with the entry, with places in its own text as {@link hideSecrets} gives it. */
export function issuesOf(
  path: string,
  text: string,
  name: string,
  problems: readonly PlacedProblem[] | undefined,
): EntryIssue[] {
  if (problems === undefined) return [];
  const root = parseFile(path, text);
  const [entry] = root === null ? [] : entriesNamed(root, normalName(name));
  const start = entry === undefined ? null : placeAt(text, entry.value.offset);
  const indent = entry === undefined ? "" : indentOf(text, entry.value);
  return problems.map((problem) => {
    const { place } = problem;
    const common = { member: memberOf(problem), message: words(problem), blocks: !isWaiting(problem) };
    if (place === null || start === null || place.line < start.line) return { ...common, line: null, column: null };
    const line = place.line - start.line + 1;
    return { ...common, line, column: Math.max(1, place.column - (line === 1 ? start.column - 1 : indent.length)) };
  });
}

function memberOf({ member, details }: EntryProblem): string {
  return member ?? (typeof details?.name === "string" ? "name" : "");
}

function words({ what, suggestion }: EntryProblem): string {
  return suggestion === undefined ? sentence(what) : `${sentence(what)} ${suggestion}`;
}

function sentence(what: string): string {
  return `${what.slice(0, 1).toUpperCase()}${what.slice(1)}.`;
}

/** Throws the first issue that keeps the entry from being written. */
export function refuse(name: string, issues: readonly EntryIssue[]): void {
  const issue = issues.find(({ blocks }) => blocks);
  if (issue === undefined) return;
  throw new GatehouseError({
    code: "config_invalid",
    server: name,
    message: `${quoteRemote(name)} would not do${issue.member === "" ? "" : `, at ${quoteRemote(issue.member)}`}: ${issue.message}`,
    suggestion: "Correct the entry; nothing has been written.",
    details: { issues },
  });
}
