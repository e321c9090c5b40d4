/**
 * Names of tools and prompts where all servers are one: `server__tool`, of `[A-Za-z0-9_-]` only and at most 64
 * characters, which is what every model's provider takes. A name depends on nothing but the two names in it: neither a
 * start, nor another server, nor which servers are up changes it.
 */
import { createHash } from "node:crypto";

const MOST = 64;
const MOST_OF_SERVER = 30;
const SEPARATOR = "__";
/** Characters of a hash. */
const HASH = 8;

const CLEAN = /^[A-Za-z0-9_-]+$/u;
/** The first `__` of a whole name ends the server's part, so that part holds none and does not end in `_`. */
const CLEAN_SERVER = /^[A-Za-z0-9-]+(_[A-Za-z0-9-]+)*$/u;
/** How a name ends that was made fit. Whatever ends so by itself is made fit too: the two never meet. */
const MADE_FIT = /[_-][0-9a-f]{8}$/u;

/** The server's part of its tools' names. */
export function serverPart(server: string): string {
  if (CLEAN_SERVER.test(server) && server.length <= MOST_OF_SERVER && !MADE_FIT.test(server)) return server;
  const slug = cleaned(server, MOST_OF_SERVER - HASH - 1).replace(/_+/gu, "_");
  return `${slug.replace(/^_|_$/gu, "") || "server"}-${hashOf(server)}`;
}

/** What the agent knows the tool or prompt of this server as. */
export function exposedName(server: string, name: string): string {
  const part = serverPart(server);
  const whole = `${part}${SEPARATOR}${name}`;
  if (CLEAN.test(name) && whole.length <= MOST && !MADE_FIT.test(name)) return whole;
  const room = MOST - part.length - SEPARATOR.length - HASH - 1;
  return `${part}${SEPARATOR}${cleaned(name, room)}_${hashOf(server, name)}`;
}

export interface SplitName {
  readonly part: string;
  /** The server's own name for it; null: it was made fit, and only the server's list tells from what. */
  readonly name: string | null;
}

/** Null: no name of ours. */
export function splitName(exposed: string): SplitName | null {
  const at = exposed.indexOf(SEPARATOR);
  if (at <= 0) return null;
  const name = exposed.slice(at + SEPARATOR.length);
  return { part: exposed.slice(0, at), name: name === "" || MADE_FIT.test(name) ? null : name };
}

function cleaned(text: string, most: number): string {
  return text.replace(/[^A-Za-z0-9_-]+/gu, "_").slice(0, most);
}

function hashOf(...names: string[]): string {
  return createHash("sha256").update(JSON.stringify(names)).digest("hex").slice(0, HASH);
}
