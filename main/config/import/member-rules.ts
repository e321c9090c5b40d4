/** What the members of a server can mean: each rule adds to the draft what a value says. */
import type { Draft } from "./draft.ts";
import { isFields, record, snake } from "./found.ts";
import { list, number, object, text, truth } from "./words.ts";

export type Rule = (draft: Draft, value: unknown, member: string) => void;

export const wrong = "its value is of no kind that it can have";

export const needless =
  (why: string): Rule =>
  ({ notes }, _value, member) =>
    notes.drop(member, why);

export const place =
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

export const type: Rule = (draft, value, member) => {
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

export const protocol: Rule = (draft, value, member) => {
  const given = text(value) ?? "";
  if (given === "auto") return;
  draft.protocol = given === "2026-07-28" ? given : "legacy";
  draft.notes.take(member, "protocol");
};

export const headers: Rule = (draft, value, member) => {
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

export const bearer: Rule = ({ headers: sent, notes }, value, member) => {
  const given = text(value);
  if (given === undefined || given === "") return notes.drop(member, wrong);
  sent.Authorization = `Bearer ${given}`;
  notes.take(member, "headers.Authorization");
};

export const command: Rule = (draft, value, member) => {
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

export const args: Rule = (draft, value, member) => {
  const words = Array.isArray(value) ? value : typeof value === "string" ? value.split(/\s+/).filter(Boolean) : null;
  if (words === null) return draft.notes.drop(member, wrong);
  draft.args.push(...words.map((word) => text(word) ?? JSON.stringify(word)));
};

export const env: Rule = (draft, value, member) => {
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
export const names =
  (into: (name: string) => string): Rule =>
  (draft, value, member) => {
    for (const name of list(value) ?? []) draft.env[name] = into(name);
    draft.notes.take(member, "env");
  };

export const signIn: Rule = (draft, value, member) => {
  if (isFields(value)) return void draft.signIn.push([member, value]);
  const on = truth(value);
  if (on === false || value === "none") {
    draft.auth.grant = "none";
    draft.notes.take(member, "auth.grant");
  } else draft.notes.drop(member, "a server that asks for a sign-in gets one");
};

/** How to sign in, beside everything else. */
export const flat: Rule = (draft, value, member) => void draft.signIn.push(["", record([[member, value]])]);

/** Products differ in the unit, and nobody waits a quarter of an hour for an answer, or a second. */
export const limit: Rule = (draft, value, member) => {
  const given = number(value);
  if (given === undefined || given <= 0) return draft.notes.drop(member, wrong);
  const seconds = /(_ms|millis\w*)$/.test(snake(member)) || given >= 1000 ? given / 1000 : given;
  draft.timeout = Math.min(seconds, 86_400);
  draft.notes.take(member, seconds === given && member === "timeout" ? member : "timeout (seconds)");
};

export const tools =
  (which: "allow" | "deny"): Rule =>
  (draft, value, member) => {
    const all = list(value);
    if (all === undefined) return draft.notes.drop(member, wrong);
    if (all.length === 0) return draft.notes.drop(member, "it is empty");
    draft[which].push(...all);
    draft.notes.take(member, `tools.${which}`);
  };

export const toolRules: Rule = (draft, value, member) => {
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

export const switched =
  (on: boolean): Rule =>
  (draft, value, member) => {
    const given = truth(value);
    if (given === undefined) return draft.notes.drop(member, wrong);
    if (given !== on) {
      draft.enabled = false;
      draft.notes.take(member, "enabled");
    } else if (member !== "enabled") draft.notes.drop(member, "servers are on unless they are turned off");
  };

export const NOTHING = "nothing here means that";
export const ASKING = "what an agent asks before it calls a tool is set in the agent";
export const BY_ITSELF = "it is done by itself";
