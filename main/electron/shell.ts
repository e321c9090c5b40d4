/** What the app around the window does for it: pages, folders, dialogs, what this desktop can do. */
import { basename } from "node:path";
import {
  app,
  type BrowserWindow,
  dialog,
  Notification,
  type OpenDialogOptions,
  type SaveDialogOptions,
  shell,
} from "electron";
import type { ShellInfo } from "../../preload/api-settings.ts";
import { errorCode, replaceFile } from "../atomic-file.ts";
import { GatehouseError } from "../errors.ts";
import type { Browser } from "../ports.ts";
import type { Destinations } from "./destinations.ts";
import type { ShellHandlers } from "./shell-calls.ts";
import type { ShellFolders } from "./types.ts";
import type { Updates } from "./updates.ts";

export interface ShellParts {
  readonly version: string;
  readonly folders: ShellFolders;
  readonly browser: Browser;
  readonly destinations: Destinations;
  readonly updates: Updates;
  /** Null while there is no window; dialogs hang on it. */
  readonly window: () => BrowserWindow | null;
  /** Whether this desktop shows our icon. */
  readonly hasTray: () => boolean;
  readonly quit: () => void;
}

export function shellInfo(parts: Pick<ShellParts, "version" | "updates" | "hasTray">): ShellInfo {
  return {
    platform: process.platform === "darwin" || process.platform === "win32" ? process.platform : "linux",
    version: parts.version,
    tray: parts.hasTray(),
    notifications: Notification.isSupported(),
    languages: app.getPreferredSystemLanguages(),
    update: parts.updates.status(),
    packaged: app.isPackaged,
  };
}

export function shellHandlers(parts: ShellParts): ShellHandlers {
  const { folders, browser, destinations, updates } = parts;
  return {
    shellInfo: () => shellInfo(parts),

    async openPage({ url }) {
      const { openablePage } = await import("./openable-page.ts");
      await browser.open(await openablePage(url));
      return { opened: true };
    },

    async openFolder({ which }) {
      const folder = folders[which];
      const complaint = await shell.openPath(folder);
      if (complaint === "") return { opened: true };
      throw new GatehouseError({
        code: "browser_failed",
        message: `The system did not show the folder ${folder}.`,
        suggestion: "Open it in your file manager yourself.",
        cause: new Error(complaint),
      });
    },

    async saveText({ suggested_name, text }) {
      const options: SaveDialogOptions = { defaultPath: plainName(suggested_name) };
      const window = parts.window();
      const { canceled, filePath } = await (window === null
        ? dialog.showSaveDialog(options)
        : dialog.showSaveDialog(window, options));
      if (canceled || filePath === "") return { path: null };
      try {
        await replaceFile(filePath, text);
      } catch (cause) {
        throw new GatehouseError({
          code: "invalid_request",
          message: `${filePath} could not be written (${errorCode(cause) ?? "unknown error"}).`,
          suggestion: "Save it in another place.",
          cause,
        });
      }
      return { path: filePath };
    },

    async choosePath({ kind }) {
      const options: OpenDialogOptions = { properties: [kind === "folder" ? "openDirectory" : "openFile"] };
      const window = parts.window();
      const { canceled, filePaths } = await (window === null
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(window, options));
      return { path: canceled ? null : (filePaths[0] ?? null) };
    },

    checkForUpdates: () => updates.check(),
    installUpdate: () => ({ installing: updates.install() }),
    takeDestination: () => ({ destination: destinations.take() }),

    quit() {
      // After the answer has gone.
      setImmediate(parts.quit);
      return { quitting: true };
    },
  };
}

/** A name and no path, whatever the page says. */
function plainName(name: string): string {
  const plain = basename(name.replaceAll("\\", "/")).replace(/[\p{Cc}\p{Cf}<>:"|?*]/gu, "");
  return plain === "" || plain === "." || plain === ".." ? "gatehouse.txt" : plain;
}
