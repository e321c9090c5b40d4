/** What can be wrong with `servers.json`, in words. */
import { printParseErrorCode } from "jsonc-parser";
import type * as z from "zod";
import type { ErrorCode } from "../../preload/api.ts";
import { GatehouseError, quoteRemote } from "../errors.ts";
import type { BadReference } from "./expand.ts";

/** Both count from 1; columns in UTF-16 units, as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export function placeAt(text: string, offset: number): Place {
  const starts = lineStarts(text);
  let [line, beyond] = [0, starts.length];
  while (beyond - line > 1) {
    const middle = (line + beyond) >> 1;
    if ((starts[middle] ?? 0) <= offset) line = middle;
    else beyond = middle;
  }
  return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
}

/** Of the text that was asked about last: in a file of a thousand entries each of them may be asked about. */
let latest: { readonly text: string; readonly starts: readonly number[] } = { text: "", starts: [0] };

function lineStarts(text: string): readonly number[] {
  if (latest.text === text) return latest.starts;
  const starts = [0];
  for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length);
  latest = { text, starts };
  return starts;
}

const EXPECTED: Readonly<Record<string, string>> = {
  InvalidSymbol: "a value in quotation marks, a number, true, false or null is expected here",
  InvalidNumberFormat: "this is not a number",
  PropertyNameExpected: "a name in double quotation marks is expected here",
  ValueExpected: "a value is expected here",
  ColonExpected: "a colon is expected here",
  CommaExpected: "a comma is expected here",
  CloseBraceExpected: "a closing brace } is expected here",
  CloseBracketExpected: "a closing bracket ] is expected here",
  EndOfFileExpected: "the file should end here",
  InvalidCommentToken: "this is not a comment; // and /* */ are",
  UnexpectedEndOfComment: "a comment is not closed with */",
  UnexpectedEndOfString: "a text is not closed with a quotation mark",
  UnexpectedEndOfNumber: "a number is cut off",
  InvalidUnicode: "a \\u escape needs four hexadecimal digits",
  InvalidEscapeCharacter: "this escape is not known; write \\\\ for a backslash",
  InvalidCharacter: "a control character cannot stand in a text; write it as an escape",
};

/** The file as a whole cannot be used. */
export function fileError(path: string, what: string, place: Place | null, cause?: unknown): GatehouseError {
  const where = place === null ? "" : ` line ${place.line}, column ${place.column}:`;
  return new GatehouseError({
    code: "config_invalid",
    message: `${path}${where === "" ? ":" : `,${where}`} ${what}.`,
    suggestion: "Correct the file; Gatehouse reads it again by itself and works with the last good state until then.",
    details: { path, ...(place ?? {}) },
    cause,
  });
}

/** For a jsonc-parser error code: `a comma is expected here`. With the text, also what else it may be. */
export function syntaxWords(code: number, text = "", offset = 0): string {
  if (/[\u2018-\u201f\u00ab\u00bb]/.test(text[offset] ?? "")) return 'quotation marks must be straight here: "';
  return EXPECTED[printParseErrorCode(code)] ?? "this is not valid JSON";
}

export function syntaxError(path: string, text: string, code: number, offset: number): GatehouseError {
  return fileError(path, syntaxWords(code, text, offset), placeAt(text, offset));
}

export interface EntryProblem {
  readonly code?: ErrorCode;
  /** As in `auth.scope`; null for the entry itself. */
  readonly member: string | null;
  /** Goes on after the member's name: `must be a text`. */
  readonly what: string;
  readonly suggestion?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Only what it refers to (a variable, a secret) is not there yet. */
export function isWaiting({ details }: Pick<EntryProblem, "details">): boolean {
  return typeof details?.variable === "string" || typeof details?.secret === "string";
}

/** With the place in the file. */
export interface PlacedProblem extends EntryProblem {
  readonly place: Place | null;
}

/** One entry cannot be used; the others can. Never quotes a value, which may be a secret. */
export function entryError(server: string, problem: EntryProblem, place: Place | null): GatehouseError {
  const subject =
    problem.member === null ? quoteRemote(server) : `${quoteRemote(problem.member)} of ${quoteRemote(server)}`;
  return new GatehouseError({
    code: problem.code ?? "config_invalid",
    server,
    message: `${subject} ${problem.what}${place === null ? "" : ` (line ${place.line})`}.`,
    suggestion: problem.suggestion ?? "Correct the entry in servers.json; the other servers work meanwhile.",
    details: { ...(problem.member === null ? {} : { member: problem.member }), ...problem.details, ...(place ?? {}) },
  });
}

/** `suggestion`: a name that would do. */
export function nameProblem(suggestion: string): EntryProblem {
  return {
    member: null,
    what: "cannot be the name of a server",
    suggestion: `Use letters, digits, space, “.”, “_” and “-”, at most 64, a letter or digit first: “${suggestion}” would do.`,
    details: { name: suggestion },
  };
}

export function referenceProblem(bad: BadReference): EntryProblem {
  if (bad.kind === "unset") {
    return {
      member: bad.member,
      what: `needs the environment variable ${bad.reference}, which is not set`,
      suggestion: `Set ${bad.reference} where Gatehouse is started and start it again, or write a default: \${${bad.reference}:-…}.`,
      details: { variable: bad.reference },
    };
  }
  if (bad.kind === "secret") return secretProblem(bad);
  if (bad.kind === "misplaced") {
    return {
      member: bad.member,
      what: `refers to the secret ${bad.reference}, which would be shown there`,
      suggestion:
        "Secrets can stand in headers, in env and in auth's client_secret, private_key, assertion and idp: move it there.",
    };
  }
  return {
    member: bad.member,
    what: `holds the reference ${quoteRemote(bad.reference)}, which has no known form`,
    suggestion: `Write \${VAR}, \${VAR:-default} or \${keychain:NAME}; for a plain \${ write $\${.`,
  };
}

function secretProblem({ member, reference, cause }: BadReference): EntryProblem {
  const details = { secret: reference };
  if (cause === undefined) {
    return {
      member,
      what: `needs the secret ${reference}, which is not set`,
      suggestion: `Run: gatehouse secret set ${reference}`,
      details,
    };
  }
  return {
    code: cause.code,
    member,
    what: `needs the secret ${reference}, which cannot be read (${cause.code})`,
    suggestion: cause.suggestion,
    details,
  };
}

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  object: "an object { … }",
  record: "an object { … }",
  array: "a list [ … ]",
};

/** What zod objects to, without the values. */
export function schemaProblems(error: z.ZodError): EntryProblem[] {
  return error.issues.map((issue) => ({
    member: issue.path.length === 0 ? null : issue.path.join("."),
    what: wordsFor(issue),
  }));
}

function wordsFor(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      if (issue.origin === "string") return "must not be empty";
      return `must be ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`;
    case "too_big":
      return `must be at most ${issue.maximum}`;
    case "invalid_union":
      return "must be a text that is not empty, or false";
    case "custom":
      return issue.message;
    default:
      return "is not valid";
  }
}
