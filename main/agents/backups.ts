/** Agents' files as they were before each change: copies in a folder of ours, readable by this user alone. */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { isMissing } from "../atomic-file.ts";
import { sha256 } from "./file.ts";

/** Copies of one file that are kept. */
const MAX_KEPT = 10;

export class Backups {
  readonly #folder: string;

  /** `folder`: absolute; made when the first copy is. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where the next copy of this file goes. */
  next(client: string, path: string, now: Date): string {
    const time = now.toISOString().replace(/[-:]/g, "").replace(".", "-");
    // The name stays as it is at the end: programs that open it go by that.
    const name = `${time}-${randomBytes(3).toString("hex")}-${basename(path)}`;
    return join(this.#folder, `${client}-${sha256(Buffer.from(path)).slice(0, 8)}`, name);
  }

  /** Rejects with the system's error; then nothing is there. */
  async keep(backup: string, bytes: Uint8Array): Promise<void> {
    await mkdir(join(backup, ".."), { recursive: true, mode: 0o700 });
    try {
      await writeFile(backup, bytes, { mode: 0o600, flag: "wx", flush: true });
    } catch (error) {
      await this.drop(backup);
      throw error;
    }
  }

  /** Of a change that was not made. */
  async drop(backup: string): Promise<void> {
    await rm(backup, { force: true }).catch(() => undefined);
  }

  /** Deletes the oldest beside this one, but none of `needed`. */
  async prune(backup: string, needed: ReadonlySet<string>): Promise<void> {
    const folder = join(backup, "..");
    const names = (await readdir(folder)).sort();
    for (const name of names.slice(0, Math.max(0, names.length - MAX_KEPT))) {
      if (!needed.has(join(folder, name))) await rm(join(folder, name), { force: true });
    }
  }

  /** Null: it is gone, or no longer what was kept. */
  async read(backup: string, sha: string): Promise<Buffer | null> {
    try {
      const bytes = await readFile(backup);
      return sha256(bytes) === sha ? bytes : null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }
}
