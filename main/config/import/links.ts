/** Links with which web pages add a server to an agent. */

import { serversIn } from "./containers.ts";
import { type Found, record } from "./found.ts";
import { readJson } from "./json.ts";

/** Null: it is no such link. */
export function serversOfLink(text: string): Found[] | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const { searchParams: query } = url;
  const kind = url.protocol.slice(0, -1);
  const isCursor = kind === "cursor" || (url.hostname.endsWith("cursor.com") && url.pathname.endsWith("/install-mcp"));
  const isVsCode = url.hostname.endsWith("vscode.dev") && url.pathname.endsWith("/mcp/install");
  if (isCursor) return described(decoded(query.get("config")), "Cursor", query.get("name"));
  if (kind === "lmstudio") return described(decoded(query.get("config")), "LM Studio", query.get("name"));
  if (isVsCode) return described(query.get("config"), "VS Code", query.get("name"));
  if (/^vscode(-insiders)?$/.test(kind)) return described(unescaped(url.search.slice(1)), "VS Code", null);
  if (kind === "goose") {
    const fields = record<unknown>([]);
    const place = query.get("url");
    if (place !== null) fields.url = place;
    else [fields.command, fields.args] = [query.get("cmd") ?? "", query.getAll("arg")];
    return [{ name: query.get("id") ?? query.get("name"), format: "Goose", fields }];
  }
  return null;
}

function described(json: string | null, format: string, name: string | null): Found[] {
  const reading = json === null ? null : readJson(json);
  const found = reading?.ok === true ? serversIn(reading.value, reading.doubles) : [];
  if (found.length > 0) return found.map((each) => ({ ...each, format, name: name ?? each.name }));
  const problem = { what: "stands in a link that describes no server", suggestion: "Copy the link again, whole." };
  return [{ name, format, fields: record([]), problem }];
}

function decoded(base64: string | null): string | null {
  return base64 === null ? null : Buffer.from(base64.replaceAll(" ", "+"), "base64").toString("utf8");
}

function unescaped(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
