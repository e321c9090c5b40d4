/** What the Windows side needs: the installed program, homes, agents, and the servers on the other side. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { ServerStatus, Snapshot } from "../../preload/api.ts";
import { clickThrough } from "../fixtures/oauth-client.ts";
import { waitFor } from "../fixtures/wait.ts";

/** What the servers have seen so far. */
export interface Seen {
  readonly registrations: number;
  readonly codes: number;
  readonly refreshes: number;
  readonly revocations: number;
  readonly calls: number;
}

/** Where the program is installed: `dist` lies beside this bundle. */
export const installed: string = import.meta.dirname;
const PROGRAM = join(installed, "dist", "shim", "gatehouse.cjs");
/** Every home is below it, so that the other side can search them all. */
const HOMES = join(installed, "homes");

function told(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: scripts/windows.mjs starts these tests`);
  return value;
}

export const ACME: string = told("WORLD_ACME");

/** Milliseconds: a Windows program takes its time to start here. */
const PATIENCE = 30_000;

export async function seen(action: "look" | "expire" = "look"): Promise<Seen> {
  return (await (await fetch(`${told("WORLD_CONTROL")}/${action}`, { method: "POST" })).json()) as Seen;
}

export function makeFolder(name: string): string {
  mkdirSync(HOMES, { recursive: true });
  return mkdtempSync(join(HOMES, `${name} é `));
}

export function makeHome(name: string, servers: Readonly<Record<string, unknown>>): string {
  const home = makeFolder(name);
  writeServers(home, servers);
  return home;
}

export function writeServers(home: string, servers: Readonly<Record<string, unknown>>): void {
  writeFileSync(join(home, "servers.json"), JSON.stringify({ mcpServers: servers }));
}

export function environment(home: string | null, more: NodeJS.ProcessEnv = {}): Record<string, string> {
  const laid = { ...process.env, ...(home === null ? {} : { GATEHOUSE_HOME: home }), ...more };
  return Object.fromEntries(
    Object.entries(laid).filter((entry): entry is [string, string] => {
      return entry[1] !== undefined && !entry[0].startsWith("WORLD_");
    }),
  );
}

export interface Running {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exited: Promise<number | string>;
  /** Ends it at once, as the Task Manager does. */
  kill(): Promise<void>;
}

/** Starts `node <args>`; its output is collected. */
export function startNode(args: readonly string[], env: NodeJS.ProcessEnv): Running {
  const child = spawn(process.execPath, args, { env, cwd: installed, stdio: ["pipe", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exited = new Promise<number | string>((resolve) => {
    child.on("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    exited,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** libuv's UV_FS_O_EXLOCK, which Node does not name: on Windows, opened without sharing. */
const EXCLUSIVE = 0x1000_0000;

/** Holds a file so that nobody may replace it, as a virus scanner does, in a process of its own. */
export function hold(path: string, ms: number): Running {
  const script = `const fs = require("fs"); const fd = fs.openSync(process.argv[1], fs.constants.O_RDWR | ${EXCLUSIVE});
    console.log("held"); setTimeout(() => fs.closeSync(fd), Number(process.argv[2]));`;
  return startNode(["-e", script, path, String(ms)], environment(null));
}

function startCli(args: readonly string[], env: NodeJS.ProcessEnv): Running {
  return startNode([PROGRAM, ...args], env);
}

export async function runCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const running = startCli(args, env);
  running.process.stdin?.end();
  const timer = setTimeout(() => void running.kill(), PATIENCE);
  const code = await running.exited;
  clearTimeout(timer);
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}

/** Runs `gatehouse hub` and waits until it answers. */
export async function startHub(home: string): Promise<Running> {
  const hub = startCli(["hub"], environment(home));
  let ended: number | string | undefined;
  void hub.exited.then((code) => {
    ended = code;
  });
  await waitFor(
    "the hub",
    async () => {
      if (ended !== undefined) throw new Error(`the hub ended with ${ended}: ${hub.stderr()}`);
      return /is running with/.test(hub.stderr()) ? true : undefined;
    },
    PATIENCE,
  );
  return hub;
}

/** Ends whatever hub the record of a home names. */
export async function endHub(home: string): Promise<void> {
  const record = join(home, "hub.json");
  if (!existsSync(record)) return;
  const { pid } = JSON.parse(readFileSync(record, "utf8")) as { pid: number };
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
  await waitFor(`hub ${pid} to be gone`, () => (isRunning(pid) ? undefined : true), PATIENCE);
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export async function status(home: string): Promise<Snapshot> {
  const { code, stdout, stderr } = await runCli(["status", "--json"], environment(home));
  if (code !== 0 && code !== 3) throw new Error(`status ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Snapshot;
}

export async function serverStatus(home: string, name: string): Promise<ServerStatus> {
  const found = (await status(home)).servers.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no server ${name} in the status`);
  return found;
}

export interface Agent {
  readonly client: Client;
  /** Every message that came, as JSON text. */
  readonly received: string[];
  stderr(): string;
  toolNames(): Promise<string[]>;
  callText(tool: string, args?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

/** An agent: the official SDK's client, which starts the shim. */
export async function startAgent(home: string, server: string): Promise<Agent> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [PROGRAM, "connect", server],
    env: environment(home),
    stderr: "pipe",
  });
  let stderr = "";
  transport.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const client = new Client({ name: "Claude", version: "1.0.0" });
  const received: string[] = [];
  transport.onmessage = (message) => void received.push(JSON.stringify(message));
  await client.connect(transport).catch((error: unknown) => {
    throw new Error(`the agent could not connect; the shim wrote: ${stderr}`, { cause: error });
  });
  return {
    client,
    received,
    stderr: () => stderr,
    toolNames: async () => (await client.listTools()).tools.map(({ name }) => name),
    async callText(name, args = {}) {
      const { content } = await client.callTool({ name, arguments: args });
      return (content as { text?: string }[]).map(({ text }) => text ?? "").join("\n");
    },
    close: () => client.close(),
  };
}

/** `gatehouse login --no-browser`, its address clicked through by plain requests. */
export async function login(home: string, server: string): Promise<{ code: number | string; stderr: string }> {
  const running = startCli(["login", server, "--no-browser"], environment(home));
  const timer = setTimeout(() => void running.kill(), PATIENCE);
  const url = await waitFor(
    "the address",
    () => {
      if (running.process.exitCode !== null) throw new Error(`login ended: ${running.stderr()}`);
      return /https?:\/\/\S+\/authorize\?\S+/.exec(running.stderr())?.[0];
    },
    PATIENCE,
  );
  const end = await clickThrough(new URL(url), { user: told("WORLD_USER"), password: told("WORLD_PASSWORD") });
  await fetch(end);
  const code = await running.exited;
  clearTimeout(timer);
  return { code, stderr: running.stderr() };
}
