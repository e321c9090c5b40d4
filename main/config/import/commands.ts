/** Command lines: what starts a server, what sets one up in an agent, and what does neither. */

import { serversIn } from "./containers.ts";
import { type Found, type Problem, record } from "./found.ts";
import { readJson } from "./json.ts";
import { headerLine } from "./member-rules.ts";
import { programOf } from "./programs.ts";
import type { CommandLine } from "./shell.ts";

/** What starts programs: a word that begins a line of prose is none of these. */
const STARTERS =
  /^(npx|bunx|pnpx|pnpm|yarn|npm|bun|uvx|uv|pipx|python[\d.]*|py|node|nodejs|deno|docker|podman|java|dotnet|ruby|go|cargo|cmd|sh|bash|zsh|powershell|pwsh|gatehouse|mcp-remote|mcp-oauth2-proxy)(\.exe|\.cmd)?$|[/\\]|\.(exe|cmd|js|py|sh|jar)$/i;
/** These start no server. */
const NO_SERVER =
  /^(cd|ls|cat|echo|mkdir|cp|mv|rm|git|curl|wget|ssh|scp|brew|apt|apt-get|sudo|pip|pip3|export|set|open|code|source|chmod)$/;

export interface CommandsFound {
  readonly found: readonly Found[];
  /** Why there is none. */
  readonly problem: Problem | null;
}

/** `alone`: the whole text is one line, so even a program that nobody knows is meant. */
export function serversOfCommands(lines: readonly CommandLine[], alone: boolean): CommandsFound {
  const found: Found[] = [];
  let problem: Problem | null = null;
  for (const line of lines) {
    const read = readCommand(line, alone);
    if (Array.isArray(read)) found.push(...read);
    else problem ??= read as Problem | null;
  }
  return { found, problem };
}

function readCommand(line: CommandLine, alone: boolean): Found[] | Problem | null {
  const { words, env } = line;
  const [first = "", second = "", third = ""] = words;
  if (words.length === 0) {
    const isProxy = env.has("UPSTREAM_URL") || env.has("MCP_PROXY_CONFIG");
    return isProxy ? [started(["mcp-oauth2-proxy"], line, "mcp-oauth2-proxy")] : null;
  }
  const base = first.split(/[/\\]/).at(-1) ?? "";
  const verb = base === "mcpproxy" && second === "upstream" ? third : second === "mcp" ? third : "";
  if (verb === "add" || verb === "add-json") return [added(base, verb, words.slice(3), line)];
  if (base === "gatehouse" && second === "add") return [added(base, "add", words.slice(2), line)];
  const at = words.indexOf("--add-mcp");
  if (at > 0) return json(words[at + 1] ?? "", "VS Code", null);
  if (base === "lms" || base === "ssh") return noServer(base);
  const told = otherwise(base, words);
  if (told !== null) return told;
  if (NO_SERVER.test(base) || isInstallation(base, second)) return noServer(base);
  if (!STARTERS.test(first) && env.size === 0 && !(alone && isMeantToRun(words))) return null;
  const inspected = inspector(words, line);
  return [inspected ?? started(words, line, "a command line")];
}

/** A line of a program that nobody knows, and no line of prose. */
function isMeantToRun(words: readonly string[]): boolean {
  return words.slice(1).some((word) => /^-|[/\\=@]|\w\.\w/.test(word));
}

/** What the docs of products say to type that describes no server. */
function otherwise(base: string, words: readonly string[]): Problem | null {
  const [, second = "", third = ""] = words;
  const server = words.map((word) => /^--server=(.+)$/.exec(word)?.[1]).find((name) => name !== undefined);
  const name = server ?? (second === "auth" || second === "mcp" ? words[3] : third) ?? "";
  const verb = second === "auth" || second === "mcp" ? third : second;
  if (!/^(dynmcp|mcpproxy|mcpo|claude|codex|gemini|opencode|mcporter|mcp-proxy|1mcp)$/.test(base)) return null;
  const config = words[words.indexOf("--config") + 1];
  if (words.includes("--config") && config !== undefined) {
    const what = `starts ${base}, whose servers stand in a file of their own`;
    return { what, suggestion: `Import that file: gatehouse import ${quoted(config)}` };
  }
  if (verb === "login" || verb === "logout") {
    const what = `signs ${verb === "login" ? "in" : "out"} and describes no server`;
    return { what, suggestion: `Here that is: gatehouse ${verb} ${quoted(name === "" ? "<server>" : name)}` };
  }
  const id = words[words.indexOf("--request-id") + 1];
  if (second === "activity" && words.includes("--request-id") && id !== undefined) {
    const what = "asks what happened and describes no server";
    return { what, suggestion: `Here that is: gatehouse activity --request-id ${quoted(id)}` };
  }
  if (second === "upstream" && third === "logs") {
    const what = "shows a log and describes no server";
    return { what, suggestion: `Here that is: gatehouse logs ${quoted(words[3] ?? "")}` };
  }
  if (verb === "status" || verb === "list" || verb === "get" || second === "activity" || second === "upstream") {
    return { what: "asks a program something and describes no server", suggestion: "Here that is: gatehouse status" };
  }
  return base === "mcp-proxy" ? null : noServer(base);
}

function quoted(text: string): string {
  return /\s/.test(text) ? `"${text}"` : text;
}

function isInstallation(base: string, second: string): boolean {
  return /^(npm|yarn|pnpm|bun)$/.test(base) && /^(i|install|add|ci|run|test|start|build|global)$/.test(second);
}

function noServer(base: string): Problem {
  return {
    what: base === "" ? "starts no MCP server" : `begins with “${base.slice(0, 40)}”, which starts no MCP server`,
    suggestion: "Paste the line that does, the server's URL, or a piece of an agent's configuration.",
  };
}

function started(words: readonly string[], { env, operator, text }: CommandLine, format: string): Found {
  // In full, so that a person sees what else would have run.
  if (operator !== null) {
    return { name: null, format, fields: record([["command", text]]), problem: needsShell(operator) };
  }
  const [command = "", ...args] = words;
  const fields = record<unknown>([
    ["command", command],
    ["args", args],
  ]);
  if (env.size > 0) fields.env = record(env);
  return { name: null, format, fields };
}

/** Whatever stands behind it would be another program: nothing of that kind is ever started. */
function needsShell(operator: string): Problem {
  return {
    what: `needs a shell for “${operator}”, and Gatehouse gives no line to one`,
    suggestion: "Paste the one command that starts the server, without what stands before and behind it.",
  };
}

const SINGLE = new Set(["-s", "--scope", "-t", "--transport", "--type", "--timeout", "--description", "--url"]);
const KEPT: Readonly<Record<string, string>> = {
  "--bearer-token-env-var": "bearer_token_env_var",
  "--timeout": "timeout",
  "--include-tools": "include_tools",
  "--exclude-tools": "exclude_tools",
  "--url": "url",
  "--client-metadata-url": "client_metadata_url",
};
const SIGN_IN: Readonly<Record<string, string>> = {
  "--client-id": "client_id",
  "--oauth-client-id": "client_id",
  "--callback-port": "callback_port",
  "--oauth-resource": "resource",
  "--scopes": "scopes",
  "--oauth-scopes": "scopes",
};
const PRODUCTS: Readonly<Record<string, string>> = {
  claude: "Claude Code",
  codex: "Codex",
  gemini: "Gemini CLI",
  qwen: "Gemini CLI",
  mcpproxy: "MCPProxy",
  gatehouse: "Gatehouse",
};

/** `claude mcp add [options] <name> <url or command> [args…]` and its relatives. */
function added(program: string, verb: string, words: readonly string[], line: CommandLine): Found {
  const format = PRODUCTS[program] ?? program;
  const fields = record<unknown>([]);
  const signIn = record<unknown>([]);
  const headers = record<string>([]);
  const env = record<string>([]);
  const plain: string[] = [];
  let behind: string[] | null = null;
  let asksForSecret = false;
  for (let at = 0; at < words.length; at += 1) {
    const [name = "", ...inline] = (words[at] ?? "").startsWith("--") ? (words[at] ?? "").split("=") : [words[at]];
    const value = (): string => (inline.length > 0 ? inline.join("=") : (words[++at] ?? ""));
    const values = (fits: (word: string) => boolean): string[] => {
      const all = [value()];
      while (at + 1 < words.length && fits(words[at + 1] ?? "")) all.push(words[++at] ?? "");
      return all;
    };
    if (name === "--") {
      behind = words.slice(at + 1);
      break;
    }
    if (name === "-e" || name === "--env") {
      for (const pair of values((word) => /^[A-Za-z_]\w*=/.test(word))) {
        const [, key = pair, content = ""] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
        env[key] = content;
      }
    } else if (name === "-H" || name === "--header") {
      for (const header of values((word) => /^[\w-]+:\s/.test(word))) {
        const pair = headerLine(header);
        if (pair !== null) headers[pair[0]] = pair[1];
      }
    } else if (name === "--client-secret") asksForSecret = true;
    else if (Object.hasOwn(SIGN_IN, name)) signIn[SIGN_IN[name] ?? ""] = value();
    else if (name === "-t" || name === "--transport" || name === "--type") fields.type = value();
    else if (Object.hasOwn(KEPT, name)) fields[KEPT[name] ?? ""] = value();
    else if (SINGLE.has(name)) value();
    else if (name.startsWith("-") && plain.length < 2) fields[name.replace(/^-+/, "")] = true;
    else {
      plain.push(words[at] ?? "");
      // What follows the command is its own.
      if (plain.length === 2 && fields.url === undefined && !isPlace(plain[1] ?? "")) {
        behind = [plain.pop() ?? "", ...words.slice(at + 1)];
        break;
      }
    }
  }
  const [name = null, place] = plain;
  if (verb === "add-json") {
    const [one] = json(place ?? behind?.[0] ?? "", format, name);
    if (one !== undefined) return one;
  }
  if (place !== undefined) fields.url = place;
  if (behind !== null && behind.length > 0) [fields.command, fields.args] = [behind[0], behind.slice(1)];
  if (Object.keys(headers).length > 0) fields.headers = headers;
  if (Object.keys(env).length > 0) fields.env = env;
  if (asksForSecret)
    signIn.client_secret = line.env.get("MCP_CLIENT_SECRET") ?? `\${keychain:${name ?? "client"}-secret}`;
  if (Object.keys(signIn).length > 0) fields.oauth = signIn;
  const found = { name, format, fields };
  if (line.operator !== null) {
    return { ...found, fields: record([["command", line.text]]), problem: needsShell(line.operator) };
  }
  if (fields.url !== undefined || fields.command !== undefined) return found;
  const what = "says neither a URL nor a command";
  return { ...found, problem: { what, suggestion: `Complete it: ${program} mcp add <name> <url>` } };
}

function isPlace(word: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(word);
}

/** The servers of a JSON text in a command line; one of them without a name gets `name`. */
function json(text: string, format: string, name: string | null): Found[] {
  const reading = readJson(text);
  if (reading.ok) {
    const all = serversIn(reading.value, reading.doubles);
    if (all.length > 0) return all.map((each) => ({ ...each, format, name: name ?? each.name }));
  }
  const what = reading.ok ? "holds JSON that describes no server" : `holds JSON that cannot be read: ${reading.what}`;
  return [{ name, format, fields: record([]), problem: { what, suggestion: "Correct it, and paste it again." } }];
}

/** The MCP Inspector starts another program, with variables of its own. */
function inspector(words: readonly string[], line: CommandLine): Found | null {
  const { name, args } = programOf(words);
  if (name !== "@modelcontextprotocol/inspector") return null;
  const env = new Map(line.env);
  const command: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? "";
    if (arg === "-e" || arg === "--env") {
      const [, key = "", value = ""] = /^([^=]*)=(.*)$/s.exec(args[++at] ?? "") ?? [];
      env.set(key, value);
    } else if (arg === "--command") command.unshift(args[++at] ?? "");
    else if (arg === "--args") {
      while (at + 1 < args.length && !(args[at + 1] ?? "").startsWith("-")) command.push(args[++at] ?? "");
    } else if (arg === "--server-url")
      return started(["mcp-remote", args[++at] ?? ""], { ...line, env }, "MCP Inspector");
    else if (arg !== "--cli" && arg !== "--") command.push(arg);
  }
  return command.length === 0 ? null : started(command, { ...line, env }, "MCP Inspector");
}
