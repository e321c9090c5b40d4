/** The scripted app's window on a desktop of its own, and what tests of its screens need of it. */
import axe from "axe-core";
import type { Page } from "playwright-core";
import type { ErrorObject, Result } from "../../preload/api.ts";
import { makeCleanup } from "../fixtures/cleanup.ts";
import { startDesktop } from "../fixtures/desktop.ts";
import { makeHome } from "../fixtures/home.ts";
import { buildScripted, type ScriptedApp, startScripted } from "./launch.ts";

export interface TestWindow {
  readonly app: ScriptedApp;
  readonly page: Page;
  /** Errors and warnings of the page's console so far. */
  readonly complaints: string[];
  /** Opens a screen by its name in the side. */
  go(screen: "Servers" | "Agents" | "Activity" | "Settings"): Promise<void>;
  /** What axe-core finds in what is shown now, one line each. */
  violations(): Promise<string[]>;
  /** The CSS pixels of the page. */
  resize(width: number, height: number): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

export const ok = (value: unknown): Result<unknown> => ({ ok: true, value });
export const failed = (error: ErrorObject): Result<unknown> => ({ ok: false, error });

/** `renderer`: a folder of the page's files other than the built one. */
export async function openWindow(renderer?: string): Promise<TestWindow> {
  const cleanup = makeCleanup();
  try {
    const desktop = cleanup.use(await startDesktop({ keyring: "absent" }));
    const folder = cleanup.use(await buildScripted());
    const home = cleanup.use(makeHome());
    const env = renderer === undefined ? desktop.env : { ...desktop.env, WINDOW_TEST_RENDERER: renderer };
    const app = cleanup.use(await startScripted({ home: home.path, env, folder: folder.path }));
    const page = await app.window();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.getByRole("heading", { name: "Servers" }).waitFor();
    return {
      app,
      page,
      complaints,
      go: (screen) => page.getByRole("navigation").getByRole("button", { name: screen }).click(),
      violations: () => violations(page),
      async resize(width, height) {
        await app.app.evaluate(({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0]?.setContentSize(w, h), [
          width,
          height,
        ] as const);
        await page.waitForFunction((w) => Math.abs(window.innerWidth - w) < 3, width);
      },
      close: cleanup.close,
    };
  } catch (error) {
    await cleanup.close();
    throw error;
  }
}

async function violations(page: Page): Promise<string[]> {
  // What the debugger evaluates is exempt from the page's policy, so nothing is loosened for it.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const there = Reflect.get(window, "axe") as typeof axe;
    const found = await there.run();
    return found.violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary = "" }) => `${id}: ${help}: ${html.slice(0, 200)} ${failureSummary}`),
    );
  });
}
