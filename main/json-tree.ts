/** Reading the syntax tree of a JSON-with-comments text. */
import type { Node } from "jsonc-parser";

/** The value of an object's member; undefined when it has none of that name. */
export function memberOf(object: Node, name: string): Node | undefined {
  return object.children?.find((property) => keyOf(property) === name)?.children?.[1];
}

/** A node as plain data. */
export function plainValue(node: Node): unknown {
  if (node.type === "object") return plainObject(node);
  if (node.type === "array") return (node.children ?? []).map((child) => plainValue(child));
  return node.value as unknown;
}

/** An object's node as plain data without a prototype, so that no key of it means anything. */
export function plainObject(node: Node): Record<string, unknown> {
  const object = Object.create(null) as Record<string, unknown>;
  for (const property of node.children ?? []) {
    const value = property.children?.[1];
    if (value !== undefined) object[keyOf(property)] = plainValue(value);
  }
  return object;
}

export interface Duplicate {
  readonly name: string;
  readonly first: Node;
  readonly second: Node;
}

/** Keys that an object holds twice: which of the two counts would be anybody's guess. */
export function duplicateKeys(object: Node): Duplicate[] {
  const seen = new Map<string, Node>();
  const doubles: Duplicate[] = [];
  for (const property of object.children ?? []) {
    const first = seen.get(keyOf(property));
    if (first === undefined) seen.set(keyOf(property), property);
    else doubles.push({ name: keyOf(property), first, second: property });
  }
  return doubles;
}

export function keyOf(property: Node): string {
  return String(property.children?.[0]?.value);
}
