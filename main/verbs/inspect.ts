/** What can be found out about servers before and beside using them. */
import { catalogueItems } from "../config/catalogue.ts";
import { notYet } from "./not-yet.ts";
import type { VerbDeps, Verbs } from "./types.ts";

export function inspectVerbs({ logLines }: VerbDeps): Verbs<"catalogue" | "searchRegistry" | "logs"> {
  return {
    catalogue: async () => ({ items: await catalogueItems() }),
    searchRegistry: () => notYet("searchRegistry"),
    logs: async (query) => ({ lines: await logLines(query) }),
  };
}
