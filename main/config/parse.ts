/** The text of `servers.json` to what is in force. Pure. */
import { type Node, type ParseError, parseTree } from "jsonc-parser";
import type { AppSettings } from "../../preload/api-settings.ts";
import { type GatehouseError, quoteRemote } from "../errors.ts";
import { duplicateKeys, keyOf, memberOf, plainObject } from "../json-tree.ts";
import { checkName } from "../names.ts";
import { type References, readEntry } from "./entry.ts";
import { type Env, NO_SECRETS, type Secrets } from "./expand.ts";
import { entryError, fileError, nameProblem, type PlacedProblem, placeAt, syntaxError } from "./problems.ts";
import { TOP_LEVEL, unknownMembers } from "./schema.ts";
import { readSettings } from "./settings.ts";
import { entriesOf } from "./tree.ts";
import type { ServerConfig } from "./types.ts";

const PARSE_OPTIONS = { allowTrailingComma: true, allowEmptyContent: true };

export interface ParsedConfig {
  readonly servers: ReadonlyMap<string, ServerConfig>;
  readonly invalid: ReadonlyMap<string, GatehouseError>;
  /** Everything that is wrong with the invalid ones; the first is what their error says. */
  readonly problems: ReadonlyMap<string, readonly PlacedProblem[]>;
  readonly settings: AppSettings;
  /** Why a setting is not as the file says. */
  readonly settingsError: GatehouseError | null;
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
  const problems = new Map<string, readonly PlacedProblem[]>();
  const reject = (name: string, found: readonly [PlacedProblem, ...PlacedProblem[]]): void => {
    servers.delete(name);
    invalid.set(name, entryError(name, found[0], found[0].place));
    problems.set(name, found);
  };
  const unknown = (root?.children ?? []).map(keyOf).filter((key) => !(TOP_LEVEL as readonly string[]).includes(key));
  const entries = root === null ? [] : entriesOf(root);
  const names = new Set(entries.map((entry) => entry.name));
  for (const { name, key, value } of entries) {
    if (servers.has(name) || invalid.has(name)) {
      const lines = entries.filter((entry) => entry.name === name).map((entry) => placeAt(text, entry.key.offset).line);
      const what = `stands in this file more than once, in lines ${lines.join(" and ")}`;
      reject(name, [{ member: null, what, details: { lines }, place: null }]);
      continue;
    }
    const check = checkName(name);
    if (!check.ok) {
      reject(name, [{ ...nameProblem(freeName(check.suggestion, names)), place: placeAt(text, key.offset) }]);
      continue;
    }
    const read = readEntry(name, value, text, references);
    for (const secret of read.secrets) secrets.set(secret, [...(secrets.get(secret) ?? []), name]);
    const [first, ...others] = read.problems;
    if (read.server !== null) servers.set(name, read.server);
    else if (first !== undefined) reject(name, [first, ...others]);
    if (value.type === "object")
      unknown.push(...unknownMembers(plainObject(value)).map((member) => `${name}.${member}`));
  }
  const {
    settings,
    error,
    unknown: strange,
  } = readSettings(root === null ? undefined : memberOf(root, "settings"), text);
  return { servers, invalid, problems, settings, settingsError: error, unknown: [...unknown, ...strange], secrets };
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let n = 2; ; n += 1) {
    const candidate = `${Array.from(name).slice(0, 58).join("")}-${n}`;
    if (!taken.has(candidate)) return candidate;
  }
}
