/**
 * The PATH that the person's shell has. A program that a desktop started (Finder, a panel, an agent with a window) knows
 * only the system's folders, and misses where `npx`, `uvx` and the like were installed.
 */
import { spawn } from "node:child_process";
import { homedir, userInfo } from "node:os";
import { isAbsolute } from "node:path";
import { withoutOurs } from "./program.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Milliseconds: start-up files may do much. */
const LIMIT = 5_000;
const MARK = "_gatehouse_path_";

/** By the environment that it is asked for: no shell runs twice, also not one that failed. */
const asked = new WeakMap<Environment, Promise<string | null>>();

/**
 * The shell's PATH with what `env` has beside it; resolves null when the shell does not tell. Null: `env` is a shell's
 * already, or of a system without login shells.
 */
export function loginPath(
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): Promise<string | null> | null {
  if (!isDesktops(env, platform)) return null;
  const known = asked.get(env);
  if (known !== undefined) return known;
  const path = askShell(env).then((found) => (found === null ? null : joined(found, env.PATH ?? "")));
  asked.set(env, path);
  return path;
}

/** Terminals set TERM; on Linux what runs without a desktop is a service, whose PATH somebody chose. */
function isDesktops(env: Environment, platform: NodeJS.Platform): boolean {
  if (env.TERM !== undefined || platform === "win32") return false;
  return platform === "darwin" || env.DISPLAY !== undefined || env.WAYLAND_DISPLAY !== undefined;
}

function joined(first: string, second: string): string {
  return [...new Set([...first.split(":"), ...second.split(":")])].filter((folder) => folder !== "").join(":");
}

function shellOf(env: Environment): string | null {
  try {
    const shell = env.SHELL ?? userInfo().shell ?? "";
    return isAbsolute(shell) ? shell : null;
  } catch {
    return null;
  }
}

function askShell(env: Environment): Promise<string | null> {
  const shell = shellOf(env);
  if (shell === null) return Promise.resolve(null);
  // Many set PATH only for interactive shells; csh takes -l alone or not at all.
  const options = /csh$/.test(shell) ? "-ic" : "-ilc";
  const command = `echo ${MARK}; /usr/bin/env printenv PATH; echo ${MARK}`;
  return new Promise((resolve) => {
    const child = spawn(shell, [options, command], {
      // A session of its own: an interactive shell takes no terminal away from anybody.
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
      cwd: homedir(),
      env: withoutOurs(env),
    });
    let said = "";
    const end = (path: string | null): void => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.unref();
      resolve(path);
    };
    const timer = setTimeout(() => {
      if (child.pid !== undefined) endGroup(child.pid);
      end(null);
    }, LIMIT);
    child.stdout.on("data", (chunk: Buffer) => {
      said = `${said}${chunk.toString("utf8")}`.slice(-64 * 1024);
      const [, path, after] = said.split(`${MARK}\n`);
      if (path !== undefined && after !== undefined) end(path.includes("/") ? path.trimEnd() : null);
    });
    child.on("error", () => end(null));
    child.on("close", () => end(null));
  });
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It went by itself.
  }
}
