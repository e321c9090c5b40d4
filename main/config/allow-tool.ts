/** Turns one tool on or off in an entry of `servers.json`. Pure. */
import type { Node } from "jsonc-parser";
import { GatehouseError, quoteRemote } from "../errors.ts";
import { memberOf, plainValue } from "../json-tree.ts";
import { singleEntry } from "./edit.ts";
import { parseFile } from "./parse.ts";
import { patchValue } from "./patch.ts";
import { passes } from "./tool-patterns.ts";

interface Rules {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/**
 * Changes exact names in `tools` and leaves patterns. Throws `unknown_server`, `config_invalid` when `tools` is not what it
 * has to be, and `conflict` when a pattern turns the tool off.
 */
export function allowTool(path: string, text: string, name: string, tool: string, allowed: boolean): string {
  const find = (now: string): Node => singleEntry(parseFile(path, now), name).value;
  const entry = find(text);
  const tools = memberOf(entry, "tools");
  const before = rulesOf(tools);
  if (entry.type !== "object" || before === null) throw noRules(name);
  const allow = before.allow ?? ["*"];
  const deny = before.deny ?? [];
  if (passes({ allow, deny }, tool) === allowed) return text;
  const after = allowed ? turnedOn({ allow, deny }, name, tool) : turnedOff({ allow, deny }, tool);
  const changed: Record<string, unknown> = { ...(plainValue(entry) as object) };
  const rest: Record<string, unknown> = { ...(tools === undefined ? {} : (plainValue(tools) as object)) };
  put(rest, "allow", after.allow, before.allow === undefined && isSame(after.allow, ["*"]));
  put(rest, "deny", after.deny, after.deny.length === 0 && !isSame(deny, []));
  put(changed, "tools", rest, Object.keys(rest).length === 0);
  return patchValue(text, find, changed);
}

function turnedOff({ allow, deny }: Rules, tool: string): Rules {
  const others = allow.filter((pattern) => pattern !== tool);
  const named = others.length < allow.length && !passes({ allow: others, deny: [] }, tool);
  return named ? { allow: others, deny } : { allow, deny: [...deny, tool] };
}

function turnedOn({ allow, deny }: Rules, name: string, tool: string): Rules {
  const others = deny.filter((pattern) => pattern !== tool);
  const pattern = others.find((one) => !passes({ allow: ["*"], deny: [one] }, tool));
  if (pattern !== undefined) throw turnedOffByPattern(name, tool, pattern);
  const named = passes({ allow, deny: [] }, tool);
  return { allow: named ? allow : [...allow, tool], deny: others };
}

/** Null: not what it has to be. */
function rulesOf(tools: Node | undefined): { readonly [K in keyof Rules]?: readonly string[] } | null {
  if (tools === undefined) return {};
  if (tools.type !== "object") return null;
  const { allow, deny } = plainValue(tools) as { allow?: unknown; deny?: unknown };
  const isList = (value: unknown): value is readonly string[] | undefined =>
    value === undefined || (Array.isArray(value) && value.every((item) => typeof item === "string"));
  if (!isList(allow) || !isList(deny)) return null;
  return { ...(allow === undefined ? {} : { allow }), ...(deny === undefined ? {} : { deny }) };
}

function put(object: Record<string, unknown>, key: string, value: unknown, leaveOut: boolean): void {
  if (leaveOut) delete object[key];
  else if (Object.hasOwn(object, key) || !(Array.isArray(value) && value.length === 0)) object[key] = value;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, n) => item === other[n]);
}

function turnedOffByPattern(server: string, tool: string, pattern: string): GatehouseError {
  return new GatehouseError({
    code: "conflict",
    server,
    message: `${quoteRemote(tool)} is turned off by the pattern ${quoteRemote(pattern)} in “tools.deny”, which may stand for other tools, too.`,
    suggestion: "Change the pattern in the server's settings.",
    details: { pattern },
  });
}

function noRules(server: string): GatehouseError {
  return new GatehouseError({
    code: "config_invalid",
    server,
    message: `“tools” of ${quoteRemote(server)} must be an object { … } with lists of names in “allow” and “deny”.`,
    suggestion: "Correct the entry in servers.json.",
  });
}
