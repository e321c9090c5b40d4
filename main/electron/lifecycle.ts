/** From the first line to the last: one instance, a tray that outlives the window, and a polite end. */
import { mkdirSync } from "node:fs";
import { app, dialog, powerMonitor, session } from "electron";
import { asGatehouseError } from "../errors.ts";
import type { Browser } from "../ports.ts";
import type { HubHandle } from "../verbs/handle.ts";
import { Destinations } from "./destinations.ts";
import { forwardEvents, send, serveCalls } from "./ipc.ts";
import { lockContents, lockSession, quietChromium } from "./lock-down.ts";
import { setApplicationMenu } from "./menu.ts";
import { registerScheme, servePages } from "./protocol.ts";
import { shellHandlers } from "./shell.ts";
import { createShellCalls } from "./shell-calls.ts";
import { createTray } from "./tray.ts";
import type { TrayAction } from "./tray-menu.ts";
import type { ShellFiles, ShellFolders } from "./types.ts";
import { noUpdates } from "./updates.ts";
import { createMainWindow } from "./window.ts";

export interface ShellOptions {
  /** Starts the hub. Called once, by the first instance only. */
  readonly start: () => Promise<HubHandle>;
  readonly version: string;
  readonly files: ShellFiles;
  readonly folders: ShellFolders;
  /** For pages that a click in the window opens. */
  readonly browser: Browser;
  /** Chromium's own data; its lock makes the single instance. */
  readonly userData: string;
  /** Start in the tray, without a window. */
  readonly hidden: boolean;
  /** Where errors go that nobody awaits. */
  readonly report: (event: string, error: unknown) => void;
}

/** How long the hub may take to end its sessions before the process goes anyway, milliseconds. */
const CLOSE_LIMIT = 4_000;

/**
 * Runs the app. Must be called before Electron is `ready`. Electron's data folder is given, and made, first: the lock
 * of the single instance lives in it.
 */
export function startElectron(options: ShellOptions): void {
  app.setName("Gatehouse");
  try {
    mkdirSync(options.userData, { recursive: true, mode: 0o700 });
    app.setPath("userData", options.userData);
  } catch (error) {
    void app.whenReady().then(() => fail(error, options));
    return;
  }
  if (!app.requestSingleInstanceLock({ hidden: options.hidden })) {
    app.exit(0);
    return;
  }
  quietChromium();
  registerScheme();
  // Root has no sandbox to give (crbug.com/638180): there --no-sandbox is on the command line and this would undo it.
  if (!app.commandLine.hasSwitch("no-sandbox")) app.enableSandbox();
  lockContents();
  reportUncaught(options);

  const hub = options.start();
  // Awaited again below, once Electron is ready; a failure before that is not an unhandled one.
  hub.catch(() => undefined);
  app.on("window-all-closed", () => undefined);
  quitPolitely(hub, options);
  app
    .whenReady()
    .then(() => run(hub, options))
    .catch((error: unknown) => fail(error, options));
}

async function run(hub: Promise<HubHandle>, options: ShellOptions): Promise<void> {
  setApplicationMenu();
  lockSession(session.defaultSession);
  servePages(session.defaultSession, options.files.renderer);

  const window = createMainWindow(options.files);
  const destinations = new Destinations((destination) => send(window.contents(), "destination", destination));
  window.whileOpen((contents) => {
    contents.on("did-start-navigation", (details) => {
      if (!details.isSameDocument) destinations.lost();
    });
    return () => destinations.lost();
  });
  const { version, folders, browser } = options;
  const shell = shellHandlers({
    version,
    folders,
    browser,
    destinations,
    updates: noUpdates(),
    window: window.current,
    hasTray: () => true,
    quit: () => app.quit(),
  });
  serveCalls(hub, createShellCalls(shell, options.report), window);
  app.on("second-instance", (_event, _argv, _folder, data) => {
    if (!isHidden(data)) window.show();
  });
  app.on("activate", () => window.show());

  const tray = createTray(options.files.tray, (action) => act(action, hub, window.show));
  app.once("will-quit", () => tray.destroy());
  powerMonitor.on("shutdown", () => app.quit());
  powerMonitor.on("resume", () => void hub.then((running) => running.resumed()));
  if (!options.hidden) window.show();

  const running = await hub;
  tray.draw(running.snapshot());
  running.on("snapshot", tray.draw);
  forwardEvents(running, window);
}

/** What another start of the app told this one. */
function isHidden(data: unknown): boolean {
  return typeof data === "object" && data !== null && "hidden" in data && data.hidden === true;
}

function act(action: TrayAction, hub: Promise<HubHandle>, show: () => void): void {
  switch (action.kind) {
    case "open":
      show();
      return;
    case "quit":
      app.quit();
      return;
    case "call":
      void callFromTray(action, hub, show);
      return;
  }
}

/** A failure is in the snapshot; the window is where it can be read. */
async function callFromTray(
  { kind: _kind, method, ...params }: Extract<TrayAction, { kind: "call" }>,
  hub: Promise<HubHandle>,
  show: () => void,
): Promise<void> {
  const answer = await (await hub).call(method, params);
  if (!answer.ok && answer.error.code !== "sign_in_cancelled") show();
}

function quitPolitely(hub: Promise<HubHandle>, options: ShellOptions): void {
  let state: "running" | "closing" | "closed" = "running";
  // Who starts the app while it is going still means to have it.
  app.on("second-instance", () => {
    if (state === "closing") app.relaunch();
  });
  app.on("before-quit", (event) => {
    if (state === "closed") return;
    event.preventDefault();
    if (state === "closing") return;
    state = "closing";
    const closed = hub.then((running) => running.close("quit"));
    const limit = new Promise((resolve) => setTimeout(resolve, CLOSE_LIMIT));
    void Promise.race([closed, limit])
      .catch((error: unknown) => options.report("quit", error))
      .finally(() => {
        state = "closed";
        app.quit();
      });
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => app.quit());
}

function reportUncaught(options: ShellOptions): void {
  let shown = false;
  const report = (event: string) => (error: unknown) => {
    options.report(event, error);
    if (shown || options.hidden) return;
    shown = true;
    void app.whenReady().then(() => tell("Gatehouse met an unexpected error", error));
  };
  process.on("uncaughtException", report("uncaught_exception"));
  process.on("unhandledRejection", report("unhandled_rejection"));
}

/** The app cannot start. Tells the person, unless an agent started it unseen, and ends with 1. */
async function fail(error: unknown, options: ShellOptions): Promise<void> {
  options.report("start", error);
  if (!options.hidden) await tell("Gatehouse cannot start", error);
  app.exit(1);
}

async function tell(title: string, error: unknown): Promise<void> {
  const { message, suggestion, correlation_id } = asGatehouseError(error).toObject();
  await dialog.showMessageBox({
    type: "error",
    title: "Gatehouse",
    message: title,
    detail: `${message}\n${suggestion}\n\n${correlation_id}`,
  });
}
