/** Every product's words for a server, but for how to sign in: its place, headers, program, limits, tools. */
import type { Draft } from "./draft.ts";
import { type Fields, isFields, snake } from "./found.ts";
import {
  ASKING,
  args,
  BY_ITSELF,
  bearer,
  command,
  env,
  flat,
  headers,
  limit,
  NOTHING,
  names,
  needless,
  place,
  protocol,
  type Rule,
  signIn,
  switched,
  toolRules,
  tools,
  type,
  wrong,
} from "./member-rules.ts";
import { object, text } from "./words.ts";

const RULES: Readonly<Record<string, Rule>> = {
  url: place(null),
  server_url: place(null),
  http_url: place("streamable-http"),
  sse_url: place("sse"),
  base_url: place(null),
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
  client_id: flat,
  client_secret: flat,
  client_name: flat,
  scopes: flat,
  oauth_client_id: flat,
  oauth_client_secret: flat,
  oauth_scope: flat,
  oauth_scopes: flat,
  oauth_resource: flat,
  oauth_redirect_url: flat,
  oauth_redirect_uri: flat,
  oauth_callback_port: flat,
  token_cache_dir: flat,
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
