/** For which work the agent is connected: everywhere, or in one project. */
import type { AgentScope } from "../../preload/api-agents.ts";
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { SegmentedControl } from "../ui/tabs.tsx";

interface Props {
  readonly scope: AgentScope;
  /** Absolute; null: none is chosen. */
  readonly project: string | null;
  readonly onScope: (scope: AgentScope) => void;
  readonly onProject: (project: string) => void;
}

export function WhereField({ scope, project, onScope, onProject }: Props) {
  const ask = useApp((state) => state.ask);
  const choose = async (): Promise<void> => {
    const chosen = await ask("choosePath", { kind: "folder" });
    if (chosen.ok && chosen.value.path !== null) onProject(chosen.value.path);
  };
  return (
    <div className="where">
      <SegmentedControl
        label={t("agents:dialog.where")}
        choices={[
          { value: "user", label: t("agents:dialog.everywhere") },
          { value: "project", label: t("agents:dialog.project") },
        ]}
        value={scope}
        onChange={(next) => {
          onScope(next);
          if (next === "project" && project === null) void choose();
        }}
      />
      {scope === "project" && (
        <div className="where-project">
          {project === null ? (
            <span className="soft">{t("agents:dialog.no_project")}</span>
          ) : (
            <code dir="ltr">{project}</code>
          )}
          <Button onClick={() => void choose()}>
            {t(project === null ? "agents:dialog.choose_project" : "agents:dialog.change_project")}
          </Button>
        </div>
      )}
    </div>
  );
}
