/** Starts a server's program, and ends it with all that it started. */
import type { ChildProcess } from "node:child_process";
import { statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { StdioServer } from "../config/types.ts";
import type { GatehouseError } from "../errors.ts";
import { endTreeOnWindows, mergeEnvironment, startProgram, withoutOurs } from "../program.ts";
import { within } from "../within.ts";
import { cannotStart, noFolder } from "./failures.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** `inherited`: what the program's own environment builds on. Throws a GatehouseError where that is known at once. */
export function startServer(server: StdioServer, inherited: Environment): ChildProcess {
  try {
    return startProgram(server.command, server.args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: mergeEnvironment(withoutOurs(inherited), server.env),
      windowsHide: true,
      // A group of its own, so that the whole tree ends with it.
      detached: process.platform !== "win32",
      ...(server.cwd === null ? {} : { cwd: server.cwd }),
    });
  } catch (error) {
    throw notStarted(server, error);
  }
}

/**
 * The ladder: end of stdin, SIGTERM to the group, SIGKILL (on Windows: end of stdin, end of the tree). `grace`:
 * milliseconds for each step. What the program leaves behind when it goes is ended too.
 */
export async function endServer(child: ChildProcess, exited: Promise<void>, grace: number): Promise<void> {
  child.stdin?.end();
  if (!(await within(grace, exited))) {
    signalGroup(child, "SIGTERM");
    if (!(await within(grace, exited))) signalGroup(child, "SIGKILL");
    await exited;
  }
  await endRest(child, grace);
}

/** Milliseconds between looks at a group without its leader, of whose end nobody tells. */
const LOOK = 25;

/** Ends what is left of the group after the program itself is gone. */
export async function endRest(child: ChildProcess, grace: number): Promise<void> {
  if (process.platform === "win32" || !signalGroup(child, "SIGTERM")) return;
  for (let waited = 0; waited < grace; waited += LOOK) {
    await pause(LOOK);
    if (!signalGroup(child, 0)) return;
  }
  signalGroup(child, "SIGKILL");
}

/** False: there is nobody left. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  const { pid } = child;
  if (pid === undefined) return false;
  if (process.platform === "win32") {
    endTreeOnWindows(child);
    return true;
  }
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

/** The system has one code for a missing program and a missing folder. */
export function notStarted(server: StdioServer, error: unknown): GatehouseError {
  const { name, command, cwd } = server;
  return cwd === null || isFolder(cwd)
    ? cannotStart(name, withoutHidden(server, command), error)
    : noFolder(name, withoutHidden(server, cwd), error);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Shorter values would take innocent words apart. */
const SHORTEST_SECRET = 4;

/** Text of or about the program, without what `${…}` stands for in its entry. */
export function withoutHidden(server: StdioServer, text: string): string {
  const secrets = (server.hidden ?? []).filter((part) => part.length >= SHORTEST_SECRET);
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, "…"), text);
}
