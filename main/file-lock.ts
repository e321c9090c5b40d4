/** One holder among processes that share a folder. A lock whose process is gone is taken over. */
import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { errorCode, isMissing } from "./atomic-file.ts";

/** Lets go; a lock that somebody took over meanwhile is theirs. */
export type Release = () => Promise<void>;

export interface FileLockOptions {
  /** Milliseconds after which a lock counts as left behind although a process of its id lives. */
  readonly staleMs: number;
  /** Ends the wait with the signal's reason. */
  readonly signal: AbortSignal;
}

const PAUSE_MS = 20;
/** A taker that was overtaken has written by then. */
const SETTLE_MS = 30;

/**
 * Waits until the lock is ours. Where the file system knows no hard links, or nothing can be written, nobody is kept out:
 * the work that the lock guards has to stand that, too.
 */
export async function acquireFileLock(path: string, { staleMs, signal }: FileLockOptions): Promise<Release> {
  const mine = `${process.pid} ${randomBytes(9).toString("base64url")}\n`;
  const draft = `${path}.${mine.slice(0, -1).replace(" ", "-")}`;
  try {
    await writeFile(draft, mine, { mode: 0o600, flag: "wx" });
    for (;;) {
      signal.throwIfAborted();
      if (await linked(draft, path)) break;
      const theirs = await read(path);
      if (theirs === null) continue;
      if (isAlive(theirs) && (await ageOf(path)) < staleMs) {
        await pause(PAUSE_MS);
        continue;
      }
      await rename(draft, path);
      await pause(SETTLE_MS);
      if ((await read(path)) === mine) break;
      await writeFile(draft, mine, { mode: 0o600 });
    }
  } catch (error) {
    signal.throwIfAborted();
    if (errorCode(error) === undefined) throw error;
    return async () => {};
  } finally {
    await rm(draft, { force: true }).catch(() => {});
  }
  return async () => {
    if ((await read(path).catch(() => null)) === mine) await rm(path, { force: true }).catch(() => {});
  };
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function read(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** 0 when it went meanwhile. */
async function ageOf(path: string): Promise<number> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

function isAlive(content: string): boolean {
  const pid = Number(content.split(" ", 1)[0]);
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== "ESRCH";
  }
}
