/**
 * An AppImage is mounted in another place at each start, and agents' settings name the command once. So it gets a place
 * that stays: `bin` of Gatehouse's folder, with a note of the AppImage that it starts (shim/launch.ts reads it).
 */
import { copyFile, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../atomic-file.ts";

export interface AppImageParts {
  /** The AppImage's own path, as its runtime tells it (`APPIMAGE`). */
  readonly image: string;
  /** Where it is mounted now: the packed app's resources. */
  readonly resources: string;
  readonly home: string;
  readonly version: string;
}

/** Does nothing when it is there already. Rejects with the system's error. */
export async function placeCommand({ image, resources, home, version }: AppImageParts): Promise<void> {
  const folder = join(home, "bin");
  const note = join(folder, "app.json");
  const text = `${JSON.stringify({ app: image, version })}\n`;
  if ((await readFile(note, "utf8").catch(() => null)) === text) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `.gatehouse-${process.pid}.tmp`);
  try {
    // By a rename: agents may be running the one that is there.
    await copyFile(join(resources, "shim", "gatehouse"), temporary);
    await rename(temporary, join(folder, "gatehouse"));
  } finally {
    await rm(temporary, { force: true });
  }
  await replaceFile(note, text);
}
