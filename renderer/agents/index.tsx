/** The screen Agents: who can use the servers, who still has its own, and how to change that. */
import { useState } from "react";
import type { AgentInfo } from "../../preload/api-agents.ts";
import { t } from "../../preload/words.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { AgentCard } from "./agent-card.tsx";
import { ChangeDialog } from "./change-dialog.tsx";
import { OtherAgent } from "./other-agent.tsx";
import { useAgents } from "./use-agents.ts";

/** What a dialog is open for. */
interface Change {
  readonly agent: AgentInfo;
  readonly kind: "connect" | "disconnect";
}

export function AgentsScreen() {
  const { agents, error, reload } = useAgents();
  const [change, setChange] = useState<Change | null>(null);
  const found = agents?.filter((agent) => agent.found) ?? [];
  const others = agents?.filter((agent) => !agent.found) ?? [];
  const card = (agent: AgentInfo) => (
    <AgentCard
      key={agent.id}
      agent={agent}
      onConnect={() => setChange({ agent, kind: "connect" })}
      onDisconnect={() => setChange({ agent, kind: "disconnect" })}
    />
  );
  return (
    <>
      <header className="bar">
        <h1>{t("agents:title")}</h1>
        {agents !== null && <Button onClick={reload}>{t("agents:reload")}</Button>}
      </header>
      <p className="soft agents-intro">{t("agents:intro")}</p>
      {error !== null && (
        <ErrorNotice error={error}>
          <Button onClick={reload}>{t("try_again")}</Button>
        </ErrorNotice>
      )}
      {agents === null && error === null && <Skeleton lines={6} />}
      {agents !== null && (
        <div className="groups">
          {found.length === 0 ? (
            <EmptyState title={t("agents:none_title")} text={t("agents:none_text")} />
          ) : (
            <section aria-labelledby="agents-found">
              <h2 id="agents-found">{t("agents:found")}</h2>
              <ul>{found.map(card)}</ul>
            </section>
          )}
          <OtherAgent />
          {others.length > 0 && (
            <details className="unfold">
              <summary>
                {t("agents:others")} <span className="soft">{others.length}</span>
              </summary>
              <p className="soft">{t("agents:others_text")}</p>
              <ul>{others.map(card)}</ul>
            </details>
          )}
        </div>
      )}
      {change !== null && (
        <ChangeDialog agent={change.agent} kind={change.kind} onClose={() => setChange(null)} onChanged={reload} />
      )}
    </>
  );
}
