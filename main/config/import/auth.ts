/** Every product's words for how to sign in, as our `auth` block. */
import { type Fields, type Notes, record, snake } from "./found.ts";
import { list, number, object, text, truth } from "./words.ts";

/** What the block has become so far. */
export interface AuthState {
  readonly notes: Notes;
  /** Of the server; null: it is not known. */
  readonly url: string | null;
  readonly auth: Record<string, unknown>;
  /** Of the server's entry. */
  readonly headers: Record<string, string>;
  readonly callback: { host: string | null; port: number | null; path: string | null };
}

type Rule = (state: AuthState, value: unknown, member: string) => void;

const wrong = "its value is of no kind that it can have";

/** The same member here, as a text. */
const as =
  (name: string): Rule =>
  ({ auth, notes }, value, member) => {
    if (value === "") return notes.drop(member, "it is empty");
    // What is no text is judged with the entry, and named there.
    auth[name] = text(value) ?? value;
    notes.take(member, `auth.${name}`);
  };

const scopes: Rule = ({ auth, notes }, value, member) => {
  const all = list(value);
  if (all === undefined) return notes.drop(member, wrong);
  if (all.length === 0) return notes.drop(member, "it is empty: the server says what it needs");
  auth.scope = all.join(" ");
  notes.take(member, "auth.scope");
};

const seconds =
  (name: string): Rule =>
  ({ auth, notes }, value, member) => {
    auth[name] = number(value) ?? value;
    notes.take(member, `auth.${name}`);
  };

const needless =
  (why: string): Rule =>
  ({ notes }, _value, member) =>
    notes.drop(member, why);

/** Parameters of a request; `resource` has a member of its own, which reaches both requests (RFC 8707 §2). */
const params =
  (name: "authorize_params" | "token_params"): Rule =>
  (state, value, member) => {
    const { auth, notes } = state;
    const given = object(value);
    if (given === undefined) return notes.drop(member, wrong);
    const { resource, ...rest } = given;
    if (resource !== undefined) as("resource")(state, resource, `${member}.resource`);
    const texts = Object.entries(rest).map(([key, each]): [string, unknown] => [key, text(each) ?? each]);
    if (texts.length === 0) return;
    auth[name] = record([...Object.entries((auth[name] ?? {}) as Fields), ...texts]);
    notes.take(member, `auth.${name}`);
  };

const audience =
  (...names: ("authorize_params" | "token_params")[]): Rule =>
  (state, value, member) => {
    const all = list(value) ?? [];
    if (all.length === 0) return state.notes.drop(member, wrong);
    for (const name of names) params(name)(state, { audience: all.join(" ") }, member);
  };

const redirect: Rule = ({ auth, notes }, value, member) => {
  const given = text(value);
  if (given === undefined) return notes.drop(member, wrong);
  const place = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`;
  const { hostname = "" } = URL.canParse(place) ? new URL(place) : {};
  if (!/^(localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(hostname)) {
    const why = "the browser comes back to this computer: register http://127.0.0.1/callback with the client instead";
    return notes.drop(member, why);
  }
  auth.redirect_uri = place;
  notes.take(member, "auth.redirect_uri");
};

const serverUrl: Rule = ({ auth, notes, url }, value, member) => {
  const given = text(value) ?? "";
  const [there, here] = [given, url ?? ""].map((each) => (URL.canParse(each) ? new URL(each) : null));
  if (there && here && there.origin === here.origin && here.pathname.startsWith(there.pathname)) {
    return notes.drop(member, "the server itself says where to sign in");
  }
  auth.authorization_server = given.replace(/\/$/, "");
  notes.take(member, "auth.authorization_server");
};

const clientMetadata: Rule = (state, value, member) => {
  const { auth, notes } = state;
  const given = object(value);
  if (given === undefined) return notes.drop(member, wrong);
  const rest: [string, unknown][] = [];
  for (const [key, each] of Object.entries(given)) {
    const path = `${member}.${key}`;
    if (key === "redirect_uris") redirect(state, Array.isArray(each) ? each[0] : each, path);
    else if (key === "scope") scopes(state, each, path);
    else if (["token_endpoint_auth_method", "authorization_endpoint", "token_endpoint"].includes(key)) {
      as(key)(state, each, path);
    } else rest.push([key, each]);
  }
  if (rest.length === 0) return;
  auth.client_metadata = record(rest);
  notes.take(member, "auth.client_metadata");
};

/** A token that somebody else got, which is sent as it is. */
const bearer: Rule = ({ headers, notes }, value, member) => {
  const given = text(value);
  if (given === undefined || given === "") return notes.drop(member, wrong);
  headers.Authorization = /^\S+\s/.test(given) ? given : `Bearer ${given}`;
  notes.take(member, "headers.Authorization");
};

const FOUND = "it is found by itself";

const RULES: Readonly<Record<string, Rule>> = {
  client_id: as("client_id"),
  client_secret: as("client_secret"),
  scope: scopes,
  scopes,
  grant: as("grant"),
  grant_type: as("grant"),
  resource: ({ auth, notes }, value, member) => {
    auth.resource = value;
    notes.take(member, "auth.resource");
  },
  redirect_uri: redirect,
  redirect_url: redirect,
  callback_url: redirect,
  callback_host: ({ callback, notes }, value, member) => {
    callback.host = text(value) ?? null;
    notes.take(member, "auth.redirect_uri");
  },
  callback_port: ({ callback, notes }, value, member) => {
    const port = number(value);
    if (port === undefined || !Number.isInteger(port) || port < 1 || port > 65_535) return notes.drop(member, wrong);
    callback.port = port;
    notes.take(member, "auth.redirect_uri");
  },
  callback_path: ({ callback, notes }, value, member) => {
    callback.path = text(value) ?? null;
    notes.take(member, "auth.redirect_uri");
  },
  callback_timeout: seconds("callback_timeout"),
  callback_timeout_seconds: seconds("callback_timeout"),
  authorization_server: as("authorization_server"),
  issuer: as("authorization_server"),
  server_url: serverUrl,
  metadata_url: as("metadata_url"),
  auth_server_metadata_url: as("metadata_url"),
  authorization_endpoint: as("authorization_endpoint"),
  authorization_url: as("authorization_endpoint"),
  auth_url: as("authorization_endpoint"),
  token_endpoint: as("token_endpoint"),
  token_url: as("token_endpoint"),
  device_authorization_endpoint: as("device_authorization_endpoint"),
  token_endpoint_auth_method: as("token_endpoint_auth_method"),
  auth_style: ({ auth, notes }, value, member) => {
    if (value !== "body" && value !== "header") return notes.drop(member, wrong);
    auth.token_endpoint_auth_method = value === "body" ? "client_secret_post" : "client_secret_basic";
    notes.take(member, "auth.token_endpoint_auth_method");
  },
  audience: audience("token_params"),
  audiences: audience("authorize_params", "token_params"),
  extra_params: params("authorize_params"),
  authorize_params: params("authorize_params"),
  authorization_params: params("authorize_params"),
  token_params: params("token_params"),
  client_metadata: clientMetadata,
  client_metadata_url: as("client_metadata_url"),
  client_name: ({ auth, notes }, value, member) => {
    auth.client_metadata = { ...((auth.client_metadata ?? {}) as Fields), client_name: value };
    notes.take(member, "auth.client_metadata");
  },
  private_key: as("private_key"),
  token_endpoint_auth_signing_alg: as("token_endpoint_auth_signing_alg"),
  idp: ({ auth, notes }, value, member) => {
    auth.idp = value;
    notes.take(member, "auth.idp");
  },
  token: bearer,
  bearer_token: bearer,
  access_token: bearer,
  assertion: as("assertion"),
  use_id_token: ({ auth, notes }, value, member) => {
    auth.use_id_token = truth(value) ?? value;
    notes.take(member, "auth.use_id_token");
  },
  refresh_skew: seconds("refresh_skew"),
  refresh_skew_seconds: seconds("refresh_skew"),

  type: needless(FOUND),
  enabled: needless("a server that asks for a sign-in gets one"),
  pkce_enabled: needless("PKCE is always used"),
  pkce: needless("PKCE is always used"),
  storage_type: needless("tokens rest in the keychain"),
  token_storage: needless("tokens rest in the keychain"),
  token_cache_dir: needless("tokens rest in the keychain"),
  use_loopback: needless("the browser comes back by itself; gatehouse login --no-browser takes a pasted address"),
  interactive: needless("nothing opens by itself; gatehouse login --no-browser opens no browser"),
  token_param_name: needless("tokens travel in the Authorization header only"),
  registration_url: needless(FOUND),
  registration_endpoint: needless(FOUND),
  authorization_code: needless("a code works once, for the program that asked for it: sign in instead"),
  code_verifier: needless("a code works once, for the program that asked for it: sign in instead"),
  refresh_token: ({ notes }, _value, member) => {
    notes.drop(
      member,
      "a token has no place in a file: hand it over with gatehouse login <name> --refresh-token-stdin",
    );
  },
};

/** What mcp-oauth2-proxy does where its settings are silent: its client is registered for that. */
const PROXY_CALLBACK = { host: "127.0.0.1", port: 53_682 };

/** A member of a foreign sign-in block: its name, its value, and what it is called in the text. */
export type Member = readonly [key: string, value: unknown, shown: string];

export function membersOf(fields: Fields, member: string): Member[] {
  return Object.entries(fields).map(([key, value]) => [key, value, member === "" ? key : `${member}.${key}`]);
}

/** Adds what they say to `state.auth`. `proxy`: they are those of mcp-oauth2-proxy. */
export function readAuth(members: readonly Member[], state: AuthState, proxy = false): void {
  for (const [key, value, member] of members) {
    if (value === null || value === undefined) continue;
    const name = snake(key).replace(/^oauth_/, "");
    const rule =
      proxy && name === "extra_params" ? params("token_params") : Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    if (rule === undefined) state.notes.drop(member, "nothing here means that");
    else rule(state, value, member);
  }
  finishCallback(state, proxy);
}

function finishCallback({ auth, callback, notes }: AuthState, proxy: boolean): void {
  const { grant, client_secret: secret } = auth;
  if (proxy && secret !== undefined) auth.token_endpoint_auth_method ??= "client_secret_post";
  const browser = grant === undefined || grant === "authorization_code";
  if (!browser || auth.redirect_uri !== undefined) return;
  const host = callback.host ?? (proxy ? PROXY_CALLBACK.host : "localhost");
  const isDefault = callback.port === null && proxy && auth.client_id !== undefined;
  const port = isDefault ? PROXY_CALLBACK.port : callback.port;
  if (port === null) return;
  auth.redirect_uri = `http://${host}:${port}${callback.path ?? "/callback"}`;
  if (isDefault) notes.take(`callbackPort (${port}, where it is not set)`, "auth.redirect_uri");
}
