/** Results and durations in a few characters. Pure. */
import type { ActivityStep } from "../preload/api.ts";

/** The status, or why there is none; null for what was no request. */
export function stepResult({ status, error }: ActivityStep): string | null {
  return status === null ? error : String(status);
}

/** `ms` milliseconds: `12 ms`, `1.2 s`, `3 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  return ms < 100_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}
