/** The agents of this computer, and what a change makes of their files. */
import type { Page } from "playwright-core";
import * as agents from "../agents.ts";
import { NARROW, type Say, type Scene, screen } from "../scene.ts";
import * as made from "../snapshots.ts";

const answers = () => ({
  listAgents: { agents: agents.everydayAgents() },
  previewAgent: agents.preview(),
});

const connect = async (page: Page, say: Say): Promise<void> => {
  await page.getByRole("button", { name: say("Connect {{agent}}", { agent: "Cursor" }), exact: true }).click();
};

export const scenes: readonly Scene[] = [
  { name: "agents", snapshot: made.everyday, answers, act: screen("Agents"), shows: "li.agent" },
  {
    name: "agents-details",
    snapshot: made.everyday,
    answers,
    act: screen("Agents", async (page, say) => {
      for (const summary of await page.locator("section li.agent summary").all()) await summary.click();
      await page.getByText(say("Any other agent")).click();
    }),
    shows: ".agent-entry",
  },
  {
    name: "agents-long-names",
    snapshot: made.longNames,
    answers: () => ({ listAgents: { agents: agents.longAgents() } }),
    act: screen("Agents", async (page) => {
      for (const summary of await page.locator("li.agent summary").all()) await summary.click();
    }),
    shows: ".agent-entry",
  },
  {
    name: "agents-none",
    snapshot: made.everyday,
    answers: () => ({ listAgents: { agents: agents.everydayAgents().filter(({ found }) => !found) } }),
    act: screen("Agents"),
    shows: ".empty",
  },
  {
    name: "agents-failing",
    snapshot: made.everyday,
    errors: () => ({
      listAgents: made.error({ code: "internal", server: null, message: "The folder /home/anna cannot be read." }),
    }),
    act: screen("Agents"),
    shows: "main .notice-bad",
  },
  { name: "agents-connect", snapshot: made.everyday, answers, act: screen("Agents", connect), shows: "dialog .diff" },
  {
    name: "agents-connect-some",
    snapshot: made.everyday,
    answers,
    act: screen("Agents", async (page, say) => {
      await connect(page, say);
      await page.getByText(say("Only some")).click();
      await page.getByRole("checkbox", { name: "linear" }).check();
    }),
    shows: "dialog .diff",
  },
  {
    name: "agents-connect-failing",
    snapshot: made.everyday,
    answers,
    errors: () => ({
      previewAgent: made.error({
        code: "config_invalid",
        server: null,
        message: "/home/anna/.cursor/mcp.json is no valid JSON: line 3, column 14, a quotation mark is open.",
        suggestion: "Correct the file, then look again.",
      }),
    }),
    act: screen("Agents", connect),
    shows: "dialog .notice-bad",
  },
  {
    name: "agents-disconnect",
    snapshot: made.everyday,
    answers,
    act: screen("Agents", async (page, say) => {
      const name = say("Disconnect {{agent}}", { agent: "Claude Desktop" });
      await page.getByRole("button", { name, exact: true }).click();
    }),
    shows: "dialog .diff",
  },
  { name: "agents-480", snapshot: made.everyday, answers, act: screen("Agents"), size: NARROW, shows: "li.agent" },
];
