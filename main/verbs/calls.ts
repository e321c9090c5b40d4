/** What agents' requests were. */
import { notYet } from "./not-yet.ts";
import type { VerbDeps, Verbs } from "./types.ts";

export function callVerbs(_deps: VerbDeps): Verbs<"calls"> {
  return {
    calls: () => notYet("calls"),
  };
}
