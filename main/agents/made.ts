/** What was made in agents' files, remembered so that disconnecting leaves no trace. */
import { readFile, rename } from "node:fs/promises";
import * as z from "zod";
import { isMissing, replaceFile } from "../atomic-file.ts";
import type { Log } from "../ports.ts";

const MADE = z.object({
  /** The file before the first of our entries; null: there was none. */
  original: z.object({ backup: z.string(), sha256: z.string() }).nullable(),
  /** All that changed it since was us. */
  exact: z.boolean(),
  /** The file as we left it. */
  sha256: z.string(),
  /** Containers made for our entries. */
  levels: z.number().int().min(0),
  /** Folders made for it, outermost first. */
  folders: z.array(z.string()),
});

export type Made = Readonly<z.infer<typeof MADE>>;

const FILE = z.object({ version: z.literal(1), files: z.record(z.string(), MADE) });

/** One JSON file. One that cannot be read is kept beside it, and nothing is known: uninstalling then keeps what is empty. */
export class MadeFiles {
  readonly #path: string;
  readonly #files: Map<string, Made>;

  private constructor(path: string, files: Map<string, Made>) {
    this.#path = path;
    this.#files = files;
  }

  static async open(path: string, log: Log): Promise<MadeFiles> {
    try {
      const { files } = FILE.parse(JSON.parse(await readFile(path, "utf8")));
      return new MadeFiles(path, new Map(Object.entries(files)));
    } catch (error) {
      if (!isMissing(error)) {
        log.warn("agents.record_unreadable", { path });
        await rename(path, `${path}.unreadable`).catch(() => undefined);
      }
      return new MadeFiles(path, new Map());
    }
  }

  get(path: string): Made | null {
    return this.#files.get(path) ?? null;
  }

  /** Copies that are still needed. */
  originals(): ReadonlySet<string> {
    return new Set([...this.#files.values()].flatMap(({ original }) => (original === null ? [] : [original.backup])));
  }

  /** Rejects with the system's error; then it is as it was. */
  async set(path: string, made: Made | null): Promise<void> {
    const before = this.get(path);
    if (before === null && made === null) return;
    this.#put(path, made);
    try {
      const text = JSON.stringify({ version: 1, files: Object.fromEntries(this.#files) }, null, 2);
      await replaceFile(this.#path, `${text}\n`, { mode: 0o600 });
    } catch (error) {
      this.#put(path, before);
      throw error;
    }
  }

  #put(path: string, made: Made | null): void {
    if (made === null) this.#files.delete(path);
    else this.#files.set(path, made);
  }
}
