/** From the first line to the last: one instance, a tray that outlives the window, and a polite end. */
import { mkdirSync } from "node:fs";
import { app, dialog } from "electron";
import { t } from "../../preload/words.ts";
import { asGatehouseError } from "../errors.ts";
import type { HubHandle } from "../verbs/handle.ts";
import { LINK_SCHEME, linkIn } from "./links.ts";
import { lockContents, quietChromium } from "./lock-down.ts";
import { appear } from "./presence.ts";
import { registerScheme } from "./protocol.ts";
import type { ShellOptions } from "./types.ts";

/** How long the hub may take to end its sessions before the process goes anyway, milliseconds. */
const CLOSE_LIMIT = 4_000;

/**
 * Runs the app. Must be called before Electron is `ready`. Electron's data folder is given, and made, first: the lock
 * of the single instance lives in it.
 */
export function startElectron(options: ShellOptions): void {
  app.setName("Gatehouse");
  // Windows knows by it whose notifications they are; as in electron-builder.yml.
  if (process.platform === "win32") app.setAppUserModelId("dev.gatehouse.app");
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

  const hub = new LateHub(options.start);
  // An agent waits for the hub, a person for the window: what they do not see yet starts behind it.
  if (options.hidden) hub.start();
  app.on("window-all-closed", () => undefined);
  const isQuitting = quitPolitely(hub, options);
  const links = catchLinks();
  app
    .whenReady()
    .then(() => run(hub, options, isQuitting, links))
    .catch((error: unknown) => fail(error, options));
}

/** A hub that is not started before its time. */
class LateHub {
  readonly running: Promise<HubHandle>;
  #isDue = true;
  readonly #start: () => Promise<HubHandle>;
  #resolve: (hub: Promise<HubHandle>) => void = () => undefined;

  constructor(start: () => Promise<HubHandle>) {
    this.#start = start;
    this.running = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    // Awaited again below, once Electron is ready; a failure before that is not an unhandled one.
    this.running.catch(() => undefined);
  }

  /** Once, however often it is called. */
  start(): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    this.#resolve(this.#start());
  }

  /** Ends it, if there is something to end; it is not started any more. */
  async close(): Promise<void> {
    if (this.#isDue) this.#isDue = false;
    else await (await this.running).close("quit");
  }
}

/** Milliseconds that a window which does not load may hold up the hub. */
const LOAD_LIMIT = 1_500;

async function run(hub: LateHub, options: ShellOptions, isQuitting: () => boolean, links: Links): Promise<void> {
  const link = linkIn(process.argv);
  // macOS passes no arguments to what it starts at login.
  const hidden =
    options.hidden || (process.platform === "darwin" && app.getLoginItemSettings().wasOpenedAtLogin === true);
  const presence = appear(hub.running, options, !hidden && link === null, isQuitting);
  presence.onceLoaded(() => hub.start());
  setTimeout(() => hub.start(), hidden ? 0 : LOAD_LIMIT);
  if (link !== null) presence.follow(link);
  links.deliver(presence.follow);
  app.on("second-instance", (_event, argv, _folder, data) => {
    const other = linkIn(argv);
    if (other !== null) presence.follow(other);
    else if (!isHidden(data)) presence.show();
  });
  app.on("activate", () => presence.show());
  // On Linux that is told by the desktop file of the package.
  if (app.isPackaged && process.platform !== "linux") app.setAsDefaultProtocolClient(LINK_SCHEME);
  await hub.running;
}

interface Links {
  /** Those that came already, and each that comes. */
  deliver(follow: (link: string) => void): void;
}

/** macOS passes a link as an event, the first of them before anything is ready. */
function catchLinks(): Links {
  const early: string[] = [];
  let follow = (link: string): void => void early.push(link);
  app.on("open-url", (event, url) => {
    event.preventDefault();
    follow(url);
  });
  return {
    deliver(to) {
      follow = to;
      for (const link of early.splice(0)) to(link);
    },
  };
}

/** What another start of the app told this one. */
function isHidden(data: unknown): boolean {
  return typeof data === "object" && data !== null && "hidden" in data && data.hidden === true;
}

/** Answers whether the app is on its way out. */
function quitPolitely(hub: LateHub, options: ShellOptions): () => boolean {
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
    const closed = hub.close();
    const limit = new Promise((resolve) => setTimeout(resolve, CLOSE_LIMIT));
    void Promise.race([closed, limit])
      .catch((error: unknown) => options.report("quit", error))
      .finally(() => {
        state = "closed";
        app.quit();
      });
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => app.quit());
  return () => state !== "running";
}

function reportUncaught(options: ShellOptions): void {
  let shown = false;
  const report = (event: string) => (error: unknown) => {
    options.report(event, error);
    if (shown || options.hidden) return;
    shown = true;
    void app.whenReady().then(() => tell(t("tray:unexpected"), error));
  };
  process.on("uncaughtException", report("uncaught_exception"));
  process.on("unhandledRejection", report("unhandled_rejection"));
}

/** The app cannot start. Tells the person, unless an agent started it unseen, and ends with 1. */
async function fail(error: unknown, options: ShellOptions): Promise<void> {
  options.report("start", error);
  if (!options.hidden) await tell(t("tray:cannot_start"), error);
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
