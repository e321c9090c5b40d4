/** Lists that the hub keeps and goes on with: what there is, then every new entry. */
import { useEffect, useState } from "react";
import type { Events, HubEvent, Result } from "../../preload/api.ts";
import { useApp } from "../store.ts";

/** Events whose value is a list of new entries, the oldest first. */
type ListEvent = Exclude<HubEvent, "snapshot">;
type Entry<E extends ListEvent> = Events[E][number];

interface Source<E extends ListEvent> {
  readonly event: E;
  /** What there is, in either order; called once. */
  readonly load: () => Promise<Result<readonly Entry<E>[]>>;
  /** Whose entries. */
  readonly server: string;
  /** More are forgotten, the oldest first. */
  readonly limit: number;
  readonly keyOf: (entry: Entry<E>) => string | number;
  readonly timeOf: (entry: Entry<E>) => string;
}

/** The newest first; null until they are there. */
export function useLive<E extends ListEvent>(source: Source<E>): readonly Entry<E>[] | null {
  const on = useApp((state) => state.on);
  const [entries, setEntries] = useState<readonly Entry<E>[] | null>(null);
  const { event, server, limit } = source;

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is read of the source is the same for one server
  useEffect(() => {
    let isCurrent = true;
    const add = (more: readonly Entry<E>[]): void => {
      if (!isCurrent) return;
      setEntries((before) => {
        const known = new Map((before ?? []).map((entry) => [source.keyOf(entry), entry]));
        for (const entry of more) if (entry.server === server) known.set(source.keyOf(entry), entry);
        const sorted = [...known.values()].sort((a, b) => source.timeOf(b).localeCompare(source.timeOf(a)));
        return sorted.slice(0, limit);
      });
    };
    const stop = on(event, ((list: readonly Entry<E>[]) => add(list)) as (value: Events[E]) => void);
    void source.load().then((result) => add(result.ok ? result.value : []));
    return () => {
      isCurrent = false;
      stop();
    };
  }, [on, event, server, limit]);
  return entries;
}
