/** Sign-ins, refreshes and calls as one list, the newest first. Pure. */
import type { ActivityRecord } from "../../preload/api.ts";
import type { CallRecord } from "../../preload/api-activity.ts";

export const ROW_KINDS = ["call", "sign_in", "refresh"] as const;
export type RowKind = (typeof ROW_KINDS)[number];

export const ROW_OUTCOMES = ["done", "failed", "cancelled", "blocked"] as const;
export type RowOutcome = (typeof ROW_OUTCOMES)[number];

interface RowBase {
  /** Unique in the list. */
  readonly key: string;
  readonly server: string;
  readonly account: string;
  readonly agent: string | null;
  readonly outcome: RowOutcome;
  /** Code of the error; null: there was none, or it has none. */
  readonly code: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly ms: number;
}

export interface CallRow extends RowBase {
  readonly kind: "call";
  readonly call: CallRecord;
}

export interface SignInRow extends RowBase {
  readonly kind: "sign_in" | "refresh";
  readonly record: ActivityRecord;
}

export type Row = CallRow | SignInRow;

/** More are not kept in the window; the hub has them. */
export const MAX_ROWS = 10_000;

export function callRow(call: CallRecord): CallRow {
  const { server, account, agent, outcome, code, ms } = call;
  const at = Date.parse(call.started_at) + ms;
  return { key: `call ${call.id}`, kind: "call", server, account, agent, outcome, code, at, ms, call };
}

export function recordRow(record: ActivityRecord): SignInRow {
  const { server, account, kind, code } = record;
  const at = Date.parse(record.ended_at);
  return {
    key: `record ${record.request_id}`,
    kind,
    server,
    account,
    agent: null,
    outcome: code === "sign_in_cancelled" ? "cancelled" : record.outcome,
    code,
    at,
    ms: Math.max(0, at - Date.parse(record.started_at)),
    record,
  };
}

/** Both together by time, each once. What comes at the same time keeps its order. */
export function merged(rows: readonly Row[], more: readonly Row[]): readonly Row[] {
  if (more.length === 0) return rows;
  const known = new Set(rows.map(({ key }) => key));
  const fresh = more.filter(({ key }) => !known.has(key));
  if (fresh.length === 0) return rows;
  return [...fresh, ...rows].sort((a, b) => b.at - a.at).slice(0, MAX_ROWS);
}

/** The id that {@link ActivityApi.calls} takes for older calls; null: there are none in the list. */
export function oldestCall(rows: readonly Row[]): number | null {
  const oldest = rows.findLast((row) => row.kind === "call");
  return oldest?.kind === "call" ? oldest.call.id : null;
}
