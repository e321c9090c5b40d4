/** Times in words, and the one timer that keeps them true. */
import { useSyncExternalStore } from "react";
import { language, t } from "../preload/words.ts";

const STEP = 30_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Formats {
  readonly relative: Intl.RelativeTimeFormat;
  readonly day: Intl.DateTimeFormat;
  readonly dayOfYear: Intl.DateTimeFormat;
  readonly clock: Intl.DateTimeFormat;
  readonly moment: Intl.DateTimeFormat;
  readonly number: Intl.NumberFormat;
}

const made = new Map<string, Formats>();

/** Those of the language that is set. English days are `12 November`. */
function formats(): Formats {
  const name = language();
  const found = made.get(name);
  if (found !== undefined) return found;
  const locale = name === "en" ? "en-GB" : name;
  const date = { day: "numeric", month: "long" } as const;
  const formats = {
    relative: new Intl.RelativeTimeFormat(name, { numeric: "auto" }),
    day: new Intl.DateTimeFormat(locale, date),
    dayOfYear: new Intl.DateTimeFormat(locale, { ...date, year: "numeric" }),
    clock: new Intl.DateTimeFormat(locale, { timeStyle: "medium" }),
    moment: new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }),
    number: new Intl.NumberFormat(name),
  };
  made.set(name, formats);
  return formats;
}

/** `iso` seen from `now` (milliseconds): `just now`, `2 minutes ago`, `in 3 hours`, `yesterday`. */
export function relativeTime(iso: string, now: number): string {
  const { relative } = formats();
  const delta = Date.parse(iso) - now;
  if (Number.isNaN(delta)) return t("time.unknown");
  const size = Math.abs(delta);
  if (size < 45_000) return delta > 0 ? t("time.soon") : t("time.just_now");
  if (size < 45 * MINUTE) return relative.format(Math.sign(delta) * Math.max(1, Math.round(size / MINUTE)), "minute");
  if (size < 22 * HOUR) return relative.format(Math.sign(delta) * Math.max(1, Math.round(size / HOUR)), "hour");
  if (size < 26 * DAY) return relative.format(Math.sign(delta) * Math.max(1, Math.round(size / DAY)), "day");
  return t("time.on_day", { day: dateOf(iso, now) });
}

/** The same of something that has happened: a clock that is behind does not make it the future. */
export function pastTime(iso: string, now: number): string {
  return relativeTime(iso, Math.max(now, Date.parse(iso)));
}

/** What is left until `iso`: `4 minutes left`; never less than `less than a minute left`. */
export function timeLeft(iso: string, now: number): string {
  const minutes = Math.round((Date.parse(iso) - now) / MINUTE);
  return minutes >= 1 ? t("time.left", { count: minutes }) : t("time.left_little");
}

/** `12 November`, with the year when it is another one. */
export function dateOf(iso: string, now: number): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return t("time.unknown_day");
  const { day, dayOfYear } = formats();
  return date.getFullYear() === new Date(now).getFullYear() ? day.format(date) : dayOfYear.format(date);
}

/** `14:03:09`, of today or another day. */
export const clockTime = (iso: string): string => formatted("clock", iso);

/** `21 Nov 2026, 14:03:09`. */
export const momentOf = (iso: string): string => formatted("moment", iso);

function formatted(kind: "clock" | "moment", iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? t("time.unknown") : formats()[kind].format(date);
}

export const numberText = (value: number): string => formats().number.format(value);

const listeners = new Set<() => void>();
let current = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;

/** Runs only while somebody shows a time and the window can be seen. */
function adjust(): void {
  const wanted = listeners.size > 0 && document.visibilityState === "visible";
  if (wanted && timer === null) {
    tick();
    timer = setInterval(tick, STEP);
  } else if (!wanted && timer !== null) {
    clearInterval(timer);
    timer = null;
  }
}

function tick(): void {
  current = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    current = Date.now();
    document.addEventListener("visibilitychange", adjust);
  }
  listeners.add(listener);
  adjust();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) document.removeEventListener("visibilitychange", adjust);
    adjust();
  };
}

/** Milliseconds since the epoch, renewed every half minute. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => current);
}
