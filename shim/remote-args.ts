/**
 * `gatehouse connect <url> [port] [options]`: the command line of `mcp-remote` (0.15.1), as an entry of servers.json that
 * holds for this session only. What has no use here is taken and said, so that an agent's configuration needs no more
 * change than the program's name.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Usage } from "./cli-base.ts";

type Environment = Readonly<Record<string, string | undefined>>;
type Json = Record<string, unknown>;

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
/** The longest that an entry can say. */
const NO_TIMEOUT = 86_400;
/** These belong to the flow itself (RFC 6749 §4.1.1, RFC 7636 §4.3). */
const RESERVED = ["client_id", "redirect_uri", "response_type", "state", "code_challenge", "code_challenge_method"];
const TRANSPORTS: Readonly<Record<string, string>> = {
  "http-first": "auto",
  "sse-first": "auto",
  "http-only": "streamable-http",
  "sse-only": "sse",
};

interface State {
  readonly env: Environment;
  readonly notes: string[];
  readonly headers: Record<string, string>;
  readonly params: Record<string, string>;
  readonly deny: string[];
  readonly auth: Json;
  readonly timeouts: number[];
  type: string;
  protocol: string;
  allowHttp: boolean;
  host: string | null;
  callbackPath: string;
  resource: string | null;
  noResource: boolean;
  silent: boolean;
}

type Flag = (state: State) => void;
type Option = (state: State, value: string, name: string) => void;

const needless =
  (why: string): Flag =>
  ({ notes }) =>
    void notes.push(why);

const FLAGS: Readonly<Record<string, Flag>> = {
  "--allow-http": (state) => {
    state.allowHttp = true;
  },
  "--silent": (state) => {
    state.silent = true;
  },
  "--disable-resource-parameter": (state) => {
    state.noResource = true;
  },
  "--use-id-token": ({ auth }) => {
    auth.use_id_token = true;
  },
  "--device-code": ({ auth }) => {
    auth.grant = "device_code";
  },
  "--client-credentials": ({ auth }) => {
    auth.grant = "client_credentials";
  },
  "--debug": needless("--debug is not needed: gatehouse logs and gatehouse activity tell every step."),
  "--enable-proxy": needless("--enable-proxy is not needed: HTTPS_PROXY and NO_PROXY of Gatehouse always hold."),
  "--keep-alive": needless("--keep-alive is not needed: a connection that was dropped is made again."),
  "--ipv4": needless("--ipv4 is not needed: the addresses of a server are tried in turn."),
  "--disable-cookies": needless("--disable-cookies is not needed: Gatehouse keeps no cookies."),
};

const OPTIONS: Readonly<Record<string, Option>> = {
  "--header": (state, value, name) => header(state, value, name),
  "--header-file": (state, path, name) => {
    for (const [index, line] of fileText(path, name).split(/\r?\n/).entries()) {
      const text = line.trim();
      if (text !== "" && !text.startsWith("#")) header(state, text, `Line ${index + 1} of the file of ${name}`);
    }
  },
  "--ignore-tool": ({ deny }, value) => void deny.push(value),
  "--transport": (state, value, name) => {
    state.type = oneOf(TRANSPORTS, value, name);
    if (value === "sse-first") state.notes.push("--transport sse-first: streamable HTTP is tried first, then SSE.");
  },
  "--protocol": (state, value, name) => {
    state.protocol = oneOf({ legacy: "legacy", auto: "auto" }, value, name);
  },
  "--headers-timeout": ({ timeouts }, value, name) => void timeouts.push(seconds(value, name) || NO_TIMEOUT),
  "--body-timeout": ({ timeouts }, value, name) => void timeouts.push(seconds(value, name) || NO_TIMEOUT),
  "--connect-timeout": ({ notes }, value, name) => {
    seconds(value, name);
    notes.push("--connect-timeout is not needed: a server that does not answer delays nobody's start.");
  },
  "--ping-interval": ({ notes }, value, name) => {
    seconds(value, name);
    notes.push("--ping-interval is not needed: a connection that was dropped is made again.");
  },
  "--host": (state, value) => {
    state.host = value;
  },
  "--callback-path": (state, value, name) => {
    if (!value.startsWith("/")) throw new Usage(`${name} takes a path that begins with “/”.`);
    state.callbackPath = value;
  },
  "--auth-timeout": ({ auth }, value, name) => {
    const limit = seconds(value, name);
    if (limit < 1) throw new Usage(`${name} takes a number of seconds, 1 or more.`);
    auth.callback_timeout = limit;
  },
  "--auth-success-url": ({ notes }) =>
    void notes.push("--auth-success-url is not used: the browser ends at Gatehouse's own page."),
  "--resource": (state, value, name) => {
    const resource = value.trim();
    if (resource === "") state.noResource = true;
    else if (!URL.canParse(resource)) throw new Usage(`${name} takes an absolute URI (RFC 8707).`);
    else state.resource = resource;
  },
  "--authorize-param": ({ params, notes }, value, name) => {
    const at = value.indexOf("=");
    const key = value.slice(0, at).trim();
    if (at < 1 || key === "") throw new Usage(`${name} takes key=value, as in audience=https://api.example.com.`);
    if (RESERVED.includes(key)) throw new Usage(`${name} cannot set “${key}”: each sign-in has its own.`);
    if (key === "resource") notes.push("--authorize-param resource=…: --resource also reaches the token request.");
    params[key] = value.slice(at + 1);
  },
  "--static-oauth-client-info": ({ auth, env }, value, name) => {
    const info = jsonObject(
      withVariables(textOrFile(value, name), env, () => {}),
      name,
    );
    for (const key of ["client_id", "client_secret", "token_endpoint_auth_method"]) {
      if (info[key] !== undefined) auth[key] = info[key];
    }
    if (typeof info.client_id !== "string") throw new Usage(`${name} must hold a client_id.`);
  },
  "--static-oauth-client-metadata": ({ auth }, value, name) => {
    const { scope, token_endpoint_auth_method: method, ...rest } = jsonObject(textOrFile(value, name), name);
    if (scope !== undefined) auth.scope = scope;
    if (method !== undefined) auth.token_endpoint_auth_method ??= method;
    auth.client_metadata = rest;
  },
  "--client-metadata-url": ({ auth }, value, name) => {
    const url = URL.canParse(value) ? new URL(value) : null;
    if (url?.protocol !== "https:" || url.pathname === "/") {
      throw new Usage(`${name} takes an https URL with a path.`);
    }
    auth.client_metadata_url = value;
  },
  "--token-endpoint": ({ auth }, value) => {
    auth.token_endpoint = value;
  },
};

/**
 * Throws {@link Usage}; no message holds a value, which may be a secret. `args`: everything behind `connect`, the URL
 * among it.
 */
export function parseRemoteArgs(
  args: readonly string[],
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): RemoteArgs {
  const state: State = {
    env,
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

function header({ headers }: State, text: string, where: string): void {
  const [, name, value] = /^([A-Za-z0-9_-]+):\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Usage(`${where} is not of the form “Name: value”.`);
  headers[name] = value;
}

/** `${NAME}` from the environment; what is not there stays as it is, and is told. */
function withVariables(text: string, env: Environment, missing: (name: string) => void): string {
  return text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined) missing(name);
    return value ?? whole;
  });
}

function unset({ notes }: State): (name: string) => void {
  return (name) => void notes.push(`The environment has no ${name}: the header is sent as it is written.`);
}

function textOrFile(value: string, name: string): string {
  return value.startsWith("@") ? fileText(value.slice(1), name) : value;
}

function fileText(path: string, name: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Usage(
      `The file of ${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? "error"}): ${path}.`,
    );
  }
}

function jsonObject(text: string, name: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // Said below, without the text: it may hold a secret.
  }
  throw new Usage(`${name} takes a JSON object, or @ and the path of a file that holds one.`);
}

function oneOf(values: Readonly<Record<string, string>>, value: string, name: string): string {
  const found = own(values, value);
  if (found === undefined) throw new Usage(`${name} takes one of ${Object.keys(values).join(", ")}.`);
  return found;
}

function seconds(value: string, name: string): number {
  const number = Number(value);
  if (value.trim() === "" || !(number >= 0 && number <= NO_TIMEOUT)) {
    throw new Usage(`${name} takes a number of seconds, up to ${NO_TIMEOUT}.`);
  }
  return number;
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
