/** The app beside an empty one, in turns: from its start to its icon and its first paint, and what it takes while only its icon is there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WebSocket } from "undici";
import { electronExecutable } from "../../fixtures/app.ts";
import { descendantsOf, startChild } from "../../fixtures/children.ts";
import { type Cleanup, makeCleanup } from "../../fixtures/cleanup.ts";
import { startDesktop } from "../../fixtures/desktop.ts";
import { makeHome } from "../../fixtures/home.ts";
import { environment } from "../../fixtures/program.ts";
import { repoRoot } from "../../fixtures/root.ts";
import { watchTray } from "../../fixtures/tray.ts";
import { sleep, waitFor } from "../../fixtures/wait.ts";
import { writeEmptyApp } from "../empty-app.ts";

/** Of both apps; milliseconds and MiB. */
export interface AppFigures {
  readonly tray: number[];
  readonly paint: number[];
  /** In the tray, started hidden. */
  readonly hidden: number[];
  /** In the tray, after its window was open and closed. */
  readonly closed: number[];
}

export interface AppComparison {
  readonly gatehouse: AppFigures;
  readonly empty: AppFigures;
  /** Renderer processes that were left a while after a window was closed; 0 is right. */
  readonly renderers: number;
}

const LAUNCH_LIMIT = 60_000;
/** Milliseconds until an app that has started is at rest. */
const SETTLE = 6_000;

/** Throws where Electron or a desktop is missing. */
export async function compareApps(folder: string, rounds: number): Promise<AppComparison> {
  const apps = { gatehouse: repoRoot, empty: writeEmptyApp(folder) } as const;
  const none = (): AppFigures => ({ tray: [], paint: [], hidden: [], closed: [] });
  const result = { gatehouse: none(), empty: none(), renderers: 0 };
  for (let round = -1; round < rounds; round++) {
    for (const name of ["gatehouse", "empty"] as const) {
      const shown = await openedApp(apps[name]);
      const hidden = await hiddenApp(apps[name]);
      if (round < 0) continue;
      result[name].tray.push(shown.tray);
      result[name].paint.push(shown.paint);
      result[name].closed.push(shown.closed);
      result[name].hidden.push(hidden);
      if (name === "gatehouse") result.renderers = Math.max(result.renderers, shown.renderers);
    }
  }
  return result;
}

async function launch(cleanup: Cleanup, app: string, ...args: string[]) {
  const desktop = cleanup.use(await startDesktop({ keyring: false }));
  const tray = cleanup.use(await watchTray(desktop.env));
  const home = cleanup.use(makeHome({}));
  const env = environment({ home: home.path, env: { ...desktop.env, GATEHOUSE_VAULT: "memory" } });
  const flags = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const startedAt = Date.now();
  const child = startChild(electronExecutable(), [...flags, "--disable-gpu", ...args, app, ...args], {
    env,
    cwd: home.path,
  });
  cleanup.use({ close: () => child.stop(10_000) });
  return { tray, home: home.path, startedAt, pid: child.pid };
}

async function hiddenApp(app: string): Promise<number> {
  const cleanup = makeCleanup();
  try {
    const { tray, pid } = await launch(cleanup, app, "--hidden");
    await tray.waitForItem(LAUNCH_LIMIT);
    await sleep(SETTLE);
    return memoryOf([pid, ...descendantsOf(pid)]);
  } finally {
    await cleanup.close();
  }
}

async function openedApp(app: string) {
  const cleanup = makeCleanup();
  try {
    const { tray, home, startedAt, pid } = await launch(
      cleanup,
      app,
      "--remote-debugging-port=0",
      "--remote-allow-origins=*",
    );
    await tray.waitForItem(LAUNCH_LIMIT);
    const trayMs = Date.now() - startedAt;
    const page = await waitFor("the page", () => pageOf(home), LAUNCH_LIMIT);
    const painted = await waitFor("the first paint", () => firstPaint(page), LAUNCH_LIMIT);
    await evaluate(page, "window.close()");
    await sleep(SETTLE);
    const pids = [pid, ...descendantsOf(pid)];
    return {
      tray: trayMs,
      paint: painted - startedAt,
      closed: memoryOf(pids),
      renderers: pids.filter(isRenderer).length,
    };
  } finally {
    await cleanup.close();
  }
}

/**
 * MiB that these processes take together: what is theirs alone, and each part of a file that they have mapped once. Not
 * the proportional set size, because a file's share of that depends on who else runs the same Electron meanwhile.
 */
function memoryOf(pids: readonly number[]): number {
  const files = new Map<string, number>();
  let own = 0;
  for (const pid of pids) {
    let mapping = "";
    for (const line of readFileSync(`/proc/${pid}/smaps`, "utf8").split("\n")) {
      const head = /^[0-9a-f]+-[0-9a-f]+ \S+ ([0-9a-f]+) \S+ \d+\s*(.*)$/.exec(line);
      if (head) mapping = head[2]?.startsWith("/") ? `${head[2]} ${head[1]}` : "";
      const [, name, kib] = /^(Rss|Pss):\s+(\d+)/.exec(line) ?? [];
      if (name === "Pss" && mapping === "") own += Number(kib);
      if (name === "Rss" && mapping !== "") files.set(mapping, Math.max(files.get(mapping) ?? 0, Number(kib)));
    }
  }
  return (own + [...files.values()].reduce((sum, kib) => sum + kib, 0)) / 1024;
}

function isRenderer(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer");
  } catch {
    return false;
  }
}

/** The address at which the window's page can be asked; undefined: there is none yet. */
async function pageOf(home: string): Promise<string | undefined> {
  try {
    const [port] = readFileSync(join(home, "electron", "DevToolsActivePort"), "utf8").split("\n");
    const answer = await fetch(`http://127.0.0.1:${port}/json`);
    const targets = (await answer.json()) as { type: string; webSocketDebuggerUrl: string }[];
    return targets.find(({ type }) => type === "page")?.webSocketDebuggerUrl;
  } catch {
    return undefined;
  }
}

/** Milliseconds since the epoch at which something was first to be seen (Paint Timing); undefined: not yet. */
async function firstPaint(page: string): Promise<number | undefined> {
  const at = await evaluate(
    page,
    `(() => {
      const paint = performance.getEntriesByName("first-contentful-paint")[0];
      return paint === undefined ? null : performance.timeOrigin + paint.startTime;
    })()`,
  );
  return typeof at === "number" ? at : undefined;
}

/** Over the Chrome DevTools Protocol, once the page is there: nothing of it is in the way before. */
function evaluate(page: string, expression: string): Promise<unknown> {
  return new Promise((resolve) => {
    const socket = new WebSocket(page);
    // The page may go while it is asked, and is to go when it is told to close.
    socket.addEventListener("error", () => resolve(undefined));
    socket.addEventListener("close", () => resolve(undefined));
    socket.addEventListener("open", () => {
      socket.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression } }));
    });
    socket.addEventListener("message", ({ data }) => {
      const { id, result } = JSON.parse(String(data)) as { id?: number; result?: { result?: { value?: unknown } } };
      if (id !== 1) return;
      resolve(result?.result?.value);
      socket.close();
    });
  });
}
