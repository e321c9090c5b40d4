/** What can be found out about servers before and beside using them. */
import { catalogueItems } from "../config/catalogue.ts";
import { searchRegistry } from "./registry.ts";
import type { VerbDeps, Verbs } from "./types.ts";

export function inspectVerbs({ logLines, env }: VerbDeps): Verbs<"catalogue" | "searchRegistry" | "logs"> {
  return {
    catalogue: async () => ({ items: await catalogueItems() }),
    searchRegistry: (params) => searchRegistry(env.GATEHOUSE_REGISTRY, params),
    logs: async (query) => ({ lines: await logLines(query) }),
  };
}
