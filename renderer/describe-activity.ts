/** Results and durations in a few characters. Pure. */
import type { ActivityStep } from "../preload/api.ts";
import { language, t } from "../preload/words.ts";
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

/** `1.2 kB`, in the language's own way. */
export function sizeText(bytes: number): string {
  const [value, unit] =
    bytes < 1000 ? [bytes, "byte"] : bytes < 1e6 ? [bytes / 1000, "kilobyte"] : [bytes / 1e6, "megabyte"];
  // The short form of a byte is the whole word; the narrow one lacks the space.
  const unitDisplay = unit === "byte" ? "narrow" : "short";
  const format = new Intl.NumberFormat(language(), { style: "unit", unit, unitDisplay, maximumFractionDigits: 1 });
  return format.format(value).replace(/(\d)(\p{L})/u, "$1\u00a0$2");
}
