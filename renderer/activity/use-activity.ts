/** What happened, from the hub: asked for once, then followed. */
import { useEffect, useReducer, useRef } from "react";
import { useApp } from "../store.ts";
import { EMPTY_FEED, type Feed, nextFeed } from "./feed.ts";
import { callRow, MAX_ROWS, oldestCall, recordRow } from "./rows.ts";

/** Fetched at a time. */
const CALLS = 500;
const RECORDS = 500;

export interface Activity {
  readonly feed: Feed;
  setLive(live: boolean): void;
  loadOlder(): void;
  reload(): void;
}

export function useActivity(): Activity {
  const run = useApp((state) => state.run);
  const on = useApp((state) => state.on);
  const [feed, tell] = useReducer(nextFeed, EMPTY_FEED);
  const isFetching = useRef(false);

  const load = async (before: number | null): Promise<void> => {
    if (isFetching.current) return;
    isFetching.current = true;
    const [calls, records] = await Promise.all([
      run("calls", { limit: CALLS, ...(before === null ? {} : { before }) }),
      before === null ? run("activity", { limit: RECORDS }) : null,
    ]);
    isFetching.current = false;
    if (!calls.ok) return tell({ kind: "failed", error: calls.error });
    if (records?.ok === false) return tell({ kind: "failed", error: records.error });
    const rows = [...calls.value.calls.map(callRow), ...(records?.value.records ?? []).map(recordRow)];
    tell({ kind: "loaded", rows, more: calls.value.calls.length === CALLS });
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for once
  useEffect(() => {
    const ends = [
      on("calls", (calls) => tell({ kind: "came", rows: calls.map(callRow) })),
      on("records", (records) => tell({ kind: "came", rows: records.map(recordRow) })),
    ];
    void load(null);
    return () => {
      for (const end of ends) end();
    };
  }, []);

  return {
    feed,
    setLive: (live) => tell({ kind: "live", live }),
    loadOlder: () => {
      if (feed.more && feed.rows.length < MAX_ROWS) void load(oldestCall(feed.rows));
    },
    reload: () => void load(null),
  };
}
