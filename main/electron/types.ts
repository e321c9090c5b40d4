/** What the shell is made from. */
import type { Browser } from "../ports.ts";
import type { HubHandle } from "../verbs/handle.ts";

/** Absolute paths. */
export interface ShellFiles {
  /** Folder of `index.html`, script and style. */
  readonly renderer: string;
  readonly preload: string;
  /** Folder of the tray's pictures. */
  readonly tray: string;
  /** Picture of the window, where the system wants one. */
  readonly icon: string;
}

/** What a person may want to look into. Absolute paths. */
export interface ShellFolders {
  readonly config: string;
  readonly data: string;
  readonly logs: string;
}

export interface ShellOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
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
