/** The bytes of `servers.json`: as text, and what keeps them from being read or written. */
import { constants } from "node:fs";
import { copyFile, readFile, rm, stat } from "node:fs/promises";
import { errorCode, isMissing, replaceFile } from "../atomic-file.ts";
import { GatehouseError } from "../errors.ts";
import { fileError } from "./problems.ts";

export const MAX_BYTES = 4 * 1024 * 1024;
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

export function notWritten(path: string, cause: unknown): GatehouseError {
  return new GatehouseError({
    code: "config_invalid",
    message: `${path} could not be written (${errorCode(cause) ?? "it changed meanwhile"}).`,
    suggestion: "Make room and see that you may write there, then try again.",
    cause,
  });
}

/**
 * Puts another text in the file's place. Answers the path of a copy of what was there, beside it; null: nothing was. Throws
 * `config_invalid`; the file is as it was then.
 */
export async function setAside(path: string, text: string): Promise<string | null> {
  const moment = new Date().toISOString().replace(/[:.]/g, "-");
  const backup = `${path}.${moment}.backup`;
  try {
    await copyFile(path, backup, constants.COPYFILE_EXCL);
  } catch (error) {
    if (isMissing(error)) return null;
    throw notWritten(backup, error);
  }
  await replaceFile(path, text).catch(async (error: unknown) => {
    await rm(backup, { force: true }).catch(() => {});
    throw notWritten(path, error);
  });
  return backup;
}
