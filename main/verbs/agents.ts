/** Agents' own configuration files. */
import { notYet } from "./not-yet.ts";
import type { VerbDeps, Verbs } from "./types.ts";

export function agentVerbs(_deps: VerbDeps): Verbs<"listAgents" | "previewAgent" | "applyAgent" | "undoAgent"> {
  return {
    listAgents: () => notYet("listAgents"),
    previewAgent: () => notYet("previewAgent"),
    applyAgent: () => notYet("applyAgent"),
    undoAgent: () => notYet("undoAgent"),
  };
}
