/** The screen Activity: what happened, live. */
import { useMemo, useState } from "react";
import { t } from "../../preload/words.ts";
import { useApp } from "../store.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { ErrorNotice } from "../ui/error-notice.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { ActivityDetail } from "./activity-detail.tsx";
import { ActivityList } from "./activity-list.tsx";
import { ExportMenu } from "./export-menu.tsx";
import type { Feed } from "./feed.ts";
import { ANY, choices, filtered, isAny } from "./filter.ts";
import { FilterBar } from "./filter-bar.tsx";
import { useActivity } from "./use-activity.ts";

export function ActivityScreen() {
  const { feed, setLive, loadOlder, reload } = useActivity();
  const [filter, setFilter] = useState(ANY);
  const [selected, setSelected] = useState<string | null>(null);
  const shown = useMemo(() => filtered(feed.rows, filter), [feed.rows, filter]);
  const { servers, agents } = useMemo(() => choices(feed.rows), [feed.rows]);
  const open = shown.find(({ key }) => key === selected);
  const isEmpty = feed.rows.length === 0 && feed.held === null;
  return (
    <div className={open === undefined ? "activity" : "activity with-open"}>
      <header className="bar">
        <h1>{t("activity:title")}</h1>
        {!isEmpty && (
          <>
            <Live feed={feed} setLive={setLive} />
            <ExportMenu rows={shown} />
          </>
        )}
      </header>
      {!isEmpty && <FilterBar filter={filter} servers={servers} agents={agents} onChange={setFilter} />}
      {feed.error !== null && (
        <ErrorNotice error={feed.error}>
          <Button onClick={reload}>{t("try_again")}</Button>
        </ErrorNotice>
      )}
      {feed.loading && <Skeleton lines={10} />}
      {!feed.loading && isEmpty && feed.error === null && <Nothing />}
      {!isEmpty && shown.length === 0 && (
        <EmptyState title={t("activity:none_title")} text={t("activity:none_text")}>
          <Button onClick={() => setFilter(ANY)}>{t("activity:clear")}</Button>
        </EmptyState>
      )}
      {shown.length > 0 && (
        <div className="activity-body">
          <ActivityList rows={shown} selected={selected} more={feed.more} onSelect={setSelected} onOlder={loadOlder} />
          {open !== undefined && <ActivityDetail row={open} onClose={() => setSelected(null)} />}
        </div>
      )}
      {!isEmpty && (
        <p className="soft activity-count" role="status">
          {isAny(filter)
            ? t("activity:shown", { count: feed.rows.length })
            : t("activity:shown_of", { shown: shown.length, all: feed.rows.length })}
        </p>
      )}
    </div>
  );
}

function Live({ feed, setLive }: { readonly feed: Feed; readonly setLive: (live: boolean) => void }) {
  const { held } = feed;
  if (held === null) return <Button onClick={() => setLive(false)}>{t("activity:pause")}</Button>;
  return (
    <>
      <span className="soft" role="status">
        {held.length === 0 ? t("activity:paused") : t("activity:held", { count: held.length })}
      </span>
      <Button look="go" onClick={() => setLive(true)}>
        {t("activity:resume")}
      </Button>
    </>
  );
}

function Nothing() {
  const go = useApp((state) => state.go);
  return (
    <EmptyState title={t("activity:empty_title")} text={t("activity:empty_text")}>
      <Button onClick={() => go("agents")}>{t("activity:empty_agents")}</Button>
    </EmptyState>
  );
}
