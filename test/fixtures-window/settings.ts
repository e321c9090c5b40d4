/** Settings, checks and secrets to draw. */
import { DEFAULT_SETTINGS } from "../../main/settings.ts";
import type { Answer } from "../../preload/api.ts";
import type { Check } from "../../preload/api-doctor.ts";
import type { SettingsView, ShellInfo } from "../../preload/api-settings.ts";

export function view(parts: Partial<SettingsView> = {}): SettingsView {
  return {
    settings: DEFAULT_SETTINGS,
    paths: {
      config: "/home/anna/.config/gatehouse",
      data: "/home/anna/.local/share/gatehouse",
      logs: "/home/anna/.local/state/gatehouse/logs",
    },
    overridden: [],
    ...parts,
  };
}

export function shell(parts: Partial<ShellInfo> = {}): ShellInfo {
  return {
    platform: "linux",
    version: "0.1.0",
    tray: true,
    notifications: true,
    languages: ["en"],
    update: { state: "none", version: null, progress: null, message: null },
    packaged: true,
    ...parts,
  };
}

export const secrets = (): Answer<"listSecrets"> => ({
  secrets: [
    { name: "github-client-secret", is_set: true, used_by: ["github"] },
    { name: "issues-x-api-key", is_set: false, used_by: ["issues", "issues-eu"] },
    { name: "old-token", is_set: true, used_by: [] },
  ],
});

function check(id: string, parts: Partial<Check> = {}): Check {
  return { id, area: "hub", server: null, ok: true, title: id, detail: "As it should be.", fix: null, ...parts };
}

export const checks = (): readonly Check[] => [
  check("pipe", { title: "Agents can reach Gatehouse", detail: "The pipe answers in 2 ms." }),
  check("vault", { area: "vault", title: "Sign-ins rest safely", detail: "The system keyring is unlocked." }),
  check("clock", {
    area: "clock",
    ok: false,
    title: "This computer's clock",
    detail: "It is 7 minutes behind that of mcp.linear.app, so fresh tokens look expired.",
    fix: "Turn on setting the time by itself in the system's settings.",
  }),
  check("metadata", {
    area: "server",
    server: "intranet-search",
    ok: false,
    title: "Its sign-in service answers",
    detail: "search.corp.example refuses the connection.",
    fix: "Check that you are on the company network, then check again.",
  }),
  check("token", { area: "server", server: "sentry", ok: null, title: "Its sign-in", detail: "It is turned off." }),
];
