/** Results and durations in a few characters. Pure. */
import type { ActivityStep } from "../preload/api.ts";
import { t } from "../preload/words.ts";
import { numberText } from "./time.ts";

/** The status, or why there is none; null for what was no request. */
export function stepResult({ status, error }: ActivityStep): string | null {
  return status === null ? error : String(status);
}

/** `ms` milliseconds: `12 ms`, `1.2 s`, `3 min`. */
export function durationText(ms: number): string {
  if (ms < 1000) return t("servers:activity.ms", { count: Math.round(ms) });
  if (ms < 100_000) return t("servers:activity.seconds", { seconds: numberText(Number((ms / 1000).toFixed(1))) });
  return t("servers:activity.minutes", { count: Math.round(ms / 60_000) });
}

/** `1.2 KB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return t("servers:activity.bytes", { count: bytes });
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, "KB"] : [bytes / 1_000_000, "MB"];
  return `${numberText(Number(value.toFixed(1)))} ${unit}`;
}
