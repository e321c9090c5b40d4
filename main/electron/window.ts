/** The one window: made when asked for, destroyed when closed, so that an unseen window costs no memory. */
import { join } from "node:path";
import { app, BrowserWindow, nativeTheme, screen, session, type WebContents } from "electron";
import { APP_PAGE } from "./asset-path.ts";
import { type Bounds, DEFAULT_SIZE, reachable, readBounds, SMALLEST_SIZE, writeBounds } from "./bounds.ts";
import { lockSession } from "./lock-down.ts";
import { servePages } from "./protocol.ts";
import type { ShellFiles } from "./types.ts";

/** The page's own background (`--bg` in style.css), so that nothing flashes before the first paint. */
const BACKGROUND = { light: "#f6f6f4", dark: "#17181a" };

const background = (): string => (nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light);

export interface MainWindow {
  /** Opens the window, or brings the open one forward. */
  show(): void;
  /** Null while there is no window. */
  current(): BrowserWindow | null;
  contents(): WebContents | null;
  /** Starts something for the window that is open and for each later one; what it answers is called when that is closed. */
  whileOpen(start: (contents: WebContents) => () => void): void;
}

/**
 * `mayClose` is asked when somebody closes the window; with false it stays. Chromium's session is locked and served once
 * there is a first window: until then there is none, and none of its memory.
 */
export function createMainWindow(files: ShellFiles, mayClose: (window: BrowserWindow) => boolean): MainWindow {
  let isReady = false;
  let current: BrowserWindow | null = null;
  const starts: ((contents: WebContents) => () => void)[] = [];

  const begin = (window: BrowserWindow, start: (contents: WebContents) => () => void): void => {
    window.once("closed", start(window.webContents));
  };

  nativeTheme.on("updated", () => current?.setBackgroundColor(background()));
  screen.on("display-removed", () => bringBack(current));
  screen.on("display-metrics-changed", () => bringBack(current));

  return {
    show() {
      if (!isReady) {
        lockSession(session.defaultSession);
        servePages(session.defaultSession, files.renderer);
        isReady = true;
      }
      if (current === null) {
        const opened = openWindow(files);
        opened.on("close", (event) => {
          if (!mayClose(opened)) event.preventDefault();
        });
        opened.once("closed", () => {
          if (current === opened) current = null;
        });
        current = opened;
        for (const start of starts) begin(opened, start);
        return;
      }
      if (current.isMinimized()) current.restore();
      current.show();
      current.focus();
    },
    current: () => (current === null || current.isDestroyed() ? null : current),
    contents: () => (current === null || current.isDestroyed() ? null : current.webContents),
    whileOpen(start) {
      starts.push(start);
      if (current !== null) begin(current, start);
    },
  };
}

const workAreas = (): Bounds[] => screen.getAllDisplays().map((display) => display.workArea);

/** A display went away, and the window must not have gone with it. */
function bringBack(window: BrowserWindow | null): void {
  if (window === null || window.isDestroyed() || reachable(window.getBounds(), workAreas()) !== null) return;
  const { workArea } = screen.getPrimaryDisplay();
  const { width, height } = window.getBounds();
  window.setBounds({
    x: workArea.x,
    y: workArea.y,
    width: Math.min(width, workArea.width),
    height: Math.min(height, workArea.height),
  });
}

function openWindow(files: ShellFiles): BrowserWindow {
  const boundsFile = join(app.getPath("userData"), "window.json");
  const window = new BrowserWindow({
    ...(reachable(readBounds(boundsFile), workAreas()) ?? DEFAULT_SIZE),
    minWidth: SMALLEST_SIZE.width,
    minHeight: SMALLEST_SIZE.height,
    title: "Gatehouse",
    icon: files.icon,
    backgroundColor: background(),
    autoHideMenuBar: true,
    show: false,
    webPreferences: {
      preload: files.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  window.once("ready-to-show", () => window.show());
  window.on("close", () => writeBounds(boundsFile, window.getNormalBounds()));
  // Rejects when the window is closed while it loads; nobody is left to tell.
  window.loadURL(APP_PAGE).catch(() => undefined);
  return window;
}
