/** Reading a file that a person's text names. */
import { readFileSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { errorCode } from "../../atomic-file.ts";

/** Bytes; far more than any of these files has. */
const MAX_BYTES = 256 * 1024;

/**
 * The text of a file of this computer. Throws an Error whose message is for a person. A path that leads to another
 * machine is refused: merely opening it would tell that machine who is asking (Windows signs in to shares by itself).
 */
export function readNamedFile(path: string, home: string): string {
  const whole = path.startsWith("~/") || path.startsWith("~\\") ? join(home, path.slice(2)) : path;
  if (/^[\\/]{2}/.test(whole)) throw new Error("a file on another computer is not read");
  if (!isAbsolute(whole)) throw new Error("its path has to be absolute");
  try {
    const found = statSync(whole);
    if (!found.isFile()) throw new Error("it is no file");
    if (found.size > MAX_BYTES) throw new Error("it is too large");
    return readFileSync(whole, "utf8").replace(/^\ufeff/, "");
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw new Error(code === "ENOENT" ? "it is not there" : `it cannot be read (${code})`);
  }
}
