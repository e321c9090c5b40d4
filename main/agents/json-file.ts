/** Agents' files in JSON, with or without comments and trailing commas. */
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { insertMember, removeMember, replaceNode } from "../json-edit.ts";
import { keyOf, memberOf, plainObject, plainValue } from "../json-tree.ts";
import { type Format, lineAt, type Slot, Unreadable } from "./format.ts";

export const JSON_FILE: Format = {
  parse(text, slot) {
    const root = rootOf(text);
    if (root === null) return { data: null, entries: [] };
    const entries = (containerOf(text, root, slot)?.children ?? []).flatMap((property) => {
      const value = property.children?.[1];
      return value === undefined
        ? []
        : [{ name: keyOf(property), value: plainValue(value), line: lineAt(text, property.offset) }];
    });
    return { data: plainObject(root), entries };
  },

  put(text, slot, name, value) {
    let next = text;
    let root = rootOf(next);
    const become = (changed: string): void => {
      next = changed;
      root = rootOf(next);
    };
    if (root === null) become(emptyObject(text));
    slot.path.forEach((key, depth) => {
      const parent = containerOf(next, root, { ...slot, path: slot.path.slice(0, depth) });
      if (parent === null) throw new Unreadable("it has no object to put servers into");
      if (memberOf(parent, key) === undefined) become(insertMember(next, parent, key, {}));
    });
    const container = containerOf(next, root, slot);
    if (container === null) throw new Unreadable("it has no object to put servers into");
    const old = single(next, container, name)?.children?.[1];
    return old === undefined ? insertMember(next, container, name, value) : replaceNode(next, old, value);
  },

  remove(text, slot, name, levels) {
    const container = containerOf(text, rootOf(text), slot);
    const property = container === null ? undefined : single(text, container, name);
    if (container === null || property === undefined) return text;
    return closeUp(removeMember(text, container, property), slot, levels);
  },

  print(slot, name, value) {
    const entry = slot.path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), { [name]: value });
    return `${JSON.stringify(entry, null, 2)}\n`;
  },
};

/** Null: there is nothing but white space and comments. */
function rootOf(text: string): Node | null {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const [error] = errors;
  if (error !== undefined) {
    throw new Unreadable(`it is not JSON (${printParseErrorCode(error.error)})`, lineAt(text, error.offset));
  }
  if (root === undefined) return null;
  if (root.type !== "object") throw new Unreadable("it is not a JSON object");
  return root;
}

/** Null: it is not there. */
function containerOf(text: string, root: Node | null, { path }: Slot): Node | null {
  let node = root;
  for (const key of path) {
    if (node === null) return null;
    const property = single(text, node, key);
    const value = property?.children?.[1];
    if (value !== undefined && value.type !== "object") {
      throw new Unreadable(`“${key}” is not an object`, lineAt(text, value.offset));
    }
    node = value ?? null;
  }
  return node;
}

function single(text: string, object: Node, key: string): Node | undefined {
  const [first, second] = (object.children ?? []).filter((property) => keyOf(property) === key);
  if (second !== undefined) throw new Unreadable(`“${key}” stands there twice`, lineAt(text, second.offset));
  return first;
}

function emptyObject(text: string): string {
  return text.trim() === "" ? "{}\n" : `${text.trimEnd()}\n{}\n`;
}

/** Takes empty objects of the path out, and writes the one that stays as `{}`. */
function closeUp(text: string, slot: Slot, levels: number): string {
  const root = rootOf(text);
  const container = containerOf(text, root, slot);
  if (container === null || (container.children ?? []).length > 0) return text;
  const from = container.offset;
  const inside = text.slice(from + 1, from + container.length - 1);
  if (inside.trim() !== "") return text; // a comment
  const parent = containerOf(text, root, { ...slot, path: slot.path.slice(0, -1) });
  const property = slot.path.length === 0 || parent === null ? undefined : single(text, parent, slot.path.at(-1) ?? "");
  if (levels === 0 || parent === null || property === undefined) {
    return `${text.slice(0, from)}{}${text.slice(from + container.length)}`;
  }
  return closeUp(removeMember(text, parent, property), { ...slot, path: slot.path.slice(0, -1) }, levels - 1);
}
