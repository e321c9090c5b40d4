/** Builds the scripted app of `main.ts` and starts it like the real one. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import type { Method, Result, ShellMethod, Snapshot, WindowEvent, WindowEvents } from "../../preload/api.ts";
import { type AppOptions, startApp, type TestApp } from "../fixtures/app.ts";
import { tempFolder } from "../fixtures/children.ts";
import { repoRoot } from "../fixtures/root.ts";
import type { Scripted } from "./main.ts";

export interface ScriptedFolder {
  readonly path: string;
  close(): void | Promise<void>;
}

/** A folder that Electron can be started on. */
export async function buildScripted(): Promise<ScriptedFolder> {
  const folder = tempFolder("window");
  await build({
    entryPoints: [join(repoRoot, "test", "fixtures-window", "main.ts")],
    outfile: join(folder.path, "main.cjs"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20.18",
    // As in the build: jsonc-parser's `main` is UMD, whose require calls no bundler can follow.
    mainFields: ["module", "main"],
    external: ["electron", "usocket", "x11"],
    logLevel: "warning",
  });
  writeFileSync(
    join(folder.path, "package.json"),
    JSON.stringify({ name: "gatehouse", version: "0.1.0", main: "main.cjs" }),
  );
  return folder;
}

/** What a window asks for to show it; a person has done nothing. */
const ASKED_BY_ITSELF: readonly string[] = [
  "getSnapshot",
  "probe",
  "activity",
  "calls",
  "logs",
  "listContents",
  "getEntry",
  "checkEntry",
  "catalogue",
  "listAgents",
  "getSettings",
  "listSecrets",
] satisfies Method[];

export interface ScriptedApp extends TestApp {
  /** The hub's new snapshot, as if something had happened. */
  set(snapshot: Snapshot): Promise<void>;
  answer(method: Method, result: Result<unknown>): Promise<void>;
  forgetAnswers(): Promise<void>;
  /** What the app around the window answers from now on; without one the real app answers. */
  answerShell(method: ShellMethod, result: Result<unknown>): Promise<void>;
  /** As if hub or app had said it. A snapshot is said with {@link set}. */
  emit<E extends WindowEvent>(event: E, value: WindowEvents[E]): Promise<void>;
  /** What the hub was asked so far, without what a window asks for by itself. */
  calls(): Promise<{ method: string; params: unknown }[]>;
  forgetCalls(): Promise<void>;
  /** Events of the hub that the app listens to now. */
  heard(): Promise<readonly string[]>;
  windows(): Promise<number>;
}

export async function startScripted(options: AppOptions & { readonly folder: string }): Promise<ScriptedApp> {
  const started = await startApp({ ...options, env: { ...options.env, WINDOW_TEST_ROOT: repoRoot } });
  const { app } = started;
  return {
    ...started,
    set: (snapshot) => app.evaluate((_electron, value) => scripted.set(value), snapshot),
    answer: (method, result) =>
      app.evaluate((_electron, [name, value]) => scripted.answer(name, value), [method, result] as const),
    forgetAnswers: () => app.evaluate(() => scripted.forgetAnswers()),
    answerShell: (method, result) =>
      app.evaluate((_electron, [name, value]) => scripted.answerShell(name, value), [method, result] as const),
    emit: (event, value) =>
      app.evaluate((_electron, [name, said]) => scripted.emit(name, said as never), [event, value as unknown] as const),
    calls: () =>
      app.evaluate(
        (_electron, own) => scripted.calls.filter(({ method }) => !own.includes(method)),
        ASKED_BY_ITSELF as string[],
      ),
    heard: () => app.evaluate(() => scripted.heard()),
    forgetCalls: () => app.evaluate(() => void scripted.calls.splice(0)),
    windows: () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length),
  };
}

declare global {
  /** In the scripted app's main process only. */
  var scripted: Scripted;
}
