/** Durable replacement of one file: readers see the old content or the new, never a part. */
import { randomBytes } from "node:crypto";
import { lstat, open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const MAX_LINKS = 40;
/** With the growing pauses between them: two seconds. */
const RENAME_TRIES = 20;

/**
 * Replaces the content of `path`, or creates it with `mode` (default 0600). A symbolic link stays a link: its target is
 * replaced. An existing file keeps its permissions. When the promise resolves the content survives a power cut.
 *
 * Rejects with the system's error (`ENOSPC`, `EACCES`, `EISDIR`, …); then the old content is whole and nothing is left
 * beside it. The caller knows what the file means and gives the error its words.
 */
export async function replaceFile(
  path: string,
  data: string | Uint8Array,
  options: {
    readonly mode?: number;
    /** Called when the new content is on the disk, before it takes the old one's place; a rejection keeps the old one. */
    readonly check?: () => Promise<void>;
  } = {},
): Promise<void> {
  const target = await followLinks(path);
  const mode = (await existingMode(target)) ?? options.mode ?? 0o600;
  const folder = dirname(target);
  const temporary = join(folder, `.gatehouse-${randomBytes(9).toString("base64url")}.tmp`);
  try {
    const file = await open(temporary, "wx", mode);
    try {
      await file.chmod(mode); // the mode of open() is cut by the umask
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await options.check?.();
    await renameOver(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Where `path` leads when links are followed; the end of the chain need not exist. */
export async function followLinks(path: string): Promise<string> {
  let current = resolve(path);
  for (let hops = 0; hops < MAX_LINKS; hops += 1) {
    // The folder is resolved first: a relative link counts from where its folder really is.
    current = join(await realpath(dirname(current)), basename(current));
    const link = await readlinkOrNull(current);
    if (link === null) return current;
    current = resolve(dirname(current), link);
  }
  throw Object.assign(new Error("ELOOP: too many symbolic links"), { code: "ELOOP", path });
}

async function readlinkOrNull(path: string): Promise<string | null> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function existingMode(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o7777;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Windows refuses a rename for the moment in which a virus scanner or an indexer holds the file. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await rename(from, to);
    } catch (error) {
      const held = process.platform === "win32" && ["EPERM", "EACCES", "EBUSY"].includes(errorCode(error) ?? "");
      if (!held || attempt === RENAME_TRIES) throw error;
      await delay(10 * attempt);
    }
  }
}

/** The rename itself is durable once its folder is. Windows cannot open a folder; there is nothing to do there. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems have no fsync for folders; the content itself is safe by now.
    if (!["EINVAL", "ENOTSUP", "EBADF", "EPERM"].includes(errorCode(error) ?? "")) throw error;
  } finally {
    await handle.close();
  }
}

/** The `code` of a system error, e.g. `ENOENT`; undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export function isMissing(error: unknown): boolean {
  return errorCode(error) === "ENOENT";
}
