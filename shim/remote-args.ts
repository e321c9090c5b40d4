/**
 * `gatehouse connect <url> [port] [options]`: the command line of `mcp-remote` (0.15.1), as an entry of servers.json that
 * holds for this session only. What has no use here is taken and said, so that an agent's configuration needs no more
 * change than the program's name.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Environment, FLAGS, type Json, OPTIONS, own, type State, withVariables } from "./remote-options.ts";
import { Usage } from "./usage.ts";

export interface RemoteArgs {
  /** As `servers.json` has it, and `allow_http`. Holds secrets. */
  readonly entry: Readonly<Json>;
  /** One line each, for stderr. */
  readonly notes: readonly string[];
}

export const REMOTE_HELP = `Usage: gatehouse connect <url> [callback port] [options]

  --header "Name: value"         sent with every request; \${VARIABLE} is replaced
  --header-file <path>           the same, a line each
  --ignore-tool <pattern>        hide tools, as in delete_*
  --transport http-first|sse-first|http-only|sse-only
  --protocol legacy|auto
  --allow-http                   plain http to another machine, in a network that you trust
  --headers-timeout, --body-timeout <seconds>
  --silent                       say nothing on stderr

Sign-in
  --host <name>, --callback-path <path>
  --auth-timeout <seconds>
  --resource <uri>, --disable-resource-parameter
  --authorize-param <key>=<value>
  --static-oauth-client-info <json|@file>
  --static-oauth-client-metadata <json|@file>
  --client-metadata-url <url>
  --device-code, --client-credentials, --token-endpoint <url>
  --use-id-token

gatehouse login <url> and gatehouse logout <url> take the same options.
`;

/** Whether this is a URL and no server's name: names hold no colon. */
export function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/\S*$/i.test(text);
}

/** What `mcp-remote` waits for an answer, in seconds. */
const REQUEST_TIMEOUT = 300;
/**
 * Throws {@link Usage}; no message holds a value, which may be a secret. `args`: everything behind `connect`, the URL
 * among it.
 */
export function parseRemoteArgs(
  args: readonly string[],
  env: Environment,
  platform: NodeJS.Platform = process.platform,
  read: State["read"] = (path) => readFileSync(path, "utf8"),
): RemoteArgs {
  const state: State = {
    env,
    read,
    notes: [],
    headers: {},
    params: {},
    deny: [],
    auth: {},
    timeouts: [],
    type: "auto",
    protocol: "auto",
    allowHttp: false,
    host: null,
    callbackPath: "/oauth/callback",
    resource: null,
    noResource: false,
    silent: false,
  };
  const positionals = readOptions(args, state);
  const [url, port, ...more] = positionals;
  if (url === undefined || !isUrl(url) || more.length > 0) throw new Usage("Usage: gatehouse connect <url> [port]");
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    throw new Usage("Behind the URL comes the port of the callback, from 1 to 65535.");
  }
  assertTransport(url, state.allowHttp);
  if (state.auth.token_endpoint !== undefined && state.auth.grant !== "client_credentials") {
    throw new Usage("--token-endpoint goes with --client-credentials only.");
  }
  const known = callbackPort(url, port, state);
  const headers = Object.entries(state.headers).map(([name, value]) => [name, withVariables(value, env, unset(state))]);
  return {
    entry: {
      url,
      type: state.type,
      protocol: state.protocol,
      timeout: Math.max(...(state.timeouts.length === 0 ? [REQUEST_TIMEOUT] : state.timeouts)),
      ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
      ...(state.deny.length === 0 ? {} : { tools: { deny: state.deny } }),
      ...(state.allowHttp ? { allow_http: true } : {}),
      auth: {
        ...state.auth,
        ...(state.noResource ? { resource: false } : state.resource === null ? {} : { resource: state.resource }),
        ...(Object.keys(state.params).length === 0 ? {} : { authorize_params: state.params }),
        ...redirect(known, state, platform),
      },
    },
    notes: state.silent ? [] : state.notes,
  };
}

/** Answers what is no option. */
function readOptions(args: readonly string[], state: State): string[] {
  const positionals: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (!arg.startsWith("-")) {
      positionals.push(arg);
      continue;
    }
    const [, name = arg, inline] = /^(--[^=]+)=(.*)$/s.exec(arg) ?? [];
    const flag = own(FLAGS, name);
    const option = own(OPTIONS, name);
    if (flag !== undefined && inline === undefined) flag(state);
    else if (option !== undefined) {
      const value = inline ?? args[++at];
      if (value === undefined) throw new Usage(`${name} needs a value.`);
      option(state, value, name);
    } else throw new Usage(`There is no option ${flag === undefined ? name : `${name}=…`} here.`);
  }
  return positionals;
}

function assertTransport(url: string, allowHttp: boolean): void {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: "", hostname: "" };
  if (protocol === "https:") return;
  if (protocol !== "http:") throw new Usage("The server's URL must begin with https://.");
  const isHere = hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
  if (!isHere && !allowHttp) {
    throw new Usage("Plain http to another machine can be read on the way: use https, or add --allow-http.");
  }
}

/** Null: any free one will do. */
function callbackPort(url: string, port: string | undefined, state: State): number | null {
  if (port !== undefined) return Number(port);
  // Such a client is registered with the address that mcp-remote derives from the URL.
  const { client_id, client_metadata_url } = state.auth;
  return client_id === undefined && client_metadata_url === undefined ? null : derivedPort(url, state);
}

function derivedPort(url: string, { resource, noResource, params, headers, auth }: State): number {
  const parts = [url];
  if (resource !== null && !noResource) parts.push(resource);
  for (const record of [params, headers]) {
    const keys = Object.keys(record).sort();
    if (keys.length > 0) parts.push(JSON.stringify(record, keys));
  }
  for (const part of [auth.client_metadata_url, auth.token_endpoint]) if (part !== undefined) parts.push(String(part));
  const hash = createHash("md5").update(parts.join("|")).digest("hex");
  return 3335 + (Number.parseInt(hash.slice(0, 4), 16) % 45_816);
}

function redirect(port: number | null, { host, callbackPath }: State, platform: NodeJS.Platform): Json {
  if (port === null && host === null && callbackPath === "/oauth/callback") return {};
  const name = host ?? (platform === "win32" ? "127.0.0.1" : "localhost");
  const place = `http://${name}${port === null ? "" : `:${port}`}${callbackPath}`;
  if (!URL.canParse(place)) throw new Usage("--host takes the name under which this computer reaches itself.");
  const { hostname } = new URL(place);
  if (hostname !== "localhost" && hostname !== "[::1]" && !/^127(\.\d{1,3}){3}$/.test(hostname)) {
    throw new Usage("--host must lead to this computer: localhost, 127.0.0.1 or [::1].");
  }
  return { redirect_uri: place };
}

function unset({ notes }: State): (name: string) => void {
  return (name) => void notes.push(`The environment has no ${name}: the header is sent as it is written.`);
}
