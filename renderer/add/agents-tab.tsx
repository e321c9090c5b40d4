/** Agents that have servers of their own, which can move to Gatehouse. */
import { useEffect, useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import type { AgentInfo } from "../../preload/api-agents.ts";
import { t } from "../../preload/words.ts";
import { ownEntries, tokens } from "../agents/describe-agent.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { Tile } from "../ui/tile.tsx";
import type { AgentSource } from "./types.ts";

export function AgentsTab({ onSource }: { readonly onSource: (source: AgentSource) => void }) {
  const run = useApp((state) => state.run);
  const ask = useApp((state) => state.ask);
  const [agents, setAgents] = useState<readonly AgentInfo[] | null>(null);
  const [error, setError] = useState<ErrorObject | null>(null);

  useEffect(() => {
    let isCurrent = true;
    void run("listAgents", {}).then((result) => {
      if (!isCurrent) return;
      if (result.ok) setAgents(result.value.agents);
      else setError(result.error);
    });
    return () => {
      isCurrent = false;
    };
  }, [run]);

  const chooseFile = async (): Promise<void> => {
    const chosen = await ask("choosePath", { kind: "file" });
    if (!chosen.ok) setError(chosen.error);
    else if (chosen.value.path !== null) onSource({ path: chosen.value.path, name: null });
  };

  const some = agents?.filter((agent) => ownEntries(agent).length > 0) ?? [];
  return (
    <>
      <div className="browse-bar">
        <p className="soft">{t("add:browse.agents_text")}</p>
        <Button onClick={() => void chooseFile()}>{t("add:browse.file")}</Button>
      </div>
      {error !== null && <ErrorNotice error={error} />}
      {agents === null && error === null && <Skeleton lines={4} />}
      {agents !== null && some.length === 0 && <p className="browse-none">{t("add:browse.agents_none")}</p>}
      <ul className="picks one-column">
        {some.map((agent) => (
          <li key={agent.id}>
            <button type="button" className="pick" onClick={() => onSource({ client: agent.id, name: agent.name })}>
              <Tile name={agent.name} />
              <span className="pick-text">
                <span className="name" translate="no">
                  {agent.name}
                </span>
                <span className="pick-about">
                  {[
                    t("add:browse.agent_servers", { count: ownEntries(agent).length }),
                    tokens(agent) > 0 ? t("add:browse.agent_tokens") : null,
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
