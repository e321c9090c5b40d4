/** Taking over servers from a text or an agent. */
import { notYet } from "./not-yet.ts";
import type { VerbDeps, Verbs } from "./types.ts";

export function importVerbs(_deps: VerbDeps): Verbs<"readSnippet" | "readAgentServers" | "importServers"> {
  return {
    readSnippet: () => notYet("readSnippet"),
    readAgentServers: () => notYet("readAgentServers"),
    importServers: () => notYet("importServers"),
  };
}
