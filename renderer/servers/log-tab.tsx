/** The log of one server, live and filtered, and all of it that a bug report needs. */
import { useMemo, useState } from "react";
import type { ServerStatus, Snapshot } from "../../preload/api.ts";
import type { LogLine } from "../../preload/api-config.ts";
import type { ShellInfo } from "../../preload/api-settings.ts";
import { t } from "../../preload/words.ts";
import { matches } from "../groups.ts";
import { useApp } from "../store.ts";
import { clockTime, momentOf } from "../time.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { SearchField } from "../ui/field.tsx";
import { SegmentedControl } from "../ui/tabs.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";
import { useLive } from "./use-live.ts";

const LINES = 1_000;
const LEVELS = ["all", "notable", "warnings"] as const;
type Level = (typeof LEVELS)[number];

const SHOWN: Record<Level, readonly LogLine["level"][]> = {
  all: ["debug", "info", "warn", "error"],
  notable: ["info", "warn", "error"],
  warnings: ["warn", "error"],
};

export function LogTab({ server }: { readonly server: ServerStatus }) {
  const run = useApp((state) => state.run);
  const snapshot = useApp((state) => state.snapshot);
  const shell = useApp((state) => state.shell);
  const [level, setLevel] = useState<Level>("all");
  const [search, setSearch] = useState("");
  const { name } = server;
  const lines = useLive({
    event: "log",
    server: name,
    limit: LINES,
    keyOf: (line) => `${line.at} ${line.event} ${line.text}`,
    timeOf: (line) => line.at,
    load: async () => {
      const result = await run("logs", { server: name, limit: LINES });
      return result.ok ? { ok: true, value: result.value.lines ?? [] } : result;
    },
  });
  const found = useMemo(
    () => (lines ?? []).filter((line) => SHOWN[level].includes(line.level) && matches(search, line.event, line.text)),
    [lines, level, search],
  );
  return (
    <>
      <div className="contents-bar">
        <SegmentedControl
          label={t("servers:log.level")}
          choices={LEVELS.map((value) => ({ value, label: t(`servers:log.${value}`) }))}
          value={level}
          onChange={setLevel}
        />
        <SearchField label={t("servers:log.search")} placeholder={t("search")} value={search} onChange={setSearch} />
      </div>
      {found.length === 0 ? (
        <p className="soft" role="status">
          {lines === null ? t("loading") : lines.length === 0 ? t("servers:log.none") : t("servers:log.no_match")}
        </p>
      ) : (
        <div className="card log">
          <VirtualList
            label={t("servers:log.label", { server: name })}
            items={found}
            keyOf={(line) => `${line.at} ${line.event} ${line.text}`}
            rowHeight={38}
          >
            {(line) => <Line line={line} />}
          </VirtualList>
        </div>
      )}
      {snapshot !== null && (
        <div className="report">
          <span className="hint">{t("servers:log.report_hint")}</span>
          <CopyButton text={reportOf(server, found, snapshot, shell)} label={t("servers:log.report")} words />
        </div>
      )}
    </>
  );
}

function Line({ line }: { readonly line: LogLine }) {
  return (
    <div className={`log-line log-${line.level}`} lang="en" dir="ltr">
      <time dateTime={line.at} title={momentOf(line.at)}>
        {clockTime(line.at)}
      </time>
      <span className="log-level">{line.level}</span>
      <strong>{line.event}</strong>
      <span className="log-text">{line.text}</span>
    </div>
  );
}

/** In English, whoever reads it. Made of what the hub shows and logs, which holds no secret. */
function reportOf(
  server: ServerStatus,
  lines: readonly LogLine[],
  { hub, config }: Snapshot,
  shell: ShellInfo | null,
): string {
  const { accounts, error, challenge, state, type, tools, agents } = server;
  const facts = {
    gatehouse: hub.version,
    platform: shell?.platform ?? null,
    packaged: shell?.packaged ?? null,
    vault: hub.vault,
    config_error: config.error,
    // Addresses may hold what is nobody else's business behind the host.
    server: { name: server.name, host: hostOf(server.url), type, state, tools, agents, error, challenge },
    accounts: accounts.map(({ state: of, scope, issuer, renewable, expires_at }) => ({
      state: of,
      scope,
      issuer,
      renewable,
      expires_at,
    })),
  };
  const log = [...lines].reverse().map((line) => `${line.at} ${line.level} ${line.event} ${line.text}`);
  return `${JSON.stringify(facts, null, 2)}\n\n${log.join("\n")}\n`;
}

const hostOf = (url: string | null): string | null => (url !== null && URL.canParse(url) ? new URL(url).host : null);
