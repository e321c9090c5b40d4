/**
 * `gatehouse://add?…`: a page or a mail asks to add a server. It opens the form, filled in; nothing else happens until
 * the person says so. One of
 *
 *     gatehouse://add?url=https%3A%2F%2Fmcp.example%2Fmcp&name=example
 *     gatehouse://add?snippet=<base64url of any text that the form takes>
 *
 * Pure. Everything in a link is the word of a stranger.
 */
import { checkName } from "../names.ts";

export const LINK_SCHEME = "gatehouse";

/** Characters of a link; more is cut by some systems anyway. */
const MAX_LINK = 32_768;
const MAX_TEXT = 24_576;

/** The text for the form, or why there is none. */
export type AddLink = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

export function readLink(link: string): AddLink {
  if (link.length > MAX_LINK) return refused("too long");
  if (!URL.canParse(link)) return refused("not an address");
  const url = new URL(link);
  const path = url.pathname === "/" ? "" : url.pathname;
  if (url.protocol !== `${LINK_SCHEME}:` || url.hostname !== "add" || path !== "" || url.hash !== "") {
    return refused("not an address that Gatehouse knows");
  }
  if (url.username !== "" || url.password !== "" || url.port !== "")
    return refused("not an address that Gatehouse knows");
  const members = [...url.searchParams];
  if (new Set(members.map(([name]) => name)).size !== members.length) return refused("a parameter twice");
  const { url: address, snippet, name, ...others } = Object.fromEntries(members);
  if (Object.keys(others).length > 0) return refused("an unknown parameter");
  if ((address === undefined) === (snippet === undefined)) return refused("url or snippet, one of them");
  if (name !== undefined && !checkName(name).ok) return refused("a name that cannot be one");
  if (address !== undefined) return ofAddress(address, name);
  return snippet === undefined || name !== undefined ? refused("a name with a snippet") : ofSnippet(snippet);
}

/** The first link among a program's arguments; null: there is none. */
export function linkIn(args: readonly string[]): string | null {
  return args.find((arg) => arg.toLowerCase().startsWith(`${LINK_SCHEME}:`)) ?? null;
}

/** The whole of it stands in the form, where the person reads it. */
function ofAddress(address: string, name: string | undefined): AddLink {
  if (!URL.canParse(address)) return refused("the url is no address");
  const { protocol, username, password, href } = new URL(address);
  if (protocol !== "https:" && protocol !== "http:") return refused("the url is no web address");
  if (username !== "" || password !== "") return refused("the url holds a user or a password");
  if (hasHidden(address)) return refused("the url has hidden characters");
  if (name === undefined) return { ok: true, text: href };
  return { ok: true, text: JSON.stringify({ mcpServers: { [name]: { url: href } } }, null, 2) };
}

function ofSnippet(encoded: string): AddLink {
  if (!/^[A-Za-z0-9_-]+={0,2}$/.test(encoded)) return refused("the snippet is not base64url");
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(encoded, "base64url"));
    if (text.trim() === "") return refused("the snippet is empty");
    if (text.length > MAX_TEXT) return refused("the snippet is too long");
    if (hasHidden(text)) return refused("the snippet has hidden characters");
    return { ok: true, text };
  } catch {
    return refused("the snippet is no text");
  }
}

/** Which a person who reads the form would not see. */
function hasHidden(text: string): boolean {
  return /[\p{Cf}\p{Co}\p{Cn}\u2028\u2029]|[^\P{Cc}\t\n\r]/u.test(text);
}

const refused = (why: string): AddLink => ({ ok: false, why });
