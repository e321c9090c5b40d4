/** The rows. New ones above do not push away what is being read. */
import { type KeyboardEvent, memo, useLayoutEffect, useRef } from "react";
import { t } from "../../preload/words.ts";
import { durationText, sizeText } from "../describe-activity.ts";
import { useNow } from "../time.ts";
import { Button } from "../ui/button.tsx";
import { StateShape } from "../ui/icons.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";
import { clock, methodOf, toneOf, whatOf } from "./describe-row.ts";
import type { Row } from "./rows.ts";

/** CSS pixels; the style says the same. */
const ROW_HEIGHT = 34;
const OLDER = "older";

interface Props {
  readonly rows: readonly Row[];
  readonly selected: string | null;
  /** There may be older ones than these. */
  readonly more: boolean;
  readonly onSelect: (key: string) => void;
  readonly onOlder: () => void;
}

export function ActivityList({ rows, selected, more, onSelect, onOlder }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  useSteady(frame, rows);
  const items: readonly (Row | typeof OLDER)[] = more ? [...rows, OLDER] : rows;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys are a second way; every row is a button
    <div ref={frame} className="activity-list" onKeyDown={moveFocus}>
      <VirtualList
        label={t("activity:list")}
        items={items}
        keyOf={(item) => (item === OLDER ? OLDER : item.key)}
        rowHeight={ROW_HEIGHT}
      >
        {(item) =>
          item === OLDER ? (
            <Button look="link" className="older" onClick={onOlder}>
              {t("activity:older")}
            </Button>
          ) : (
            <ActivityRow row={item} selected={item.key === selected} onSelect={onSelect} />
          )
        }
      </VirtualList>
    </div>
  );
}

/** Moves the list by as much as came above, unless its beginning is what is being read. */
function useSteady(frame: { readonly current: HTMLElement | null }, rows: readonly Row[]): void {
  const before = useRef<string | null>(null);
  useLayoutEffect(() => {
    const was = before.current;
    before.current = rows[0]?.key ?? null;
    const list = frame.current?.querySelector(".virtual");
    if (was === null || list == null || list.scrollTop < ROW_HEIGHT) return;
    const above = rows.findIndex(({ key }) => key === was);
    if (above > 0) list.scrollTop += above * ROW_HEIGHT;
  }, [frame, rows]);
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const row = document.activeElement?.closest<HTMLElement>(".virtual-row");
  if (step === 0 || row == null) return;
  const next = event.currentTarget.querySelector<HTMLElement>(
    `.virtual-row[data-index="${Number(row.dataset.index) + step}"] button`,
  );
  if (next === null) return;
  event.preventDefault();
  next.focus();
  if (next.classList.contains("activity-row")) next.click();
}

interface RowProps {
  readonly row: Row;
  readonly selected: boolean;
  readonly onSelect: (key: string) => void;
}

/** Scrolling draws only those that come into sight. */
const ActivityRow = memo(function ActivityRow({ row, selected, onSelect }: RowProps) {
  const now = useNow();
  const what = whatOf(row);
  const when = clock(row.at, Math.max(now, row.at));
  const outcome = t(`activity:outcome.${row.outcome}`);
  const method = methodOf(row);
  return (
    <button
      type="button"
      className={selected ? "activity-row selected" : "activity-row"}
      aria-expanded={selected}
      onClick={() => onSelect(row.key)}
    >
      <span className={`tone-${toneOf(row)}`}>
        <StateShape tone={toneOf(row)} />
        <span className="unseen">{outcome}</span>
      </span>
      <time className="activity-when">{when}</time>
      <span className="activity-what">
        <span className={row.kind === "call" ? "mono" : undefined} translate={row.kind === "call" ? "no" : undefined}>
          {what}
        </span>{" "}
        {method !== null && (
          <span className="soft" translate="no">
            {method}
          </span>
        )}{" "}
        {row.outcome !== "done" && (
          <span className={`tone-${toneOf(row)}`} translate={row.code === null ? undefined : "no"}>
            {row.code ?? outcome}
          </span>
        )}
      </span>
      <span className="activity-server" translate="no">
        {row.server}
        {row.account !== "default" && <span className="soft"> @{row.account}</span>}
      </span>
      <span className="activity-agent soft" translate="no">
        {row.agent ?? ""}
      </span>
      <span className="activity-ms soft">{durationText(row.ms)}</span>
      <data className="activity-size soft" value={row.kind === "call" ? row.call.response_bytes : 0}>
        {row.kind === "call" ? sizeText(row.call.response_bytes) : ""}
      </data>
    </button>
  );
});
