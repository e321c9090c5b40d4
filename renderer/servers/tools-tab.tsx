/** What a server offers: tools with their switches and a form to try them, prompts, resources. */
import { useCallback, useEffect, useState } from "react";
import type { ErrorObject, ServerStatus } from "../../preload/api.ts";
import type { ListedTool, ServerContents } from "../../preload/api-config.ts";
import { t } from "../../preload/words.ts";
import { matches } from "../groups.ts";
import { useApp } from "../store.ts";
import { IconButton } from "../ui/button.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { SearchField } from "../ui/field.tsx";
import { RefreshIcon } from "../ui/icons.tsx";
import { SegmentedControl } from "../ui/tabs.tsx";
import { ChangedTools } from "./approval-cards.tsx";
import { Prompts, Resources } from "./offers.tsx";
import { ToolRow } from "./tool-row.tsx";

const KINDS = ["tools", "prompts", "resources"] as const;
type Kind = (typeof KINDS)[number];

/** Fewer are seen at a glance. */
const SEARCH_FROM = 8;

export function ToolsTab({ server }: { readonly server: ServerStatus }) {
  const { contents, error, refresh, setAllowed } = useContents(server);
  const [kind, setKind] = useState<Kind>("tools");
  const [search, setSearch] = useState("");
  const lists = { tools: contents?.tools, prompts: contents?.prompts, resources: contents?.resources };
  const failure = error ?? contents?.error ?? null;
  const many = (lists[kind]?.length ?? 0) >= SEARCH_FROM;
  return (
    <>
      <ChangedTools server={server} />
      <div className="contents-bar">
        <SegmentedControl
          label={t("servers:detail.tools")}
          choices={KINDS.map((value) => ({ value, label: labelOf(value, lists[value]?.length) }))}
          value={kind}
          onChange={setKind}
        />
        <IconButton label={t("servers:contents.refresh")} icon={<RefreshIcon />} onClick={refresh} />
      </div>
      {failure !== null && failure.code !== "sign_in_required" && <ErrorNotice error={failure} />}
      {contents === null && error === null && (
        <p className="soft" role="status">
          {t("loading")}
        </p>
      )}
      {contents !== null && lists[kind] === null && <p className="soft">{t("servers:contents.not_known")}</p>}
      {many && (
        <div className="search-line">
          <SearchField label={t("servers:contents.search")} value={search} onChange={setSearch} />
        </div>
      )}
      {contents !== null && kind === "tools" && contents.tools !== null && (
        <Tools server={server} tools={contents.tools} search={many ? search : ""} setAllowed={setAllowed} />
      )}
      {contents !== null && kind === "prompts" && contents.prompts !== null && (
        <Prompts prompts={contents.prompts} search={many ? search : ""} />
      )}
      {contents !== null && kind === "resources" && contents.resources !== null && (
        <Resources resources={contents.resources} search={many ? search : ""} />
      )}
    </>
  );
}

function labelOf(kind: Kind, count: number | undefined): string {
  const name = t(`servers:contents.${kind}`);
  return count === undefined ? name : t("servers:contents.counted", { name, count });
}

interface Loaded {
  readonly contents: ServerContents | null;
  readonly error: ErrorObject | null;
  readonly refresh: () => void;
  readonly setAllowed: (tool: string, allowed: boolean) => void;
}

/** Asked for again when the server, or what is held back of it, has changed. */
function useContents(server: ServerStatus): Loaded {
  const run = useApp((state) => state.run);
  const say = useApp((state) => state.say);
  const { name, state, tools } = server;
  const blocked = server.blocked_tools.map((tool) => `${tool.name} ${tool.reason} ${tool.version}`).join();
  const [contents, setContents] = useState<ServerContents | null>(null);
  const [error, setError] = useState<ErrorObject | null>(null);
  const [asked, setAsked] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what the snapshot shows of a change is the reason to ask
  useEffect(() => {
    let isCurrent = true;
    void run("listContents", { server: name, ...(asked > 0 ? { refresh: true } : {}) }).then((result) => {
      if (!isCurrent) return;
      setError(result.ok ? null : result.error);
      if (result.ok) setContents(result.value);
    });
    return () => {
      isCurrent = false;
    };
  }, [run, name, state, tools, blocked, asked]);

  const mark = useCallback((tool: string, allowed: boolean) => {
    setContents((before) => (before === null ? null : withState(before, tool, allowed)));
  }, []);

  const setAllowed = (tool: string, allowed: boolean): void => {
    mark(tool, allowed);
    void run("setToolAllowed", { server: name, tool, allowed }).then((result) => {
      if (!result.ok) mark(tool, !allowed);
      else say(t(allowed ? "servers:contents.now_on" : "servers:contents.now_off", { tool }), result.value.undo);
    });
  };
  return { contents, error, refresh: () => setAsked(asked + 1), setAllowed };
}

/** As it will be once the hub has said so. */
function withState(contents: ServerContents, name: string, allowed: boolean): ServerContents {
  const tools = contents.tools?.map((tool) =>
    tool.name === name && tool.state !== "changed"
      ? ({ ...tool, state: allowed ? "allowed" : "denied" } as const)
      : tool,
  );
  return { ...contents, tools: tools ?? null };
}

interface ToolsProps {
  readonly server: ServerStatus;
  readonly tools: readonly ListedTool[];
  readonly search: string;
  readonly setAllowed: (tool: string, allowed: boolean) => void;
}

function Tools({ server, tools, search, setAllowed }: ToolsProps) {
  const found = tools.filter((tool) => matches(search, tool.name, tool.title, tool.description));
  const on = tools.filter((tool) => tool.state === "allowed").length;
  if (tools.length === 0) return <p className="soft">{t("servers:contents.none_tools")}</p>;
  if (found.length === 0) return <p className="soft">{t("servers:contents.no_match", { search })}</p>;
  return (
    <section className="card offers" aria-label={t("servers:contents.tools")}>
      <p className="soft">{t("servers:contents.count_on", { on, count: tools.length })}</p>
      {found.map((tool) => (
        <ToolRow key={tool.name} server={server} tool={tool} onAllow={(allowed) => setAllowed(tool.name, allowed)} />
      ))}
    </section>
  );
}
