/**
 * The real shell — window, preload, page, tray — around a hub that a test drives: `globalThis.scripted` sets the
 * snapshot and holds the calls that came in. Built and started by tests only.
 */
import { join } from "node:path";
import { app, BrowserWindow, ipcMain } from "electron";
import { appBrowser } from "../../main/electron/browser.ts";
import { startElectron } from "../../main/electron/lifecycle.ts";
import { DEFAULT_SETTINGS } from "../../main/settings.ts";
import { EventLists } from "../../main/verbs/events.ts";
import type { HubHandle } from "../../main/verbs/handle.ts";
import {
  type Answer,
  callChannel,
  eventChannel,
  HUB_EVENTS,
  type HubEvent,
  type Method,
  type Result,
  type ShellMethod,
  type Snapshot,
  type WindowEvent,
  type WindowEvents,
} from "../../preload/api.ts";
import { QUIET } from "./answers.ts";

export interface Scripted {
  set(snapshot: Snapshot): void;
  /** What a method answers from now on; without one it answers that there is nothing. */
  answer(method: Method, result: Result<unknown>): void;
  /** As if no test had said what methods answer. */
  forgetAnswers(): void;
  /** The same for a method of the app around the window; without one the real app answers. */
  answerShell(method: ShellMethod, result: Result<unknown>): void;
  /** As if hub or app had said it. A snapshot is said with `set`. */
  emit<E extends WindowEvent>(event: E, value: WindowEvents[E]): void;
  /** Events that the app listens to now. */
  heard(): readonly HubEvent[];
  readonly calls: { method: string; params: unknown }[];
  closed: boolean;
}

const EMPTY: Snapshot = {
  hub: {
    version: "0.1.0",
    pid: process.pid,
    uptime_s: 0,
    vault: { kind: "keychain", state: "ok" },
    agent_command: ["/usr/bin/node", "/opt/gatehouse/gatehouse.cjs"],
  },
  config: { path: "/home/anna/.config/gatehouse/servers.json", error: null },
  settings: DEFAULT_SETTINGS,
  paused: false,
  servers: [],
};

let current = EMPTY;
const answers = new Map<Method, Result<unknown>>();
const events = new EventLists();
const isHubEvent = (event: WindowEvent): event is HubEvent => HUB_EVENTS.some((known) => known === event);

const scripted: Scripted = {
  set(snapshot) {
    current = snapshot;
    events.emit("snapshot", snapshot);
  },
  answer: (method, result) => void answers.set(method, result),
  forgetAnswers: () => answers.clear(),
  answerShell(method, result) {
    ipcMain.removeHandler(callChannel(method));
    ipcMain.handle(callChannel(method), (_event, params: unknown) => {
      scripted.calls.push({ method, params });
      return result;
    });
  },
  emit(event, value) {
    if (isHubEvent(event)) return events.emit(event, value as never);
    for (const window of BrowserWindow.getAllWindows()) window.webContents.send(eventChannel(event), value);
  },
  heard: () => HUB_EVENTS.filter((event) => events.isHeard(event)).sort(),
  calls: [],
  closed: false,
};
Object.assign(globalThis, { scripted });

const hub: HubHandle = {
  async call<M extends Method>(method: M, params: unknown): Promise<Result<Answer<M>>> {
    scripted.calls.push({ method, params });
    const value = method === "getSnapshot" || method === "probe" ? current : (QUIET[method] ?? {});
    return (answers.get(method) ?? { ok: true, value }) as Result<Answer<M>>;
  },
  snapshot: () => current,
  on: (event, listener) => events.on(event, listener),
  resumed() {},
  close: async () => {
    scripted.closed = true;
    process.stdout.write("hub closed\n");
  },
};

const root = process.env.WINDOW_TEST_ROOT ?? "";
const home = process.env.GATEHOUSE_HOME ?? app.getPath("temp");
startElectron({
  env: process.env,
  start: async () => hub,
  files: {
    renderer: process.env.WINDOW_TEST_RENDERER ?? join(root, "dist/renderer"),
    preload: join(root, "dist/preload/index.cjs"),
    tray: join(root, "assets/tray"),
    icon: join(root, "assets/icon.png"),
  },
  version: "0.1.0",
  folders: { config: home, data: home, logs: home },
  browser: appBrowser(process.env),
  userData: join(home, "electron"),
  hidden: process.argv.includes("--hidden"),
  report: (event, error) => process.stderr.write(`${event}: ${error instanceof Error ? error.stack : error}\n`),
});
