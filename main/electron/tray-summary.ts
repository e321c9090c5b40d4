/** All of it in one picture and one line: the tray's icon and tooltip. Pure. */
import type { Snapshot } from "../../preload/api.ts";
import { language, t } from "../../preload/words.ts";
import { type Need, needOf, trouble } from "./needs.ts";

/** Fine, needs the person, working, failing; and fine because nothing is done. */
export type TrayIcon = "ok" | "attention" | "busy" | "error" | "paused";

export function summary(snapshot: Snapshot | null): { readonly icon: TrayIcon; readonly tooltip: string } {
  if (snapshot === null) return { icon: "busy", tooltip: t("tray:tooltip_starting") };
  const needs = snapshot.servers.map(needOf);
  const count = (...kinds: readonly Need[]): number =>
    needs.filter((need) => need !== null && kinds.includes(need)).length;
  const [signIn, allow, review] = [count("sign_in"), count("allow"), count("review")];
  const [busy, failing] = [count("waiting"), count("retry", "look_at")];
  const problem = trouble(snapshot);
  const parts = [
    ...(problem === null ? [] : [problem]),
    ...(snapshot.paused ? [t("tray:paused")] : []),
    ...(signIn === 0 ? [] : [t("tray:needing", { count: signIn })]),
    ...(allow === 0 ? [] : [t("tray:wanting", { count: allow })]),
    ...(review === 0 ? [] : [t("tray:reviewing", { count: review })]),
    ...(busy === 0 ? [] : [t("tray:waiting")]),
    ...(failing === 0 ? [] : [t("tray:failing", { count: failing })]),
  ];
  return {
    icon: iconFor({
      needed: signIn + allow + review > 0,
      bad: problem !== null || failing > 0,
      busy: busy > 0,
      paused: snapshot.paused,
    }),
    tooltip:
      parts.length === 0
        ? t("tray:tooltip")
        : t("tray:tooltip_with", { parts: new Intl.ListFormat(language(), { type: "unit" }).format(parts) }),
  };
}

interface Signs {
  readonly needed: boolean;
  readonly bad: boolean;
  readonly busy: boolean;
  readonly paused: boolean;
}

/** The worst that a person can do something about; while everything is paused, that. */
function iconFor({ needed, bad, busy, paused }: Signs): TrayIcon {
  if (paused) return "paused";
  if (needed) return "attention";
  if (bad) return "error";
  return busy ? "busy" : "ok";
}
