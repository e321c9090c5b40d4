/** What the Add and Edit dialog says while a person types. The hub checks again and decides. Pure. */
import type { ServerInput } from "../preload/api.ts";
import { t } from "../preload/words.ts";

/** Letters and digits of any script, space, `.`, `_`, `-`; first a letter or digit. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]*$/u;
const MAX_NAME = 64;

/** A problem in words, null when there is none. */
export function nameProblem(name: string, taken: readonly string[]): string | null {
  const trimmed = name.trim().normalize("NFC");
  if (trimmed === "") return t("servers:form.problem.name_empty");
  if (Array.from(trimmed).length > MAX_NAME) return t("servers:form.problem.name_long", { count: MAX_NAME });
  if (!NAME.test(trimmed)) return t("servers:form.problem.name_letters");
  return taken.some((other) => other === trimmed) ? t("servers:form.problem.name_taken") : null;
}

/** The same and what addresses of e-mail are made of. */
const ACCOUNT = /^[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd} ._@+-]*$/u;

/** `taken`: names of accounts that there are. Case does not tell two apart: not every keychain sees it. */
export function accountProblem(name: string, taken: readonly string[]): string | null {
  const trimmed = name.trim().normalize("NFC");
  if (trimmed === "") return t("servers:form.problem.account_empty");
  if (Array.from(trimmed).length > MAX_NAME) return t("servers:form.problem.name_long", { count: MAX_NAME });
  if (!ACCOUNT.test(trimmed)) return t("servers:form.problem.account_letters");
  const same = taken.find((other) => other.toLowerCase() === trimmed.toLowerCase());
  if (same === "default" || trimmed.toLowerCase() === "default") return t("servers:form.problem.account_default");
  return same === undefined ? null : t("servers:form.problem.account_taken", { account: same });
}

export function urlProblem(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed === "") return t("servers:form.problem.url_empty");
  const url = parseUrl(trimmed);
  if (url === null) return t("servers:form.problem.url_whole");
  if (url.protocol !== "https:" && url.protocol !== "http:") return t("servers:form.problem.url_scheme");
  if (url.username !== "" || url.password !== "") return t("servers:form.problem.url_user");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) return t("servers:form.problem.url_plain");
  return null;
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127\./.test(host);
}

/**
 * A command line in words: blanks part, single and double quotes hold together, a back slash takes the next character as
 * it is outside single quotes when that is a blank, a quote or a back slash (so `C:\tools` stays whole). Null while a
 * quote is open.
 */
export function splitCommand(line: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    const next = line.charAt(i + 1);
    if (char === "\\" && quote !== "'" && /[\s"'\\]/.test(next)) {
      word = (word ?? "") + next;
      i++;
    } else if (quote !== null) {
      if (char === quote) quote = null;
      else word = (word ?? "") + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= "";
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote !== null) return null;
  if (word !== null) words.push(word);
  return words;
}

export function commandProblem(line: string): string | null {
  const words = splitCommand(line);
  if (words === null) return t("servers:form.problem.quote_open");
  return words[0] === undefined || words[0] === "" ? t("servers:form.problem.command_empty") : null;
}

/** Null when the fields do not make a server yet. */
export function serverInput(kind: "url" | "command", text: string): ServerInput | null {
  if (kind === "url") return urlProblem(text) === null ? { url: text.trim() } : null;
  const [command, ...args] = splitCommand(text) ?? [];
  return command === undefined || command === "" ? null : { command, args };
}

/** Parts of host names that say nothing. */
const PLAIN = new Set(["www", "mcp", "api", "app", "sse", "com", "org", "net", "io", "dev", "ai", "co", "example"]);

/** A name that the address suggests: `https://mcp.linear.app/mcp` is `linear`. Empty when it suggests none. */
export function suggestName(text: string, taken: readonly string[]): string {
  const url = parseUrl(text.trim());
  if (url === null || urlProblem(text) !== null) return "";
  if (isLoopback(url.hostname) || /^[\d.]+$/.test(url.hostname)) return "";
  const parts = url.hostname.split(".");
  const name = parts.findLast((part, index) => index < parts.length - 1 && !PLAIN.has(part)) ?? parts[0] ?? "";
  return nameProblem(name, taken) === null ? name : "";
}
