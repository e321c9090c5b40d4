/** The bytes of `servers.json`: as text, and what keeps them from being read or written. */
import { constants } from "node:fs";
import { copyFile, readFile, rm, stat } from "node:fs/promises";
import { errorCode, isMissing, replaceFile } from "../atomic-file.ts";
import { GatehouseError } from "../errors.ts";
import { fileError } from "./problems.ts";

const MAX_BYTES = 4 * 1024 * 1024;
export const BYTE_ORDER_MARK = "\ufeff";

/** The text with its byte order mark, null when there is no file. Throws `config_invalid`. */
export async function readText(path: string): Promise<string | null> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw fileError(path, "this is not a file", null);
    if (found.size > MAX_BYTES) throw fileError(path, "the file is larger than 4 MiB", null);
    return decode(path, await readFile(path));
  } catch (error) {
    if (error instanceof GatehouseError) throw error;
    if (isMissing(error)) return null;
    throw fileError(path, `the file cannot be read (${errorCode(error) ?? "unknown error"})`, null, error);
  }
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw fileError(path, "the file is not UTF-8 text", null, error);
  }
}

export function withoutMark(text: string | null): string {
  return text?.replace(BYTE_ORDER_MARK, "") ?? "";
}

/**
 * Puts `text` in the place of `before` (as {@link readText} gave it, null: no file). Answers false, and writes nothing, when
 * somebody else has changed the file meanwhile. Throws `config_invalid`; the file is as it was then.
 */
export async function writeText(path: string, before: string | null, text: string): Promise<boolean> {
  if (Buffer.byteLength(text) > MAX_BYTES) throw fileError(path, "it would become larger than 4 MiB", null);
  const changed = new Error("it changed meanwhile");
  try {
    await checkWritable(path);
    await replaceFile(path, text, {
      mode: 0o600,
      check: async () => {
        if ((await readText(path)) !== before) throw changed;
      },
    });
    return true;
  } catch (error) {
    if (error === changed) return false;
    throw notWritten(path, error);
  }
}

/** The system lets an administrator write what its owner has closed, and a rename anybody; the owner's word counts. */
async function checkWritable(path: string): Promise<void> {
  const mode = await stat(path).then(
    (found) => found.mode,
    () => 0o600,
  );
  if ((mode & 0o200) === 0) throw Object.assign(new Error("read-only"), { code: "EACCES" });
}

/** `cause`: a system's error, else somebody keeps changing the file. */
export function notWritten(path: string, cause: unknown): GatehouseError {
  const code = errorCode(cause);
  return new GatehouseError({
    code: "config_invalid",
    message: `${path} could not be written (${code ?? "it kept changing"}). It is as it was.`,
    suggestion: whatToDo(code),
    details: { path },
    cause,
  });
}

function whatToDo(code: string | undefined): string {
  switch (code) {
    case undefined:
      return "Wait until the program that changes it has finished, then try again.";
    case "ENOSPC":
    case "EDQUOT":
    case "EFBIG":
      return "Make room on its disk, then try again.";
    case "EBUSY":
      return "Close the program that holds it open, then try again.";
    default:
      return "See that the file and its folder are not read-only and that no other program holds it, then try again.";
  }
}

/**
 * Puts another text in the file's place. Answers the path of a copy of what was there, beside it; null: nothing was. Throws
 * `config_invalid`; the file is as it was then.
 */
export async function setAside(path: string, text: string): Promise<string | null> {
  const moment = new Date().toISOString().replace(/[:.]/g, "-");
  const backup = `${path}.${moment}.backup`;
  try {
    await checkWritable(path);
    await copyFile(path, backup, constants.COPYFILE_EXCL);
  } catch (error) {
    if (isMissing(error)) return null;
    throw notWritten(path, error);
  }
  await replaceFile(path, text).catch(async (error: unknown) => {
    await rm(backup, { force: true }).catch(() => {});
    throw notWritten(path, error);
  });
  return backup;
}
