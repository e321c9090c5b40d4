/**
 * Programs that only stand between an agent and a server somewhere else: mcp-remote, mcp-oauth2-proxy, Gatehouse itself.
 * What they are told becomes an entry of the server, and they are not needed any more.
 */

import { isUrl, parseRemoteArgs } from "../../../shim/remote-args.ts";
import { FLAGS, OPTIONS } from "../../../shim/remote-options.ts";
import { Usage } from "../../../shim/usage.ts";
import { type AuthState, type Member, readAuth } from "./auth.ts";
import type { Draft } from "./draft.ts";
import { type Fields, isFields, type Notes } from "./found.ts";
import { readJson } from "./json.ts";
import { readMembers } from "./members.ts";
import { programOf } from "./programs.ts";

/** The text of a file that a command line names. Throws with words for a person. */
export type ReadFile = (path: string) => string;

/** What the block of an entry grows from. */
export function authState(draft: Draft): AuthState {
  const { notes, url, auth, headers } = draft;
  return { notes, url, auth, headers, callback: { host: null, port: null, path: null } };
}

/** Turns the draft of a program into that of the server behind it, where the program is one that it knows. */
export function unwrapProxy(draft: Draft, readFile: ReadFile): void {
  if (draft.command === null) return;
  const { name, args } = programOf([draft.command, ...draft.args], draft.env);
  if (name === "mcp-remote") draft.format = name;
  if (name === "mcp-remote") return remote(draft, args, readFile);
  if (name === "gatehouse") return ourselves(draft, args, readFile);
  const isProxy = name === "mcp-oauth2-proxy" || "UPSTREAM_URL" in draft.env || "MCP_PROXY_CONFIG" in draft.env;
  if (isProxy) return oauth2Proxy(draft, readFile);
  const bridged = BRIDGES[name]?.(args);
  if (bridged !== undefined) {
    draft.format = name;
    become(draft, bridged);
  }
}

/** The draft is not of a program any more. */
function clear(draft: Draft): void {
  draft.command = null;
  draft.args = [];
  draft.cwd = null;
  for (const name of Object.keys(draft.env)) delete draft.env[name];
  draft.notes.forget(["command", "args", "env"]);
}

/** What each of its flags becomes. */
const BECAME: Readonly<Record<string, string>> = {
  "--header": "headers",
  "--header-file": "headers",
  "--ignore-tool": "tools.deny",
  "--transport": "type",
  "--protocol": "protocol",
  "--headers-timeout": "timeout",
  "--body-timeout": "timeout",
  "--host": "auth.redirect_uri",
  "--callback-path": "auth.redirect_uri",
  "--auth-timeout": "auth.callback_timeout",
  "--resource": "auth.resource",
  "--disable-resource-parameter": "auth.resource",
  "--authorize-param": "auth.authorize_params",
  "--static-oauth-client-info": "auth.client_id",
  "--static-oauth-client-metadata": "auth.client_metadata",
  "--client-metadata-url": "auth.client_metadata_url",
  "--token-endpoint": "auth.token_endpoint",
  "--device-code": "auth.grant",
  "--client-credentials": "auth.grant",
  "--use-id-token": "auth.use_id_token",
};

function remote(draft: Draft, args: readonly string[], readFile: ReadFile): void {
  const { notes } = draft;
  const env = { ...draft.env };
  const known = knownOnly(args, notes);
  clear(draft);
  notes.take("mcp-remote", "url");
  try {
    const { entry, notes: remarks } = parseRemoteArgs(known, env, process.platform, readFile);
    const { url, type, protocol, headers, tools, timeout, auth } = entry as Fields & { url: string };
    draft.url = url;
    if (type !== "auto") draft.type = String(type);
    if (protocol !== "auto") draft.protocol = String(protocol);
    Object.assign(draft.headers, headers);
    if (isFields(tools)) draft.deny.push(...(tools.deny as string[]));
    if (known.some((arg) => /^--(headers|body)-timeout/.test(arg))) draft.timeout = Number(timeout);
    Object.assign(draft.auth, auth);
    for (const remark of remarks) {
      const [, flag, why] = /^(--[a-z0-9-]+)(?: |:)(.*)$/s.exec(remark) ?? [];
      if (flag !== undefined && why !== undefined && !Object.hasOwn(BECAME, flag)) notes.drop(flag, sentence(why));
      else if (!remark.startsWith("The environment has no")) notes.warn(remark);
    }
    for (const flag of new Set(known.map((arg) => arg.split("=")[0] ?? ""))) {
      if (Object.hasOwn(BECAME, flag)) notes.take(flag, BECAME[flag] ?? "");
      else if (flag === "--silent") notes.drop(flag, "nothing is said on an agent's stderr that has no need to be");
    }
    if (entry.allow_http === true)
      notes.drop("--allow-http", "servers are reached over https, but those on this computer");
  } catch (error) {
    if (!(error instanceof Usage)) throw error;
    draft.url = known.find(isUrl) ?? null;
    draft.problem = {
      what: `cannot be taken from this command line: ${error.message.replace(/\.$/, "").replace("Usage: gatehouse connect", "mcp-remote takes")}`,
      suggestion: "Correct it, and paste it again.",
    };
  }
}

/** Without options that mcp-remote (0.15.1) does not have; they are told. */
function knownOnly(args: readonly string[], notes: Notes): string[] {
  const kept: string[] = [];
  let urls = 0;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? "";
    const name = arg.split("=")[0] ?? "";
    if (!arg.startsWith("-")) {
      if (urls === 0 || /^\d+$/.test(arg)) kept.push(arg);
      if (isUrl(arg)) urls += 1;
    } else if (Object.hasOwn(FLAGS, name)) kept.push(arg);
    else if (Object.hasOwn(OPTIONS, name)) {
      kept.push(arg);
      if (name === arg && at + 1 < args.length) kept.push(args[++at] ?? "");
    } else {
      notes.drop(name, "mcp-remote has no such option");
      if (name === arg && urls > 0 && !(args[at + 1] ?? "-").startsWith("-")) at += 1;
    }
  }
  return kept;
}

function sentence(text: string): string {
  return text.trim().replace(/^is /, "it is ").replace(/\.$/, "");
}

function ourselves(draft: Draft, args: readonly string[], readFile: ReadFile): void {
  const [verb, ...rest] = args;
  if (verb !== "connect") return;
  if (rest.some(isUrl)) return remote(draft, rest, readFile);
  draft.problem = {
    what: "is reached through Gatehouse already",
    suggestion: "There is nothing to take over: the server stands in servers.json.",
  };
}

type Section = "upstream" | "oauth2" | "log" | "discovery";

/** Its environment variables, and the members of its file that they stand for. */
const VARIABLES: Readonly<Record<string, readonly [Section, string]>> = {
  UPSTREAM_URL: ["upstream", "url"],
  UPSTREAM_TIMEOUT_MS: ["upstream", "timeoutMs"],
  UPSTREAM_OPEN_SERVER_STREAM: ["upstream", "openServerStream"],
  UPSTREAM_PROTOCOL_VERSION: ["upstream", "protocolVersion"],
  LOG_LEVEL: ["log", "level"],
  DISCOVERY_ENABLED: ["discovery", "enabled"],
  OAUTH2_GRANT: ["oauth2", "grant"],
  OAUTH2_TOKEN_URL: ["oauth2", "tokenUrl"],
  OAUTH2_CLIENT_ID: ["oauth2", "clientId"],
  OAUTH2_CLIENT_SECRET: ["oauth2", "clientSecret"],
  OAUTH2_SCOPE: ["oauth2", "scope"],
  OAUTH2_AUDIENCE: ["oauth2", "audience"],
  OAUTH2_AUTH_STYLE: ["oauth2", "authStyle"],
  OAUTH2_REFRESH_SKEW_SECONDS: ["oauth2", "refreshSkewSeconds"],
  OAUTH2_EXTRA_PARAMS: ["oauth2", "extraParams"],
  OAUTH2_AUTHORIZATION_URL: ["oauth2", "authorizationUrl"],
  OAUTH2_AUTHORIZATION_CODE: ["oauth2", "authorizationCode"],
  OAUTH2_CODE_VERIFIER: ["oauth2", "codeVerifier"],
  OAUTH2_REFRESH_TOKEN: ["oauth2", "refreshToken"],
  OAUTH2_REDIRECT_URI: ["oauth2", "redirectUri"],
  OAUTH2_INTERACTIVE: ["oauth2", "interactive"],
  OAUTH2_CALLBACK_HOST: ["oauth2", "callbackHost"],
  OAUTH2_CALLBACK_PORT: ["oauth2", "callbackPort"],
  OAUTH2_CALLBACK_TIMEOUT_SECONDS: ["oauth2", "callbackTimeoutSeconds"],
  OAUTH2_TOKEN_CACHE_DIR: ["oauth2", "tokenCacheDir"],
};

function oauth2Proxy(draft: Draft, readFile: ReadFile): void {
  const { MCP_PROXY_CONFIG: path, ...env } = { ...draft.env };
  clear(draft);
  draft.format = "mcp-oauth2-proxy";
  const file = path === undefined ? {} : proxyFile(path, draft, readFile);
  if (path !== undefined && file !== null) draft.notes.take("MCP_PROXY_CONFIG", "the file's members, below");
  readOauth2Proxy(file ?? {}, env, draft);
  if (draft.url !== null || draft.problem !== null) return;
  draft.problem = {
    what: "has no UPSTREAM_URL, so there is no telling which server mcp-oauth2-proxy leads to",
    suggestion: "Paste it with its environment (env), or paste its configuration file.",
  };
}

function proxyFile(path: string, draft: Draft, readFile: ReadFile): Fields | null {
  let why: string;
  try {
    const reading = readJson(readFile(path));
    if (reading.ok && isFields(reading.value)) return reading.value;
    why = reading.ok ? "it holds no object" : reading.what;
  } catch (error) {
    why = error instanceof Error ? error.message : "it cannot be read";
  }
  draft.problem = {
    what: `has its settings in the file of MCP_PROXY_CONFIG, which cannot be used: ${why}`,
    suggestion: "Paste what is in that file.",
  };
  return null;
}

/** The settings of mcp-oauth2-proxy: its file's, and over them those of the environment. */
export function readOauth2Proxy(file: Fields, env: Readonly<Record<string, string>>, draft: Draft): void {
  const settings = new Map<string, Member & { section?: Section }>();
  const put = (section: string, key: string, value: unknown, shown: string): void => {
    settings.set(`${section}.${key}`, [key, value, shown]);
  };
  for (const [section, fields] of Object.entries(file)) {
    if (isFields(fields))
      for (const [key, value] of Object.entries(fields)) put(section, key, value, `${section}.${key}`);
    else put(section, "", fields, section);
  }
  for (const [name, value] of Object.entries(env)) {
    const known = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined;
    if (known !== undefined) put(...known, value, name);
    else draft.notes.drop(`env.${name}`, "it is not one of mcp-oauth2-proxy's");
  }
  const auth: Member[] = [];
  for (const [path, [key, value, shown]] of settings) {
    if (path.startsWith("oauth2.")) auth.push([key, value, shown]);
    else upstream(path, value, shown, draft);
  }
  if (typeof draft.url !== "string") draft.url = null;
  readAuth(auth, authState(draft), true);
}

function upstream(path: string, value: unknown, shown: string, draft: Draft): void {
  const { notes } = draft;
  if (path === "log.level") notes.drop(shown, "GATEHOUSE_LOG_LEVEL sets it, for all of Gatehouse");
  else if (path === "discovery.enabled") notes.drop(shown, "metadata is asked for where an endpoint is not set");
  else if (path.startsWith("upstream.")) readMembers({ [path.slice("upstream.".length)]: value }, draft, () => shown);
  else notes.drop(shown, "nothing here means that");
}

interface Bridged {
  readonly url: string;
  readonly type: string | null;
  readonly headers: readonly string[];
  /** Options that have become nothing. */
  readonly rest: readonly string[];
}

/** Bridges from stdio to a server somewhere else that take little more than its URL; undefined: it serves otherwise. */
const BRIDGES: Readonly<Record<string, (args: readonly string[]) => Bridged | undefined>> = {
  supergateway: (args) => bridge(args, { "--sse": "sse", "--streamableHttp": "streamable-http" }, ["--header"]),
  "mcp-proxy": (args) => bridge(args, {}, ["-H", "--headers"], ["--transport"]),
};

function bridge(
  args: readonly string[],
  places: Readonly<Record<string, string>>,
  headerOptions: readonly string[],
  types: readonly string[] = [],
): Bridged | undefined {
  const headers: string[] = [];
  const rest: string[] = [];
  let url: string | undefined;
  let type: string | null = null;
  for (let at = 0; at < args.length; at += 1) {
    const [name = "", ...inline] = (args[at] ?? "").split("=");
    const value = (): string => (inline.length > 0 ? inline.join("=") : (args[++at] ?? ""));
    if (Object.hasOwn(places, name)) {
      url = value();
      type = places[name] ?? null;
    } else if (types.includes(name)) type = /stream/i.test(value()) ? "streamable-http" : "sse";
    else if (headerOptions.includes(name)) {
      const first = value();
      headers.push(first.includes(":") ? first : `${first}: ${args[++at] ?? ""}`);
    } else if (isUrl(args[at] ?? "")) url ??= args[at];
    else rest.push(name);
  }
  return url === undefined || !isUrl(url) ? undefined : { url, type, headers, rest };
}

function become(draft: Draft, { url, type, headers, rest }: Bridged): void {
  const { format: program } = draft;
  const env = { ...draft.env };
  clear(draft);
  readMembers({ url, ...(type === null ? {} : { type }), ...(headers.length === 0 ? {} : { headers }) }, draft);
  draft.notes.take(program, "url");
  for (const option of rest) draft.notes.drop(option, `it is an option of ${program}, which is not needed any more`);
  for (const name of Object.keys(env))
    draft.notes.drop(`env.${name}`, `it was for ${program}, which is not needed any more`);
}
