/** An entry of `servers.json` in one line. Pure. */
import type { Entry } from "./offer.ts";

/** The whole command line; null: it is no program. Words with blanks are quoted, so that each is seen as one. */
export function commandOf(entry: Entry): string | null {
  const { command, args } = entry;
  if (typeof command !== "string") return null;
  const words = [command, ...(Array.isArray(args) ? args.map(String) : [])];
  return words.map((word) => (word === "" || /[\s"']/.test(word) ? JSON.stringify(word) : word)).join(" ");
}

/** Its URL, or its command. */
export function targetOf(entry: Entry): string {
  return commandOf(entry) ?? (typeof entry.url === "string" ? entry.url : "");
}

/** The URL of an entry that says nothing but that; null: it says more. */
export function plainUrl(entry: Entry): string | null {
  const isPlain = Object.keys(entry).every((member) => member === "url" || member === "type");
  return isPlain && typeof entry.url === "string" ? entry.url : null;
}
