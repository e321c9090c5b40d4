/** An agent's file on disk: reading it whole, and saying in words why it cannot be read or written. */
import { createHash } from "node:crypto";
import { access, constants, readFile, stat } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { errorCode, isMissing } from "../atomic-file.ts";
import { GatehouseError } from "../errors.ts";
import type { Client, Place } from "./client.ts";
import { type Format, type Parsed, type Slot, Unreadable } from "./format.ts";
import { JSON_FILE } from "./json-file.ts";
import { TOML_FILE } from "./toml-file.ts";
import { YAML_FILE } from "./yaml-file.ts";

/** Claude Code keeps its history in the same file as its servers. */
const MAX_BYTES = 32 * 1024 * 1024;
const BYTE_ORDER_MARK = "\ufeff";

export const FORMATS: Readonly<Record<Place["format"], Format>> = {
  json: JSON_FILE,
  toml: TOML_FILE,
  yaml: YAML_FILE,
};

/** What is in a text, and where it keeps its servers. Throws {@link Unreadable}. */
export function parsed({ format, slot }: Place, text: string): Parsed & { readonly slot: Slot } {
  const usual = slot(null);
  const first = FORMATS[format].parse(text, usual);
  const found = slot(first.data);
  if (isDeepStrictEqual(found, usual)) return { ...first, slot: usual };
  return { ...FORMATS[format].parse(text, found), slot: found };
}

export interface AgentBytes {
  readonly bytes: Buffer;
  readonly sha256: string;
  /** Permissions, as of `chmod`. */
  readonly mode: number;
  /** Without {@link mark}. */
  readonly text: string;
  /** The byte order mark, or nothing. */
  readonly mark: string;
}

/** Null: there is no file. Throws `config_invalid`. */
export async function readAgentFile(path: string): Promise<AgentBytes | null> {
  try {
    const { mode, size } = await statFile(path);
    if (size > MAX_BYTES) throw unusable(path, "it is larger than 32 MiB");
    const bytes = await readFile(path);
    const all = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const mark = all.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
    return { bytes, sha256: sha256(bytes), mode: mode & 0o7777, text: all.slice(mark.length), mark };
  } catch (error) {
    if (error instanceof GatehouseError) throw error;
    if (isMissing(error)) return null;
    if (error instanceof TypeError) throw unusable(path, "it is not UTF-8 text", null, error);
    throw unusable(path, `it cannot be read (${errorCode(error) ?? "unknown error"})`, null, error);
  }
}

async function statFile(path: string): Promise<{ mode: number; size: number }> {
  const found = await stat(path);
  if (found.isFile()) return found;
  throw unusable(path, "it is not a file");
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Throws `config_invalid` when the file says of itself that nobody is to write it, or the system says so. */
export async function checkWritable(path: string, mode: number): Promise<void> {
  // The system lets an administrator write what its owner has closed; the owner's word counts.
  if ((mode & 0o200) === 0) throw notWritten(path, Object.assign(new Error("read-only"), { code: "read-only" }));
  try {
    await access(path, constants.W_OK);
  } catch (error) {
    throw notWritten(path, error);
  }
}

/** What a format makes of a text; its refusals as `config_invalid`, with the place. */
export function understood<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Unreadable) throw unusable(path, error.message, error.line, error);
    // The parsers go as deep as a file does.
    if (error instanceof RangeError) throw unusable(path, "it is nested too deeply", null, error);
    throw error;
  }
}

function unusable(path: string, what: string, line: number | null = null, cause?: unknown): GatehouseError {
  return new GatehouseError({
    code: "config_invalid",
    message: `${path}${line === null ? "" : `, line ${line}`}: ${what}.`,
    suggestion: "Put the file right by hand, then try again. Nothing was written.",
    details: { path, ...(line === null ? {} : { line }) },
    cause,
  });
}

export function notWritten(path: string, cause: unknown): GatehouseError {
  return new GatehouseError({
    code: "config_invalid",
    message: `${path} could not be written (${errorCode(cause) ?? "unknown error"}). It is as it was.`,
    suggestion: "See that there is room, that you may write there and that no other program holds it, then try again.",
    details: { path },
    cause,
  });
}

export function conflict(path: string): GatehouseError {
  return new GatehouseError({
    code: "conflict",
    message: `${path} was changed by something else meanwhile. Nothing was written.`,
    suggestion: "Look at the change again, then go on.",
    details: { path },
  });
}

/** The agent would stop reading another file of its own. */
export function readsAnother(client: Client, path: string, instead: string): GatehouseError {
  return new GatehouseError({
    code: "unsupported",
    message: `${client.name} reads ${instead} as long as there is no ${path}, and would forget what is in it.`,
    suggestion: `Move to the new file as ${client.name}’s documentation says, then connect again.`,
    details: { path },
  });
}
