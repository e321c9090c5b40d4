/** Connect or Disconnect: what to give the agent, the exact change of its file, and where the old one is kept. */
import { useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import type { AgentChange, AgentInfo, AgentScope } from "../../preload/api-agents.ts";
import { t } from "../../preload/words.ts";
import { useAppStore } from "../store.ts";
import { Banner } from "../ui/banner.tsx";
import { Button } from "../ui/button.tsx";
import { CodeText } from "../ui/code-text.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { DiffLines } from "../ui/diff.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { SelectField } from "../ui/field.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { type Choice, changeOf, choiceOf, WhichServers } from "./choice.tsx";
import { type Shown, usePreview } from "./use-preview.ts";
import { WhereField } from "./where-field.tsx";

interface Props {
  readonly agent: AgentInfo;
  readonly kind: "connect" | "disconnect";
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

export function ChangeDialog({ agent, kind, onClose, onChanged }: Props) {
  const store = useAppStore();
  const [choice, setChoice] = useState<Choice>(() => choiceOf(agent));
  const [scope, setScope] = useState<AgentScope>("user");
  const [project, setProject] = useState<string | null>(null);
  const files = agent.files.filter((file) => file.scope === "user" && file.error === null).map(({ path }) => path);
  const [path, setPath] = useState<string | null>(files.length > 1 ? (files[0] ?? null) : null);
  const [turn, setTurn] = useState(0);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorObject | null>(null);

  const change: AgentChange | null = kind === "disconnect" ? { kind } : changeOf(choice);
  const where = scope === "user" ? { scope, project: null, path } : { scope, project, path: null };
  const shown = usePreview({ client: agent.id, change, ...where }, turn);
  const preview = shown.state === "there" ? shown.preview : null;

  const apply = async (): Promise<void> => {
    if (preview === null || busy) return;
    setBusy(true);
    const { run, say } = store.getState();
    const result = await run("applyAgent", { preview: preview.preview });
    setBusy(false);
    if (!result.ok) {
      setError(result.error);
      // Somebody else has written it: what would change now is something else.
      if (result.error.code === "conflict") setTurn(turn + 1);
      return;
    }
    const { undo } = result.value;
    const takeBack = async (name: string): Promise<void> => {
      const undone = await run("undoAgent", { undo: name });
      if (undone.ok) say(t("agents:undone", { agent: agent.name }));
      onChanged();
    };
    onClose();
    onChanged();
    say(doneWords(kind, agent.name, preview.note), undo === null ? null : () => void takeBack(undo));
  };

  return (
    <Dialog title={t(`agents:dialog.${kind}`, { agent: agent.name })} wide onClose={onClose}>
      <form
        className="agent-change"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void apply();
        }}
      >
        {kind === "connect" && <WhichServers choice={choice} onChange={setChoice} />}
        {kind === "disconnect" && <p>{t("agents:dialog.loses", { agent: agent.name })}</p>}
        <WhereField scope={scope} project={project} onScope={setScope} onProject={setProject} />
        {scope === "user" && path !== null && (
          <SelectField
            label={t("agents:dialog.file")}
            value={path}
            choices={files.map((value) => ({ value, label: value }))}
            onChange={setPath}
          />
        )}
        {error !== null && (
          <>
            {error.code === "conflict" && <Banner tone="need" title={t("agents:dialog.again")} />}
            <ErrorNotice error={error} />
          </>
        )}
        <Difference shown={shown} />
        <div className="buttons end">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            look={kind === "disconnect" ? "danger" : "go"}
            submit
            first={kind === "disconnect"}
            busy={busy}
            disabled={preview === null || !preview.changes}
          >
            {applyWords(kind, agent)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The change itself, before anything is written. */
function Difference({ shown }: { readonly shown: Shown }) {
  switch (shown.state) {
    case "none":
      return null;
    case "asking":
      return <Skeleton lines={5} />;
    case "failed":
      return <ErrorNotice error={shown.error} />;
    case "there": {
      const { path, diff, changes, backup } = shown.preview;
      return (
        <section className="agent-diff">
          <p className="agent-diff-title">{t("agents:dialog.diff")}</p>
          <CodeText text={path} label={t("agents:copy_path")} />
          {changes ? (
            <DiffLines lines={diff} label={t("agents:dialog.diff")} />
          ) : (
            <p role="status">{t("agents:dialog.no_changes")}</p>
          )}
          {changes && <Kept backup={backup} />}
        </section>
      );
    }
  }
}

function Kept({ backup }: { readonly backup: string | null }) {
  if (backup === null) return <p className="soft">{t("agents:dialog.new_file")}</p>;
  return (
    <p className="soft">
      {t("agents:dialog.backup")} <code dir="ltr">{backup}</code>
    </p>
  );
}

function applyWords(kind: Props["kind"], agent: AgentInfo): string {
  if (kind === "disconnect") return t("agents:dialog.apply_disconnect");
  return t(agent.connected === "none" ? "agents:dialog.apply" : "agents:dialog.apply_change");
}

function doneWords(kind: Props["kind"], agent: string, note: string | null): string {
  const done = kind === "connect" ? "connected" : "disconnected";
  return note === null ? t(`agents:${done}`, { agent }) : t(`agents:${done}_note`, { agent, note });
}
