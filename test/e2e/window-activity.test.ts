/** The screen Activity, in the real Electron, around a hub that the test scripts. */
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { DEFAULT_SETTINGS } from "../../main/settings.ts";
import { waitFor } from "../fixtures/wait.ts";
import * as made from "../fixtures-window/calls.ts";
import { error, everyday } from "../fixtures-window/snapshots.ts";
import { failed, ok, openWindow, type TestWindow } from "../fixtures-window/window.ts";

let window: TestWindow;

beforeAll(async () => {
  window = await openWindow();
});

afterAll(() => window?.close());

beforeEach(async () => {
  const { app } = window;
  await app.forgetAnswers();
  await app.set(everyday());
  await show(40);
});

/** The screen, as a hub with this many calls fills it. */
async function show(calls: number): Promise<void> {
  await window.app.answer("calls", ok({ calls: made.calls(calls) }));
  await window.app.answer("activity", ok({ records: calls === 0 ? [] : made.records() }));
  await window.go("Servers");
  await window.go("Activity");
  await window.app.forgetCalls();
}

const button = (name: string): Locator => window.page.getByRole("button", { name, exact: true });
const rows = (): Locator => window.page.getByRole("list", { name: "What happened" }).getByRole("button");
const choice = (name: string): Locator => window.page.getByRole("combobox", { name, exact: true });
const details = (): Locator => window.page.getByRole("complementary", { name: "Details" });

test("sign-ins, renewals and calls stand in one list, the newest first", async () => {
  await window.page.getByText("42 entries").waitFor();
  await rows().first().waitFor();
  await window.page
    .getByRole("button", { name: /^Done \d\d:\d\d:\d\d search_code github Claude/ })
    .first()
    .waitFor();
  expect(await window.violations()).toEqual([]);
});

test("what happens now comes in by itself, above", async () => {
  const { app, page } = window;
  await app.emit("calls", [
    made.call(-1, { id: 2_000_000, target: "delete_issue", started_at: new Date().toISOString() }),
  ]);
  await page.getByRole("button", { name: /delete_issue github/ }).waitFor();
  await page.getByText("43 entries").waitFor();
  expect(await rows().first().textContent()).toContain("delete_issue");
  // What is told twice is one entry.
  await app.emit("calls", [
    made.call(-1, { id: 2_000_000, target: "delete_issue", started_at: new Date().toISOString() }),
  ]);
  await app.emit("records", [
    { ...made.records()[1], request_id: "r-new", ended_at: new Date().toISOString() } as never,
  ]);
  await page.getByText("44 entries").waitFor();
});

test("stands still while it is read, counts what came, and goes on", async () => {
  const { app, page } = window;
  await button("Pause").click();
  await app.emit("calls", [made.call(-1, { id: 2_000_001 }), made.call(-2, { id: 2_000_002 })]);
  await page.getByText("Standing still. 2 new.").waitFor();
  await page.getByText("42 entries").waitFor();
  expect(await window.violations()).toEqual([]);
  await button("Resume").click();
  await page.getByText("44 entries").waitFor();
});

test("is narrowed down by server, agent, kind, outcome and text; what fits nothing says so", async () => {
  const { page } = window;
  await choice("Server").selectOption({ label: "github" });
  await waitFor("only github", async () => {
    const names = await rows().allTextContents();
    return names.every((name) => name.includes("github")) || undefined;
  });
  await choice("Agent").selectOption({ label: "Claude" });
  await choice("Outcome").selectOption({ label: "Failed" });
  await page.getByText(/^\d+ of 42$/).waitFor();
  await choice("Server").selectOption({ label: "All servers" });
  await choice("Agent").selectOption({ label: "All agents" });
  await choice("Outcome").selectOption({ label: "Any outcome" });
  await choice("Kind").selectOption({ label: "Sign-ins" });
  await page.getByRole("button", { name: /Sign-in failed .*linear/ }).waitFor();
  expect(await rows().count()).toBe(1);
  await choice("Kind").selectOption({ label: "Everything" });
  await page.getByRole("searchbox", { name: "Search activity" }).fill("nothing is called so");
  await page.getByText("Nothing matches").waitFor();
  expect(await window.violations()).toEqual([]);
  await button("Show everything").click();
  await page.getByText("42 entries").waitFor();
});

test("a call tells all that is known of it; its arguments only where that is switched on", async () => {
  const { app, page } = window;
  await rows().first().click();
  await details().getByText("tools/call").waitFor();
  await details().getByText("Arguments are not kept").waitFor();
  expect(await window.violations()).toEqual([]);
  await details().getByRole("button", { name: "Change in Settings" }).click();
  await page.getByRole("heading", { name: "Settings", exact: true }).waitFor();
  await app.set({ ...everyday(), settings: { ...DEFAULT_SETTINGS, record_arguments: true } });
  await app.answer("calls", ok({ calls: [made.withArguments()] }));
  await window.go("Activity");
  await rows().first().click();
  await details().getByText('"query": "repo:anna/notes is:open label:bug"').waitFor();
  await button("Close details").click();
  await details().waitFor({ state: "detached" });
});

test("a sign-in tells its steps, with status and address and no query", async () => {
  await choice("Kind").selectOption({ label: "Sign-ins" });
  await rows().first().click();
  await details().getByText("authorization server metadata").waitFor();
  await details().getByText("ECONNREFUSED").waitFor();
  await details().getByText(".well-known/").waitFor();
  await details().getByText("0c1e6a5f-7f5f-4f0e-a2f6-b3b2ff0e3d11").waitFor();
  expect(await details().textContent()).not.toContain("?");
  await details().getByRole("button", { name: "Show linear" }).click();
  await window.page.getByRole("heading", { name: "linear", exact: true }).waitFor();
});

test("ten thousand entries are a list of which only those in sight are drawn", async () => {
  const { page } = window;
  await show(10_000);
  await page.getByText("10000 entries").waitFor();
  const drawn = await rows().count();
  expect(drawn).toBeGreaterThan(5);
  expect(drawn).toBeLessThan(80);
  const list = page.locator(".activity-list .virtual");
  await list.evaluate((element) => element.scrollTo(0, element.scrollHeight / 2));
  await waitFor("the middle", async () => {
    const at = await page.locator("[aria-posinset]").first().getAttribute("aria-posinset");
    return Number(at) > 4_000 || undefined;
  });
  // New ones above do not push away what is being read.
  const inSight = await list.evaluate((element) => {
    const top = element.getBoundingClientRect().top;
    const row = [...element.querySelectorAll("button")].find((one) => one.getBoundingClientRect().top >= top);
    row?.setAttribute("data-read", "");
    return row?.getBoundingClientRect().top ?? 0;
  });
  await window.app.emit("calls", [made.call(-3, { id: 3_000_000 })]);
  await waitFor("it", async () => (await list.locator("[aria-setsize='10000']").count()) > 0 || undefined);
  const after = await list.locator("[data-read]").boundingBox();
  expect(Math.abs((after?.y ?? 0) - inSight)).toBeLessThan(2);
});

test("the arrow keys go from entry to entry and show it", async () => {
  const { page } = window;
  await rows().first().focus();
  await page.keyboard.press("Enter");
  await details().getByRole("heading", { name: "search_code" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await details().getByRole("heading", { name: "create_issue" }).waitFor();
  await page.keyboard.press("ArrowUp");
  await details().getByRole("heading", { name: "search_code" }).waitFor();
});

test("what is shown is exported, as JSON and as a table that no spreadsheet takes for formulas", async () => {
  const { app, page } = window;
  await app.answer("calls", ok({ calls: [made.call(0, { target: '=HYPERLINK("x")' }), made.call(1)] }));
  await window.go("Servers");
  await window.go("Activity");
  await app.answerShell("saveText", ok({ path: "/home/anna/activity.csv" }));
  await app.forgetCalls();
  await choice("Kind").selectOption({ label: "Calls" });
  await button("Export").click();
  await page.getByRole("menuitem", { name: "As a table (CSV)" }).click();
  await page.getByText("Saved as /home/anna/activity.csv").waitFor();
  await button("Export").click();
  await page.getByRole("menuitem", { name: "As JSON" }).click();
  await waitFor(
    "both",
    async () => (await app.calls()).filter(({ method }) => method === "saveText").length === 2 || undefined,
  );
  const [csv, json] = (await app.calls())
    .filter(({ method }) => method === "saveText")
    .map(({ params }) => params as { suggested_name: string; text: string });
  expect(csv?.suggested_name).toMatch(/^gatehouse-activity-\d{4}-\d\d-\d\d\.csv$/);
  expect(csv?.text.split("\r\n")).toHaveLength(4);
  expect(csv?.text).toContain(`"'=HYPERLINK(""x"")"`);
  expect((JSON.parse(json?.text ?? "") as unknown[]).map((one) => (one as { kind: string }).kind)).toEqual([
    "call",
    "call",
  ]);
});

test("nothing yet, and what cannot be read, are two things", async () => {
  const { app, page } = window;
  await show(0);
  await page.getByText("Nothing has happened yet").waitFor();
  expect(await window.violations()).toEqual([]);
  await app.answer("calls", failed(error({ code: "internal", server: null, message: "The record is unreadable." })));
  await window.go("Servers");
  await window.go("Activity");
  await page.getByText("The record is unreadable.").waitFor();
  expect(await page.getByText("Nothing has happened yet").count()).toBe(0);
  expect(await window.violations()).toEqual([]);
  await app.answer("calls", ok({ calls: made.calls(3) }));
  await button("Try again").click();
  await page.getByText("3 entries").waitFor();
});

test("it fits 480 pixels, and the page complains of nothing", async () => {
  await window.resize(480, 700);
  await rows().first().click();
  await details().waitFor();
  const wide = await window.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(wide).toBe(0);
  expect(await window.violations()).toEqual([]);
  await window.resize(1000, 700);
  expect(window.complaints).toEqual([]);
});
