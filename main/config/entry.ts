/** One entry of `mcpServers` to the server it describes, or to what is wrong with it. */
import { findNodeAtLocation, type Node } from "jsonc-parser";
import { isLoopbackHost } from "../http/urls.ts";
import { duplicateKeys, keyOf, plainObject, plainValue } from "../json-tree.ts";
import { type Env, expand, type Secrets } from "./expand.ts";
import { type EntryProblem, type PlacedProblem, placeAt, referenceProblem, schemaProblems } from "./problems.ts";
import { remoteServer, stdioServer } from "./schema.ts";
import { withShown } from "./shown.ts";
import type { RemoteServer, ServerConfig, StdioServer } from "./types.ts";

export interface EntryResult {
  /** Null when it cannot be used. */
  readonly server: ServerConfig | null;
  /** Everything that is wrong with it, what explains the most first. */
  readonly problems: readonly PlacedProblem[];
  /** Names of the secrets that it refers to. */
  readonly secrets: ReadonlySet<string>;
}

export type Judged =
  | { readonly server: ServerConfig }
  | { readonly problems: readonly [EntryProblem, ...EntryProblem[]] };

/** Where the values of references come from. */
export interface References {
  readonly env: Env;
  readonly secrets: Secrets;
}

/** Judges the entry `name`, whose value is `node` in `text`. Throws nothing. */
export function readEntry(name: string, node: Node, text: string, references: References): EntryResult {
  const secrets = new Set<string>();
  const judged = judge(name, node, text, references, secrets);
  if ("server" in judged) return { server: judged.server, problems: [], secrets };
  const problems = judged.problems.map((problem) => ({
    ...problem,
    place: placeAt(text, nodeOf(node, problem.member).offset),
  }));
  return { server: null, problems, secrets };
}

/** Adds the secrets that are referred to to `named`. */
function judge(name: string, node: Node, text: string, { env, secrets }: References, named: Set<string>): Judged {
  if (node.type !== "object") return wrong({ member: null, what: "must be an object { … }" });
  const key = badKey(node, text, "");
  if (key !== null) return wrong(key);
  const { value, bad, secrets: referred } = expand(plainValue(node), env, secrets);
  for (const secret of referred) named.add(secret);
  const judged = judgeExpanded(name, value as Readonly<Record<string, unknown>>);
  if (bad.length > 0) {
    // What a member would be without its references says nothing.
    const members = new Set(bad.map(({ member }) => member));
    const others = "problems" in judged ? judged.problems.filter(({ member }) => !members.has(member ?? "")) : [];
    return wrong(...bad.map((reference) => referenceProblem(reference)), ...others);
  }
  return "server" in judged ? { server: withShown(judged.server, plainObject(node)) } : judged;
}

/** An entry whose references have been replaced. */
export function judgeExpanded(name: string, entry: Readonly<Record<string, unknown>>): Judged {
  const remote = Object.hasOwn(entry, "url");
  const local = Object.hasOwn(entry, "command");
  if (remote && local) return wrong({ member: null, what: "has both a url and a command; only one can be meant" });
  if (remote) return judgeRemote(name, entry);
  if (local) return judgeStdio(name, entry);
  return wrong({ member: null, what: `needs a ${entry.type === "stdio" ? "command" : "url (or a command)"}` });
}

function wrong(...problems: readonly EntryProblem[]): Judged {
  const [first, ...others] = problems;
  if (first === undefined) throw new Error("nothing is wrong");
  return { problems: [first, ...others] };
}

/** `anyHttp`: plain http may leave this machine. No reference in `entry` is replaced. */
export function judgeRemote(name: string, entry: Readonly<Record<string, unknown>>, anyHttp = false): Judged {
  const parsed = remoteServer.safeParse(entry);
  const problems = [
    ...(parsed.success ? [] : schemaProblems(parsed.error)),
    ...urlProblems(entry.url, anyHttp),
    ...headerProblems(entry.headers),
  ];
  if (!parsed.success || problems.length > 0) return wrong(...problems);
  const { type = "auto", url, headers = {}, auth = {}, ...rest } = parsed.data;
  const server: RemoteServer = {
    name,
    ...common(rest),
    type: type === "http" ? "streamable-http" : type,
    url,
    headers,
    auth,
  };
  return { server };
}

function judgeStdio(name: string, entry: Readonly<Record<string, unknown>>): Judged {
  const problems: EntryProblem[] = [];
  if (Object.hasOwn(entry, "auth")) {
    const what = "has no meaning for a program on this computer (stdio)";
    problems.push({ member: "auth", what, suggestion: "Take it out; give the program what it needs in “env”." });
  }
  const parsed = stdioServer.safeParse(entry);
  if (!parsed.success) return wrong(...problems, ...schemaProblems(parsed.error));
  const { type: _type, command, args = [], env = {}, cwd = null, approved, ...rest } = parsed.data;
  const texts: [string, string][] = [
    ["command", command],
    ["cwd", cwd ?? ""],
    ...args.map((arg, n): [string, string] => [`args.${n}`, arg]),
    ...Object.entries(env).map(([key, value]): [string, string] => [`env.${key}`, key + value]),
  ];
  for (const [member, value] of texts) {
    if (value.includes("\0")) problems.push({ member, what: "must not hold a NUL character" });
  }
  const badName = Object.keys(env).find((key) => key === "" || key.includes("="));
  if (badName !== undefined) problems.push({ member: "env", what: "holds a name that no variable can have" });
  if (problems.length > 0) return wrong(...problems);
  const server: StdioServer = {
    name,
    ...common(rest),
    type: "stdio",
    command,
    args,
    env,
    cwd,
    ...(approved === false ? { approved } : {}),
  };
  return { server };
}

type Common = Pick<ServerConfig, "enabled" | "protocol" | "tools" | "timeout">;

function common(
  given: Partial<Omit<Common, "tools">> & { tools?: { allow?: string[]; deny?: string[]; guard?: boolean } },
): Common {
  const { allow = ["*"], deny = [], guard } = given.tools ?? {};
  return {
    enabled: given.enabled ?? true,
    protocol: given.protocol ?? "auto",
    tools: { allow, deny, ...(guard === undefined ? {} : { guard }) },
    timeout: given.timeout ?? 60,
  };
}

/** What keeps a server's URL from being used. It is not quoted: it may hold a secret. */
function urlProblems(text: unknown, anyHttp: boolean): EntryProblem[] {
  if (typeof text !== "string" || text === "") return [];
  if (/[\s\p{Cc}\\]/u.test(text) || !URL.canParse(text)) {
    return [{ member: "url", what: "is not a URL; write it whole, as in https://mcp.example.com/mcp" }];
  }
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return [{ code: "unsafe_url", member: "url", what: "must begin with https://" }];
  }
  const problems: EntryProblem[] = [];
  if (url.username !== "" || url.password !== "") {
    const suggestion = 'Take it out of the URL and send it in “headers”, as in "Authorization": "Basic …".';
    problems.push({ member: "url", what: "holds a user name or password", suggestion });
  }
  if (text.includes("#")) problems.push({ member: "url", what: "must not have a fragment (#…)" });
  if (url.protocol === "http:" && !anyHttp && !isLoopbackHost(url.hostname)) {
    const suggestion = "Use https://; plain http is accepted for servers on this machine only.";
    const what = "would send tokens over the network unencrypted";
    problems.push({ code: "unsafe_url", member: "url", what, suggestion });
  }
  return problems;
}

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/; // RFC 9110 §5.6.2 token
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;
/** These say how the message is framed and are the transport's own (RFC 9112 §6, RFC 9110 §7.6.1). */
const FRAMING = new Set([
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function headerProblems(headers: unknown): EntryProblem[] {
  if (typeof headers !== "object" || headers === null) return [];
  return Object.entries(headers).flatMap(([name, value]) => {
    const member = `headers.${name}`;
    if (!HEADER_NAME.test(name)) return [{ member, what: "is not the name of a header" }];
    if (FRAMING.has(name.toLowerCase())) return [{ member, what: "is set by Gatehouse itself" }];
    if (typeof value !== "string" || HEADER_VALUE.test(value)) return [];
    return [{ member, what: "holds a character that no header can carry" }];
  });
}

/** A key that stands twice in one object, or that JavaScript would take for something else, at any depth. */
function badKey(node: Node, text: string, path: string): EntryProblem | null {
  if (node.type === "object") {
    const twice = duplicateKeys(node)[0];
    if (twice !== undefined) {
      const lines = [twice.first, twice.second].map((double) => placeAt(text, double.offset).line);
      const what = `stands there more than once, in lines ${lines.join(" and ")}`;
      return { member: path + twice.name, what, details: { lines } };
    }
  }
  for (const [index, child] of (node.children ?? []).entries()) {
    const key = node.type === "object" ? keyOf(child) : String(index);
    if (key === "__proto__") return { member: path + key, what: "cannot be the name of a member" };
    const value = node.type === "object" ? child.children?.[1] : child;
    const found = value === undefined ? null : badKey(value, text, `${path}${key}.`);
    if (found !== null) return found;
  }
  return null;
}

/** The node that a member's path leads to, or the last one on the way that is there. */
function nodeOf(entry: Node, member: string | null): Node {
  let node = entry;
  for (const part of member?.split(".") ?? []) {
    const next = findNodeAtLocation(node, [node.type === "array" ? Number(part) : part]);
    if (next === undefined) break;
    node = next;
  }
  return node;
}
