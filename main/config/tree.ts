/** The entries in the syntax tree of `servers.json`. */
import type { Node } from "jsonc-parser";
import { memberOf } from "../json-tree.ts";
import { normalName } from "../names.ts";

export interface EntryNode {
  /** In Unicode NFC. */
  readonly name: string;
  readonly key: Node;
  readonly value: Node;
  readonly property: Node;
}

/** The entries under `mcpServers`, in the file's order, doubles included. */
export function entriesOf(root: Node): EntryNode[] {
  const entries: EntryNode[] = [];
  for (const property of memberOf(root, "mcpServers")?.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key === undefined || value === undefined) continue;
    entries.push({ name: normalName(String(key.value)), key, value, property });
  }
  return entries;
}
