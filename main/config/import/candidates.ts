/** What each server of a text becomes, and what is to be known of that before it is taken over. */
import { isDeepStrictEqual } from "node:util";
import type { ImportCandidate } from "../../../preload/api-import.ts";
import { visible } from "../../visible.ts";
import { type Judged, judgeExpanded } from "../entry.ts";
import { type BadReference, type Env, expand } from "../expand.ts";
import { type EntryProblem, entryError } from "../problems.ts";
import type { ServerConfig } from "../types.ts";
import { membersOf, readAuth } from "./auth.ts";
import { useOwnEnvironment } from "./docker.ts";
import { type Draft, newDraft } from "./draft.ts";
import { readNamedFile } from "./files.ts";
import { type Found, isFields, Notes } from "./found.ts";
import { warnOfLeaks } from "./leaks.ts";
import { readMembers } from "./members.ts";
import { nameForCommand, nameForUrl, takeName } from "./names.ts";
import { authState, readOauth2Proxy, unwrapProxy } from "./proxies.ts";
import { useOwnReferences } from "./references.ts";
import { covered, type MovedSecret, moveSecrets } from "./secrets.ts";
import { warnOfShells } from "./shell-lines.ts";
import { readText } from "./text.ts";
import { wholeUrl } from "./url.ts";

export interface ImportContext {
  /** Where `${VAR}` will come from. */
  readonly env: Env;
  /** The person's folder. */
  readonly home: string;
  /** Names that entries of `servers.json` have already. */
  readonly names: Iterable<string>;
  /** Names of secrets that there are. */
  readonly secrets: Iterable<string>;
  /** For telling that one is there already. */
  readonly servers: Iterable<ServerConfig>;
}

export interface Candidate {
  /** As everybody may see it. */
  readonly shown: ImportCandidate;
  /** As `servers.json` will have it. */
  readonly entry: Readonly<Record<string, unknown>>;
  readonly secrets: readonly MovedSecret[];
  /** As the text calls it; null: it does not. */
  readonly called: string | null;
}

export interface Candidates {
  readonly source: string;
  readonly candidates: readonly Candidate[];
  /** Why there are none; goes on after “It”. */
  readonly problem: { readonly what: string; readonly suggestion: string } | null;
}

const CORRECT = "Correct it where it comes from, and import it again.";

export function readCandidates(text: string, context: ImportContext): Candidates {
  const { source, found, problem } = readText(text);
  const names = new Set(context.names);
  const secrets = new Set(context.secrets);
  const set = new Set(secrets);
  const servers = [...context.servers];
  const candidates = found.map((each, n) =>
    candidateOf(each, String(n + 1), { ...context, servers }, names, secrets, set),
  );
  return { source, candidates, problem };
}

function candidateOf(
  found: Found,
  id: string,
  { env, home, servers }: ImportContext,
  names: Set<string>,
  secretNames: Set<string>,
  set: ReadonlySet<string>,
): Candidate {
  const notes = new Notes();
  const draft = draftOf(found, notes, home);
  const { url, command, args } = draft;
  const named = url !== null ? nameForUrl(url) : command !== null ? nameForCommand(command, args) : "server";
  const called = found.name === "" ? null : found.name;
  const name = takeName(called ?? named, names);
  const entry = entryOf(draft);
  const moved = moveSecrets(entry, name, secretNames, notes);
  warnOfShells(entry, notes);
  warnOfLeaks(entry, set, notes);
  const judged = judge(name, entry, env, [...set, ...moved.map((secret) => secret.name)], notes);
  const problem: EntryProblem | null =
    draft.problem !== null ? { member: null, ...draft.problem } : "problems" in judged ? judged.problems[0] : null;
  return {
    shown: {
      id,
      name,
      name_was: called === null || called === name ? null : visible(called),
      format: draft.format,
      entry: visibleTexts(covered(entry)) as Record<string, unknown>,
      became: notes.became,
      dropped: notes.dropped,
      warnings: notes.warnings,
      secrets: moved.map(({ member, name: secret }) => ({ member, name: secret })),
      unapproved: entry.approved === false,
      same_as: "server" in judged ? sameAs(judged.server, servers) : null,
      error: problem === null ? null : entryError(name, { suggestion: CORRECT, ...problem }, null).toObject(),
    },
    entry,
    secrets: moved,
    called,
  };
}

function draftOf(found: Found, notes: Notes, home: string): Draft {
  const draft = newDraft(found.format, notes);
  const readFile = (path: string): string => readNamedFile(path, home);
  if (found.format === "mcp-oauth2-proxy" && isFields(found.fields.upstream)) readOauth2Proxy(found.fields, {}, draft);
  else {
    readMembers(found.fields, draft);
    unwrapProxy(draft, readFile);
    useOwnEnvironment(draft);
  }
  draft.problem = found.problem ?? draft.problem;
  if (draft.url !== null) useUrl(draft, draft.url);
  for (const [member, fields] of draft.signIn) {
    if (draft.command !== null && draft.url === null)
      notes.drop(member, "a program on this computer signs in by itself");
    else readAuth(membersOf(fields, member), authState(draft));
  }
  useOwnReferences(draft, home);
  const isPlaced = draft.url !== null || draft.command !== null;
  if (!isPlaced && draft.problem === null) draft.problem = nowhere(draft);
  return draft;
}

function nowhere({ signIn }: Draft): { what: string; suggestion: string } {
  const what = "says neither a URL nor a command";
  if (signIn.length === 0) return { what, suggestion: CORRECT };
  const suggestion = "Paste it together with the server's URL: the URL on a line of its own, and this below it.";
  return { what: "says how to sign in, and not where the server is", suggestion };
}

/** A URL as people write it, as one that can be used, and says what was changed. */
function useUrl(draft: Draft, given: string): void {
  const { notes, headers } = draft;
  let text = wholeUrl(given.trim());
  if (text !== given.trim()) notes.warn(`It had no scheme; ${text.slice(0, text.indexOf("/"))}// was put in front.`);
  draft.url = text;
  if (text.includes("${") || !URL.canParse(text)) return;
  const url = new URL(text);
  if (/^wss?:$/.test(url.protocol)) {
    draft.problem ??= {
      what: "is reached over WebSocket, which Gatehouse does not speak",
      suggestion: "Look in its documentation for an address that begins with https://.",
    };
  }
  if (url.username !== "" || url.password !== "") {
    const [user, password] = [url.username, url.password].map(decoded);
    if (Object.keys(headers).some((name) => name.toLowerCase() === "authorization")) {
      notes.drop("user and password of the URL", "there is an Authorization header already");
    } else {
      // RFC 7617 §2: user name and password in UTF-8.
      headers.Authorization = `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
      notes.take("user and password of the URL", "headers.Authorization");
    }
    text = text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1");
  }
  if (text.includes("#")) {
    notes.drop(visible(text.slice(text.indexOf("#"))).slice(0, 40), "a fragment is never sent to a server");
    text = text.slice(0, text.indexOf("#"));
  }
  draft.url = text;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function entryOf(draft: Draft): Record<string, unknown> {
  const { url, type, headers, auth, command, args, env, cwd, enabled, protocol, allow, deny, guard, timeout } = draft;
  const entry: Record<string, unknown> = {};
  if (url !== null) {
    if (type !== null) entry.type = type;
    entry.url = url;
    if (Object.keys(headers).length > 0) entry.headers = { ...headers };
    if (Object.keys(auth).length > 0) entry.auth = { ...auth };
  }
  if (command !== null) {
    entry.command = command;
    if (args.length > 0) entry.args = args;
    if (Object.keys(env).length > 0) entry.env = { ...env };
    if (cwd !== null) entry.cwd = cwd;
    // It came from elsewhere: it is not started before somebody has looked at it.
    entry.approved = false;
  }
  if (enabled === false) entry.enabled = false;
  if (protocol !== null) entry.protocol = protocol;
  const tools = {
    ...(allow.length > 0 ? { allow } : {}),
    ...(deny.length > 0 ? { deny } : {}),
    ...(guard === null ? {} : { guard }),
  };
  if (Object.keys(tools).length > 0) entry.tools = tools;
  if (timeout !== null) entry.timeout = timeout;
  return entry;
}

/** As it would be with everything there that it refers to; what is missing of that is told. */
function judge(
  name: string,
  entry: Readonly<Record<string, unknown>>,
  env: Env,
  secrets: readonly string[],
  notes: Notes,
): Judged {
  const first = expand(entry, env, new Map(secrets.map((secret) => [secret, "x"])));
  for (const bad of first.bad) warnOfMissing(bad, notes);
  const missing = first.bad.map(({ reference }): [string, string] => [reference, standIn(entry, reference)]);
  const given = { ...env, ...Object.fromEntries(missing) };
  const { value, bad } = expand(
    entry,
    given,
    new Map([...secrets, ...missing.map(([key]) => key)].map((key) => [key, "x"])),
  );
  if (bad[0] !== undefined) {
    const { member, kind, reference } = bad[0];
    const what =
      kind === "misplaced"
        ? `refers to the secret ${reference}, which would be shown there`
        : `holds the reference ${visible(reference)}, which has no known form`;
    return { problems: [{ member, what }] };
  }
  return judgeExpanded(name, value as Readonly<Record<string, unknown>>);
}

/** A value that what refers to it can work with. */
function standIn(entry: Readonly<Record<string, unknown>>, variable: string): string {
  const isWhole = (value: unknown): boolean => typeof value === "string" && value.startsWith(`\${${variable}}`);
  const { auth } = entry as { auth?: Readonly<Record<string, unknown>> };
  return isWhole(entry.url) || Object.values(auth ?? {}).some(isWhole) ? "https://unset.invalid" : "x";
}

function warnOfMissing({ kind, reference, member }: BadReference, notes: Notes): void {
  if (kind === "unset") {
    notes.warn(`${member} needs the environment variable ${reference}, which is not set where Gatehouse runs.`);
  }
  if (kind === "secret") notes.warn(`${member} needs a secret: gatehouse secret set ${reference}`);
}

function sameAs(server: ServerConfig, servers: Iterable<ServerConfig>): string | null {
  for (const other of servers) if (isDeepStrictEqual(essence(server), essence(other))) return other.name;
  return null;
}

/** What makes it that server: not what it is called, or what agents may do there. */
function essence(server: ServerConfig): unknown {
  if (server.type === "stdio") {
    return [server.command, server.args, server.cwd, Object.keys(server.env).sort()];
  }
  const { callback_timeout: _limit, redirect_uri: _redirect, client_secret: _secret, ...auth } = server.auth;
  return [server.url.replace(/\/$/, ""), Object.keys(server.headers).map((name) => name.toLowerCase()), { ...auth }];
}

/** Texts of a stranger: what nobody sees stands there as `\u{…}`. */
function visibleTexts(value: unknown): unknown {
  if (typeof value === "string") return visible(value);
  if (Array.isArray(value)) return value.map(visibleTexts);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [visible(key), visibleTexts(each)]));
}
