/** How a URL turns out when it is asked, before anything is added. */
import { notYet } from "./not-yet.ts";
import type { VerbDeps, Verbs } from "./types.ts";

export function inspectUrlVerbs(_deps: VerbDeps): Verbs<"inspectUrl"> {
  return { inspectUrl: () => notYet("inspectUrl") };
}
