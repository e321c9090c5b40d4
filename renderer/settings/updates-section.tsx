/** New versions: how they come, and whether there is one. */
import { useState } from "react";
import type { ErrorObject } from "../../preload/api.ts";
import { type AppSettings, UPDATE_MODES, type UpdateStatus } from "../../preload/api-settings.ts";
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { Line, Section, SelectLine } from "./section.tsx";
import type { ChangeSettings } from "./use-settings.ts";

interface Props {
  readonly settings: AppSettings;
  readonly change: ChangeSettings;
}

export function UpdatesSection({ settings, change }: Props) {
  const shell = useApp((state) => state.shell);
  if (shell === null) return null;
  const { update, version } = shell;
  return (
    <Section title={t("settings:updates")}>
      {update.state !== "unsupported" && (
        <SelectLine
          label={t("settings:updates_mode")}
          value={settings.updates}
          choices={UPDATE_MODES.map((value) => ({ value, label: t(`settings:updates_modes.${value}`) }))}
          onChange={(updates) => void change({ updates })}
        />
      )}
      <UpdateLine update={update} current={version} />
    </Section>
  );
}

function UpdateLine({ update, current }: { readonly update: UpdateStatus; readonly current: string }) {
  const ask = useApp((state) => state.ask);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorObject | null>(null);
  const { state, version, message, progress } = update;

  const act = async (method: "checkForUpdates" | "installUpdate"): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const result = await ask(method, {});
    setBusy(false);
    setError(result.ok ? null : result.error);
  };

  const isThere = state === "ready" || state === "available";
  const isWorking = state === "checking" || state === "downloading";
  const words = t(`settings:update_state.${state}`, { version: version ?? "", current });
  return (
    <>
      <Line label={words} hint={message === null ? undefined : <span lang="en">{message}</span>}>
        {state === "downloading" && (
          <progress className="bar-progress" aria-label={words} value={progress ?? undefined} max={1} />
        )}
        {isThere ? (
          <Button look="go" busy={busy} onClick={() => void act("installUpdate")}>
            {t(state === "ready" ? "settings:update_install" : "settings:update_download")}
          </Button>
        ) : (
          state !== "unsupported" && (
            <Button busy={busy || isWorking} onClick={() => void act("checkForUpdates")}>
              {t("settings:update_check")}
            </Button>
          )
        )}
      </Line>
      {error !== null && <ErrorNotice error={error} />}
    </>
  );
}
