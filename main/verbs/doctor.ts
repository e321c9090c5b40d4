/** What is wrong, and what to do about it. */
import { notYet } from "./not-yet.ts";
import type { VerbDeps, Verbs } from "./types.ts";

export function doctorVerbs(_deps: VerbDeps): Verbs<"doctor"> {
  return { doctor: () => notYet("doctor") };
}
