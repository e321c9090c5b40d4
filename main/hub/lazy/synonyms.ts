/** Words that people and tools use for the same thing. General on purpose: none is about a particular server. */
import { stem } from "./words.ts";

const GROUPS: readonly string[] = [
  "create add new make open file insert write",
  "delete remove erase drop destroy",
  "update change edit modify set rename",
  "get read show view fetch retrieve see",
  "list show all browse",
  "search find look query filter",
  "send post mail publish share",
  "email mail message",
  "stop end cancel halt shut off disable terminate",
  "start run launch boot execute begin on enable",
  "issue bug ticket problem",
  "error crash exception failure fail bug",
  "pr pull",
  "repo repository",
  "db database",
  "sql query statement select",
  "vm machine instance",
  "meeting event appointment",
  "invite invitation attendee",
  "free available slot",
  "cost spend spending expense price",
  "doc document page",
  "picture image photo",
  "user person people member colleague attendee guest participant",
  "team group",
  "directory folder",
  "log output",
  "revert undo rollback roll previous",
  "reply answer respond",
  "upload put attach",
  "download get save",
  "resolve fix done close",
  "assign give",
  "vacation holiday",
  "increase raise grow scale",
  "money balance fund",
  "react reaction",
  "build ci",
  "schedule plan later",
  "client customer",
  "permission access right",
  "copy duplicate clone",
];

const TABLE: ReadonlyMap<string, ReadonlySet<string>> = build();

function build(): Map<string, Set<string>> {
  const table = new Map<string, Set<string>>();
  for (const group of GROUPS) {
    const stems = group.split(" ").map(stem);
    for (const word of stems) {
      const known = table.get(word) ?? new Set();
      for (const other of stems) if (other !== word) known.add(other);
      table.set(word, known);
    }
  }
  return table;
}

/** `word`: a stem. */
export function synonyms(word: string): ReadonlySet<string> {
  return TABLE.get(word) ?? NONE;
}

const NONE: ReadonlySet<string> = new Set();
