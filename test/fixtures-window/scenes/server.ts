/** One server's details, each part of them. */
import type { ServerStatus, Snapshot } from "../../../preload/api.ts";
import type { CatalogueItem } from "../../../preload/api-config.ts";
import * as offered from "../contents.ts";
import { details, NARROW, type Scene } from "../scene.ts";
import * as made from "../snapshots.ts";

const beside = (server: ServerStatus): Snapshot =>
  made.snapshot({ servers: [server, made.needing("linear"), made.local(), made.off()] });

const wantsClient = (): ServerStatus => ({
  ...made.failing("github"),
  url: "https://api.githubcopilot.com/mcp/",
  error: made.error({ code: "client_id_required", server: "github" }),
});

const github: CatalogueItem = {
  id: "github",
  title: "GitHub",
  about: "Repositories, issues and pull requests.",
  url: "https://api.githubcopilot.com/mcp/",
  icon: "services/github.svg",
  category: "code",
  client: {
    kind: "an OAuth app",
    where: "https://github.com/settings/developers",
    secret: true,
    redirect_uri: "http://127.0.0.1:53682/callback",
  },
  entry: {},
};

const answers = () => ({
  listContents: offered.contents(),
  getEntry: offered.entry(),
  catalogue: { items: [github] },
  calls: { calls: offered.calls() },
  logs: { lines: offered.logLines() },
  activity: { records: made.activity("github") },
});

const LONG = "日本語のサーバー";

export const scenes: readonly Scene[] = [
  { name: "server", snapshot: () => beside(made.signedIn()), act: details("github"), shows: ".detail dl" },
  {
    name: "server-sign-in",
    snapshot: made.everyday,
    act: details("linear"),
    shows: ".detail .card-need",
  },
  {
    name: "server-more-access",
    snapshot: () => beside(made.wantingMore()),
    act: details("calendar"),
    shows: ".detail .card-need",
  },
  {
    name: "server-code",
    snapshot: () => beside(made.enteringCode()),
    act: details("television"),
    shows: ".user-code",
  },
  {
    name: "server-client-id",
    snapshot: () => beside(wantsClient()),
    answers,
    act: details("github"),
    shows: ".detail .card-need",
  },
  {
    name: "server-accounts",
    snapshot: () => beside(made.severalAccounts()),
    act: details("github"),
    shows: ".detail .card .buttons",
  },
  {
    name: "server-failing",
    snapshot: made.everyday,
    act: details("intranet-search"),
    shows: ".detail .notice",
  },
  {
    name: "server-changed-tools",
    snapshot: () => beside(made.withChangedTools()),
    act: details("notes"),
    shows: ".changed-tool",
  },
  {
    name: "server-command",
    snapshot: () => beside(made.unapproved()),
    act: details("imported"),
    shows: ".detail .card-need",
  },
  {
    name: "server-long-names",
    snapshot: made.longNames,
    act: details(LONG),
    shows: ".detail dl",
  },
  { name: "server-tools", snapshot: made.everyday, answers, act: details("github", "Tools"), shows: ".offer" },
  {
    name: "server-try",
    snapshot: made.everyday,
    answers: () => ({
      ...answers(),
      tryTool: {
        server: "github",
        ms: 182,
        result: { content: [{ type: "text", text: "renderer/schema-form.ts\n  42: export function fieldsOf(" }] },
      },
    }),
    act: async (page, say) => {
      await details("github", "Tools")(page, say);
      await page.getByRole("button", { name: say("Try it: {{tool}}", { tool: "search_code" }) }).click();
      await page.getByLabel("query").fill("fieldsOf");
      await page.keyboard.press("Enter");
    },
    shows: ".answer",
    size: [1120, 1000],
  },
  { name: "server-activity", snapshot: made.everyday, answers, act: details("github", "Activity"), shows: ".call" },
  { name: "server-log", snapshot: made.everyday, answers, act: details("github", "Log"), shows: ".log-line" },
  {
    name: "server-settings",
    snapshot: made.everyday,
    answers,
    act: details("github", "Settings"),
    shows: ".entry-form",
    size: [1120, 900],
  },
  {
    name: "server-settings-all",
    snapshot: made.everyday,
    answers,
    act: async (page, say) => {
      await details("github", "Settings")(page, say);
      await page.locator(".fold").first().waitFor();
      await page.evaluate(() => {
        for (const fold of document.querySelectorAll(".fold")) fold.setAttribute("open", "");
      });
    },
    shows: ".fold[open]",
    size: [1120, 3_300],
  },
  {
    name: "server-settings-text",
    snapshot: made.everyday,
    answers: () => ({
      ...answers(),
      getEntry: {
        ...offered.entry(),
        issues: [
          {
            member: "timeout",
            message: "timeout has to be a number of seconds, at most 86400.",
            blocks: true,
            line: 14,
            column: 14,
          },
        ],
      },
    }),
    act: async (page, say) => {
      await details("github", "Settings")(page, say);
      await page.getByText(say("Text"), { exact: true }).click();
    },
    shows: ".code-edit",
  },
  {
    name: "server-settings-program",
    snapshot: made.everyday,
    answers: () => ({ ...answers(), getEntry: offered.localEntry() }),
    act: details("files", "Settings"),
    shows: ".entry-form",
    size: [1120, 900],
  },
  { name: "server-480", snapshot: made.everyday, act: details("linear"), shows: ".detail .card", size: NARROW },
  {
    name: "server-480-changed-tools",
    snapshot: () => beside(made.withChangedTools()),
    act: details("notes"),
    shows: ".changed-tool",
    size: NARROW,
  },
  {
    name: "server-480-tools",
    snapshot: made.everyday,
    answers,
    act: details("github", "Tools"),
    shows: ".offer",
    size: NARROW,
  },
  {
    name: "server-480-settings",
    snapshot: made.everyday,
    answers,
    act: details("github", "Settings"),
    shows: ".entry-form",
    size: NARROW,
  },
  {
    name: "server-480-long-names",
    snapshot: made.longNames,
    act: details(LONG),
    shows: ".detail dl",
    size: NARROW,
  },
];
