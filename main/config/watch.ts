/** Notices that a file was touched, by whatever way an editor saves. */
import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { followLinks } from "../atomic-file.ts";

export interface FileWatch {
  /** Looks again where links lead; to call after each reading, for a link may have been turned. */
  rearm(): Promise<void>;
  close(): void;
}

/**
 * Watches the folder of `path`, and of what it links to: editors replace a file rather than write into it, and a watch
 * on the file itself would be left with the old one. No polling. `onFailure` hears of a folder that cannot be watched.
 */
export function watchFile(path: string, onTouched: () => void, onFailure: (error: unknown) => void): FileWatch {
  const watchers = new Map<string, { readonly name: string; readonly watcher: FSWatcher }>();
  let closed = false;

  const drop = (folder: string): void => {
    watchers.get(folder)?.watcher.close();
    watchers.delete(folder);
  };

  const add = (folder: string, name: string): void => {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, touched) => {
        if (touched === null || touched === name) onTouched();
      });
      watcher.on("error", (error) => {
        drop(folder);
        onFailure(error);
      });
      watchers.set(folder, { name, watcher });
    } catch (error) {
      onFailure(error);
    }
  };

  return {
    rearm: async () => {
      const wanted = new Map([[dirname(path), basename(path)]]);
      const target = await followLinks(path).catch(() => path);
      if (!closed && !wanted.has(dirname(target))) wanted.set(dirname(target), basename(target));
      if (closed) return;
      for (const [folder, { name }] of watchers) if (wanted.get(folder) !== name) drop(folder);
      for (const [folder, name] of wanted) if (!watchers.has(folder)) add(folder, name);
    },
    close: () => {
      closed = true;
      for (const folder of [...watchers.keys()]) drop(folder);
    },
  };
}
