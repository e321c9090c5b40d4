/** Start at login on Linux: a file of the desktop's (Desktop Application Autostart Specification). */
import { mkdir, readFile, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { errorCode, replaceFile } from "../atomic-file.ts";

/** Its own name, so that nothing of anybody else's is written or removed. */
const FILE = "gatehouse.desktop";

/** What to start, with its arguments. */
export type Command = readonly [program: string, ...args: string[]];

export function autostartPath(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_CONFIG_HOME: config } = env;
  const base = config !== undefined && isAbsolute(config) ? config : join(homedir(), ".config");
  return join(base, "autostart", FILE);
}

/** `command` null: not at login. A file that says the same already is left alone. Rejects with the system's error. */
export async function setAutostart(path: string, command: Command | null): Promise<void> {
  if (command === null) return rm(path, { force: true });
  const text = desktopEntry(command);
  if ((await textOf(path)) === text) return;
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(path, text, { mode: 0o644 });
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

function desktopEntry(command: Command): string {
  return [
    "[Desktop Entry]",
    "Type=Application",
    "Name=Gatehouse",
    `Exec=${command.map(quoted).join(" ")}`,
    "Terminal=false",
    "X-GNOME-Autostart-enabled=true",
    "",
  ].join("\n");
}

/** Desktop Entry Specification, “The Exec key”: quoted, then escaped once more as a string of the file. */
function quoted(word: string): string {
  const inQuotes = word.replace(/["`$\\]/g, "\\$&").replaceAll("%", "%%");
  return `"${inQuotes}"`.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
