/** What a server offers, and trying a tool as the person. */
import { notYet } from "./not-yet.ts";
import type { VerbDeps, Verbs } from "./types.ts";

export function contentVerbs(_deps: VerbDeps): Verbs<"listContents" | "tryTool"> {
  return {
    listContents: () => notYet("listContents"),
    tryTool: () => notYet("tryTool"),
  };
}
