/**
 * New versions of the app: looked for, fetched and put in place by electron-updater, which is loaded when it is first
 * needed. `automatic` fetches what it finds and installs it when the app ends; `ask` says that there is one; `off` looks
 * only when asked to.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AppUpdater } from "electron-updater";
import type { UpdateMode, UpdateStatus } from "../../preload/api-settings.ts";
import { t } from "../../preload/words.ts";

export interface Updates {
  status(): UpdateStatus;
  /** Looks now; answers how it stands when that is known. */
  check(): Promise<UpdateStatus>;
  /** Installs what was fetched, or fetches what was found and installs that. False: there is nothing. */
  install(): boolean;
  /** How it is to go by itself from now on. */
  setMode(mode: UpdateMode, proxy: string): void;
  close(): void;
}

export interface UpdateOptions {
  /** Where a packed app keeps where its updates come from; absent: this one is not updated by itself. */
  readonly config: string | null;
  /** It is not packed, and tries it all the same. */
  readonly isTrial: boolean;
  readonly changed: () => void;
  readonly report: (event: string, error: unknown) => void;
}

/** Milliseconds. The start of the app is busy enough. */
const FIRST_LOOK = 60_000;
const LOOK_EVERY = 24 * 60 * 60_000;

const IDLE: UpdateStatus = { state: "idle", version: null, progress: null, message: null };

/** Which file says where updates of this app come from, if it is one that has any. */
export function updateConfig(isPackaged: boolean, appPath: string, resources: string): string | null {
  const path = isPackaged ? join(resources, "app-update.yml") : join(appPath, "dev-app-update.yml");
  return existsSync(path) ? path : null;
}

export class AppUpdates implements Updates {
  readonly #options: UpdateOptions;
  #status: UpdateStatus;
  #updater: Promise<AppUpdater> | null = null;
  #mode: UpdateMode = "off";
  #proxy = "";
  #timer: NodeJS.Timeout | undefined;
  #installsWhenReady = false;

  constructor(options: UpdateOptions) {
    this.#options = options;
    this.#status = options.config === null ? { ...IDLE, state: "unsupported" } : IDLE;
  }

  status(): UpdateStatus {
    return this.#status;
  }

  setMode(mode: UpdateMode, proxy: string): void {
    this.#proxy = proxy;
    if (this.#options.config === null || mode === this.#mode) return;
    this.#mode = mode;
    clearTimeout(this.#timer);
    if (mode !== "off") this.#lookIn(FIRST_LOOK);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  async check(): Promise<UpdateStatus> {
    const { config, report } = this.#options;
    const { state } = this.#status;
    if (config === null || state === "checking" || state === "downloading" || state === "ready") return this.#status;
    this.#set({ ...IDLE, state: "checking" });
    try {
      const updater = await this.#load(config);
      updater.autoDownload = this.#mode === "automatic";
      updater.autoInstallOnAppQuit = this.#mode === "automatic";
      await updater.checkForUpdates();
      // Not an app that can replace itself: neither event came.
      if (this.#now() === "checking") this.#set({ ...IDLE, state: "unsupported" });
    } catch (error) {
      this.#failed(error);
      report("update", error);
    }
    return this.#status;
  }

  install(): boolean {
    const { config, report } = this.#options;
    const { state } = this.#status;
    if (config === null || (state !== "ready" && state !== "available")) return false;
    const go = async (): Promise<void> => {
      const updater = await this.#load(config);
      if (state === "ready") return updater.quitAndInstall(true, true);
      this.#installsWhenReady = true;
      this.#set({ ...this.#status, state: "downloading", progress: 0 });
      await updater.downloadUpdate();
    };
    go().catch((error: unknown) => {
      this.#failed(error);
      report("update", error);
    });
    return true;
  }

  #lookIn(ms: number): void {
    this.#timer = setTimeout(() => {
      void this.check();
      this.#lookIn(LOOK_EVERY);
    }, ms);
    this.#timer.unref();
  }

  /** A method, because the compiler believes that a field stays as it was looked at. */
  #now(): UpdateStatus["state"] {
    return this.#status.state;
  }

  #set(status: UpdateStatus): void {
    this.#status = status;
    this.#options.changed();
  }

  #failed(error: unknown): void {
    this.#installsWhenReady = false;
    const { code } = error as { readonly code?: unknown };
    const message = t("tray:update_failed", { code: typeof code === "string" ? code : "?" });
    this.#set({ ...this.#status, state: "failed", progress: null, message });
  }

  #load(config: string): Promise<AppUpdater> {
    this.#updater ??= this.#start(config);
    return this.#updater;
  }

  async #start(config: string): Promise<AppUpdater> {
    const { autoUpdater: updater } = await import("electron-updater");
    const { isTrial, report } = this.#options;
    updater.updateConfigPath = config;
    updater.forceDevUpdateConfig = isTrial;
    updater.logger = { info() {}, warn() {}, error: (message) => report("update", message) };
    // Chromium itself is told to use no proxy, because the app's own pages need none.
    if (this.#proxy !== "") await updater.netSession.setProxy({ proxyRules: this.#proxy });
    updater.on("update-available", ({ version }) => {
      const state = this.#mode === "automatic" ? "downloading" : "available";
      this.#set({ ...IDLE, state, version, progress: state === "downloading" ? 0 : null });
    });
    updater.on("update-not-available", () => this.#set({ ...IDLE, state: "none" }));
    updater.on("download-progress", ({ percent }) => {
      this.#set({ ...this.#status, state: "downloading", progress: Math.round(percent) / 100 });
    });
    updater.on("update-downloaded", ({ version }) => {
      this.#set({ ...IDLE, state: "ready", version });
      if (this.#installsWhenReady) updater.quitAndInstall(true, true);
    });
    updater.on("error", (error) => this.#failed(error));
    return updater;
  }
}
