/** Tokens and passwords that stand in a file in plain text: finding them, and keeping them from what is shown. */
import { isSecretName } from "../redact.ts";
import { isObject } from "./format.ts";

const MASK = "••••";
/** Shorter texts stand in many places where they mean something else. */
const MIN_MASKED = 4;

/** Characters of a value that are looked through: longer ones are documents, and conversations. */
const MAX_SEARCHED = 20_000;

/** `${VAR}`, `$VAR`, `$env:VAR`, `{env:VAR}`, `{file:…}`, `${input:…}`: the value is kept elsewhere. */
const REFERENCE = /\$\{[^}]{0,200}\}|\{(?:env|file):[^}]{0,200}\}|\$env:\w+|\$[A-Z_]\w*|%[A-Z_]\w*%/gi;
const SCHEME = /^\s*(?:bearer|basic|token|apikey|dpop)\s+/i;
/** As GitHub, GitLab, Slack, OpenAI, Anthropic, Google, Stripe, Notion, npm, Atlassian and others begin theirs, and JWTs. */
const TOKEN =
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[a-z]-|sk-|sk_live_|rk_live_|ya29\.|AIza|ntn_|secret_|npm_|ATATT|lin_api_|figd_|hf_|pat_|eyJ[\w-]{4,400}\.)[\w.+/=-]{10,}/g;
const AUTHORIZATION = /\b(?:Bearer|Basic|DPoP)\s+(?![$%{<])[\w.~+/=-]{6,}/gi;
/** `--token value` and `--token=value`. */
const FLAG = /^--?([\w-]+)(?:=(.*))?$/s;
/** `Name: value` of `--header`, and `NAME=value` of `-e`. */
const PAIR = /^([\w.-]+)\s*[:=]\s*(.+)$/s;
/** Names of variables and commands that hold one, and no value. */
const HARMLESS = /(?:env_?vars?|helper|command|file|path|header_?name)$/i;
const HEADERS = /^(?:http_?)?headers$/i;
/** Headers by which a server knows somebody, whatever they are called. */
const KEY_HEADER = /auth|token|key|secret|cookie|session|credential/i;

/** Texts in this value that look like a secret in plain text. Depth is the value's own. */
export function literalSecrets(value: unknown): string[] {
  const found = new Set<string>();
  search(value, "", found);
  return [...found];
}

export function hasSecret(value: unknown): boolean {
  return literalSecrets(value).length > 0;
}

function search(value: unknown, name: string, found: Set<string>): void {
  if (typeof value === "string") return searchText(value, name, found);
  if (Array.isArray(value)) return searchList(value, found);
  if (!isObject(value)) return;
  for (const [key, member] of Object.entries(value)) {
    // A name inside of headers says more than the same name elsewhere.
    if (HEADERS.test(name) && typeof member === "string" && KEY_HEADER.test(key)) keep(member, found);
    search(member, key, found);
  }
}

function searchList(list: readonly unknown[], found: Set<string>): void {
  list.forEach((item, n) => {
    const before: unknown = list[n - 1];
    const flag = typeof before === "string" ? FLAG.exec(before) : null;
    // A flag without a value of its own names what follows it.
    const name = flag !== null && flag[2] === undefined ? (flag[1] ?? "") : "";
    search(item, name, found);
  });
}

function searchText(text: string, name: string, found: Set<string>): void {
  if (isNameOfSecret(name)) keep(text, found);
  const [, flag = "", inFlag] = FLAG.exec(text) ?? [];
  if (inFlag !== undefined && isNameOfSecret(flag)) keep(inFlag, found);
  const [, key = "", inPair] = PAIR.exec(text) ?? [];
  if (inPair !== undefined && (isNameOfSecret(key) || (/^header$/i.test(name) && KEY_HEADER.test(key)))) {
    keep(inPair, found);
  }
  const start = text.slice(0, MAX_SEARCHED);
  for (const [token] of start.matchAll(TOKEN)) found.add(token);
  for (const [header] of start.matchAll(AUTHORIZATION)) found.add(header.replace(SCHEME, ""));
  searchUrl(start, found);
}

function searchUrl(text: string, found: Set<string>): void {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return;
  const url = new URL(text);
  if (url.password !== "") keep(decoded(url.password), found);
  for (const [key, value] of url.searchParams) if (isNameOfSecret(key)) keep(value, found);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isNameOfSecret(name: string): boolean {
  return isSecretName(name) && !HARMLESS.test(name);
}

/** Keeps what is left of a value without the scheme in front of it, unless it stands elsewhere or says nothing. */
function keep(value: string, found: Set<string>): void {
  const literal = value.replace(SCHEME, "").trim();
  if (literal.replace(REFERENCE, "").trim() === "" || /^(?:true|false|null|none|\d{1,3})$/i.test(literal)) return;
  found.add(literal);
}

/** Takes secrets out of lines of a file. */
export interface Mask {
  /** Those that stand in the file's data, in a line of any length. */
  known(line: string): string;
  /** What looks like one, as in a comment, in the part of a line from one offset to another. */
  looks(line: string, from: number, to: number): string;
}

/** Characters before and behind a part of a line in which a secret that reaches into it may begin and end. */
const MARGIN = 1_000;

/** `data`: the file's. */
export function masker(data: unknown): Mask {
  const forms = new Set<string>();
  for (const secret of literalSecrets(data)) for (const form of formsOf(secret)) forms.add(form);
  const longest = [...forms].sort((one, other) => other.length - one.length);
  return {
    known: (line) => longest.reduce((shown, form) => shown.replaceAll(form, MASK), line),
    looks(line, from, to) {
      const start = Math.max(0, from - MARGIN);
      let shown = "";
      let at = from;
      for (const [first, last] of secretSpans(line.slice(start, to + MARGIN))) {
        const [begin, end] = [Math.max(at, start + first), Math.min(to, start + last)];
        if (begin >= end) continue;
        shown += line.slice(at, begin) + MASK;
        at = end;
      }
      return shown + line.slice(at, Math.max(at, to));
    },
  };
}

/** Where in a text secrets begin and end, by their looks, in order. */
function secretSpans(text: string): [number, number][] {
  const spans: [number, number][] = [];
  for (const { 0: token, index } of text.matchAll(TOKEN)) spans.push([index, index + token.length]);
  for (const { 0: header, index } of text.matchAll(AUTHORIZATION)) {
    const end = index + header.length;
    spans.push([end - header.replace(SCHEME, "").length, end]);
  }
  for (const { 0: member, 2: name = "", 4: value = "", index } of text.matchAll(MEMBER)) {
    const end = index + member.length;
    if (isNameOfSecret(name) && !isPlain(value)) spans.push([end - value.length, end]);
  }
  return spans.sort(([one], [other]) => one - other);
}

/** `"name": "value"` and `name = "value"`, also behind a comment's sign. */
const MEMBER = /(["']?)([\w.-]{1,100})(["']?\s*[:=]\s*["'])((?:[^"'\\]|\\.)+)(?=["'])/g;

function isPlain(value: string): boolean {
  return value.includes(MASK) || value.replace(SCHEME, "").replace(REFERENCE, "").trim() === "";
}

/** How a text may stand in a line: as it is, and escaped. */
function formsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  return [secret, ...lines]
    .flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)])
    .filter((text) => text.length >= MIN_MASKED);
}
