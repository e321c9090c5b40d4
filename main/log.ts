/** The log: JSON lines in one file, bounded, without secrets. */
import type { LogLine } from "../preload/api-config.ts";
import { lineFile } from "./line-file.ts";
import { lastLines, logLine } from "./log-reader.ts";
import type { Log, LogLevel } from "./ports.ts";
import { redact } from "./redact.ts";

const LEVELS = { debug: 10, info: 20, warn: 30, error: 40 } as const satisfies Record<LogLevel, number>;

const DEFAULT_MAX_BYTES = 5 * 1024 * 1024;
const DEFAULT_FILES = 3;
const DEFAULT_LINES = 500;
/** Lines that are kept in memory: what a window that is opened shows at once, also with a disk that is full. */
const KEPT = 500;

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
  /** The newest lines, the newest last; of one server, when it is named. Reads files only for what memory lacks. */
  lines(query: { readonly server?: string | undefined; readonly limit?: number | undefined }): Promise<LogLine[]>;
  /** Calls back with each line that is written, as it stands in the file. Returns the unsubscribe. */
  onLine(listener: (line: string) => void): () => void;
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
  const dropped = (lines: number): string => formatLine("warn", "log.dropped", { lines }, new Date());
  const file = lineFile({ path, maxBytes, files, dropped });
  const kept: string[] = [];
  const listeners = new Set<(line: string) => void>();
  const write: Write = (level, event, fields) => {
    if (LEVELS[level] < LEVELS[options.level]) return;
    const line = formatLine(level, event, fields, new Date());
    file.write(line);
    kept.push(line.slice(0, -1));
    if (kept.length > KEPT) kept.shift();
    for (const listener of [...listeners]) listener(line);
  };
  return {
    ...methods(write),
    async lines({ server, limit = DEFAULT_LINES }) {
      const wanted = (line: string): LogLine | null => {
        const shown = logLine(line);
        return shown === null || (server !== undefined && shown.server !== server) ? null : shown;
      };
      const recent = kept.flatMap((line) => wanted(line) ?? []).slice(-limit);
      if (recent.length >= limit) return recent;
      await file.flush();
      const known = new Set(kept);
      const older = await lastLines(
        [path, ...Array.from({ length: files - 1 }, (_, n) => `${path}.${n + 1}`)],
        (line) => (known.has(line) ? null : wanted(line)),
        limit - recent.length,
      );
      return [...older, ...recent];
    },
    onLine(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    scoped: (fields) => methods((level, event, more) => write(level, event, { ...fields, ...more })),
    flush: file.flush,
    close: file.close,
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
