/** `WWW-Authenticate` as servers really write it (RFC 9110 §11.6.1), turned into what a sign-in needs to know. */
import type { Challenge } from "../ports.ts";

/** One challenge. Scheme and parameter names are lower case, values are as received. */
export interface ParsedChallenge {
  readonly scheme: string;
  readonly params: ReadonlyMap<string, string>;
}

const MAX_HEADER = 16_384;
const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const TOKEN68 = /[A-Za-z0-9\-._~+/]+=*(?=\s*(?:,|$))/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const BARE_VALUE = /[^\s,]*/y;
const BLANKS_AND_COMMAS = /[\s,]*/y;
const JUNK = /[^,]*/y;

/**
 * All challenges of one or several header values, in order. Never throws: what cannot be read is skipped up to the next
 * comma, an unclosed quoted string ends with the header. Of a repeated parameter the first one counts.
 */
export function parseWwwAuthenticate(header: string | readonly string[] | null | undefined): ParsedChallenge[] {
  const text = (typeof header === "string" ? header : (header ?? []).join(", ")).slice(0, MAX_HEADER);
  const challenges: { scheme: string; params: Map<string, string> }[] = [];
  let at = 0;

  const read = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return null;
    at = pattern.lastIndex;
    return found[0];
  };

  while (at < text.length) {
    read(BLANKS_AND_COMMAS);
    const name = read(TOKEN);
    if (name === null) {
      if (read(JUNK) === "") at += 1;
      continue;
    }
    const current = challenges.at(-1);
    if (read(EQUALS) !== null) {
      const value = text[at] === '"' ? readQuoted() : (read(BARE_VALUE) ?? "");
      const key = name.toLowerCase();
      if (current !== undefined && !current.params.has(key)) current.params.set(key, value);
      continue;
    }
    challenges.push({ scheme: name.toLowerCase(), params: new Map() });
    read(/[ \t]*/y);
    // A token68 that reads like a parameter without a value (`Basic YWJj=`) is no parameter.
    read(TOKEN68);
  }
  return challenges;

  function readQuoted(): string {
    let value = "";
    at += 1;
    while (at < text.length) {
      const char = text[at] ?? "";
      at += 1;
      if (char === '"') break;
      if (char === "\\" && at < text.length) {
        value += text[at] ?? "";
        at += 1;
      } else value += char;
    }
    return value;
  }
}

/** Whether the proof of a DPoP-bound token lacked the nonce of the answer beside it (RFC 9449 §9). */
export function asksForNonce(header: string | readonly string[] | null | undefined): boolean {
  return parseWwwAuthenticate(header).some(
    ({ scheme, params }) => scheme === "dpop" && params.get("error") === "use_dpop_nonce",
  );
}

/**
 * What a 401 or 403 asked for. Of several challenges the one that helps a sign-in most is taken: Bearer or DPoP with
 * `resource_metadata`, then Bearer or DPoP, then the first. `now`: milliseconds since the epoch.
 */
export function challengeFrom(
  status: 401 | 403,
  header: string | readonly string[] | null | undefined,
  now: number,
): Challenge {
  const all = parseWwwAuthenticate(header);
  const ours = all.filter(({ scheme }) => scheme === "bearer" || scheme === "dpop");
  const best = ours.find(({ params }) => params.has("resource_metadata")) ?? ours[0] ?? all[0];
  const param = (name: string) => best?.params.get(name) || null;
  return {
    status,
    scheme: best?.scheme ?? null,
    resourceMetadata: param("resource_metadata"),
    scope: param("scope"),
    error: param("error"),
    errorDescription: param("error_description"),
    at: now,
  };
}
