/** The screen Agents, in the real Electron, around a hub that the test scripts. */
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { waitFor } from "../fixtures/wait.ts";
import * as agents from "../fixtures-window/agents.ts";
import * as made from "../fixtures-window/snapshots.ts";
import { failed, ok, openWindow, type TestWindow } from "../fixtures-window/window.ts";

let window: TestWindow;

beforeAll(async () => {
  window = await openWindow();
});

afterAll(() => window?.close());

beforeEach(async () => {
  const { app, page } = window;
  await page.keyboard.press("Escape");
  await app.set(made.everyday());
  await app.answer("listAgents", ok({ agents: agents.everydayAgents() }));
  await app.answer("previewAgent", ok(agents.preview()));
  await app.answer(
    "applyAgent",
    ok({ client: "cursor", path: "/home/anna/.cursor/mcp.json", backup: "/b", undo: "undo-1" }),
  );
  await window.go("Servers");
  await window.go("Agents");
  await app.forgetCalls();
});

const row = (name: string): Locator => window.page.getByRole("listitem", { name, exact: true });
const button = (name: string): Locator => window.page.getByRole("button", { name, exact: true });
const dialog = (name: string): Locator => window.page.getByRole("dialog", { name });

/** What the hub was asked, without the look at the agents that follows each change. */
async function asked(): Promise<{ method: string; params: unknown }[]> {
  return (await window.app.calls()).filter(({ method }) => method !== "listAgents");
}

test("says what each agent has, what it holds itself, and what lies open in its file", async () => {
  await row("Claude Desktop").getByText("Uses all servers").waitFor();
  await row("VS Code").getByText("Uses github and linear").waitFor();
  const cursor = row("Cursor");
  await cursor.getByText("2 servers of its own").waitFor();
  await cursor.getByText("A token stands in its file in plain text").waitFor();
  await cursor.getByText("Details").click();
  await cursor.getByText("/home/anna/.cursor/mcp.json").waitFor();
  await cursor.getByText("Token in the file").waitFor();
  await row("Zed").getByText("line 14, column 3").waitFor();
  expect(await row("Zed").getByRole("button", { name: "Connect Zed" }).count()).toBe(0);
  await row("JetBrains AI Assistant").getByText("Gatehouse cannot write its settings").waitFor();
  expect(await row("Windsurf").isVisible()).toBe(false);
  await window.page.getByText("Not found on this computer").click();
  await row("Windsurf").getByRole("button", { name: "Connect Windsurf" }).waitFor();
  expect(await window.violations()).toEqual([]);
});

test("connects with all servers: the change is seen first, then made, then taken back", async () => {
  await button("Connect Cursor").click();
  const open = dialog("Connect Cursor");
  await open.getByText("/home/anna/.cursor/mcp.json").waitFor();
  await open.getByText('"gatehouse": { "command"').waitFor();
  await open.getByText("backups/cursor-2026").waitFor();
  expect(await window.violations()).toEqual([]);
  await open.getByRole("button", { name: "Connect", exact: true }).click();
  await open.waitFor({ state: "detached" });
  await window.page.getByText("Cursor is connected. Restart Cursor").waitFor();
  await button("Undo").click();
  await window.page.getByText("Cursor has its settings back").waitFor();
  expect(await asked()).toEqual([
    {
      method: "previewAgent",
      params: { client: "cursor", change: { kind: "connect", servers: "all" }, scope: "user" },
    },
    { method: "applyAgent", params: { preview: "p1" } },
    { method: "undoAgent", params: { undo: "undo-1" } },
  ]);
});

test("each choice shows its own change, and none can be made without a server", async () => {
  await button("Connect Cursor").click();
  const open = dialog("Connect Cursor");
  await open.getByRole("radio", { name: "All servers, found when needed" }).check();
  await open.getByRole("radio", { name: "Only some" }).check();
  await open.getByText("Choose at least one server").waitFor();
  const go = open.getByRole("button", { name: "Connect", exact: true });
  expect(await go.getAttribute("aria-disabled")).toBe("true");
  await open.getByRole("checkbox", { name: "linear" }).check();
  await open.getByRole("checkbox", { name: "github" }).check();
  const wanted = { kind: "connect", servers: ["linear", "github"] };
  await waitFor("the last preview", async () => {
    const last = (await asked()).at(-1)?.params as { change: unknown };
    return JSON.stringify(last.change) === JSON.stringify(wanted) || undefined;
  });
  expect((await asked()).map(({ params }) => (params as { change: unknown }).change)).toEqual([
    { kind: "connect", servers: "all" },
    { kind: "connect", servers: "all", lazy: true },
    { kind: "connect", servers: ["linear"] },
    wanted,
  ]);
  await window.page.keyboard.press("Escape");
  await open.waitFor({ state: "detached" });
  expect((await asked()).some(({ method }) => method === "applyAgent")).toBe(false);
});

test("for one project its folder is asked for first", async () => {
  await window.app.answerShell("choosePath", ok({ path: "/home/anna/projects/notes" }));
  await button("Connect Cursor").click();
  const open = dialog("Connect Cursor");
  await open.getByText("In one project").click();
  await open.getByText("/home/anna/projects/notes").waitFor();
  await waitFor("the preview", async () => (await asked()).at(-1)?.method === "previewAgent" || undefined);
  expect((await asked()).at(-1)?.params).toEqual({
    client: "cursor",
    change: { kind: "connect", servers: "all" },
    scope: "project",
    project: "/home/anna/projects/notes",
  });
});

test("a file that somebody else changed meanwhile is not overwritten: the change is shown anew", async () => {
  const { app } = window;
  await app.answer(
    "applyAgent",
    failed(made.error({ code: "conflict", server: null, message: "mcp.json has changed." })),
  );
  await button("Connect Cursor").click();
  const open = dialog("Connect Cursor");
  await open.getByText('"gatehouse": { "command"').waitFor();
  await app.answer("previewAgent", ok(agents.preview({ preview: "p2" })));
  const go = open.getByRole("button", { name: "Connect", exact: true });
  await go.click();
  await open.getByText("This is what would change now").waitFor();
  await app.answer("applyAgent", ok({ client: "cursor", path: "/x", backup: null, undo: null }));
  await waitFor("the new preview", async () => ((await go.getAttribute("aria-disabled")) === null ? true : undefined));
  await go.click();
  await open.waitFor({ state: "detached" });
  expect((await asked()).at(-1)).toEqual({ method: "applyAgent", params: { preview: "p2" } });
});

test("disconnecting says what is lost, and nothing is done when nothing would change", async () => {
  await window.app.answer("previewAgent", ok(agents.preview({ changes: false, diff: [], backup: null })));
  await button("Disconnect Claude Desktop").click();
  const open = dialog("Disconnect Claude Desktop");
  await open.getByText("can no longer use any server through Gatehouse").waitFor();
  await open.getByText("Nothing has to change").waitFor();
  const go = open.getByRole("button", { name: "Disconnect", exact: true });
  expect(await go.getAttribute("aria-disabled")).toBe("true");
  await window.page.keyboard.press("Enter");
  expect((await asked()).map(({ method }) => method)).toEqual(["previewAgent"]);
});

test("agents that cannot be looked for are no empty list, and another try helps", async () => {
  const { app, page } = window;
  await app.answer(
    "listAgents",
    failed(made.error({ code: "internal", server: null, message: "Home is not readable." })),
  );
  await window.go("Servers");
  await window.go("Agents");
  await page.getByText("Home is not readable.").waitFor();
  expect(await page.getByText("No agent found").count()).toBe(0);
  expect(await window.violations()).toEqual([]);
  await app.answer("listAgents", ok({ agents: [] }));
  await button("Try again").click();
  await page.getByText("No agent found on this computer").waitFor();
  await page.getByText("Any other agent").click();
  await page.getByText('"args": [').waitFor();
  expect(await window.violations()).toEqual([]);
});

test("the keyboard alone connects an agent, and the focus comes back", async () => {
  const { page } = window;
  const start = button("Connect Cursor");
  await start.focus();
  await page.keyboard.press("Enter");
  const open = dialog("Connect Cursor");
  await open.waitFor();
  const all = open.getByRole("radio", { name: "All servers", exact: true });
  expect(await all.evaluate((element) => element === document.activeElement)).toBe(true);
  await open.getByText('"gatehouse": { "command"').waitFor();
  await page.keyboard.press("Enter");
  await open.waitFor({ state: "detached" });
  expect((await asked()).at(-1)?.method).toBe("applyAgent");
  await waitFor("the focus", () =>
    start.evaluate((element) => (element === document.activeElement ? true : undefined)),
  );
});

test("what the window asks of nobody it does not complain of either", () => {
  expect(window.complaints).toEqual([]);
});
