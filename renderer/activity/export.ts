/** Rows as a file. Pure. */
import type { Row } from "./rows.ts";

const COLUMNS = [
  "time",
  "kind",
  "server",
  "account",
  "agent",
  "method",
  "target",
  "outcome",
  "code",
  "ms",
  "request_bytes",
  "response_bytes",
  "request_id",
] as const;

type Cells = { readonly [C in (typeof COLUMNS)[number]]: string | number | null };

/** The hub's own records, so nothing is lost. */
export function asJson(rows: readonly Row[]): string {
  const records = rows.map((row) => (row.kind === "call" ? { kind: "call", ...row.call } : row.record));
  return `${JSON.stringify(records, null, 2)}\n`;
}

/** RFC 4180, a line a row. */
export function asCsv(rows: readonly Row[]): string {
  const lines = rows.map(cellsOf).map((cells) => COLUMNS.map((name) => cell(cells[name])).join(","));
  return `${[COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
}

function cellsOf(row: Row): Cells {
  const { kind, server, account, agent, outcome, code, ms } = row;
  const call = row.kind === "call" ? row.call : null;
  return {
    time: new Date(row.at).toISOString(),
    kind,
    server,
    account,
    agent,
    method: call?.method ?? null,
    target: call?.target ?? null,
    outcome,
    code,
    ms,
    request_bytes: call?.request_bytes ?? null,
    response_bytes: call?.response_bytes ?? null,
    request_id: row.kind === "call" ? null : row.record.request_id,
  };
}

/** A spreadsheet must not take a tool's name for a formula. */
function cell(value: string | number | null): string {
  if (value === null || typeof value === "number") return String(value ?? "");
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** `gatehouse-activity-2026-11-30.json` */
export function fileName(kind: "json" | "csv", now: number): string {
  return `gatehouse-activity-${new Date(now).toISOString().slice(0, 10)}.${kind}`;
}
