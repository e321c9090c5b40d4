/** What is wrong with the address of a proxy while it is typed. The hub checks again and decides. Pure. */
import { t } from "../../preload/words.ts";

/** As the hub can use them. */
const KINDS: ReadonlySet<string> = new Set(["http:", "https:", "socks:", "socks4:", "socks4a:", "socks5:", "socks5h:"]);

/** It comes with a password, which stands in the file then. */
export function hasPassword(text: string): boolean {
  return URL.canParse(text.trim()) && new URL(text.trim()).password !== "";
}

/** A problem in words, null when there is none. Empty is none: the system decides then. */
export function proxyProblem(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (!trimmed.includes("://") || !URL.canParse(trimmed)) return t("settings:proxy_problem_form");
  const url = new URL(trimmed);
  if (!KINDS.has(url.protocol)) return t("settings:proxy_problem_kind");
  if (url.hostname === "") return t("settings:proxy_problem_form");
  if (!["", "/"].includes(url.pathname) || url.search !== "" || url.hash !== "")
    return t("settings:proxy_problem_path");
  return null;
}
