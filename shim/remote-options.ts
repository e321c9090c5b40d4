/** The options of `gatehouse connect <url>`: what each one says about the entry, or why it is not needed here. */
import { Usage } from "./usage.ts";

export type Environment = Readonly<Record<string, string | undefined>>;
export type Json = Record<string, unknown>;

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

/** What the options have said so far. */
export interface State {
  readonly env: Environment;
  /** The text of a file that an option names. */
  readonly read: (path: string) => string;
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

export const FLAGS: Readonly<Record<string, Flag>> = {
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

export const OPTIONS: Readonly<Record<string, Option>> = {
  "--header": (state, value, name) => header(state, value, name),
  "--header-file": (state, path, name) => {
    for (const [index, line] of fileText(state, path, name).split(/\r?\n/).entries()) {
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
  "--static-oauth-client-info": (state, value, name) => {
    const { auth, env } = state;
    const info = jsonObject(
      withVariables(textOrFile(state, value, name), env, () => {}),
      name,
    );
    for (const key of ["client_id", "client_secret", "token_endpoint_auth_method"]) {
      if (info[key] !== undefined) auth[key] = info[key];
    }
    if (typeof info.client_id !== "string") throw new Usage(`${name} must hold a client_id.`);
  },
  "--static-oauth-client-metadata": (state, value, name) => {
    const { auth } = state;
    const { scope, token_endpoint_auth_method: method, ...rest } = jsonObject(textOrFile(state, value, name), name);
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

function header({ headers }: State, text: string, where: string): void {
  const [, name, value] = /^([A-Za-z0-9_-]+):\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Usage(`${where} is not of the form “Name: value”.`);
  headers[name] = value;
}

/** `${NAME}` from the environment; what is not there stays as it is, and is told. */
export function withVariables(text: string, env: Environment, missing: (name: string) => void): string {
  return text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined) missing(name);
    return value ?? whole;
  });
}

function textOrFile(state: State, value: string, name: string): string {
  return value.startsWith("@") ? fileText(state, value.slice(1), name) : value;
}

function fileText({ read }: State, path: string, name: string): string {
  try {
    return read(path);
  } catch (error) {
    throw new Usage(
      `The file of ${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}): ${path}.`,
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

export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
