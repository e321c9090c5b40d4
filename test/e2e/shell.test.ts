/** What the window asks of the app around it, in the real Electron. Dialogs are answered by the test: nobody is there to click them. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WindowEvent } from "../../preload/api.ts";
import { tempFolder } from "../fixtures/children.ts";
import { makeCleanup } from "../fixtures/cleanup.ts";
import { startDesktop } from "../fixtures/desktop.ts";
import { makeHome } from "../fixtures/home.ts";
import { repoRoot } from "../fixtures/root.ts";
import { watchTray } from "../fixtures/tray.ts";
import { waitFor } from "../fixtures/wait.ts";
import { buildScripted, type ScriptedApp, startScripted } from "../fixtures-window/launch.ts";
import * as made from "../fixtures-window/snapshots.ts";

const cleanup = makeCleanup();
let app: ScriptedApp;
let page: Page;
let home: string;
let opened: string;

beforeAll(async () => {
  const desktop = cleanup.use(await startDesktop({ keyring: "absent" }));
  cleanup.use(await watchTray(desktop.env));
  const programs = cleanup.use(tempFolder("programs"));
  opened = join(programs.path, "opened");
  // Stand in for the desktop's file manager and browser, which this machine does not have.
  const program = join(programs.path, "xdg-open");
  writeFileSync(program, `#!/bin/sh\necho "$1" >> "${opened}"\n`);
  chmodSync(program, 0o700);
  const folder = cleanup.use(await buildScripted());
  const made = cleanup.use(makeHome());
  home = made.path;
  const env = {
    ...desktop.env,
    PATH: `${programs.path}:${desktop.env.PATH}`,
    GATEHOUSE_BROWSER: program,
    LANGUAGE: "pt:en",
    LANG: "C.UTF-8",
  };
  app = cleanup.use(await startScripted({ home, env, folder: folder.path }));
  page = await app.window();
  await page.getByRole("heading", { name: "Servers" }).waitFor();
});

afterAll(() => cleanup.close());

const openedNow = (): string[] => (existsSync(opened) ? readFileSync(opened, "utf8").trim().split("\n") : []);

describe("what the window asks of the app", () => {
  test("tells what this desktop can do", async () => {
    const answer = await page.evaluate(() => window.gatehouse.shellInfo({}));
    expect(answer).toEqual({
      ok: true,
      value: {
        platform: "linux",
        version: "0.1.0",
        tray: true,
        notifications: expect.any(Boolean),
        languages: expect.arrayContaining(["pt"]),
        update: { state: "unsupported", version: null, progress: null, message: null },
        packaged: false,
      },
    });
  });

  test("opens pages that Gatehouse names, in the person's browser, and no other", async () => {
    const open = (url: string) => page.evaluate((address) => window.gatehouse.openPage({ url: address }), url);
    expect(await open("https://evil.example/")).toMatchObject({ ok: false, error: { code: "unsafe_url" } });
    expect(await open("https://github.com/settings/developers")).toEqual({ ok: true, value: { opened: true } });
    expect(openedNow()).toEqual(["https://github.com/settings/developers"]);
  });

  test("shows the data folder in the file manager", async () => {
    expect(await page.evaluate(() => window.gatehouse.openFolder({ which: "data" }))).toMatchObject({ ok: true });
    await waitFor("the file manager", () => (openedNow().at(-1) === home ? true : undefined));
  });

  test("saves where the person says; a name is no path; a place that cannot be written is an error", async () => {
    const folder = cleanup.use(tempFolder("saved"));
    const path = join(folder.path, "report.txt");
    const answer = (filePath: string) =>
      app.app.evaluate(({ dialog }, chosen) => {
        dialog.showSaveDialog = async (...args: unknown[]) => {
          Object.assign(globalThis, { dialogOptions: args.at(-1) });
          return { canceled: chosen === "", filePath: chosen };
        };
      }, filePath);
    const save = () =>
      page.evaluate(() => window.gatehouse.saveText({ suggested_name: "../../.ssh/config", text: "käse\n" }));
    await answer(path);
    expect(await save()).toEqual({ ok: true, value: { path } });
    expect(readFileSync(path, "utf8")).toBe("käse\n");
    expect(await app.app.evaluate(() => Reflect.get(globalThis, "dialogOptions"))).toEqual({ defaultPath: "config" });
    mkdirSync(join(folder.path, "taken"));
    await answer(join(folder.path, "taken"));
    expect(await save()).toMatchObject({ ok: false, error: { code: "invalid_request" } });
    await answer("");
    expect(await save()).toEqual({ ok: true, value: { path: null } });
  });

  test("events of hub and app reach the window while it listens", async () => {
    await page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      for (const event of ["calls", "records", "log", "shell", "destination"] as WindowEvent[])
        window.gatehouse.on(event, (value) => seen.push(`${event} ${JSON.stringify(value)}`));
    });
    await app.emit("log", []);
    await app.emit("records", []);
    await app.emit("calls", []);
    await app.emit("destination", { to: "settings" });
    expect(await page.evaluate(() => Reflect.get(window, "seen"))).toEqual([
      "log []",
      "records []",
      "calls []",
      'destination {"to":"settings"}',
    ]);
  });

  test("a test can answer for the app", async () => {
    const update = { state: "ready", version: "9.9.9", progress: null, message: null } as const;
    await app.answerShell("checkForUpdates", { ok: true, value: update });
    expect(await page.evaluate(() => window.gatehouse.checkForUpdates({}))).toEqual({ ok: true, value: update });
    expect((await app.calls()).at(-1)).toEqual({ method: "checkForUpdates", params: {} });
  });

  test("another page may not ask", async () => {
    await app.set(made.snapshot({}));
    const refused = await app.app.evaluate(
      async ({ BrowserWindow }, preload) => {
        const stranger = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
        await stranger.loadURL("app://gatehouse/index.html");
        const said: unknown = await stranger.webContents.executeJavaScript(
          "window.gatehouse.quit({}).then(() => 'answered', (error) => String(error))",
        );
        stranger.destroy();
        return said;
      },
      join(repoRoot, "dist/preload/index.cjs"),
    );
    expect(refused).toContain("may not call Gatehouse");
  });

  test("quits when asked", async () => {
    // The answer is lost when the app is quick.
    const answer = await page.evaluate(() => window.gatehouse.quit({})).catch(() => null);
    if (answer !== null) expect(answer).toEqual({ ok: true, value: { quitting: true } });
    await waitFor("the app to end", () => (app.isGone() ? true : undefined));
    expect(app.log()).toContain("hub closed");
  });
});
