/** The command line that an agent's configuration needs, absolute: agents started from a desktop often have a bare PATH. */
import { accessSync, constants, existsSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { gatehousePaths } from "./paths.ts";

/**
 * The packed app's own executable; else Node and the shim. `execPath` is Node itself unless the hub runs in the app;
 * `folder` is where this program's bundle lies.
 */
export function agentCommand(
  env: Readonly<Record<string, string | undefined>>,
  { execPath, versions, platform }: Pick<NodeJS.Process, "execPath" | "versions" | "platform"> = process,
  folder: string = import.meta.dirname,
): string[] {
  const executable = packedExecutable(folder, platform);
  // An AppImage is somewhere else at each start; the app puts the executable where it stays (main/electron/appimage.ts).
  if (executable !== null && env.APPIMAGE) return [join(gatehousePaths(env, platform).home, "bin", "gatehouse")];
  if (executable !== null) return [executable];
  const node = "electron" in versions ? findNode(env.PATH ?? "", platform) : execPath;
  return [node, join(folder, "..", "shim", "gatehouse.cjs")];
}

/** In `shim` beside the archive, or its unpacked part, that holds the bundle in `dist/main`; null: nothing is packed. */
function packedExecutable(folder: string, platform: NodeJS.Platform): string | null {
  const archive = join(folder, "..", "..");
  if (!/^app\.asar(\.unpacked)?$/.test(basename(archive))) return null;
  const file = join(archive, "..", "shim", platform === "win32" ? "gatehouse.exe" : "gatehouse");
  return existsSync(file) ? file : null;
}

function findNode(path: string, platform: NodeJS.Platform): string {
  const name = platform === "win32" ? "node.exe" : "node";
  for (const folder of path.split(delimiter)) {
    if (folder === "") continue;
    try {
      const file = join(folder, name);
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return "node";
}
