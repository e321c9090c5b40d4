/** The agents of this machine, as their files are now. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import type { AgentInfo } from "../../preload/api-agents.ts";
import { useApp } from "../store.ts";

interface Agents {
  /** Null until they are known. */
  readonly agents: readonly AgentInfo[] | null;
  readonly error: ErrorObject | null;
  reload(): void;
}

/** Asked for again when the window has the focus again: their files may have been edited meanwhile. */
export function useAgents(): Agents {
  const run = useApp((state) => state.run);
  const [agents, setAgents] = useState<readonly AgentInfo[] | null>(null);
  const [error, setError] = useState<ErrorObject | null>(null);
  const turn = useRef(0);

  const reload = useCallback(() => {
    const mine = ++turn.current;
    void run("listAgents", {}).then((result) => {
      if (mine !== turn.current) return;
      if (result.ok) setAgents(result.value.agents);
      setError(result.ok ? null : result.error);
    });
  }, [run]);

  useEffect(() => {
    reload();
    window.addEventListener("focus", reload);
    return () => {
      turn.current++;
      window.removeEventListener("focus", reload);
    };
  }, [reload]);

  return { agents, error, reload };
}
