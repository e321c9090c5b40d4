/** Finds secrets that stand in plain in a server's entry, ours or an agent's: by the name of a member, by the look of a value. */
import { isSecretName } from "./redact.ts";

/** The part of a text that is the secret, as offsets; the end is not in it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface LiteralSecret extends Span {
  /** Keys and indexes from the entry on. */
  readonly path: readonly string[];
}

/** Headers and variables by these names, too, although other members of such names are harmless. */
const SECRET_END = /(^|[_-])(keys?|pass|pat|auth|session|sid|sig|signature|salt|dsn)$/i;
const NAMED = new Set(["headers", "env", "environment"]);
/** How the values of headers begin before the secret (RFC 9110 §11.4). */
const SCHEME = /^\s*(?:(?:Bearer|Basic|DPoP|Token|ApiKey|Api-Key|Key)\s+)?/i;
/** Characters of what may be a secret by its look alone. */
const LONGEST_RANDOM = 1024;
const REFERENCE = /\$\{(?:keychain:)?[\w.-]{1,200}\}|\$\{(?:env|input|secret):[^}]{0,200}\}/g;
/** How tokens of well-known makers begin, and keys and JWTs. Each pattern here takes time in proportion to the text. */
const MAKERS =
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[a-z]-|sk-|sk_|pk_|rk_|ya29\.|AIza|AKIA|npm_|hf_|lin_api_|ntn_|secret_|figd_|dop_v1_|shpat_|pat-|sntrys_|tvly-|fc-|r8_)[\w.-]{12}|\beyJ[\w-]{8}|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*/g;
const USER_INFO = /[a-z][a-z0-9+.-]{0,30}:\/\/([^\s/?#@]+)@/i;
const QUERY_PARAMETER = /[?&]([^=&#?\s]+)=([^&#\s]+)/g;
/** `--token`, `-H`, as an argument of its own in front of the value. */
const OPTION = /^--?([A-Za-z][\w-]*)$/;
const ASSIGNMENT = /^(?:--?)?([A-Za-z][\w.-]*)(?:=|:\s*)/;

/** All of them, in the order of the entry, each text once. */
export function literalSecrets(entry: unknown): LiteralSecret[] {
  const found: LiteralSecret[] = [];
  const walk = (value: unknown, path: readonly string[], before: unknown): void => {
    if (typeof value === "string") {
      const span = literalSecret(value, path, typeof before === "string" ? before : null);
      if (span !== null) found.push({ path, ...span });
    } else if (Array.isArray(value)) {
      for (const [n, item] of value.entries()) walk(item, [...path, String(n)], value[n - 1]);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) walk(item, [...path, key], null);
    }
  };
  walk(entry, [], null);
  return found;
}

/** `before`: the argument in front of it, in a list of arguments. */
function literalSecret(value: string, path: readonly string[], before: string | null): Span | null {
  return byName(value, path) ?? byArgument(value, path, before) ?? byLook(value, path);
}

function byName(value: string, path: readonly string[]): Span | null {
  const name = path.at(-1) ?? "";
  const isNamed = NAMED.has(path.at(-2) ?? "");
  if (!(isSecretName(name) || (isNamed && SECRET_END.test(name)))) return null;
  return secretPart(value, 0);
}

function byArgument(value: string, path: readonly string[], before: string | null): Span | null {
  if (path.at(-2) !== "args" && path.at(-1) !== "command") return null;
  const option = before === null ? undefined : OPTION.exec(before)?.[1];
  if (option !== undefined && isSecretWord(option) && !value.startsWith("-")) return secretPart(value, 0);
  const assigned = ASSIGNMENT.exec(value);
  return assigned !== null && isSecretWord(assigned[1] ?? "") ? secretPart(value, assigned[0].length) : null;
}

function isSecretWord(word: string): boolean {
  return isSecretName(word) || SECRET_END.test(word);
}

/** From the first secret of the text to the end of its last. */
function byLook(value: string, path: readonly string[]): Span | null {
  const inPlace = NAMED.has(path.at(-2) ?? "") || path.at(-2) === "args";
  if (inPlace && isRandom(value)) return { start: 0, end: value.length };
  const spans: Span[] = [];
  const userInfo = value.includes("://") ? USER_INFO.exec(value) : null;
  if (userInfo !== null && !isReferences(userInfo[1] ?? "")) {
    const end = userInfo.index + userInfo[0].length - 1;
    spans.push({ start: end - (userInfo[1] ?? "").length, end });
  }
  spans.push(...tokensOf(value));
  for (const { index, 0: whole, 1: name = "", 2: text = "" } of value.matchAll(QUERY_PARAMETER)) {
    const end = index + whole.length;
    if (isSecretWord(name) && !isReferences(text)) spans.push({ start: end - text.length, end });
  }
  if (spans.length === 0) return null;
  return { start: Math.min(...spans.map(({ start }) => start)), end: Math.max(...spans.map(({ end }) => end)) };
}

/** The first and the last of them: what lies between is hidden with them. */
function tokensOf(value: string): Span[] {
  const begin = new RegExp(MAKERS);
  const rest = /[\w.-]*/y;
  const found: Span[] = [];
  for (let token = begin.exec(value); token !== null; token = begin.exec(value)) {
    rest.lastIndex = begin.lastIndex;
    rest.exec(value);
    begin.lastIndex = Math.max(begin.lastIndex, rest.lastIndex);
    found.splice(1, 1, { start: token.index, end: begin.lastIndex });
  }
  return found;
}

/** What is left of a value behind its scheme, when that is more than references and small words. */
function secretPart(value: string, offset: number): Span | null {
  const start = offset + (SCHEME.exec(value.slice(offset))?.[0].length ?? 0);
  const rest = value.slice(start);
  if (isReferences(rest) || isHarmless(rest)) return null;
  return { start, end: value.length };
}

function isReferences(text: string): boolean {
  return text.replace(REFERENCE, "").replace(/[\s:]/g, "") === "";
}

/** A switch, a number, or where a file is. */
function isHarmless(text: string): boolean {
  return (
    /^(?:true|false|yes|no|on|off|none|null|\d{1,5})$/i.test(text) ||
    /^(?:\/|~\/|\.{1,2}\/|[A-Za-z]:\\)[^\s]*$/.test(text)
  );
}

/** Long, of letters and digits mixed, and no word in it. */
function isRandom(value: string): boolean {
  if (value.length > LONGEST_RANDOM || !/^[\w-]{32,}={0,2}$/.test(value) || /[a-z]{6,}/i.test(value)) return false;
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
  return !isUuid && /[a-z]/i.test(value) && (value.match(/\d/g) ?? []).length >= 3 && new Set(value).size >= 10;
}
