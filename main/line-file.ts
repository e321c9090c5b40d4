/** A file of lines that only grows, within bounds: what is written waits for nobody, older lines move aside. */
import { appendFile, chmod, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { isMissing } from "./atomic-file.ts";

/** Characters that may wait for a slow disk; lines beyond are dropped and counted. */
const MAX_PENDING = 4 * 1024 * 1024;

export interface LineFileOptions {
  /** Made with 0600, its folder with 0700. Older lines move to `path.1`, `path.2`, … */
  readonly path: string;
  /** Bytes of one file. */
  readonly maxBytes: number;
  /** How many files there are at most. */
  readonly files: number;
  /** The line to write after some could not be kept waiting. */
  readonly dropped: (lines: number) => string;
}

export interface LineFile {
  /** `line` ends with LF and holds no other. Never throws: a disk that cannot be written costs lines, not the hub. */
  write(line: string): void;
  /** Resolves when what was written before is in the file, or could not be. */
  flush(): Promise<void>;
  /** Deletes every line. Rejects with the system's error. */
  clear(): Promise<void>;
  /** Flushes; later calls write nothing. */
  close(): Promise<void>;
}

/** Touches no disk before the first line. */
export function lineFile(options: LineFileOptions): LineFile {
  const { path, maxBytes, files } = options;
  let pending: string[] = [];
  let pendingSize = 0;
  let dropped = 0;
  let writing: Promise<void> | null = null;
  let closed = false;
  let isWhole = false;

  async function drain(): Promise<void> {
    await Promise.resolve(); // lines of the same moment go out together
    while (pending.length > 0) {
      if (dropped > 0) pending.push(options.dropped(dropped));
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
      const torn = !isWhole && size !== null && size > 0 && !(await endsWithLine(path));
      await appendFile(path, torn ? `\n${text}` : text, { mode: 0o600 });
      isWhole = true;
      if (size === null) await chmod(path, 0o600);
    } catch {
      // There is nowhere to complain to; the next lines try again.
      isWhole = false;
    }
  }

  const flush = async (): Promise<void> => {
    while (writing !== null) await writing;
  };

  return {
    write(line) {
      if (closed) return;
      if (pendingSize + line.length > MAX_PENDING) {
        dropped += 1;
        return;
      }
      pending.push(line);
      pendingSize += line.length;
      writing ??= drain();
    },
    flush,
    clear: async () => {
      await flush();
      for (let n = 0; n < files; n += 1) await rm(n === 0 ? path : `${path}.${n}`, { force: true });
      isWhole = false;
    },
    close: async () => {
      closed = true;
      await flush();
    },
  };
}

/** Whether the last line is whole; a crash may have torn it, and the next one must not become part of it. */
async function endsWithLine(path: string): Promise<boolean> {
  let file: Awaited<ReturnType<typeof open>> | null = null;
  try {
    file = await open(path, "r");
    const { size } = await file.stat();
    const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: Math.max(0, size - 1) });
    return size === 0 || buffer[0] === 0x0a;
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  } finally {
    await file?.close();
  }
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
