/** The log: JSON lines in one file, bounded, without secrets. */
import { appendFile, chmod, mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { isMissing } from "./atomic-file.ts";
import type { Log, LogLevel } from "./ports.ts";
import { redact } from "./redact.ts";

const LEVELS = { debug: 10, info: 20, warn: 30, error: 40 } as const satisfies Record<LogLevel, number>;

const DEFAULT_MAX_BYTES = 5 * 1024 * 1024;
const DEFAULT_FILES = 3;
/** Characters that may wait for a slow disk; lines beyond are dropped and counted. */
const MAX_PENDING = 4 * 1024 * 1024;

export interface LogOptions {
  /** Made with 0600, its folder with 0700. Older lines move to `path.1`, `path.2`, … */
  readonly path: string;
  readonly level: LogLevel;
  /** Bytes of one file; default 5 MiB. */
  readonly maxBytes?: number;
  /** How many files there are at most; default 3. */
  readonly files?: number;
}

export interface FileLog extends Log {
  /** The same log with these fields in every line. */
  scoped(fields: Readonly<Record<string, unknown>>): Log;
  /** Resolves when what was logged before is in the file, or could not be written. */
  flush(): Promise<void>;
  /** Flushes; later calls write nothing. */
  close(): Promise<void>;
}

/** The level that `GATEHOUSE_LOG_LEVEL` names; `info` when it names none. */
export function logLevel(name: string | undefined): LogLevel {
  const lower = name?.toLowerCase() ?? "";
  return Object.hasOwn(LEVELS, lower) ? (lower as LogLevel) : "info";
}

/** Starts nothing and never throws: a disk that cannot be written costs log lines, not the hub. */
export function createLog(options: LogOptions): FileLog {
  const { path, maxBytes = DEFAULT_MAX_BYTES, files = DEFAULT_FILES } = options;
  let pending: string[] = [];
  let pendingSize = 0;
  let dropped = 0;
  let writing: Promise<void> | null = null;
  let closed = false;

  const write = (level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>): void => {
    if (closed || LEVELS[level] < LEVELS[options.level]) return;
    const line = formatLine(level, event, fields, new Date());
    if (pendingSize + line.length > MAX_PENDING) {
      dropped += 1;
      return;
    }
    pending.push(line);
    pendingSize += line.length;
    writing ??= drain();
  };

  async function drain(): Promise<void> {
    await Promise.resolve(); // lines of the same moment go out together
    while (pending.length > 0) {
      if (dropped > 0) pending.push(formatLine("warn", "log.dropped", { lines: dropped }, new Date()));
      const text = pending.join("");
      pending = [];
      pendingSize = 0;
      dropped = 0;
      await append(text);
    }
    writing = null;
  }

  async function append(text: string): Promise<void> {
    try {
      const size = await sizeOf(path);
      if (size === null) await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      else if (size > 0 && size + Buffer.byteLength(text) > maxBytes) await rotate(path, files);
      await appendFile(path, text, { mode: 0o600 });
      if (size === null) await chmod(path, 0o600);
    } catch {
      // A log has nowhere to complain to; the next lines try again.
    }
  }

  const flush = async (): Promise<void> => {
    while (writing !== null) await writing;
  };

  return {
    ...methods(write),
    scoped: (fields) => methods((level, event, more) => write(level, event, { ...fields, ...more })),
    flush,
    close: async () => {
      closed = true;
      await flush();
    },
  };
}

type Write = (level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>) => void;

function methods(write: Write): Log {
  return {
    debug: (event, fields) => write("debug", event, fields),
    info: (event, fields) => write("info", event, fields),
    warn: (event, fields) => write("warn", event, fields),
    error: (event, fields) => write("error", event, fields),
  };
}

/** One line: `time` (ISO 8601 UTC), `level`, `event`, then the fields. Ends with LF and holds no other control character. */
export function formatLine(
  level: LogLevel,
  event: string,
  fields: Readonly<Record<string, unknown>> | undefined,
  time: Date,
): string {
  const data = fields === undefined ? {} : redact(fields);
  const shown = typeof data === "object" ? data : { fields: data };
  const head = { time: time.toISOString(), level, event };
  // The head first for the eye, and again last so that no field can pass for it.
  return `${JSON.stringify({ ...head, ...shown, ...head }).replace(INVISIBLE, escapeCharacter)}\n`;
}

/** What JSON leaves alone but a terminal or an editor may act on: C1 controls, bidi and zero-width marks, line separators. */
const INVISIBLE = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function rotate(path: string, files: number): Promise<void> {
  if (files < 2) return await rm(path, { force: true });
  for (let n = files - 1; n > 0; n -= 1) {
    const from = n === 1 ? path : `${path}.${n - 1}`;
    await rename(from, `${path}.${n}`).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }
}
