/** Where the files of products keep their servers, in data that was JSON, TOML or YAML. */
import { type Fields, type Found, isFields, snake } from "./found.ts";
import type { Doubles } from "./json.ts";

/** Members that hold servers by name (or as a list), and whose they are. */
const HOLDERS: Readonly<Record<string, string>> = {
  mcpServers: "mcpServers",
  mcp: "mcp",
  servers: "VS Code",
  context_servers: "Zed",
  mcp_servers: "Codex",
  extensions: "Goose",
};

const PLACES = ["url", "server_url", "http_url", "sse_url", "uri", "command", "cmd"];
/** A fragment of a server that says how to sign in, and not where. */
const SIGN_IN = ["oauth", "auth", "oauth2"];

/** In the text's order; empty: there is no server in it that this knows to find. */
export function serversIn(value: unknown, doubles: Doubles): Found[] {
  if (Array.isArray(value))
    return value.flatMap((each) => (isFields(each) && isEntry(each) ? [named(each, "mcpServers")] : []));
  if (!isFields(value)) return [];
  const held = heldIn(value, doubles);
  if (held.length > 0) return held;
  if (isProxyFile(value)) return [{ name: null, format: "mcp-oauth2-proxy", fields: value }];
  if (isEntry(value)) return [named(value, "mcpServers")];
  const inner = Object.entries(value).filter(([, each]) => isFields(each) && isEntry(each));
  if (inner.length > 0) return entriesOf(value, doubles, "mcpServers");
  if (SIGN_IN.some((key) => isFields(value[key]))) return [named(value, "a part of a server")];
  return [];
}

function heldIn(value: Fields, doubles: Doubles): Found[] {
  const found: Found[] = [];
  for (const [key, format] of Object.entries(HOLDERS)) found.push(...entriesOf(value[key], doubles, format));
  for (const [key, each] of Object.entries(value)) {
    if (/\.(mcpServers|mcp\.servers)$/.test(key)) found.push(...entriesOf(each, doubles, key.split(".")[0] ?? key));
  }
  // VS Code's settings.json, and before it was a file of its own, have `servers` below `mcp`.
  const { mcp, projects } = value;
  if (isFields(mcp) && isFields(mcp.servers))
    return [...entriesOf(mcp.servers, doubles, "VS Code"), ...found.filter(isNoHolder)];
  if (isFields(projects)) {
    for (const project of Object.values(projects)) {
      if (isFields(project)) found.push(...entriesOf(project.mcpServers, doubles, "Claude Code"));
    }
  }
  return found;
}

function isNoHolder({ format, name }: Found): boolean {
  return !(format === "mcp" && (name === "servers" || name === "inputs"));
}

/** Of a map of servers, or of a list of them that say their names themselves. */
function entriesOf(value: unknown, doubles: Doubles, format: string): Found[] {
  if (Array.isArray(value)) return value.map((each) => named(each, format));
  if (!isFields(value)) return [];
  const pairs = [...(doubles.get(value) ?? []), ...Object.entries(value)];
  const order = Object.keys(value);
  pairs.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  return pairs
    .filter(([, each]) => format !== "Goose" || isGooseServer(each))
    .map(([name, each]) => one(name, each, formatOf(each, format)));
}

function one(name: string | null, value: unknown, format: string): Found {
  if (isFields(value)) return { name, format, fields: value };
  const problem = {
    what: "must be an object { … }",
    suggestion: "Correct it where it comes from, and import it again.",
  };
  return { name, format, fields: {}, problem };
}

function named(value: unknown, format: string): Found {
  const name = isFields(value) && typeof value.name === "string" && value.name !== "" ? value.name : null;
  return one(name, value, formatOf(value, format));
}

/** Goose calls everything that it can do an extension; these are of its own body. */
function isGooseServer(value: unknown): boolean {
  return isFields(value) && !["builtin", "platform", "frontend", "inline_python"].includes(String(value.type));
}

function isEntry(value: Fields): boolean {
  return Object.entries(value).some(
    ([key, each]) =>
      PLACES.includes(snake(key)) && (typeof each === "string" || typeof each === "number" || Array.isArray(each)),
  );
}

/** Whose a server is, where its own members tell more than the place it stands in. */
function formatOf(value: unknown, format: string): string {
  if (!isFields(value) || (format !== "mcpServers" && format !== "mcp")) return format;
  const oauth = isFields(value.oauth) ? value.oauth : {};
  if ("authServerMetadataUrl" in oauth || "clientId" in oauth || "callbackPort" in oauth) return "Claude Code";
  if ("server_url" in oauth) return "MCPO";
  if ("extra_params" in oauth || "pkce_enabled" in oauth || "protocol" in value) return "MCPProxy";
  if (value.type === "remote" || value.type === "local") return "OpenCode";
  if ("httpUrl" in value) return "Gemini CLI";
  if ("serverUrl" in value) return "Windsurf";
  if (format === "mcp" && "transport" in value) return "dynmcp";
  return format;
}

function isProxyFile(value: Fields): boolean {
  return isFields(value.upstream) && "url" in value.upstream;
}
