/** Grants that live as long as the hub: for tests, and for machines that must keep nothing. */
import type { TextStore } from "./store.ts";

export function memoryStore(): TextStore {
  const texts = new Map<string, string>();
  return {
    kind: "memory",
    read: async (name) => texts.get(name) ?? null,
    write: async (name, text) => {
      texts.set(name, text);
    },
    remove: async (name) => texts.delete(name),
  };
}
