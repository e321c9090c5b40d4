/** The way back from an edit of `servers.json`. Pure; texts are without byte order mark. */
import type { Node } from "jsonc-parser";
import { GatehouseError, quoteRemote } from "../errors.ts";
import { insertMember, insertWritten, removeMember } from "../json-edit.ts";
import { keyOf, memberOf } from "../json-tree.ts";
import { parseFile } from "./parse.ts";

/** What an edit touches as a whole: an entry, or a member at the top that is not `mcpServers`. */
interface Part {
  readonly holder: "mcpServers" | null;
  readonly key: string;
  readonly written: string;
  /** The key in front of it; null: it is the first. */
  readonly behind: string | null;
  /** Its key stands there twice, so that nobody can say which is meant. */
  readonly double: boolean;
}

/**
 * `now` without what made `after` out of `before`. Where nothing else was changed since, that is `before` byte for byte;
 * else each part that the edit touched becomes what it was. Throws `conflict` when one of them is not as the edit left it.
 */
export function takeBack(path: string, now: string, before: string, after: string): string {
  if (now === after && before.trim() !== "") return before;
  const [was, left, is] = [before, after, now].map((text) => partsOf(path, text)) as [Parts, Parts, Parts];
  const touched = [...new Set([...was.keys(), ...left.keys()])].filter(
    (id) => was.get(id)?.written !== left.get(id)?.written,
  );
  for (const id of touched) {
    const states = [was.get(id), left.get(id), is.get(id)];
    const same = states[1]?.written === states[2]?.written;
    if (!same || states.some((part) => part?.double)) throw conflict((states[0] ?? states[1])?.key ?? "");
  }
  let next = now;
  // In the order of `before`: what comes back behind another part of the same edit finds it there.
  for (const id of touched) {
    const part = was.get(id);
    next = part === undefined ? withoutPart(path, next, left.get(id) as Part) : withPart(path, next, part);
  }
  return next;
}

type Parts = ReadonlyMap<string, Part>;

function partsOf(path: string, text: string): Parts {
  const parts = new Map<string, Part>();
  const root = parseFile(path, text);
  if (root === null) return parts;
  const add = (holder: Part["holder"], object: Node): void => {
    let behind: string | null = null;
    for (const property of object.children ?? []) {
      const value = property.children?.[1];
      const key = keyOf(property);
      if (value === undefined || (holder === null && key === "mcpServers")) continue;
      const written = text.slice(value.offset, value.offset + value.length);
      const id = JSON.stringify([holder, key]);
      parts.set(id, { holder, key, written, behind, double: parts.has(id) });
      behind = key;
    }
  };
  add(null, root);
  const servers = memberOf(root, "mcpServers");
  if (servers !== undefined) add("mcpServers", servers);
  return parts;
}

function withoutPart(path: string, text: string, { holder, key }: Part): string {
  const object = holderOf(parseFile(path, text), holder);
  const property = object?.children?.find((child) => keyOf(child) === key);
  return object === undefined || property === undefined ? text : removeMember(text, object, property);
}

function withPart(path: string, text: string, part: Part): string {
  const root = parseFile(path, text);
  const object = holderOf(root, part.holder);
  if (object === undefined) {
    if (root === null) return withPart(path, `{${text}\n}`, part);
    return withPart(path, insertMember(text, root, "mcpServers", {}), part);
  }
  const value = memberOf(object, part.key);
  if (value !== undefined) {
    return text.slice(0, value.offset) + part.written + text.slice(value.offset + value.length);
  }
  const behind = object.children?.find((child) => keyOf(child) === part.behind);
  return insertWritten(text, object, part.key, part.written, behind ?? null);
}

function holderOf(root: Node | null, holder: Part["holder"]): Node | undefined {
  if (root === null) return undefined;
  return holder === null ? root : memberOf(root, holder);
}

function conflict(name: string): GatehouseError {
  return new GatehouseError({
    code: "conflict",
    server: name,
    message: `${quoteRemote(name)} has been changed again since, so the change before that cannot be taken back.`,
    suggestion: "Look at it as it is now, and change by hand what you want back.",
  });
}
