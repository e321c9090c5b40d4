/** What can be found out about servers before and beside using them. */
import { notYet } from "./not-yet.ts";
import type { VerbDeps, Verbs } from "./types.ts";

export function inspectVerbs(_deps: VerbDeps): Verbs<"catalogue" | "searchRegistry" | "logs"> {
  return {
    catalogue: () => notYet("catalogue"),
    searchRegistry: () => notYet("searchRegistry"),
    logs: () => notYet("logs"),
  };
}
