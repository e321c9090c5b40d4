/** Starts a hub, once for everybody, when none answers: the app where there is a desktop, else the headless hub. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Connected, connectHub } from "./connect.ts";
import { readRecord } from "./endpoint.ts";
import { IS_STANDALONE } from "./standalone.ts";
import { isOutdated } from "./versions.ts";
import type { Open } from "./wire.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Milliseconds that a starting hub may take until it answers. */
const START_LIMIT = 25_000;
const POLL = 20;

/** Connects to the running hub; `absent` when there is none. */
export async function reachHub(home: string, version: string, open: Open): Promise<Connected> {
  const record = readRecord(home);
  if (record === null) return { kind: "absent", why: "Gatehouse is not running" };
  return connectHub(record, version, open);
}

/**
 * Connects to the hub and starts one first when nothing answers. Many processes may do this at the same moment: the one
 * that gets the lock starts it, the others wait for it.
 */
export async function reachOrStartHub(
  home: string,
  version: string,
  open: Open,
  env: Environment = process.env,
): Promise<Connected> {
  let makesWay = isHubOutdated(home, version);
  let reached: Connected = makesWay ? OUTDATED : await reachHub(home, version, open);
  if (reached.kind !== "absent") return reached;
  const lockPath = join(home, "state", "launch.lock");
  const deadline = Date.now() + START_LIMIT;
  let launched: Launched | null = null;
  let locked = false;
  try {
    mkdirSync(join(home, "state"), { recursive: true, mode: 0o700 });
    mkdirSync(join(home, "logs"), { recursive: true, mode: 0o700 });
    for (;;) {
      if (!locked && launched === null) {
        locked = takeLock(lockPath);
        if (locked) {
          makesWay = isHubOutdated(home, version);
          if (!makesWay) reached = await reachHub(home, version, open);
          if (reached.kind !== "absent") return reached;
          launched = await launch(home, env);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, POLL));
      makesWay = makesWay && isHubOutdated(home, version);
      // The one that is to make way is used after all when it does not.
      if (!makesWay || launched?.failed() || Date.now() > deadline) {
        reached = await reachHub(home, version, open);
        if (reached.kind !== "absent") return reached;
      }
      if (launched?.failed()) {
        if (!launched.isApp) return { kind: "absent", why: launched.why() };
        launched = await launchHeadless(home, env);
      }
      if (Date.now() > deadline)
        return { kind: "absent", why: launched?.why() ?? "another process is starting the hub and does not get it up" };
    }
  } catch (error) {
    return { kind: "absent", why: `the folder ${home} cannot be used (${(error as NodeJS.ErrnoException).code})` };
  } finally {
    if (locked) unlinkQuietly(lockPath);
  }
}

const OUTDATED: Connected = { kind: "absent", why: "an older Gatehouse is running" };

/** Whether the hub that runs is an older one, which goes when a newer one is started. */
function isHubOutdated(home: string, version: string): boolean {
  const record = readRecord(home);
  return record !== null && isOutdated(record, version);
}

interface Launched {
  readonly isApp: boolean;
  failed(): boolean;
  why(): string;
}

function launch(home: string, env: Environment): Promise<Launched> {
  const app = hasDesktop(env) ? appCommand(env) : null;
  if (app === null) return launchHeadless(home, env);
  return start(home, app.command, [...app.args, "--hidden"], env, true);
}

function launchHeadless(home: string, env: Environment): Promise<Launched> {
  const script = IS_STANDALONE ? [] : [join(__dirname, "gatehouse.cjs")];
  return start(home, process.execPath, [...script, "hub", "--launched"], env, false);
}

function hasDesktop(env: Environment): boolean {
  return process.platform !== "linux" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** The packed app that this lies in, or the Electron that runs this checkout's. */
function appCommand(env: Environment): { command: string; args: string[] } | null {
  const packed = packedApp(dirname(__dirname)) ?? (IS_STANDALONE ? appImage(join(__dirname, "app.json")) : null);
  return packed === null ? sourceApp(env) : { command: packed, args: [] };
}

/** The app around its folder of resources; null: this is no such folder. */
function packedApp(resources: string): string | null {
  if (!existsSync(join(resources, "app.asar"))) return null;
  const folder = dirname(resources);
  if (process.platform === "darwin") return join(folder, "MacOS", "Gatehouse");
  return join(folder, process.platform === "win32" ? "Gatehouse.exe" : "gatehouse-app");
}

/** The AppImage that put this executable where it is; see main/electron/appimage.ts. */
function appImage(note: string): string | null {
  return memberOf(note, "app");
}

/** The Electron of a checkout: told by the environment, by the set-up, or installed by npm. */
function sourceApp(env: Environment): { command: string; args: string[] } | null {
  const root = dirname(dirname(__dirname));
  if (!existsSync(join(root, "dist", "main", "index.cjs"))) return null;
  const name = process.platform === "win32" ? "electron.exe" : "electron";
  const candidates = [
    env.ELECTRON_OVERRIDE_DIST_PATH ? join(env.ELECTRON_OVERRIDE_DIST_PATH, name) : null,
    memberOf(join(root, ".runtime", "electron.json"), "executable"),
    installed(join(root, "node_modules", "electron")),
  ];
  for (const command of candidates) if (command !== null && existsSync(command)) return { command, args: [root] };
  return null;
}

/** A text in a file of JSON; null: there is no such file or member. */
function memberOf(path: string, name: string): string | null {
  try {
    const value = (JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>)[name];
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}

function installed(path: string): string | null {
  try {
    return join(path, "dist", readFileSync(join(path, "path.txt"), "utf8").trim());
  } catch {
    return null;
  }
}

async function start(
  home: string,
  command: string,
  args: string[],
  env: Environment,
  isApp: boolean,
): Promise<Launched> {
  const logPath = join(home, "logs", "launch.log");
  const log = openSync(logPath, "w", 0o600);
  let failure: string | null = null;
  // Loaded here because a shim that finds a running hub never needs it.
  const { spawn } = await import("node:child_process");
  const child = spawn(command, args, {
    detached: true,
    windowsHide: true,
    stdio: ["ignore", log, log],
    env: { ...env, GATEHOUSE_HOME: home },
    cwd: home,
  });
  closeSync(log);
  child.on("error", (error: NodeJS.ErrnoException) => {
    failure = `${command} cannot be started (${error.code ?? "error"})`;
  });
  child.on("exit", (code, signal) => {
    failure ??= `the hub ended at its start (${signal ?? `exit code ${code}`})${lastLine(logPath)}`;
  });
  child.unref();
  return { isApp, failed: () => failure !== null, why: () => failure ?? "the hub did not get up in time" };
}

function lastLine(path: string): string {
  try {
    const line = readFileSync(path, "utf8").trimEnd().split("\n").pop() ?? "";
    return line === "" ? "" : `: ${line.slice(0, 300)}`;
  } catch {
    return "";
  }
}

/** Throws the system's error when no lock can be made at all: the disk is full, or nobody may write there. */
function takeLock(path: string): boolean {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = openSync(path, "wx", 0o600);
      try {
        writeSync(file, String(process.pid));
      } catch (error) {
        unlinkQuietly(path);
        throw error;
      } finally {
        closeSync(file);
      }
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // On Windows a lock that is just being removed.
      if (code === "EPERM" || code === "EBUSY") return false;
      if (code !== "EEXIST") throw error;
      if (!isStale(path)) return false;
      unlinkQuietly(path);
    }
  }
  return false;
}

function isStale(path: string): boolean {
  try {
    const age = Date.now() - statSync(path).mtimeMs;
    if (age > START_LIMIT + 5_000) return true;
    const pid = Number(readFileSync(path, "utf8"));
    // A file just made may not hold its pid yet.
    if (!Number.isInteger(pid) || pid <= 0) return age > 2_000;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ESRCH";
  }
}

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody else took it away: that is what was wanted.
  }
}
