/** Moves literal secrets of an entry to where secrets are kept: names stay in the entry, values go into the vault. */
import { literalSecrets } from "../../literal-secrets.ts";
import { mayHoldSecrets } from "../expand.ts";
import type { Notes } from "./found.ts";

export interface MovedSecret {
  /** Of the entry, as in `headers.Authorization`. */
  readonly member: string;
  /** In the vault. */
  readonly name: string;
  readonly value: string;
}

type Fields = Record<string, unknown>;

const COVER = "••••";

/**
 * Changes `entry`. `taken`: names of secrets that there are; those chosen are added. What cannot be moved, since it
 * stands where everybody looks, is told.
 */
export function moveSecrets(entry: Fields, server: string, taken: Set<string>, notes: Notes): MovedSecret[] {
  const moved: MovedSecret[] = [];
  for (const { path, start, end } of literalSecrets(entry)) {
    const member = path.join(".");
    const text = String(valueAt(entry, path));
    if (!mayHoldSecrets(member)) {
      notes.warn(exposed(path));
      continue;
    }
    const name = secretName(server, path.slice(1), taken);
    put(entry, path, `${text.slice(0, start)}\${keychain:${name}}${text.slice(end)}`);
    if (isPlaceholder(text.slice(start, end))) notes.warn(`${member} is to be filled in: gatehouse secret set ${name}`);
    else moved.push({ member, name, value: text.slice(start, end).replaceAll("$${", "${") });
  }
  for (const [member, value] of textsOf(entry)) {
    if (isPlaceholder(value)) notes.warn(`${member} is to be filled in.`);
  }
  return moved;
}

function exposed(path: readonly string[]): string {
  if (path[0] === "args" || path[0] === "command") {
    const which = path[0] === "args" ? `Argument ${Number(path[1]) + 1}` : "The command";
    return `${which} looks like a secret. It stays in servers.json, and every program on this computer can read it while the server runs: give it to the server in env if it takes it there.`;
  }
  return `${path.join(".")} holds what looks like a secret; it stays in servers.json in plain text.`;
}

/** A gap that documentation leaves for its reader: `<your-token>`, `YOUR_API_KEY`, `…`. */
function isPlaceholder(text: string): boolean {
  const bare = text.replace(/^(Bearer|Basic|Token)\s+/i, "").trim();
  return (
    /^(<[^<>]*>|\[[\w -]+\]|\{\{?[\w .-]+\}?\}|\u2026|\.{3}|x{3,}|\*{3,})$/i.test(bare) ||
    /^(your|my)[-_ a-z]*(token|key|secret|id|password|here)$/i.test(bare) ||
    /^(replace|insert|enter|put|change)[-_ ]?(me|this|your|with|here)/i.test(bare) ||
    /^(token|secret|api[-_ ]?key|client[-_ ]?(id|secret)|password)[-_ ]?(here)?$/i.test(bare) ||
    /^[\w-]{0,12}(\u2026|\.{3})$/.test(bare)
  );
}

/** Texts that a reader of documentation may have left as they were. */
function textsOf(entry: Fields): [string, string][] {
  const found: [string, string][] = [];
  for (const block of ["auth", "headers", "env"]) {
    for (const [name, value] of Object.entries((entry[block] ?? {}) as Fields)) {
      if (typeof value === "string") found.push([`${block}.${name}`, value]);
    }
  }
  for (const member of ["url", "command"]) if (typeof entry[member] === "string") found.push([member, entry[member]]);
  return found;
}

function secretName(server: string, path: readonly string[], taken: Set<string>): string {
  const base = `${server}-${path.join("-")}`
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 58);
  const fit = base === "" ? "secret" : base;
  let name = fit;
  for (let n = 2; taken.has(name); n += 1) name = `${fit}-${n}`;
  taken.add(name);
  return name;
}

/** The entry with the secrets covered that stay in it, to be shown. */
export function covered(entry: Fields): Fields {
  const shown = JSON.parse(JSON.stringify(entry)) as Fields;
  for (const { path, start, end } of literalSecrets(shown)) {
    const text = String(valueAt(shown, path));
    put(shown, path, text.slice(0, start) + COVER + text.slice(end));
  }
  return shown;
}

function valueAt(entry: Fields, path: readonly string[]): unknown {
  let value: unknown = entry;
  for (const key of path) value = (value as Fields)[key];
  return value;
}

function put(entry: Fields, path: readonly string[], value: string): void {
  const parent = valueAt(entry, path.slice(0, -1)) as Fields;
  parent[path.at(-1) ?? ""] = value;
}
