/** Keys and assertions that the configuration gives as such or as the path of a file. */
import { open } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { problem, type Run } from "./problem.ts";

/** In bytes. No key and no token is larger; a device or a log might be. */
const MAX_FILE = 262_144;

/**
 * The text itself, or the content of the file when it is an absolute path or one that begins with `~/`. Read at every use:
 * platforms renew such files in place. Throws `config_invalid`, with the path and never with what is in it.
 */
export async function configuredText(run: Run, member: string, value: string): Promise<string> {
  const path = pathIn(value);
  if (path === null) return value;
  try {
    const file = await open(path);
    try {
      const buffer = Buffer.alloc(MAX_FILE + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (bytesRead > MAX_FILE) throw Object.assign(new Error("too large"), { code: "EFBIG" });
      return buffer.toString("utf8", 0, bytesRead).trim();
    } finally {
      await file.close();
    }
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unreadable";
    throw problem(run, {
      code: "config_invalid",
      message: `The file that “${member}” of “${run.server}” names cannot be read (${reason}).`,
      suggestion: "Check the path in the server's auth settings, and that you may read the file.",
      details: { member: `auth.${member}`, path, reason },
      cause: error,
    });
  }
}

function pathIn(value: string): string | null {
  if (/[\n\r]/.test(value)) return null;
  if (value.startsWith("~/") || value.startsWith("~\\")) return join(homedir(), value.slice(2));
  return isAbsolute(value) ? value : null;
}
