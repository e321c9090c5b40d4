/** Builds and starts the scripted app of `main.ts` on a display of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { _electron, type ElectronApplication } from "playwright-core";

const root = join(import.meta.dirname, "../..");

export interface Display {
  readonly name: string;
  close(): void;
}

/** A private X server; its number is its own choice, so parallel runs do not meet. */
export async function startDisplay(): Promise<Display> {
  const child: ChildProcess = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const number = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Error("Xvfb ended")));
    child.stdio[3]?.once("data", (data: Buffer) => resolve(data.toString().trim()));
  });
  const kill = (): void => void child.kill();
  process.once("exit", kill);
  return {
    name: `:${number}`,
    close() {
      process.removeListener("exit", kill);
      kill();
    },
  };
}

export interface ScriptedApp {
  readonly app: ElectronApplication;
  readonly folder: string;
  readonly home: string;
  close(): Promise<void>;
}

/** The folder that Electron is started on: the built `main.ts` and a package.json. */
export async function buildScripted(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-window-"));
  await mkdir(join(folder, "home"));
  await build({
    entryPoints: [join(import.meta.dirname, "main.ts")],
    outfile: join(folder, "main.cjs"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20.18",
    external: ["electron"],
    logLevel: "warning",
  });
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name: "gatehouse", version: "0.1.0", main: "main.cjs" }),
  );
  return folder;
}

export async function electronPath(): Promise<string> {
  const found: unknown = JSON.parse(await readFile(join(root, ".runtime/electron.json"), "utf8"));
  return (found as { executable: string }).executable;
}

export function scriptedEnv(folder: string, display: Display): Record<string, string> {
  const env = Object.fromEntries(Object.entries(process.env).filter((pair): pair is [string, string] => !!pair[1]));
  delete env.ELECTRON_RUN_AS_NODE;
  delete env.DBUS_SESSION_BUS_ADDRESS;
  return { ...env, DISPLAY: display.name, WINDOW_TEST_ROOT: root, WINDOW_TEST_HOME: join(folder, "home") };
}

export const electronFlags = process.getuid?.() === 0 ? ["--no-sandbox", "--disable-gpu"] : ["--disable-gpu"];

export async function launchScripted(display: Display, args: readonly string[] = []): Promise<ScriptedApp> {
  const folder = await buildScripted();
  const app = await _electron.launch({
    executablePath: await electronPath(),
    args: [...electronFlags, folder, ...args],
    env: scriptedEnv(folder, display),
    timeout: 30_000,
  });
  return {
    app,
    folder,
    home: join(folder, "home"),
    async close() {
      await app.close().catch(() => undefined);
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
