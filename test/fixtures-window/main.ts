/**
 * The real shell — window, preload, page, tray — around a hub that a test drives: `globalThis.scripted` sets the
 * snapshot and holds the calls that came in. Built and started by tests only.
 */
import { join } from "node:path";
import { app } from "electron";
import { startElectron } from "../../main/electron/lifecycle.ts";
import { DEFAULT_SETTINGS } from "../../main/settings.ts";
import type { HubHandle } from "../../main/verbs/handle.ts";
import type { Answer, Events, Method, Result, Snapshot } from "../../preload/api.ts";

export interface Scripted {
  set(snapshot: Snapshot): void;
  /** What a method answers from now on; without one it answers `{}`. */
  answer(method: Method, result: Result<unknown>): void;
  readonly calls: { method: string; params: unknown }[];
  closed: boolean;
}

const EMPTY: Snapshot = {
  hub: {
    version: "0.1.0",
    pid: process.pid,
    uptime_s: 0,
    vault: { kind: "keychain", state: "ok" },
    agent_command: ["/usr/bin/node", "/opt/gatehouse/gatehouse.cjs"],
  },
  config: { path: "/home/anna/.config/gatehouse/servers.json", error: null },
  settings: DEFAULT_SETTINGS,
  paused: false,
  servers: [],
};

const NO_RECORDS: Answer<"activity"> = { records: [] };

let current = EMPTY;
const answers = new Map<Method, Result<unknown>>();
const listeners = new Set<(snapshot: Snapshot) => void>();

const scripted: Scripted = {
  set(snapshot) {
    current = snapshot;
    for (const listener of listeners) listener(snapshot);
  },
  answer: (method, result) => void answers.set(method, result),
  calls: [],
  closed: false,
};
Object.assign(globalThis, { scripted });

const hub: HubHandle = {
  async call<M extends Method>(method: M, params: unknown): Promise<Result<Answer<M>>> {
    scripted.calls.push({ method, params });
    const value = method === "getSnapshot" || method === "probe" ? current : method === "activity" ? NO_RECORDS : {};
    return (answers.get(method) ?? { ok: true, value }) as Result<Answer<M>>;
  },
  snapshot: () => current,
  on<E extends keyof Events>(event: E, listener: (value: Events[E]) => void): () => void {
    if (event !== "snapshot") return () => undefined;
    const wanted = listener as (snapshot: Snapshot) => void;
    listeners.add(wanted);
    return () => void listeners.delete(wanted);
  },
  resumed() {},
  close: async () => {
    scripted.closed = true;
    process.stdout.write("hub closed\n");
  },
};

const root = process.env.WINDOW_TEST_ROOT ?? "";
startElectron({
  start: async () => hub,
  files: {
    renderer: join(root, "dist/renderer"),
    preload: join(root, "dist/preload/index.cjs"),
    tray: join(root, "assets/tray"),
    icon: join(root, "assets/icon.png"),
  },
  userData: join(process.env.GATEHOUSE_HOME ?? app.getPath("temp"), "electron"),
  hidden: process.argv.includes("--hidden"),
  report: (event, error) => process.stderr.write(`${event}: ${error instanceof Error ? error.stack : error}\n`),
});
