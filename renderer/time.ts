/** Times in words, and the one timer that keeps them true. */
import { useSyncExternalStore } from "react";

const STEP = 30_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" });
const dayOfYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });

/** `iso` seen from `now` (milliseconds): `just now`, `2 minutes ago`, `in 3 hours`, `yesterday`. */
export function relativeTime(iso: string, now: number): string {
  const delta = Date.parse(iso) - now;
  if (Number.isNaN(delta)) return "at an unknown time";
  const size = Math.abs(delta);
  if (size < 45_000) return delta > 0 ? "in a moment" : "just now";
  if (size < 45 * MINUTE) return relative.format(Math.sign(delta) * Math.max(1, Math.round(size / MINUTE)), "minute");
  if (size < 22 * HOUR) return relative.format(Math.sign(delta) * Math.max(1, Math.round(size / HOUR)), "hour");
  if (size < 26 * DAY) return relative.format(Math.sign(delta) * Math.max(1, Math.round(size / DAY)), "day");
  return `on ${dateOf(iso, now)}`;
}

/** What is left until `iso`: `4 minutes left`; never less than `less than a minute left`. */
export function timeLeft(iso: string, now: number): string {
  const minutes = Math.round((Date.parse(iso) - now) / MINUTE);
  if (!(minutes >= 1)) return "less than a minute left";
  return minutes === 1 ? "1 minute left" : `${minutes} minutes left`;
}

/** `12 November`, with the year when it is another one. */
export function dateOf(iso: string, now: number): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "an unknown day";
  return date.getFullYear() === new Date(now).getFullYear() ? day.format(date) : dayOfYear.format(date);
}

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
