/** The list of servers in each of its states. */
import type { Snapshot } from "../../../preload/api.ts";
import { NARROW, type Scene } from "../scene.ts";
import * as made from "../snapshots.ts";

const brokenConfig = (): Snapshot => ({
  ...made.everyday(),
  config: {
    path: "/home/anna/.config/gatehouse/servers.json",
    error: made.error({
      code: "config_invalid",
      server: null,
      message: "A comma is missing.",
      suggestion: "Put it right in an editor; it is read again as soon as it is saved.",
      details: { line: 14, column: 7 },
    }),
  },
});

const busy = (): Snapshot =>
  made.snapshot({
    servers: [
      made.signingIn(),
      made.enteringCode(),
      made.server("sentry", { state: "connecting", url: "https://mcp.sentry.dev/mcp" }),
      made.signedIn(),
      made.local(),
    ],
  });

const lostApprovals = (): Snapshot => ({
  ...made.everyday(),
  hub: {
    ...made.everyday().hub,
    approvals_error: made.error({
      code: "approvals_unreadable",
      server: null,
      message:
        "approved-tools.json is damaged, so Gatehouse does not know which tools were approved: each counts as new.",
      suggestion: "Look at the tools of servers that you do not trust.",
    }),
  },
});

const failing = (): Snapshot =>
  made.snapshot({
    servers: [
      made.failing(),
      {
        ...made.failing("github"),
        url: "https://api.githubcopilot.com/mcp/",
        error: made.error({ code: "client_id_required", server: "github" }),
      },
      {
        ...made.failing("stripe"),
        url: "https://mcp.stripe.com/",
        error: made.error({ code: "registration_failed", server: "stripe" }),
      },
      {
        ...made.off("old"),
        url: "https://mcp.old.example/mcp",
        error: made.error({ code: "config_invalid", server: "old" }),
      },
      made.unapproved(),
    ],
    vault: { kind: "keychain", state: "unavailable" },
  });

const many = (): Snapshot =>
  made.snapshot({
    servers: Array.from({ length: 200 }, (_, index) =>
      made.server(`server-${index + 1}`, {
        tools: index,
        state: (["ready", "idle", "failing", "sign_in_required"] as const)[index % 4] ?? "ready",
      }),
    ),
  });

const ROW = "main li.row";

export const scenes: readonly Scene[] = [
  { name: "servers-empty", snapshot: () => made.snapshot({}), shows: ".ways" },
  { name: "servers", snapshot: made.everyday, shows: ROW },
  { name: "servers-busy", snapshot: busy, shows: "main .tone-busy" },
  { name: "servers-failing", snapshot: failing, shows: "main .tone-bad" },
  { name: "servers-long-names", snapshot: made.longNames, shows: ROW },
  { name: "servers-many", snapshot: many, shows: "select.sort" },
  { name: "servers-paused", snapshot: () => ({ ...made.everyday(), paused: true }), shows: ".notice" },
  { name: "servers-broken-file", snapshot: brokenConfig, shows: ".notice" },
  { name: "servers-approvals-lost", snapshot: lostApprovals, shows: ".notice" },
  { name: "servers-480", snapshot: made.everyday, shows: ROW, size: NARROW },
  { name: "servers-480-empty", snapshot: () => made.snapshot({}), shows: ".ways", size: NARROW },
  { name: "servers-480-long-names", snapshot: made.longNames, shows: ROW, size: NARROW },
  { name: "servers-480-many", snapshot: many, shows: "select.sort", size: NARROW },
  { name: "servers-920", snapshot: made.everyday, shows: ROW, size: [920, 640] },
  {
    name: "remove",
    snapshot: made.everyday,
    act: async (page, say) => {
      const row = page.getByRole("listitem", { name: "github", exact: true });
      await row.hover();
      await row.getByRole("button", { name: say("Remove"), exact: true }).click();
    },
    shows: "dialog",
    size: [1120, 720],
  },
  {
    name: "palette",
    snapshot: made.everyday,
    act: (page) => page.keyboard.press("Control+k"),
    shows: ".palette",
  },
];
