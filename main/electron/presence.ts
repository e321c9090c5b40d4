/** All that a person meets of the app: window, tray, notifications; and what of the desktop reaches it. */
import { app, dialog, nativeTheme, powerMonitor } from "electron";
import type { Snapshot } from "../../preload/api.ts";
import type { AppSettings, Destination } from "../../preload/api-settings.ts";
import { t } from "../../preload/words.ts";
import type { HubHandle } from "../verbs/handle.ts";
import { placeCommand } from "./appimage.ts";
import { Destinations } from "./destinations.ts";
import { forwardEvents, send, serveCalls } from "./ipc.ts";
import { SpokenLanguage } from "./language.ts";
import { readLink } from "./links.ts";
import { startAtLogin } from "./login-item.ts";
import { setApplicationMenu } from "./menu.ts";
import { agentsText, connectedAgents } from "./needs.ts";
import { Notifications } from "./notifications.ts";
import { shellHandlers, shellInfo } from "./shell.ts";
import type { ShellCall } from "./shell-calls.ts";
import { createTray } from "./tray.ts";
import type { TrayAction } from "./tray-menu.ts";
import { ALWAYS_THERE, type TrayWatch, watchTray } from "./tray-watch.ts";
import type { ShellOptions } from "./types.ts";
import { AppUpdates, updateConfig } from "./updates.ts";
import { createMainWindow } from "./window.ts";

export interface Presence {
  show(): void;
  /** Calls back, once, when the window's page is there; never without a window. */
  onceLoaded(listener: () => void): void;
  /** `gatehouse://…`, from whoever. */
  follow(link: string): void;
}

/**
 * Once Electron is ready. `shows`: with its window, which loads while the rest is made. `isQuitting`: nothing of it is to
 * be held up any more.
 */
export function appear(
  hub: Promise<HubHandle>,
  options: ShellOptions,
  shows: boolean,
  isQuitting: () => boolean,
): Presence {
  const { env, files, report } = options;
  let latest: Snapshot | null = null;
  let trayWatch: TrayWatch = ALWAYS_THERE;

  const window = createMainWindow(files, (closing) => {
    if (trayWatch.isThere || isQuitting()) return true;
    const text = latest === null ? null : agentsText(connectedAgents(latest));
    if (text === null) return quitSoon();
    void dialog
      .showMessageBox(closing, {
        type: "question",
        title: "Gatehouse",
        message: t("tray:end_with_window"),
        detail: t("tray:end_with_window_detail", { interrupts: text }),
        buttons: [t("tray:quit"), t("tray:keep")],
        defaultId: 1,
        cancelId: 1,
      })
      .then(({ response }) => response === 0 && app.quit());
    return false;
  });
  const destinations = new Destinations((destination) => send(window.contents(), "destination", destination));
  window.whileOpen((contents) => {
    contents.on("did-start-navigation", (details) => {
      if (!details.isSameDocument) destinations.lost();
    });
    return () => destinations.lost();
  });
  const go = (destination: Destination): void => {
    destinations.go(destination);
    window.show();
  };
  const act = (action: TrayAction): void => perform(action, hub, window.show, go);
  const tray = createTray(files.tray, act);
  if (shows) window.show();

  const updates = new AppUpdates({
    config: updateConfig(app.isPackaged, app.getAppPath(), process.resourcesPath),
    isTrial: !app.isPackaged,
    changed: () => tellWindow(),
    report,
  });
  const shell = {
    version: options.version,
    folders: options.folders,
    browser: options.browser,
    destinations,
    updates,
    window: window.current,
    hasTray: () => trayWatch.isThere,
    quit: () => app.quit(),
  };
  const tellWindow = (): void => send(window.contents(), "shell", shellInfo(shell));
  let calls: Promise<ShellCall> | null = null;
  const call: ShellCall = async (method, params) => {
    calls ??= import("./shell-calls.ts").then(({ createShellCalls }) => createShellCalls(shellHandlers(shell), report));
    return (await calls)(method, params);
  };
  serveCalls(hub, call, window);

  setApplicationMenu(act);
  const notifications = new Notifications(files.icon, act);
  const language = new SpokenLanguage(
    files.renderer,
    () => app.getPreferredSystemLanguages(),
    () => {
      setApplicationMenu(act);
      tray.redraw();
    },
  );
  void language.speak("system");
  app.once("will-quit", () => {
    notifications.close();
    updates.close();
    trayWatch.close();
    tray.destroy();
  });
  followPower(hub, () => latest);
  if (env.APPIMAGE && app.isPackaged) {
    const { version, folders } = options;
    const parts = { image: env.APPIMAGE, resources: process.resourcesPath, home: folders.data, version };
    void hub.then(() => placeCommand(parts)).catch((error: unknown) => report("appimage", error));
  }

  const settled = applySettings(options, language, updates);
  const draw = (snapshot: Snapshot): void => {
    latest = snapshot;
    settled(snapshot.settings);
    tray.draw(snapshot);
    notifications.update(snapshot);
  };
  const watch = async (): Promise<void> => {
    trayWatch = await watchTray(env, (isThere) => {
      // Who was not there when we came does not know of us.
      if (isThere) tray.renew();
      tellWindow();
    });
    tellWindow();
  };
  // Who started it waits for a failure of the hub, too.
  void hub.then(
    (running) => {
      draw(running.snapshot());
      running.on("snapshot", draw);
      forwardEvents(running, window);
      if (process.platform === "linux") void watch();
    },
    () => undefined,
  );

  return {
    show: window.show,
    onceLoaded: (listener) => void window.contents()?.once("dom-ready", listener),
    follow(link) {
      const read = readLink(link);
      if (read.ok) go({ to: "add", text: read.text });
      // Not the link itself: what it holds is nobody's to keep.
      else report("link", new Error(`A link was not followed: ${read.why}.`));
    },
  };
}

/** The window is let go, and the app with it. */
function quitSoon(): true {
  setImmediate(() => app.quit());
  return true;
}

function perform(
  action: TrayAction,
  hub: Promise<HubHandle>,
  show: () => void,
  go: (destination: Destination) => void,
): void {
  switch (action.kind) {
    case "open":
      return show();
    case "go":
      return go(action.to);
    case "quit":
      return app.quit();
    case "pause":
      return void callFromTray(hub, "pauseAll", { paused: action.paused }, show);
    case "call": {
      const { kind: _kind, method, ...params } = action;
      return void callFromTray(hub, method, params, show);
    }
  }
}

/** A failure is in the snapshot; the window is where it can be read. */
async function callFromTray(
  hub: Promise<HubHandle>,
  method: Parameters<HubHandle["call"]>[0],
  params: object,
  show: () => void,
): Promise<void> {
  const answer = await (await hub).call(method, params);
  if (!answer.ok && answer.error.code !== "sign_in_cancelled") show();
}

/** What sleep, and a keychain that was locked with the screen, have done to connections. */
function followPower(hub: Promise<HubHandle>, latest: () => Snapshot | null): void {
  const resumed = (): void => void hub.then((running) => running.resumed());
  powerMonitor.on("shutdown", () => app.quit());
  powerMonitor.on("resume", resumed);
  powerMonitor.on("unlock-screen", () => {
    const vault = latest()?.hub.vault.state;
    if (vault === "locked" || vault === "unavailable") resumed();
  });
}

/** Follows the settings that are the app's own; each is looked at when it changes. */
function applySettings(
  { env, report }: ShellOptions,
  language: SpokenLanguage,
  updates: AppUpdates,
): (settings: AppSettings) => void {
  let last: AppSettings | null = null;
  return (settings) => {
    const before = last;
    last = settings;
    if (settings.theme !== nativeTheme.themeSource) nativeTheme.themeSource = settings.theme;
    if (settings.language !== before?.language) void language.speak(settings.language);
    if (settings.start_at_login !== before?.start_at_login) {
      startAtLogin(settings.start_at_login, env).catch((error: unknown) => report("login_item", error));
    }
    updates.setMode(settings.updates, settings.proxy || (env.HTTPS_PROXY ?? env.https_proxy ?? ""));
  };
}
