/** Taking over servers from a text or an agent. */
import { notYet } from "./not-yet.ts";
import type { VerbDeps, Verbs } from "./types.ts";
import type { Undos } from "./undo.ts";

export function importVerbs(
  _deps: VerbDeps,
  _undos: Undos,
): Verbs<"readSnippet" | "readAgentServers" | "importServers"> {
  return {
    readSnippet: () => notYet("readSnippet"),
    readAgentServers: () => notYet("readAgentServers"),
    importServers: () => notYet("importServers"),
  };
}
