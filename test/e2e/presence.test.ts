/** Tray, notifications, links and what the desktop decides, in the real Electron around a hub that the test scripts. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_SETTINGS } from "../../main/settings.ts";
import type { ServerStatus, Snapshot } from "../../preload/api.ts";
import { electronExecutable } from "../fixtures/app.ts";
import { descendantsOf, startChild } from "../fixtures/children.ts";
import { makeCleanup } from "../fixtures/cleanup.ts";
import { type Desktop, startDesktop } from "../fixtures/desktop.ts";
import { type Home, makeHome } from "../fixtures/home.ts";
import { type NotificationDesk, watchNotifications } from "../fixtures/notifications.ts";
import { type Tray, watchTray } from "../fixtures/tray.ts";
import { use } from "../fixtures/use.ts";
import { waitFor } from "../fixtures/wait.ts";
import { buildScripted, type ScriptedApp, startScripted } from "../fixtures-window/launch.ts";
import * as made from "../fixtures-window/snapshots.ts";

const cleanup = makeCleanup();
let folder: string;

beforeAll(async () => {
  folder = cleanup.use(await buildScripted()).path;
});
afterAll(() => cleanup.close());

/** The app is started again while it runs, as a desktop does for a link or an icon. */
async function startBeside(desktop: Desktop, home: Home, ...args: string[]): Promise<void> {
  const flags = [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "--disable-gpu"];
  const env = { ...desktop.env, GATEHOUSE_HOME: home.path };
  const child = startChild(electronExecutable(), [...flags, folder, ...args], { env });
  await child.exited;
  await child.stop();
}

/** Empty when it is gone meanwhile. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

const met = (server: ServerStatus, parts: object = {}): ServerStatus => ({
  ...server,
  asked: { agent: "Claude", at: new Date().toISOString(), ...parts },
});

const having = (...servers: readonly ServerStatus[]): Snapshot => made.snapshot({ servers });

describe("on a desktop with a tray", () => {
  const parts = makeCleanup();
  let desktop: Desktop;
  let home: Home;
  let tray: Tray;
  let desk: NotificationDesk;
  let app: ScriptedApp;

  beforeAll(async () => {
    desktop = parts.use(await startDesktop({ keyring: "absent" }));
    tray = parts.use(await watchTray(desktop.env));
    desk = parts.use(await watchNotifications(desktop.env));
    home = parts.use(makeHome());
    app = parts.use(await startScripted({ home: home.path, env: desktop.env, folder, args: ["--hidden"] }));
    await tray.waitForItem();
  });
  afterAll(() => parts.close());

  beforeEach(async () => {
    await app.set(made.snapshot({}));
    await app.forgetCalls();
  });

  const called = (method: string) =>
    waitFor(`the call ${method}`, async () => (await app.calls()).find((call) => call.method === method));

  test("pauses all and goes on, by the real menu", async () => {
    await app.set(having(made.signedIn()));
    await tray.waitForLabel("Pause all");
    await tray.click("Pause all");
    expect(await called("pauseAll")).toEqual({ method: "pauseAll", params: { paused: true } });
    await app.set({ ...having(made.signedIn()), paused: true });
    await tray.waitForLabel("Resume");
    expect((await tray.status()).tooltip).toBe("Gatehouse: Everything is paused");
    await app.forgetCalls();
    await tray.click("Resume");
    expect(await called("pauseAll")).toEqual({ method: "pauseAll", params: { paused: false } });
  });

  test("says whom quitting interrupts, above Quit", async () => {
    await app.set(having({ ...made.signedIn(), agents: 1, agent_names: ["Claude"] }));
    await tray.waitForLabel("Quitting interrupts Claude");
    expect((await tray.labels()).slice(-3)).toEqual(["Open Gatehouse", "Quitting interrupts Claude", "Quit Gatehouse"]);
  });

  test("tells once that an agent needs a sign-in; a click signs in; it goes when the need is over", async () => {
    await app.set(having(made.signedIn("linear")));
    const before = desk.sent().length;
    const needing = met(made.needing());
    await app.set(having(needing));
    const notification = await desk.waitFor("linear needs you to sign in");
    expect(notification.body).toContain("Claude");
    expect(notification.actions).toContain("default");
    // Once: two more looks at the same need bring no second one, though the tray follows them.
    await app.set(having({ ...met(made.needing()), tools: 3 }));
    await app.set(having(met(made.needing()), made.signedIn("marker")));
    await tray.waitForLabel(/^marker: /);
    expect(desk.sent().length).toBe(before + 1);
    desk.click(notification);
    expect(await called("signIn")).toEqual({ method: "signIn", params: { server: "linear" } });

    await app.set(having(made.signedIn("linear")));
    await app.set(having(met(made.needing())));
    await desk.waitFor("linear needs you to sign in");
    await app.set(having(made.signedIn("linear")));
    await waitFor("the notification to go", () => (desk.shown().length === 0 ? true : undefined));
  });

  test("a step-up names tool and scope; a changed tool opens its server", async () => {
    await app.set(having({ ...made.wantingMore(), challenge: null }, made.signedIn("notes")));
    await app.set(having(met(made.wantingMore(), { tool: "create_event" }), made.signedIn("notes")));
    const more = await desk.waitFor("calendar wants more access");
    expect(more.body).toContain("create_event, which needs “events:write”");
    const [tool] = made.withChangedTools().blocked_tools;
    await app.set(having({ ...made.withChangedTools(), blocked_tools: tool === undefined ? [] : [tool] }));
    const changed = await desk.waitFor("notes changed a tool");
    expect(desk.shown()).toEqual([changed]);
    desk.click(changed);
    const page = await app.window();
    await page.getByRole("complementary", { name: "notes" }).waitFor();
    await app.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await waitFor("the window to go", async () => ((await app.windows()) === 0 ? true : undefined));
  });

  test("tells nothing while notifications are off, and takes back what is shown", async () => {
    await app.set(having(made.signedIn("linear")));
    await app.set(having(met(made.needing())));
    await desk.waitFor("linear needs you to sign in");
    const off = { ...DEFAULT_SETTINGS, notifications: false };
    await app.set({ ...having(met(made.needing()), made.signedIn("marker")), settings: off });
    await waitFor("the notification to go", () => (desk.shown().length === 0 ? true : undefined));
    const before = desk.sent().length;
    await app.set({ ...having(met(made.needing("jira"))), settings: off });
    await tray.waitForLabel("Sign in to jira");
    expect(desk.sent().length).toBe(before);
  });

  test("starts at login, hidden, or not", async () => {
    const file = join(desktop.env.XDG_CONFIG_HOME ?? "", "autostart", "gatehouse.desktop");
    await app.set({ ...made.snapshot({}), settings: { ...DEFAULT_SETTINGS, start_at_login: true } });
    const text = await waitFor("the autostart file", () => (existsSync(file) ? readFileSync(file, "utf8") : undefined));
    expect(text).toMatch(/^\[Desktop Entry\]\nType=Application\nName=Gatehouse\nExec="\/.*" "--hidden"\n/);
    await app.set(made.snapshot({}));
    await waitFor("the file to go", () => (existsSync(file) ? undefined : true));
  });

  test("follows the theme that is set", async () => {
    const theme = () =>
      app.app.evaluate(({ nativeTheme }) => [nativeTheme.themeSource, nativeTheme.shouldUseDarkColors]);
    await app.set({ ...made.snapshot({}), settings: { ...DEFAULT_SETTINGS, theme: "dark" } });
    expect(await theme()).toEqual(["dark", true]);
    await app.set({ ...made.snapshot({}), settings: { ...DEFAULT_SETTINGS, theme: "light" } });
    expect(await theme()).toEqual(["light", false]);
    await app.set(made.snapshot({}));
    expect((await theme())[0]).toBe("system");
  });

  test("a link opens the window at the form, filled in, and does nothing else; a bad one does nothing at all", async () => {
    await startBeside(desktop, home, "gatehouse://add?url=https%3A%2F%2Fmcp.example%2Fmcp&run=yes");
    await waitFor("the refusal", () => (app.log().includes("an unknown parameter") ? true : undefined));
    expect(await app.windows()).toBe(0);
    expect(app.log()).not.toContain("mcp.example");
    await startBeside(desktop, home, "gatehouse://add?url=https%3A%2F%2Fmcp.example%2Fmcp");
    const page = await app.window();
    const url = page.getByRole("dialog", { name: "Add server" }).getByLabel("URL");
    await waitFor("the form", async () => ((await url.inputValue()) === "https://mcp.example/mcp" ? true : undefined));
    // A window that is there is told.
    await page.keyboard.press("Escape");
    await url.waitFor({ state: "detached" });
    await startBeside(desktop, home, "gatehouse://add?url=https%3A%2F%2Fother.example%2F");
    await waitFor("the other", async () => ((await url.inputValue()) === "https://other.example/" ? true : undefined));
    const asked = (await app.calls()).map(({ method }) => method);
    expect(asked.filter((method) => /^(add|set|import|inspect|sign|approve|try)/.test(method))).toEqual([]);
  });

  test("a closed window takes its renderer with it, and nothing of the hub is listened to but for the tray", async () => {
    await startBeside(desktop, home);
    await app.window();
    const renderers = (): number =>
      descendantsOf(app.pid).filter((pid) => commandOf(pid).includes("--type=renderer")).length;
    expect(renderers()).toBe(1);
    expect(await app.heard()).toEqual(["calls", "log", "records", "snapshot"]);
    await app.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await waitFor("the renderer to go", () => (renderers() === 0 ? true : undefined));
    expect(await app.heard()).toEqual(["snapshot"]);
  });

  test("a window whose display went away comes back to where it can be reached", async () => {
    await startBeside(desktop, home);
    await app.window();
    const bounds = await app.app.evaluate(({ BrowserWindow, screen }) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.setBounds({ x: 40_000, y: 40_000, width: 900, height: 600 });
      screen.emit("display-removed", {}, screen.getPrimaryDisplay());
      return window?.getBounds();
    });
    expect(bounds?.x).toBeLessThan(1280);
    expect(bounds?.y).toBeLessThan(800);
  });
});

describe("on a desktop without a tray", () => {
  async function start() {
    const desktop = use(await startDesktop({ keyring: "absent" }));
    const home = use(makeHome());
    const app = use(await startScripted({ home: home.path, env: desktop.env, folder }));
    const page = await app.window();
    await page.getByRole("heading", { name: "Servers" }).waitFor();
    const hasTray = () =>
      page.evaluate(async () => {
        const answer = await window.gatehouse.shellInfo({});
        return answer.ok && answer.value.tray;
      });
    await waitFor("the app to know", async () => ((await hasTray()) ? undefined : true));
    const closeWindow = () => app.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    return { desktop, app, page, hasTray, closeWindow };
  }

  test("closing the window ends the app; with agents connected only after a yes", async () => {
    const { app, closeWindow } = await start();
    // Stands in for the person at the system's dialog.
    const answer = (response: number) =>
      app.app.evaluate(({ dialog }, chosen) => {
        dialog.showMessageBox = async (...args: unknown[]) => {
          Object.assign(globalThis, { question: args.at(-1) });
          return { response: chosen, checkboxChecked: false };
        };
      }, response);
    await app.set(having({ ...made.signedIn(), agents: 1, agent_names: ["Claude"] }));
    await answer(1);
    await closeWindow();
    expect(await app.app.evaluate(() => Reflect.get(globalThis, "question"))).toMatchObject({
      message: "Quit Gatehouse?",
      detail: "This desktop shows no icon of it, so it ends with its window. Quitting interrupts Claude.",
      buttons: ["Quit Gatehouse", "Keep it open"],
    });
    expect(await app.windows()).toBe(1);
    expect(app.isGone()).toBe(false);
    await answer(0);
    await closeWindow().catch(() => undefined);
    await waitFor("the app to end", () => (app.isGone() ? true : undefined));
    expect(app.log()).toContain("hub closed");
  });

  test("with nobody connected it just ends", async () => {
    const { app, closeWindow } = await start();
    await closeWindow().catch(() => undefined);
    await waitFor("the app to end", () => (app.isGone() ? true : undefined));
  });

  test("a tray that comes later gets the icon, and then the window may go", async () => {
    const { desktop, app, page, hasTray, closeWindow } = await start();
    await page.evaluate(() => {
      window.gatehouse.on("shell", (info) => Object.assign(window, { info }));
    });
    const tray = use(await watchTray(desktop.env));
    await tray.waitForItem();
    await waitFor("the window to know", async () => ((await hasTray()) ? true : undefined));
    expect(await page.evaluate(() => Reflect.get(window, "info"))).toMatchObject({ tray: true });
    await closeWindow();
    await waitFor("the window to go", async () => ((await app.windows()) === 0 ? true : undefined));
    await tray.waitForLabel("Open Gatehouse");
    expect(app.isGone()).toBe(false);
  });
});
