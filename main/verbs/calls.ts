/** What agents' requests were. */
import type { VerbDeps, Verbs } from "./types.ts";

export function callVerbs({ calls }: VerbDeps): Verbs<"calls"> {
  return {
    calls: (query) => ({ calls: calls.find(query) }),
  };
}
