/** Where everything of ours lies, and the folder that holds it. */
import { chmod, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gatehouseHome, recordPath } from "../shim/endpoint.ts";
import { errorCode } from "./atomic-file.ts";
import { GatehouseError } from "./errors.ts";

/** Absolute paths. */
export interface Paths {
  readonly home: string;
  readonly servers: string;
  /** The pipe record, there only while a hub runs. */
  readonly hubRecord: string;
  readonly logs: string;
  readonly state: string;
  /** Chromium's own profile. */
  readonly electron: string;
  readonly vaultFile: string;
  readonly vaultKey: string;
  readonly activity: string;
  /** Agents' files as they were before we changed them. */
  readonly backups: string;
}

/** The disk is full, or what this user may have of it. */
const NO_ROOM: readonly string[] = ["ENOSPC", "EDQUOT", "EFBIG"];

/** Pure: touches no disk. */
export function gatehousePaths(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): Paths {
  const home = gatehouseHome(env, platform);
  return {
    home,
    servers: join(home, "servers.json"),
    hubRecord: recordPath(home),
    logs: join(home, "logs"),
    state: join(home, "state"),
    electron: join(home, "electron"),
    vaultFile: join(home, "vault.enc"),
    vaultKey: join(home, "vault.key"),
    activity: join(home, "activity.jsonl"),
    backups: join(home, "backups"),
  };
}

/**
 * Makes the folders, for this user alone (0700; Windows' AppData is that already). Rejects with `config_invalid` when
 * the home is a file, cannot be made or cannot be written.
 */
export async function ensureHome(paths: Paths): Promise<void> {
  for (const folder of [paths.home, paths.logs, paths.state]) await ensureFolder(folder);
  const probe = join(paths.home, `.gatehouse-${process.pid}.probe`);
  try {
    // A full disk still makes empty files.
    await writeFile(probe, "\n", { mode: 0o600 });
  } catch (error) {
    throw unusable(paths.home, "cannot be written to", error);
  } finally {
    await rm(probe, { force: true });
  }
}

async function ensureFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (process.platform === "win32") return;
    const { mode } = await stat(folder);
    // Sticky means shared by all, as /tmp is: closing it to them would break the machine.
    if ((mode & 0o1000) !== 0) throw Object.assign(new Error("shared folder"), { code: "ENOTDIR" });
    if ((mode & 0o077) !== 0) await chmod(folder, 0o700);
  } catch (error) {
    const code = errorCode(error);
    throw unusable(
      folder,
      code === "EEXIST" || code === "ENOTDIR" ? "is not a folder of its own" : "cannot be made",
      error,
    );
  }
}

/** `config_invalid`: the folder is no good. `what` is what is wrong with it, `cause` the system's error. */
export function unusable(folder: string, what: string, cause: unknown): GatehouseError {
  const code = errorCode(cause) ?? "unknown error";
  return new GatehouseError({
    code: "config_invalid",
    message: `Gatehouse's folder ${folder} ${what} (${code}).`,
    suggestion: NO_ROOM.includes(code)
      ? "Make room on its disk, or point GATEHOUSE_HOME at a folder on another one."
      : "Make it a folder that you may write to, or point GATEHOUSE_HOME at another one.",
    cause,
  });
}
