/** What a change of an agent's file would be, as the choice stands now. */
import { useEffect, useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import type { AgentChange, AgentPreview, AgentScope } from "../../preload/api-agents.ts";
import { useApp } from "../store.ts";

export type Shown =
  | { readonly state: "none" | "asking" }
  | { readonly state: "there"; readonly preview: AgentPreview }
  | { readonly state: "failed"; readonly error: ErrorObject };

interface Wanted {
  readonly client: string;
  /** Null: the choice is not made yet. */
  readonly change: AgentChange | null;
  readonly scope: AgentScope;
  readonly project: string | null;
  /** One of several files of the agent; null: its only one, or its first. */
  readonly path: string | null;
}

/** `turn`: another one reads the file again. */
export function usePreview({ client, change, scope, project, path }: Wanted, turn: number): Shown {
  const run = useApp((state) => state.run);
  const [shown, setShown] = useState<{ readonly for: string; readonly shown: Shown } | null>(null);
  const isReady = change !== null && (scope === "user" || project !== null);
  const question = isReady ? JSON.stringify([client, change, scope, project, path, turn]) : null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the question holds all that is asked
  useEffect(() => {
    if (question === null || change === null) return;
    let isCurrent = true;
    const where = { scope, ...(project === null ? {} : { project }), ...(path === null ? {} : { path }) };
    void run("previewAgent", { client, change, ...where }).then((result) => {
      if (!isCurrent) return;
      setShown({
        for: question,
        shown: result.ok ? { state: "there", preview: result.value } : { state: "failed", error: result.error },
      });
    });
    return () => {
      isCurrent = false;
    };
  }, [question]);

  if (question === null) return { state: "none" };
  return shown?.for === question ? shown.shown : { state: "asking" };
}
