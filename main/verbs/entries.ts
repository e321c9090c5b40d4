/** Entries of `servers.json` as a form and as text, and the way back from an edit. */
import { notYet } from "./not-yet.ts";
import type { VerbDeps, Verbs } from "./types.ts";
import type { Undos } from "./undo.ts";

export function entryVerbs(
  _deps: VerbDeps,
  undos: Undos,
): Verbs<"getEntry" | "checkEntry" | "setEntry" | "undo" | "setToolAllowed"> {
  return {
    getEntry: () => notYet("getEntry"),
    checkEntry: () => notYet("checkEntry"),
    setEntry: () => notYet("setEntry"),
    undo: ({ undo }) => undos.take(undo),
    setToolAllowed: () => notYet("setToolAllowed"),
  };
}
