/** The screen of servers: the list in groups, with search and order once there are many. */
import { type KeyboardEvent, useEffect, useId, useMemo, useState } from "react";
import type { ServerStatus } from "../../preload/api.ts";
import type { CallRecord } from "../../preload/api-activity.ts";
import { t } from "../../preload/words.ts";
import { type Group, groupServers, SORTS, type Sort, searchServers, sortServers } from "../groups.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { SearchField } from "../ui/field.tsx";
import { PlusIcon } from "../ui/icons.tsx";
import { NoServers } from "./no-servers.tsx";
import { ServerRow } from "./server-row.tsx";

/** Fewer servers than this are seen at a glance. */
const SEARCH_FROM = 8;

export function ServersScreen({ servers, path }: { readonly servers: readonly ServerStatus[]; readonly path: string }) {
  const [search, setSearch] = useState("");
  const [sort, setSort] = useState<Sort>("state");
  const many = servers.length >= SEARCH_FROM;
  const usedAt = useLastUses(many && sort === "used");
  const groups = useMemo(() => {
    if (!many) return groupServers(servers);
    const found = sortServers(searchServers(servers, search), sort, usedAt);
    if (sort === "state") return groupServers(found);
    return found.length === 0 ? [] : [{ kind: "ready", title: t("servers:group.all"), servers: found } as const];
  }, [servers, many, search, sort, usedAt]);
  return (
    <>
      <header className="bar">
        <h1>{t("servers:title")}</h1>
        {many && (
          <SearchField label={t("servers:search")} placeholder={t("search")} value={search} onChange={setSearch} />
        )}
        {many && <SortChoice value={sort} onChange={setSort} />}
        <AddButton />
      </header>
      {servers.length === 0 ? (
        <NoServers path={path} />
      ) : groups.length === 0 ? (
        <p className="none" role="status">
          {t("servers:no_match", { search: search.trim() })}
        </p>
      ) : (
        <Groups groups={groups} />
      )}
    </>
  );
}

function AddButton() {
  const open = useApp((state) => state.open);
  return (
    <Button look="go" icon={<PlusIcon />} onClick={() => open({ kind: "add" })}>
      {t("add_server")}
    </Button>
  );
}

function SortChoice({ value, onChange }: { readonly value: Sort; readonly onChange: (sort: Sort) => void }) {
  return (
    <select
      className="sort"
      aria-label={t("servers:sort.label")}
      value={value}
      onChange={(event) => onChange(SORTS.find((sort) => sort === event.target.value) ?? "state")}
    >
      {SORTS.map((sort) => (
        <option key={sort} value={sort}>
          {t(`servers:sort.${sort}`)}
        </option>
      ))}
    </select>
  );
}

/** Enough of the latest calls to know which servers were used last. */
const CALLS = 1_000;

/** When each server was called last, milliseconds, as far back as calls are kept; kept up to date while it is wanted. */
function useLastUses(wanted: boolean): ReadonlyMap<string, number> {
  const run = useApp((state) => state.run);
  const on = useApp((state) => state.on);
  const [uses, setUses] = useState<ReadonlyMap<string, number>>(new Map());
  useEffect(() => {
    if (!wanted) return;
    const add = (calls: readonly CallRecord[]): void =>
      setUses((before) => {
        const next = new Map(before);
        for (const { server, started_at } of calls)
          next.set(server, Math.max(next.get(server) ?? 0, Date.parse(started_at)));
        return next;
      });
    const stop = on("calls", add);
    void run("calls", { limit: CALLS }).then((result) => {
      if (result.ok && Array.isArray(result.value.calls)) add(result.value.calls);
    });
    return stop;
  }, [wanted, run, on]);
  return uses;
}

function Groups({ groups }: { readonly groups: readonly Group[] }) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys are a second way; every row is a button too
    <div className="groups" onKeyDown={moveFocus}>
      {groups.map((group) => (
        <GroupOfServers key={group.kind} title={group.title} servers={group.servers} />
      ))}
    </div>
  );
}

function GroupOfServers({ title, servers }: { readonly title: string; readonly servers: readonly ServerStatus[] }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul>
        {servers.map((server) => (
          <ServerRow key={server.name} server={server} />
        ))}
      </ul>
    </section>
  );
}

/** Arrow keys go from row to row. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>(".row")];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  if (at < 0) return;
  const to =
    event.key === "ArrowDown"
      ? at + 1
      : event.key === "ArrowUp"
        ? at - 1
        : event.key === "Home"
          ? 0
          : event.key === "End"
            ? rows.length - 1
            : null;
  const next = to === null ? null : rows[to]?.querySelector<HTMLElement>(".row-open");
  if (!next) return;
  event.preventDefault();
  next.focus();
}
