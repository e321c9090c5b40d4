/** Where the pipe and its key live, per user and OS. */
import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/**
 * The one folder of configuration, state, logs and pipe record: `GATEHOUSE_HOME`, else the OS's place
 * (XDG Base Directory on Linux, Application Support on macOS, roaming AppData on Windows).
 */
export function gatehouseHome(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.GATEHOUSE_HOME) return resolve(env.GATEHOUSE_HOME);
  if (platform === "win32") return join(env.APPDATA || join(homedir(), "AppData", "Roaming"), "Gatehouse");
  if (platform === "darwin") return join(homedir(), "Library", "Application Support", "Gatehouse");
  return join(env.XDG_CONFIG_HOME || join(homedir(), ".config"), "gatehouse");
}

/** What a running hub writes (0600) and every client of it reads. */
export interface HubRecord {
  /** Version of the wire protocol. */
  readonly wire: number;
  /** Path of the Unix socket, or name of the Windows pipe; random each time. */
  readonly pipe: string;
  /** 32 random bytes, base64url: who holds it may speak to the hub. */
  readonly key: string;
  readonly pid: number;
  readonly version: string;
  readonly role: "app" | "headless";
  /** Started by a shim in the background: it makes way for an app, and for whatever is newer (`versions.ts`). */
  readonly yields?: boolean;
}

export function recordPath(home: string): string {
  return join(home, "hub.json");
}

/**
 * The record of the running hub; null when there is none, or none that can be trusted: a record that others may read
 * or that another user wrote could point anywhere.
 */
export function readRecord(home: string): HubRecord | null {
  const path = recordPath(home);
  try {
    if (process.getuid !== undefined) {
      const stat = statSync(path);
      if ((stat.mode & 0o077) !== 0 || stat.uid !== process.getuid()) return null;
    }
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is HubRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Partial<Record<keyof HubRecord, unknown>>;
  return (
    typeof record.wire === "number" &&
    typeof record.pipe === "string" &&
    typeof record.key === "string" &&
    typeof record.pid === "number" &&
    typeof record.version === "string" &&
    (record.role === "app" || record.role === "headless")
  );
}
