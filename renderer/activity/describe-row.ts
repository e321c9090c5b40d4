/** A row in words. Times as the language writes them. */
import type { Tone } from "../../preload/text.ts";
import { language, t } from "../../preload/words.ts";
import type { Row, RowOutcome } from "./rows.ts";

const TONES: Record<RowOutcome, Tone> = { done: "ok", failed: "bad", cancelled: "off", blocked: "need" };

export const toneOf = (row: Row): Tone => TONES[row.outcome];

/** What happened: the tool or what else was asked for, or what became of a sign-in. */
export function whatOf(row: Row): string {
  if (row.kind === "call") return row.call.target ?? row.call.method;
  if (row.outcome === "cancelled") return t("activity:row_cancelled");
  return t(row.outcome === "done" ? `activity:row_done.${row.kind}` : `activity:row_failed.${row.kind}`);
}

/** What a call was, where its target does not say it. */
export function methodOf(row: Row): string | null {
  return row.kind === "call" && row.call.target !== null && row.call.method !== "tools/call" ? row.call.method : null;
}

const HOUR_MS = 3_600_000;

/** `14:03:22` today, `28 Nov, 14:03` before. */
export function clock(at: number, now: number): string {
  const isToday = now - at < 24 * HOUR_MS && new Date(at).getDate() === new Date(now).getDate();
  const format = isToday
    ? formatter("today", { hour: "2-digit", minute: "2-digit", second: "2-digit" })
    : formatter("before", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  return format.format(at);
}

/** Day and second. */
export function moment(at: number): string {
  return formatter("moment", { dateStyle: "medium", timeStyle: "medium" }).format(at);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making one takes longer than a row has. */
function formatter(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language()} ${name}`;
  const known = formatters.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(language(), { hourCycle: "h23", ...options });
  formatters.set(key, made);
  return made;
}
