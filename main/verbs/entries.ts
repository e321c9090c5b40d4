/** Entries of `servers.json` as a form and as text, and the way back from an edit. */
import { notYet } from "./not-yet.ts";
import type { VerbDeps, Verbs } from "./types.ts";

export function entryVerbs(_deps: VerbDeps): Verbs<"getEntry" | "checkEntry" | "setEntry" | "undo" | "setToolAllowed"> {
  return {
    getEntry: () => notYet("getEntry"),
    checkEntry: () => notYet("checkEntry"),
    setEntry: () => notYet("setEntry"),
    undo: () => notYet("undo"),
    setToolAllowed: () => notYet("setToolAllowed"),
  };
}
