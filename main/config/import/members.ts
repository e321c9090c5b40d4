/** Every product's words for a server, but for how to sign in: its place, headers, program, limits, tools. */
import { type Fields, isFields, type Notes, type Problem, record, snake } from "./found.ts";
import { list, number, object, text, truth } from "./words.ts";

/** A server on the way from its text to an entry. */
export interface Draft {
  format: string;
  readonly notes: Notes;
  url: string | null;
  type: string | null;
  readonly headers: Record<string, string>;
  command: string | null;
  args: string[];
  readonly env: Record<string, string>;
  cwd: string | null;
  /** Blocks on how to sign in, with the members they stand in: read once the URL is known. */
  readonly signIn: [member: string, fields: Fields][];
  /** What is in `auth` already. */
  readonly auth: Record<string, unknown>;
  enabled: boolean | null;
  protocol: string | null;
  allow: string[];
  deny: string[];
  guard: boolean | null;
  /** Seconds. */
  timeout: number | null;
  problem: Problem | null;
}

export function newDraft(format: string, notes: Notes): Draft {
  return {
    format,
    notes,
    url: null,
    type: null,
    headers: record<string>([]),
    command: null,
    args: [],
    env: record<string>([]),
    cwd: null,
    signIn: [],
    auth: record<unknown>([]),
    enabled: null,
    protocol: null,
    allow: [],
    deny: [],
    guard: null,
    timeout: null,
    problem: null,
  };
}

type Rule = (draft: Draft, value: unknown, member: string) => void;

const wrong = "its value is of no kind that it can have";

const needless =
  (why: string): Rule =>
  ({ notes }, _value, member) =>
    notes.drop(member, why);

const place =
  (type: string | null): Rule =>
  (draft, value, member) => {
    draft.url = text(value) ?? "";
    if (type !== null) draft.type ??= type;
    draft.notes.take(member, "url");
  };

const TYPES: Readonly<Record<string, string | null>> = {
  http: "streamable-http",
  streamable: "streamable-http",
  streamable_http: "streamable-http",
  streamablehttp: "streamable-http",
  http_stream: "streamable-http",
  sse: "sse",
  auto: null,
  remote: null,
  stdio: null,
  local: null,
};

const type: Rule = (draft, value, member) => {
  const name = typeof value === "string" ? snake(value) : "";
  if (name === "legacy" || value === "2026-07-28") return protocol(draft, value, member);
  const known = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (name === "ws" || name === "websocket") {
    draft.problem ??= {
      what: "is reached over WebSocket, which Gatehouse does not speak",
      suggestion: "Look in its documentation for an address that begins with https://.",
    };
  } else if (known === undefined) draft.notes.drop(member, "how a server is reached is found out");
  else if (known !== null) {
    draft.type = known;
    draft.notes.take(member, "type");
  }
};

const protocol: Rule = (draft, value, member) => {
  const given = text(value) ?? "";
  if (given === "auto") return;
  draft.protocol = given === "2026-07-28" ? given : "legacy";
  draft.notes.take(member, "protocol");
};

const headers: Rule = (draft, value, member) => {
  // Some write them as lines of text, or as a list of them.
  const lines = typeof value === "string" ? value.split("\n") : Array.isArray(value) ? value.map(String) : null;
  const given = lines === null ? object(value) : record(lines.map(headerLine).filter((line) => line !== null));
  if (given === undefined) return draft.notes.drop(member, wrong);
  for (const [name, each] of Object.entries(given)) {
    const content = text(each);
    if (name === "__proto__" || content === undefined) draft.notes.drop(`${member}.${name}`, wrong);
    else draft.headers[name] = content.replace(/\s*[\r\n]+\s*$/, "");
  }
  if (member !== "headers") draft.notes.take(member, "headers");
};

/** `Name: value`; null: it is none. */
export function headerLine(line: string): readonly [string, string] | null {
  const [, name, value] = /^\s*([^\s:]+):\s*(.*?)\s*$/s.exec(line) ?? [];
  return name === undefined || value === undefined ? null : [name, value];
}

const bearer: Rule = ({ headers: sent, notes }, value, member) => {
  const given = text(value);
  if (given === undefined || given === "") return notes.drop(member, wrong);
  sent.Authorization = `Bearer ${given}`;
  notes.take(member, "headers.Authorization");
};

const command: Rule = (draft, value, member) => {
  if (isFields(value)) {
    // Zed, before it had one form for all.
    const { path, command: program, args: more, env: variables, ...rest } = value;
    draft.command = text(path ?? program) ?? "";
    if (more !== undefined) args(draft, more, `${member}.args`);
    if (isFields(variables)) env(draft, variables, `${member}.env`);
    for (const key of Object.keys(rest)) draft.notes.drop(`${member}.${key}`, NOTHING);
    return draft.notes.take(`${member}.path`, "command");
  }
  const words = Array.isArray(value) ? value.map((each) => text(each) ?? "") : [text(value) ?? ""];
  const [program = "", ...rest] = words;
  draft.command = program;
  draft.args.unshift(...rest);
  draft.notes.take(member, "command");
};

const args: Rule = (draft, value, member) => {
  const words = Array.isArray(value) ? value : typeof value === "string" ? value.split(/\s+/).filter(Boolean) : null;
  if (words === null) return draft.notes.drop(member, wrong);
  draft.args.push(...words.map((word) => text(word) ?? JSON.stringify(word)));
};

const env: Rule = (draft, value, member) => {
  const pairs = Array.isArray(value) ? record(value.map((each) => split(String(each)))) : object(value);
  if (pairs === undefined) return draft.notes.drop(member, wrong);
  for (const [name, each] of Object.entries(pairs)) {
    const content = text(each) ?? (each === null ? "" : JSON.stringify(each));
    if (name === "__proto__" || content === undefined) draft.notes.drop(`${member}.${name}`, wrong);
    else draft.env[name] = content;
  }
  draft.notes.take(member, "env");
};

function split(pair: string): readonly [string, string] {
  const at = pair.indexOf("=");
  return at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
}

/** Names of variables, whose values come from somewhere else. */
const names =
  (into: (name: string) => string): Rule =>
  (draft, value, member) => {
    for (const name of list(value) ?? []) draft.env[name] = into(name);
    draft.notes.take(member, "env");
  };

const signIn: Rule = (draft, value, member) => {
  if (isFields(value)) return void draft.signIn.push([member, value]);
  const on = truth(value);
  if (on === false || value === "none") {
    draft.auth.grant = "none";
    draft.notes.take(member, "auth.grant");
  } else draft.notes.drop(member, "a server that asks for a sign-in gets one");
};

/** Products differ in the unit, and nobody waits a quarter of an hour for an answer, or a second. */
const limit: Rule = (draft, value, member) => {
  const given = number(value);
  if (given === undefined || given <= 0) return draft.notes.drop(member, wrong);
  const seconds = /(_ms|millis\w*)$/.test(snake(member)) || given >= 1000 ? given / 1000 : given;
  draft.timeout = Math.min(seconds, 86_400);
  draft.notes.take(member, seconds === given && member === "timeout" ? member : "timeout (seconds)");
};

const tools =
  (which: "allow" | "deny"): Rule =>
  (draft, value, member) => {
    const all = list(value);
    if (all === undefined) return draft.notes.drop(member, wrong);
    if (all.length === 0) return draft.notes.drop(member, "it is empty");
    draft[which].push(...all);
    draft.notes.take(member, `tools.${which}`);
  };

const toolRules: Rule = (draft, value, member) => {
  if (Array.isArray(value)) return all(value, draft, member);
  if (!isFields(value)) return draft.notes.drop(member, wrong);
  for (const [key, each] of Object.entries(value)) {
    const path = `${member}.${key}`;
    if (key === "allow" || key === "deny") tools(key)(draft, each, path);
    else if (key === "guard" && typeof each === "boolean") draft.guard = each;
    else draft.notes.drop(path, NOTHING);
  }
};

function all(value: readonly unknown[], draft: Draft, member: string): void {
  if (value.length === 1 && value[0] === "*") return;
  tools("allow")(draft, value, member);
}

const switched =
  (on: boolean): Rule =>
  (draft, value, member) => {
    const given = truth(value);
    if (given === undefined) return draft.notes.drop(member, wrong);
    if (given !== on) {
      draft.enabled = false;
      draft.notes.take(member, "enabled");
    } else if (member !== "enabled") draft.notes.drop(member, "servers are on unless they are turned off");
  };

const NOTHING = "nothing here means that";
const ASKING = "what an agent asks before it calls a tool is set in the agent";
const BY_ITSELF = "it is done by itself";

const RULES: Readonly<Record<string, Rule>> = {
  url: place(null),
  server_url: place(null),
  http_url: place("streamable-http"),
  sse_url: place("sse"),
  uri: place(null),
  endpoint: place(null),
  type,
  transport: type,
  transport_type: type,
  protocol: type,
  headers,
  http_headers: headers,
  request_options: (draft, value, member) => {
    if (!isFields(value)) return draft.notes.drop(member, wrong);
    for (const [key, each] of Object.entries(value)) {
      if (key === "headers") headers(draft, each, `${member}.headers`);
      else if (key === "timeout") limit(draft, each, `${member}.timeout`);
      else draft.notes.drop(`${member}.${key}`, "proxies and certificates are set for all of Gatehouse");
    }
  },
  env_http_headers: (draft, value, member) => {
    for (const [name, variable] of Object.entries(object(value) ?? {})) draft.headers[name] = `\${${text(variable)}}`;
    draft.notes.take(member, "headers");
  },
  bearer_token_env_var: (draft, value, member) => bearer(draft, `\${${text(value)}}`, member),
  bearer_token: bearer,
  api_key: bearer,
  access_token: bearer,
  authorization_token: bearer,
  headers_helper: needless("no program is run for a header: put the value into the vault (gatehouse secret set)"),
  auth: signIn,
  oauth: signIn,
  oauth2: signIn,
  authentication: signIn,
  authorization: signIn,
  auth_provider_type: needless("a server that asks for a sign-in gets one, in the browser"),
  target_audience: needless("sign in in the browser instead"),
  target_service_account: needless("sign in in the browser instead"),

  command,
  cmd: command,
  args,
  arguments: args,
  env,
  environment: env,
  envs: env,
  env_keys: names((name) => `\${keychain:${name}}`),
  env_vars: names((name) => `\${${name}}`),
  env_file: needless("no file of variables is read: put them into env, secrets as ${keychain:NAME}"),
  cwd: (draft, value, member) => {
    draft.cwd = text(value) ?? "";
    draft.notes.take(member, "cwd");
  },

  enabled: switched(true),
  is_active: switched(true),
  active: switched(true),
  disabled: switched(false),
  timeout: limit,
  timeout_ms: limit,
  timeout_seconds: limit,
  request_timeout: limit,
  tool_timeout: limit,
  tool_timeout_sec: limit,
  tool_call_timeout: limit,
  call_timeout: limit,
  read_timeout: limit,
  sse_read_timeout: limit,
  startup_timeout_sec: needless("a server that is slow to start delays nobody"),
  startup_timeout_ms: needless("a server that is slow to start delays nobody"),
  connection_timeout: needless("a server that is slow to start delays nobody"),
  tools: toolRules,
  include_tools: tools("allow"),
  enabled_tools: tools("allow"),
  allowed_tools: tools("allow"),
  available_tools: tools("allow"),
  exclude_tools: tools("deny"),
  disabled_tools: tools("deny"),
  blocked_tools: tools("deny"),

  always_allow: needless(ASKING),
  auto_approve: needless(ASKING),
  trust: needless(ASKING),
  approval: needless(ASKING),
  required: needless(ASKING),
  protocol_version: protocol,
  open_server_stream: needless(BY_ITSELF),
  reconnect_on_use: needless(BY_ITSELF),
  restart: needless(BY_ITSELF),
  quarantined: needless("a program is not started before you have allowed it, and changed tools are held back"),
  isolation: needless("programs run as they are, in no container"),
  sandbox: needless("programs run as they are, in no sandbox"),
  sandbox_enabled: needless("programs run as they are, in no sandbox"),
  log: needless("GATEHOUSE_LOG_LEVEL sets it, for all of Gatehouse"),
  discovery: needless("metadata is asked for where an endpoint is not set"),
  approved: needless("what comes from elsewhere is not started before you have allowed it"),
  name: () => {},
  id: () => {},
  title: needless("servers go by their names"),
  display_name: needless("servers go by their names"),
  description: needless("servers describe themselves"),
  working_dir: (draft, value, member) => RULES.cwd?.(draft, value, member),
  working_directory: (draft, value, member) => RULES.cwd?.(draft, value, member),
  workdir: (draft, value, member) => RULES.cwd?.(draft, value, member),
};

/**
 * Reads what a server's members say; what none of them means is dropped with its reason. `shown`: what a member is called
 * in the text.
 */
export function readMembers(fields: Fields, draft: Draft, shown = (key: string): string => key): void {
  for (const [key, value] of Object.entries(fields)) {
    if (value === null || value === undefined) continue;
    const name = snake(key);
    const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    if (rule === undefined) draft.notes.drop(shown(key), NOTHING);
    else rule(draft, value, shown(key));
  }
}
