/** The text of `servers.json` to what is in force. Pure. */
import { type Node, type ParseError, parseTree } from "jsonc-parser";
import { type GatehouseError, quoteRemote } from "../errors.ts";
import { duplicateKeys, keyOf, memberOf, plainObject } from "../json-tree.ts";
import { checkName } from "../names.ts";
import { type References, readEntry } from "./entry.ts";
import { type Env, NO_SECRETS, type Secrets } from "./expand.ts";
import { entryError, fileError, placeAt, syntaxError } from "./problems.ts";
import { TOP_LEVEL, unknownMembers } from "./schema.ts";
import { entriesOf } from "./tree.ts";
import type { ServerConfig } from "./types.ts";

const PARSE_OPTIONS = { allowTrailingComma: true, allowEmptyContent: true };

export interface ParsedConfig {
  readonly servers: ReadonlyMap<string, ServerConfig>;
  readonly invalid: ReadonlyMap<string, GatehouseError>;
  /** Members that nobody reads, as in `github.auth.scopes`. */
  readonly unknown: readonly string[];
  /** Secrets that entries refer to, each with the names of those entries. */
  readonly secrets: ReadonlyMap<string, readonly string[]>;
}

/**
 * The tree of a file that can be read as a whole; null when there is nothing in it. Throws `config_invalid` with line
 * and column otherwise.
 */
export function parseFile(path: string, text: string): Node | null {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, PARSE_OPTIONS);
  const first = errors[0];
  if (first !== undefined) throw syntaxError(path, text, first.error, first.offset);
  if (root === undefined) return null;
  const fail = (what: string, node: Node) => fileError(path, what, placeAt(text, node.offset));
  if (root.type !== "object") throw fail("the file must hold one object { … }", root);
  const twice = duplicateKeys(root)[0];
  if (twice !== undefined) {
    throw fail(
      `${quoteRemote(twice.name)} stands here and in line ${placeAt(text, twice.first.offset).line}`,
      twice.second,
    );
  }
  for (const name of ["mcpServers", "settings"]) {
    const value = memberOf(root, name);
    if (value !== undefined && value.type !== "object") throw fail(`“${name}” must be an object { … }`, value);
  }
  return root;
}

/** Judges each entry by itself; only a file that cannot be read as a whole throws (`config_invalid`). */
export function parseConfig(path: string, text: string, env: Env, secrets: Secrets = NO_SECRETS): ParsedConfig {
  try {
    return judgeEntries(parseFile(path, text), text, { env, secrets });
  } catch (error) {
    if (error instanceof RangeError) throw fileError(path, "the values are nested too deep", null, error);
    throw error;
  }
}

function judgeEntries(root: Node | null, text: string, references: References): ParsedConfig {
  const secrets = new Map<string, string[]>();
  const servers = new Map<string, ServerConfig>();
  const invalid = new Map<string, GatehouseError>();
  const unknown = (root?.children ?? []).map(keyOf).filter((key) => !(TOP_LEVEL as readonly string[]).includes(key));
  const entries = root === null ? [] : entriesOf(root);
  const names = new Set(entries.map((entry) => entry.name));
  for (const { name, key, value } of entries) {
    if (servers.has(name) || invalid.has(name)) {
      const lines = entries.filter((entry) => entry.name === name).map((entry) => placeAt(text, entry.key.offset).line);
      servers.delete(name);
      const what = `stands in this file more than once, in lines ${lines.join(" and ")}`;
      invalid.set(name, entryError(name, { member: null, what, details: { lines } }, null));
      continue;
    }
    const check = checkName(name);
    if (!check.ok) {
      const suggestion = freeName(check.suggestion, names);
      const problem = {
        member: null,
        what: "cannot be the name of a server",
        suggestion: `Use letters, digits, space, “.”, “_” and “-”, at most 64, a letter or digit first: “${suggestion}” would do.`,
        details: { name: suggestion },
      };
      invalid.set(name, entryError(name, problem, placeAt(text, key.offset)));
      continue;
    }
    const read = readEntry(name, value, text, references);
    for (const secret of read.secrets) secrets.set(secret, [...(secrets.get(secret) ?? []), name]);
    if (read.ok) servers.set(name, read.server);
    else invalid.set(name, read.error);
    if (value.type === "object")
      unknown.push(...unknownMembers(plainObject(value)).map((member) => `${name}.${member}`));
  }
  return { servers, invalid, unknown, secrets };
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let n = 2; ; n += 1) {
    const candidate = `${Array.from(name).slice(0, 58).join("")}-${n}`;
    if (!taken.has(candidate)) return candidate;
  }
}
