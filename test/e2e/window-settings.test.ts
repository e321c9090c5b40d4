/** The screen Settings, in the real Electron, around a hub that the test scripts. */
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { DEFAULT_SETTINGS } from "../../main/settings.ts";
import type { AppSettings } from "../../preload/api-settings.ts";
import { waitFor } from "../fixtures/wait.ts";
import * as made from "../fixtures-window/settings.ts";
import { error, everyday } from "../fixtures-window/snapshots.ts";
import { failed, ok, openWindow, type TestWindow } from "../fixtures-window/window.ts";

let window: TestWindow;

beforeAll(async () => {
  window = await openWindow();
});

afterAll(() => window?.close());

beforeEach(async () => {
  const { app, page } = window;
  await page.keyboard.press("Escape");
  await app.forgetAnswers();
  await app.set(everyday());
  await app.emit("shell", made.shell());
  await app.answer("getSettings", ok(made.view({ overridden: ["HTTPS_PROXY"] })));
  await app.answer("setSettings", ok(made.view({ overridden: ["HTTPS_PROXY"] })));
  await app.answer("listSecrets", ok(made.secrets()));
  await window.go("Servers");
  await window.go("Settings");
  await page.getByRole("region", { name: "General" }).waitFor();
  await app.forgetCalls();
});

const section = (name: string): Locator => window.page.getByRole("region", { name, exact: true });
const button = (name: string): Locator => window.page.getByRole("button", { name, exact: true });
const dialog = (name: string): Locator => window.page.getByRole("dialog", { name });

async function asked(method: string): Promise<unknown[]> {
  return (await window.app.calls()).filter((call) => call.method === method).map(({ params }) => params);
}

/** As if the hub had kept them. */
const kept = (settings: Partial<AppSettings>) =>
  window.app.set({ ...everyday(), settings: { ...DEFAULT_SETTINGS, ...settings } });

test("every section is there, in words that axe has nothing to say against", async () => {
  const { page } = window;
  const names = await page.getByRole("main").getByRole("heading", { level: 2 }).allInnerTexts();
  expect(names).toEqual([
    "General",
    "Sign-ins and secrets",
    "Secrets",
    "Privacy",
    "Network",
    "Updates",
    "Health check",
    "Data",
    "Start over",
    "About",
  ]);
  expect(await window.violations()).toEqual([]);
});

test("a switch and a choice are kept at once, and a hand edit of the file shows", async () => {
  const { page } = window;
  await page.getByRole("switch", { name: "Start at login" }).click();
  await page.getByRole("switch", { name: "Notifications" }).click();
  await page.getByRole("switch", { name: "Keep arguments of calls" }).click();
  await page.getByRole("combobox", { name: "Theme" }).selectOption({ label: "Dark" });
  await page.getByRole("combobox", { name: "New versions" }).selectOption({ label: "Install by itself" });
  await waitFor("all five", async () => (await asked("setSettings")).length === 5 || undefined);
  expect(await asked("setSettings")).toEqual([
    { start_at_login: true },
    { notifications: false },
    { record_arguments: true },
    { theme: "dark" },
    { updates: "automatic" },
  ]);
  await kept({ start_at_login: true });
  const login = page.getByRole("switch", { name: "Start at login" });
  await waitFor("the switch", async () => (await login.getAttribute("aria-checked")) === "true" || undefined);
});

test("a proxy is checked while it is typed, kept when it is whole, and can be taken back", async () => {
  const { app, page } = window;
  const field = page.getByRole("textbox", { name: "Proxy" });
  await section("Network").getByText("The environment sets HTTPS_PROXY").waitFor();
  for (const [typed, says] of [
    ["proxy.example:3128", "Not a whole address"],
    ["ftp://proxy.example", "Only http://"],
    ["http://proxy.example:3128/path", "Only host and port"],
  ] as const) {
    await field.fill(typed);
    await section("Network").getByText(says).waitFor();
    await field.press("Enter");
  }
  expect(await window.violations()).toEqual([]);
  expect(await asked("setSettings")).toEqual([]);
  await field.fill("http://anna:pw@proxy.example:3128");
  await section("Network").getByText("Its password stands in servers.json").waitFor();
  await app.answer(
    "setSettings",
    ok(made.view({ settings: { ...DEFAULT_SETTINGS, proxy: "http://proxy.example:3128" } })),
  );
  await field.fill("http://proxy.example:3128");
  await field.press("Enter");
  await page.getByText("Saved.").waitFor();
  await button("Undo").click();
  await waitFor("both", async () => (await asked("setSettings")).length === 2 || undefined);
  expect(await asked("setSettings")).toEqual([{ proxy: "http://proxy.example:3128" }, { proxy: "" }]);
});

test("sign-ins move to another place after a question, and how many is said", async () => {
  const { app, page } = window;
  await app.answer(
    "moveVault",
    failed(error({ code: "vault_locked", server: null, message: "The keychain is locked." })),
  );
  await button("Move to an encrypted file").click();
  const open = dialog("Move every sign-in?");
  await open.getByText("whoever can read your files can read them").waitFor();
  expect(await window.violations()).toEqual([]);
  await open.getByRole("button", { name: "Move", exact: true }).click();
  await open.getByText("The keychain is locked.").waitFor();
  await app.answer("moveVault", ok({ vault: { kind: "file", state: "ok" }, moved: 3, left: 1 }));
  await open.getByRole("button", { name: "Move", exact: true }).click();
  await page.getByText("3 sign-ins moved. 1 old copy could not be deleted yet.").waitFor();
  expect(await asked("moveVault")).toEqual([{ to: "file" }, { to: "file" }]);
});

test("secrets show their names and users, never a value; a removal says what stops", async () => {
  const { page } = window;
  await section("Secrets").getByText("Not set").waitFor();
  await button("Set value of issues-x-api-key").click();
  const set = dialog("Set value of issues-x-api-key");
  await page.keyboard.press("Enter");
  await set.getByText("Paste the value.").waitFor();
  await page.keyboard.type("k-123");
  expect(await set.getByLabel("Value").getAttribute("type")).toBe("password");
  expect(await window.violations()).toEqual([]);
  await page.keyboard.press("Enter");
  await set.waitFor({ state: "detached" });
  await button("Remove github-client-secret").click();
  await dialog("Remove github-client-secret?")
    .getByText("These servers stop working until you set it again: github")
    .waitFor();
  await dialog("Remove github-client-secret?").getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByText("github-client-secret is removed.").waitFor();
  expect(await asked("setSecret")).toEqual([{ name: "issues-x-api-key", value: "k-123" }]);
  expect(await asked("removeSecret")).toEqual([{ name: "github-client-secret" }]);
  expect(await page.content()).not.toContain("k-123");
});

test("an update is looked for, fetched and installed, and a failure says why", async () => {
  const { app } = window;
  await app.answerShell("checkForUpdates", ok(made.shell().update));
  await app.answerShell("installUpdate", ok({ installing: true }));
  await section("Updates").getByText("Version 0.1.0 is the newest").waitFor();
  await button("Check now").click();
  const update = (state: "downloading" | "ready" | "failed", message: string | null = null) =>
    app.emit("shell", made.shell({ update: { state, version: "0.2.0", progress: 0.4, message } }));
  await update("downloading");
  await section("Updates").getByText("Fetching version 0.2.0").waitFor();
  await section("Updates").getByRole("progressbar").waitFor();
  expect(await window.violations()).toEqual([]);
  await update("ready");
  await button("Restart and install").click();
  await update("failed", "The download's signature is wrong.");
  await section("Updates").getByText("The download's signature is wrong.").waitFor();
  expect((await asked("checkForUpdates")).length + (await asked("installUpdate")).length).toBe(2);
});

test("the health check says for each failure the one thing to do", async () => {
  const { app } = window;
  await app.answer("doctor", ok({ checks: made.checks() }));
  await section("Health check").getByRole("button", { name: "Check", exact: true }).click();
  await section("Health check").getByText("2 things need attention").waitFor();
  await section("Health check").getByText("Turn on setting the time by itself").waitFor();
  await section("Health check").getByText("3 other checks").click();
  await section("Health check").getByText("The pipe answers in 2 ms").waitFor();
  expect(await window.violations()).toEqual([]);
  await app.answer("doctor", ok({ checks: made.checks().filter(({ ok: isFine }) => isFine !== false) }));
  await button("Check again").click();
  await section("Health check").getByText("Everything works.").waitFor();
});

test("starting over takes two steps and says what is lost", async () => {
  const { app, page } = window;
  await app.answer("reset", ok({ signed_out: 2, backup: "/home/anna/servers.backup.json", problems: [] }));
  await button("Reset Gatehouse…").click();
  const open = dialog("Reset Gatehouse?");
  await open.getByText("6 servers (a backup of servers.json is kept)").waitFor();
  await open.getByText("1 sign-in", { exact: true }).waitFor();
  const go = open.getByRole("button", { name: "Reset", exact: true });
  expect(await go.getAttribute("aria-disabled")).toBe("true");
  await go.click({ force: true });
  expect(await asked("reset")).toEqual([]);
  expect(await window.violations()).toEqual([]);
  await open.getByRole("checkbox", { name: "I understand what is lost" }).check();
  await go.click();
  await page.getByText("The list of servers is kept at /home/anna/servers.backup.json").waitFor();
  expect(await asked("reset")).toEqual([{ what: "everything" }]);
  await button("Sign out everywhere…").click();
  await dialog("Sign out everywhere?").getByText("This cannot be undone").waitFor();
  await page.keyboard.press("Escape");
  expect(await asked("reset")).toHaveLength(1);
});

test("what could not be signed out stays on the screen until it is read", async () => {
  const { app, page } = window;
  const left = error({ code: "vault_locked", message: "The keychain is locked." });
  await app.answer("reset", ok({ signed_out: 0, backup: null, problems: [left] }));
  await button("Sign out everywhere…").click();
  const open = dialog("Sign out everywhere?");
  await open.getByRole("checkbox", { name: "I understand what is lost" }).check();
  await open.getByRole("button", { name: "Sign out everywhere", exact: true }).click();
  await open.getByText("The keychain is locked.").waitFor();
  expect(await window.violations()).toEqual([]);
  await page.keyboard.press("Escape");
  await open.waitFor({ state: "detached" });
});

test("folders open, and what cannot be read is said", async () => {
  const { app, page } = window;
  await app.answerShell("openFolder", ok({ opened: true }));
  await button("Open the folder of: Logs").click();
  await waitFor("it", async () => (await asked("openFolder")).length === 1 || undefined);
  expect(await asked("openFolder")).toEqual([{ which: "logs" }]);
  await app.answer(
    "getSettings",
    failed(error({ code: "config_invalid", server: null, message: "settings: line 3." })),
  );
  await window.go("Servers");
  await window.go("Settings");
  await page.getByText("settings: line 3.").waitFor();
  expect(await window.violations()).toEqual([]);
});

test("it fits 480 pixels, and the page complains of nothing", async () => {
  await window.resize(480, 700);
  const wide = await window.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(wide).toBe(0);
  expect(await window.violations()).toEqual([]);
  await window.resize(1000, 700);
  expect(window.complaints).toEqual([]);
});
