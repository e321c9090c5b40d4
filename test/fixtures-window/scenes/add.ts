/** Add server: what there is to choose from, what a text turns out to be, and what comes after. */
import type { Page } from "playwright-core";
import * as agents from "../agents.ts";
import * as imports from "../imports.ts";
import { NARROW, type Say, type Scene } from "../scene.ts";
import * as made from "../snapshots.ts";

const answers = () => ({
  catalogue: { items: imports.catalogue() },
  searchRegistry: { items: imports.registry(), cursor: "next" },
  listAgents: { agents: agents.everydayAgents() },
  readSnippet: imports.manyCandidates(),
  inspectUrl: imports.report(),
});

const open = async (page: Page, say: Say): Promise<void> => {
  await page
    .getByRole("button", { name: say("Add server"), exact: true })
    .first()
    .click();
};

const tab = (name: string) => async (page: Page, say: Say) => {
  await open(page, say);
  await page.getByRole("tab", { name: say(name) }).click();
};

const paste = (text: string) => async (page: Page, say: Say) => {
  await open(page, say);
  await page.locator("dialog textarea").fill(text);
};

const pick = (title: string) => async (page: Page, say: Say) => {
  await open(page, say);
  await page.locator(".pick", { hasText: title }).click();
};

const COMMAND = `npx -y @scope/server --token abc --root '/home/anna/my notes' ${"--flag value ".repeat(8)}`;

const wantsClient = () =>
  imports.report({
    url: "https://api.githubcopilot.com/mcp/",
    registration: "client_id",
    client: imports.github().client,
    suggested_name: "github-2",
    catalogue: "github",
  });

export const scenes: readonly Scene[] = [
  { name: "add", snapshot: made.everyday, answers, act: open, shows: ".pick" },
  { name: "add-registry", snapshot: made.everyday, answers, act: tab("MCP Registry"), shows: ".pick" },
  {
    name: "add-registry-failing",
    snapshot: made.everyday,
    answers,
    errors: () => ({
      searchRegistry: made.error({ server: null, message: "registry.modelcontextprotocol.io does not answer." }),
    }),
    act: tab("MCP Registry"),
    shows: "dialog .notice-bad",
  },
  { name: "add-agents", snapshot: made.everyday, answers, act: tab("From an agent"), shows: ".pick" },
  { name: "add-pick", snapshot: made.everyday, answers, act: pick("Azure DevOps"), shows: ".known .wants" },
  {
    name: "add-url",
    snapshot: made.everyday,
    answers,
    act: paste("https://mcp.linear.app/mcp"),
    shows: ".look .tone-ok",
  },
  {
    name: "add-url-client-id",
    snapshot: made.everyday,
    answers: () => ({ ...answers(), inspectUrl: wantsClient() }),
    act: paste("https://api.githubcopilot.com/mcp/"),
    shows: ".client",
  },
  {
    name: "add-url-silent",
    snapshot: made.everyday,
    answers: () => ({ ...answers(), inspectUrl: imports.silentReport() }),
    act: paste("https://search.corp.example/mcp"),
    shows: "dialog .notice-bad",
  },
  {
    name: "add-snippet",
    snapshot: made.everyday,
    answers,
    act: paste('{\n  "mcpServers": {\n    "issues": { "url": "https://mcp.issues.example/mcp" }\n  }\n}'),
    shows: ".candidate",
  },
  {
    name: "add-command",
    snapshot: made.everyday,
    answers: () => ({
      ...answers(),
      readSnippet: imports.snippet([
        imports.candidate("server", {
          entry: { command: "npx", args: ["-y", "@scope/server", "--token", "${keychain:server-token}"] },
          unapproved: true,
          secrets: [{ member: "args[3]", name: "server-token" }],
        }),
      ]),
    }),
    act: paste(COMMAND),
    shows: ".candidate",
  },
  {
    name: "add-nothing-known",
    snapshot: made.everyday,
    answers: () => ({
      ...answers(),
      readSnippet: imports.snippet([], {
        error: made.error({
          code: "config_invalid",
          server: null,
          message: "Line 3, column 9: a quotation mark is still open.",
          suggestion: "Copy the whole of it and paste it again.",
        }),
      }),
    }),
    act: paste('{\n  "mcpServers": {\n    "issues: {}\n'),
    shows: "dialog .notice-bad",
  },
  {
    name: "add-added",
    snapshot: made.everyday,
    answers: () => ({ ...answers(), setEntry: { name: "linear", undo: "undo-1", signed_out: 0 } }),
    act: async (page, say) => {
      await paste("https://mcp.other.example/mcp")(page, say);
      await page.locator(".look .tone-ok").first().waitFor();
      await page.locator("dialog form .field input[type=text]").last().fill("other");
      await page.getByRole("button", { name: say("Add"), exact: true }).click();
    },
    shows: ".added-list li",
  },
  { name: "add-480", snapshot: made.everyday, answers, act: open, size: NARROW, shows: ".pick" },
];
