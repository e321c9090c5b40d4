/** A server that stands in no file: an agent's command line named its URL. */
import { createHash } from "node:crypto";
import { judgeRemote } from "./entry.ts";
import { type EntryProblem, entryError } from "./problems.ts";
import type { RemoteServer } from "./types.ts";

/** Code points that a name may have: longer ones are cut, and told apart by their end. */
const MAX_NAME = 160;

export interface AdHocServer {
  readonly server: RemoteServer;
  /** The same for entries that say the same, and for no others. Holds no secret. */
  readonly id: string;
}

/**
 * Its name is its URL without the query, which no entry of `servers.json` can be called. What decides whose access it is
 * (a query, headers, how to sign in) is told apart by a mark behind that, so that grants do not mix. `allow_http`: plain
 * http may leave this machine. Throws `config_invalid`, `unsafe_url`; no value is quoted.
 */
export function readAdHoc(entry: Readonly<Record<string, unknown>>): AdHocServer {
  const { allow_http, ...rest } = entry;
  const shown = shownUrl(rest.url);
  const judged = judgeRemote(shown, rest, allow_http === true);
  if ("problems" in judged) throw refused(shown, judged.problems[0]);
  const server = judged.server as RemoteServer;
  const name = nameOf(server);
  const hasQuery = server.url.includes("?");
  return {
    server: { ...server, name, ...(hasQuery ? { shownUrl: shownUrl(server.url) } : {}) },
    id: digest({ ...server, name }),
  };
}

function refused(name: string, problem: EntryProblem): Error {
  const suggestion = "Correct the arguments of “gatehouse connect”: see gatehouse connect --help.";
  return entryError(name, { suggestion, ...problem }, null);
}

function nameOf({ url, headers, auth }: RemoteServer): string {
  const { callback_timeout: _limit, redirect_uri: _redirect, ...identity } = auth;
  const { origin, pathname, search } = new URL(url);
  const plain = `${origin}${pathname}`;
  const whole = Array.from(plain).length <= MAX_NAME && search === "";
  const isPlain = whole && Object.keys(headers).length === 0 && Object.keys(identity).length === 0;
  if (isPlain) return plain;
  const cut = Array.from(plain).slice(0, MAX_NAME).join("");
  return `${cut} #${digest([url, sorted(headers), identity]).slice(0, 8)}`;
}

/** Header names have no case (RFC 9110 §5.1), and their order says nothing. */
function sorted(headers: Readonly<Record<string, string>>): [string, string][] {
  const entries = Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

function shownUrl(url: unknown): string {
  if (typeof url !== "string" || !URL.canParse(url)) return "the server";
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
