/** The command line that an agent's configuration needs, absolute: agents started from a desktop often have a bare PATH. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** `dist` of this program, where the shim lies beside the hub. */
const SHIM = join(import.meta.dirname, "..", "shim", "gatehouse.cjs");

/** Node and the shim. `execPath` is Node itself unless the hub runs in the app. */
export function agentCommand(
  env: Readonly<Record<string, string | undefined>>,
  { execPath, versions, platform }: Pick<NodeJS.Process, "execPath" | "versions" | "platform"> = process,
): string[] {
  const node = "electron" in versions ? findNode(env.PATH ?? "", platform) : execPath;
  return [node, SHIM];
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
