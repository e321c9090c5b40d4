/** Lines of the log as windows and terminals show them: the newest from memory, older ones from the log's files. */
import { type FileHandle, open } from "node:fs/promises";
import type { LogLine } from "../preload/api-config.ts";
import { visible } from "./visible.ts";

/** Bytes that are read at a time, from the end. */
const CHUNK = 64 * 1024;
/** Bytes of one line; nothing that the log writes is longer. */
const MAX_LINE = 1024 * 1024;
const LEVELS: readonly string[] = ["debug", "info", "warn", "error"];

/** Null for what is no line of the log: torn by a crash, or empty. */
export function logLine(line: string): LogLine | null {
  const fields = objectOf(line);
  if (fields === null) return null;
  const { time, level, event, ...more } = fields;
  if (typeof time !== "string" || typeof event !== "string" || !LEVELS.includes(String(level))) return null;
  const text = Object.entries(more).map(([name, value]) => `${name}=${valueText(value)}`);
  return { at: time, level: level as LogLine["level"], event, server: serverOf(more), text: text.join("  ") };
}

/** The newest `limit` that `wanted` takes, the newest last. Never rejects: what cannot be read is not there. */
export async function lastLines(
  paths: readonly string[],
  wanted: (line: string) => LogLine | null,
  limit: number,
): Promise<LogLine[]> {
  const found: LogLine[] = [];
  for (const path of paths) {
    for await (const line of linesFromEnd(path)) {
      const shown = wanted(line);
      if (shown !== null) found.push(shown);
      if (found.length >= limit) return found.reverse();
    }
  }
  return found.reverse();
}

/** The last line first. Ends where the file cannot be read any more. */
async function* linesFromEnd(path: string): AsyncGenerator<string> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, "r");
    let end = (await file.stat()).size;
    let rest = Buffer.alloc(0);
    while (end > 0) {
      const start = Math.max(0, end - CHUNK);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
      const text = Buffer.concat([buffer.subarray(0, bytesRead), rest]);
      end = start;
      // What stands before the first line feed may go on in the chunk before.
      const first = start === 0 ? 0 : text.indexOf(0x0a) + 1;
      if (start > 0 && first === 0) {
        rest = text.length > MAX_LINE ? Buffer.alloc(0) : text;
        continue;
      }
      yield* text.subarray(first).toString("utf8").split("\n").reverse();
      rest = text.subarray(0, Math.max(0, first - 1));
    }
  } catch {
    // Not there, or moved away meanwhile.
  } finally {
    await file?.close().catch(() => {});
  }
}

function objectOf(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

/** The server that a line is about: its own, or that of its error. */
function serverOf({ server, error }: Readonly<Record<string, unknown>>): string | null {
  if (typeof server === "string") return server;
  const named: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "server") : null;
  return typeof named === "string" ? named : null;
}

function valueText(value: unknown): string {
  return typeof value === "string" && /^[^\s"=]+$/.test(value) ? visible(value) : visible(JSON.stringify(value));
}
