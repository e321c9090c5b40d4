/** What the shell shows, and where it finds it. */

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
