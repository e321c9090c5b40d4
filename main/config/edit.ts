/** What a person can change in `servers.json`, as changes of its text. Pure; texts are without byte order mark. */
import { isDeepStrictEqual } from "node:util";
import type { Node } from "jsonc-parser";
import type { ServerInput } from "../../preload/api.ts";
import type { AppSettings } from "../../preload/api-settings.ts";
import { GatehouseError, quoteRemote } from "../errors.ts";
import { insertMember, insertMembers, removeMember, replaceNode } from "../json-edit.ts";
import { keyOf, memberOf } from "../json-tree.ts";
import { normalName } from "../names.ts";
import { DEFAULT_SETTINGS } from "../settings.ts";
import { parseFile } from "./parse.ts";
import { type EntryNode, entriesOf } from "./tree.ts";
import type { ServerConfig, StdioServer } from "./types.ts";

export const NEW_FILE = '{\n  "mcpServers": {}\n}\n';

/** Throws `invalid_request` when there is a server of that name. */
export function addEntry(path: string, text: string, name: string, input: ServerInput): string {
  return addEntries(path, text, [[name, freshEntry(input)]]);
}

/** Adds all of them, in order, or throws as {@link addEntry}. No two may have one name. */
export function addEntries(path: string, text: string, entries: readonly (readonly [string, unknown])[]): string {
  if (entries.length === 0) return text;
  let next = withRoot(path, text);
  let root = parseFile(path, next);
  if (root !== null && memberOf(root, "mcpServers") === undefined) {
    next = insertMember(next, root, "mcpServers", {});
    root = parseFile(path, next);
  }
  const servers = root === null ? undefined : memberOf(root, "mcpServers");
  if (root === null || servers === undefined) throw new Error("the new file has no place for a server");
  const taken = new Set(entriesOf(root).map((entry) => entry.name));
  const members = entries.map(([name, entry]): [string, unknown] => [normalName(name), entry]);
  for (const [name] of members) if (taken.has(name)) throw nameTaken(name);
  return insertMembers(next, servers, members);
}

/** Changes members of the block `settings`, which is made when there is none. */
export function changeSettings(path: string, text: string, settings: Partial<AppSettings>): string {
  const asked = Object.entries(settings).filter(([, value]) => value !== undefined);
  let next = text;
  for (const [key, value] of asked) {
    next = withRoot(path, next);
    const root = parseFile(path, next);
    const block = root === null ? undefined : memberOf(root, "settings");
    const member = block === undefined ? undefined : memberOf(block, key);
    if (member !== undefined) next = member.value === value ? next : replaceNode(next, member, value);
    // What is so anyway need not be written.
    else if (value === DEFAULT_SETTINGS[key as keyof AppSettings]) continue;
    else if (block !== undefined) next = insertMember(next, block, key, value);
    else if (root !== null) next = insertMember(next, root, "settings", { [key]: value });
  }
  return next;
}

/** The text of a file that holds an object. */
function withRoot(path: string, text: string): string {
  if (parseFile(path, text) !== null) return text;
  return text.trim() === "" ? NEW_FILE : `${text.trimEnd()}\n${NEW_FILE}`;
}

/** Takes every entry of that name out. Throws `unknown_server`. */
export function removeEntry(path: string, text: string, name: string): string {
  let next = text;
  for (let first = true; ; first = false) {
    const root = parseFile(path, next);
    const entry = root === null ? undefined : entriesNamed(root, name)[0];
    const servers = root === null ? undefined : memberOf(root, "mcpServers");
    if (entry === undefined || servers === undefined) {
      if (first) throw unknownServer(name);
      return next;
    }
    next = removeMember(next, servers, entry.property);
  }
}

/** Throws `unknown_server`, or `invalid_request` when the new name is taken. */
export function renameEntry(path: string, text: string, name: string, newName: string): string {
  const root = parseFile(path, text);
  const entry = singleEntry(root, name);
  if (normalName(name) === normalName(newName)) return text;
  if (root !== null && entriesNamed(root, newName).length > 0) throw nameTaken(newName);
  return replaceNode(text, entry.key, normalName(newName));
}

/** Throws `unknown_server`; `config_invalid` when the entry is no object. */
export function enableEntry(path: string, text: string, name: string, enabled: boolean): string {
  const entry = singleEntry(parseFile(path, text), name);
  if (entry.value.type !== "object") throw noObject(name);
  const member = memberOf(entry.value, "enabled");
  if (member !== undefined) return member.value === enabled ? text : replaceNode(text, member, enabled);
  return enabled ? text : insertMember(text, entry.value, "enabled", false);
}

/** Takes `approved` out, so that the program may be started. Throws as {@link enableEntry}. */
export function approveEntry(path: string, text: string, name: string): string {
  const entry = singleEntry(parseFile(path, text), name);
  if (entry.value.type !== "object") throw noObject(name);
  const property = entry.value.children?.find((child) => keyOf(child) === "approved");
  return property === undefined ? text : removeMember(text, entry.value, property);
}

/**
 * Changes where the server is. What `current` (the entry with its `${VAR}` replaced) says already stays as written, so
 * that a form which shows the replaced value does not write it over the reference.
 */
export function repointEntry(
  path: string,
  text: string,
  name: string,
  input: ServerInput,
  current: ServerConfig | undefined,
): string {
  const entry = singleEntry(parseFile(path, text), name);
  if (entry.value.type !== "object") return replaceNode(text, entry.value, freshEntry(input));
  const change = (before: string, apply: (entry: Node, text: string) => string): string =>
    apply(singleEntry(parseFile(path, before), name).value, before);
  const without = (before: string, member: string): string =>
    change(before, (node, now) => {
      const property = node.children?.find((child) => keyOf(child) === member);
      return property === undefined ? now : removeMember(now, node, property);
    });
  const withMember = (before: string, member: string, value: unknown): string =>
    change(before, (node, now) => {
      const found = memberOf(node, member);
      return found === undefined ? insertMember(now, node, member, value) : replaceNode(now, found, value);
    });

  const remote = "url" in input;
  const stays = current !== undefined && (current.type !== "stdio") === remote;
  let next = text;
  if (!stays) {
    // The new place first: an object that was emptied in between would lose its layout.
    const type = memberOf(entry.value, "type")?.value;
    const foreign = remote ? ["command", "args", "env", "cwd"] : ["url", "headers", "auth"];
    if ((type === "stdio") === remote) foreign.push("type");
    next = remote ? withMember(next, "url", input.url) : withMember(next, "command", input.command);
    for (const member of foreign) next = without(next, member);
  }
  if ("url" in input) {
    const same = current !== undefined && current.type !== "stdio" && current.url === input.url;
    return same || !stays ? next : withMember(next, "url", input.url);
  }
  // Whoever enters a command means it to run.
  if (current?.type === "stdio" && !sameProgram(current, input)) next = approveEntry(path, next, name);
  const program = stays && current?.type === "stdio" ? current : null;
  if (program !== null && program.command !== input.command) next = withMember(next, "command", input.command);
  if (program !== null && isDeepStrictEqual(program.args, [...input.args])) return next;
  return input.args.length === 0 ? without(next, "args") : withMember(next, "args", input.args);
}

function sameProgram(server: StdioServer, input: { command: string; args: readonly string[] }): boolean {
  return server.command === input.command && isDeepStrictEqual(server.args, [...input.args]);
}

function freshEntry(input: ServerInput): Record<string, unknown> {
  if ("url" in input) return { url: input.url };
  return { command: input.command, ...(input.args.length === 0 ? {} : { args: input.args }) };
}

/** As many as stand there; more than one is wrong. */
export function entriesNamed(root: Node, name: string): EntryNode[] {
  return entriesOf(root).filter((entry) => entry.name === normalName(name));
}

/** Throws `unknown_server`, or `config_invalid` when there is more than one. */
export function singleEntry(root: Node | null, name: string): EntryNode {
  const [entry, second] = root === null ? [] : entriesNamed(root, name);
  if (entry === undefined) throw unknownServer(name);
  if (second === undefined) return entry;
  throw new GatehouseError({
    code: "config_invalid",
    server: name,
    message: `${quoteRemote(name)} stands in servers.json more than once.`,
    suggestion: "Take all but one out of the file.",
  });
}

function unknownServer(name: string): GatehouseError {
  return new GatehouseError({
    code: "unknown_server",
    server: name,
    message: `There is no server ${quoteRemote(name)} in servers.json.`,
    suggestion: "Look at the names in the list of servers.",
  });
}

function nameTaken(name: string): GatehouseError {
  return new GatehouseError({
    code: "invalid_request",
    server: name,
    message: `There is a server ${quoteRemote(name)} already.`,
    suggestion: "Choose another name, or change that server.",
  });
}

function noObject(name: string): GatehouseError {
  return new GatehouseError({
    code: "config_invalid",
    server: name,
    message: `${quoteRemote(name)} must be an object { … }.`,
    suggestion: "Correct the entry in servers.json, or remove it.",
  });
}
