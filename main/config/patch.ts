/** Makes a value in a JSON-with-comments text another one by the smallest changes. Pure. */
import type { Node } from "jsonc-parser";
import { insertItem, insertMember, removeMember, replaceNode } from "../json-edit.ts";
import { keyOf, memberOf, plainValue } from "../json-tree.ts";

/** Finds the value in the text as it is by then. */
type Find = (text: string) => Node;

/**
 * Members and items that stay keep their bytes, place and comments; new members come last. `value` is what JSON holds. No
 * object of the present value may hold a key twice.
 */
export function patchValue(text: string, find: Find, value: unknown): string {
  return patch(text, remembering(find), value);
}

/** Reading a whole file again for each of its members would take its time. */
function remembering(find: Find): Find {
  let last: { readonly text: string; readonly node: Node } | null = null;
  return (text) => {
    if (last?.text !== text) last = { text, node: find(text) };
    return last.node;
  };
}

function patch(text: string, find: Find, value: unknown): string {
  const node = find(text);
  if (node.type === "object" && isObject(value)) return patchObject(text, find, value);
  if (node.type === "array" && Array.isArray(value)) return patchList(text, find, value);
  return isSame(plainValue(node), value) ? text : replaceNode(text, node, value);
}

function patchObject(text: string, find: Find, value: Readonly<Record<string, unknown>>): string {
  let next = text;
  for (const [key, item] of Object.entries(value)) {
    if (memberOf(find(next), key) === undefined) next = insertMember(next, find(next), key, item);
    else next = patch(next, (now) => memberOf(find(now), key) as Node, item);
  }
  // Last, because an object that was emptied in between would lose its layout.
  for (const key of (find(next).children ?? []).map(keyOf)) {
    if (Object.hasOwn(value, key)) continue;
    const object = find(next);
    const property = object.children?.find((child) => keyOf(child) === key);
    if (property !== undefined) next = removeMember(next, object, property);
  }
  return next;
}

function patchList(text: string, find: Find, value: readonly unknown[]): string {
  const before = (find(text).children ?? []).map(plainValue);
  const most = Math.min(before.length, value.length);
  let front = 0;
  while (front < most && isSame(before[front], value[front])) front += 1;
  let back = 0;
  while (back < most - front && isSame(before.at(-1 - back), value.at(-1 - back))) back += 1;
  const [old, now] = [before.length - back, value.length - back];
  let next = text;
  for (let n = front; n < Math.min(old, now); n += 1) {
    next = patch(next, (one) => find(one).children?.[n] as Node, value[n]);
  }
  for (let n = old; n < now; n += 1)
    next = insertItem(next, find(next), value[n], find(next).children?.[n - 1] ?? null);
  for (let n = old - 1; n >= now; n -= 1) {
    const list = find(next);
    const item = list.children?.[n];
    if (item !== undefined) next = removeMember(next, list, item);
  }
  return next;
}

/** As JSON tells them apart: neither prototypes nor the order of members count. */
function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, n) => isSame(item, other[n]));
  }
  if (!isObject(one) || !isObject(other)) return one === other;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
