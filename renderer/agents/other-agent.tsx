/** Settings to be copied into an agent that Gatehouse does not know. */
import { useState } from "react";
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { CodeText } from "../ui/code-text.tsx";
import { SelectField } from "../ui/field.tsx";

const NO_COMMAND: readonly string[] = [];
/** No server is called so: a name begins with a letter or a digit. */
const ALL = "*";

export function OtherAgent() {
  const command = useApp((state) => state.snapshot?.hub.agent_command ?? NO_COMMAND);
  const servers = useApp((state) => state.snapshot?.servers);
  const [server, setServer] = useState<string>(ALL);
  const names = servers?.filter(({ ad_hoc: adHoc }) => !adHoc).map(({ name }) => name) ?? [];
  const chosen = names.includes(server) ? server : ALL;
  const words = [...command, "connect", ...(chosen === ALL ? [] : [chosen])];
  return (
    <details className="unfold">
      <summary>{t("agents:other_title")}</summary>
      <p className="soft">{t("agents:other_text")}</p>
      <SelectField
        label={t("agents:dialog.servers")}
        value={chosen}
        choices={[{ value: ALL, label: t("agents:other_all") }, ...names.map((name) => ({ value: name, label: name }))]}
        onChange={setServer}
      />
      <p className="soft">{t("agents:other_settings")}</p>
      <CodeText text={settings(chosen === ALL ? "gatehouse" : chosen, words)} label={t("agents:copy_settings")} block />
      <p className="soft">{t("agents:other_command")}</p>
      <CodeText text={words.map(quoted).join(" ")} label={t("agents:copy_command")} />
    </details>
  );
}

function settings(name: string, [command = "", ...args]: readonly string[]): string {
  return JSON.stringify({ mcpServers: { [name]: { command, args } } }, null, 2);
}

/** Fit for a shell where it holds blanks. */
function quoted(word: string): string {
  return /[^\w@%+=:,./\\-]/.test(word) ? `"${word.replaceAll('"', '\\"')}"` : word;
}
