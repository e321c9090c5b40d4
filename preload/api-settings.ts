/** The contract's part on settings of the app: `settings` of `servers.json`, and what only the app itself can do. */

import type { ErrorObject } from "./api-base.ts";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const LANGUAGES = ["en", "de", "es", "fr", "ja", "zh-CN"] as const;
export type Language = (typeof LANGUAGES)[number];

export const UPDATE_MODES = ["automatic", "ask", "off"] as const;
export type UpdateMode = (typeof UPDATE_MODES)[number];

/** Every member has a default, so a file without `settings` is a whole one. */
export interface AppSettings {
  /** Default false. */
  readonly start_at_login: boolean;
  /** Default true. */
  readonly notifications: boolean;
  readonly theme: Theme;
  /** `system`: what the desktop speaks, English where we have no words. */
  readonly language: Language | "system";
  /** Keep the arguments of calls in the activity. Default false. */
  readonly record_arguments: boolean;
  /** Default `ask`. */
  readonly updates: UpdateMode;
  /**
   * A proxy for every request, over HTTPS_PROXY; empty: as the environment says. A password in it stands as
   * `${hidden:proxy}`, which means, when it comes back, what the file has there.
   */
  readonly proxy: string;
}

export interface SettingsView {
  readonly settings: AppSettings;
  readonly paths: { readonly config: string; readonly data: string; readonly logs: string };
  /**
   * Variables of the environment that speak of the same as a setting: HTTPS_PROXY and its kin count while `proxy` is empty,
   * GATEHOUSE_VAULT wins over where sign-ins were moved to.
   */
  readonly overridden: readonly string[];
}

export interface SettingsApi {
  getSettings(params: Record<string, never>): SettingsView;
  /** Members that are left out stay. */
  setSettings(params: { readonly [K in keyof AppSettings]?: AppSettings[K] }): SettingsView;
  /** No server is reached until it is called again with false, also after a restart. Agents get the error `paused`. */
  pauseAll(params: { readonly paused: boolean }): { readonly paused: boolean };
  /**
   * `sign_ins`: signs out everywhere and forgets every secret. `everything`: also servers, settings, activity and what
   * is remembered; `servers.json` is kept as a backup, whose path is answered.
   */
  reset(params: { readonly what: "sign_ins" | "everything" }): {
    readonly signed_out: number;
    readonly backup: string | null;
    /** What could not be done; everything else was. */
    readonly problems: readonly ErrorObject[];
  };
}

/** What the window asks of the app around it, and not of the hub. */
export interface ShellInfo {
  readonly platform: "darwin" | "win32" | "linux";
  readonly version: string;
  /** False: this desktop has no tray, so that closing the window ends the app. */
  readonly tray: boolean;
  readonly notifications: boolean;
  /** Languages of the desktop, the preferred one first. */
  readonly languages: readonly string[];
  readonly update: UpdateStatus;
  readonly packaged: boolean;
}

export interface UpdateStatus {
  readonly state: "idle" | "checking" | "available" | "downloading" | "ready" | "none" | "failed" | "unsupported";
  readonly version: string | null;
  readonly progress: number | null;
  readonly message: string | null;
}

/** Where the window should go: from the tray, a notification or a `gatehouse://` link. */
export type Destination =
  | { readonly to: "server"; readonly server: string }
  | { readonly to: "add"; readonly text: string | null }
  | { readonly to: "settings" | "agents" | "activity" };

export interface ShellApi {
  shellInfo(params: Record<string, never>): ShellInfo;
  /** Opens a page of ours or of the catalogue in the person's browser; anything but https is refused. */
  openPage(params: { readonly url: string }): { readonly opened: true };
  openFolder(params: { readonly which: "config" | "data" | "logs" }): { readonly opened: true };
  /** Asks where, with the system's dialog. */
  saveText(params: { readonly suggested_name: string; readonly text: string }): { readonly path: string | null };
  /** Asks for a folder or a file with the system's dialog. */
  choosePath(params: { readonly kind: "folder" | "file" }): { readonly path: string | null };
  checkForUpdates(params: Record<string, never>): UpdateStatus;
  installUpdate(params: Record<string, never>): { readonly installing: boolean };
  /** Where to go first, if the window was opened for something; the answer is given once. */
  takeDestination(params: Record<string, never>): { readonly destination: Destination | null };
  quit(params: Record<string, never>): { readonly quitting: true };
}
