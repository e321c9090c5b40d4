/** Brings the scripted app's window into scenes. */
import type { Page } from "playwright-core";
import type { Method, Snapshot } from "../../preload/api.ts";
import type { ScriptedApp } from "./launch.ts";
import type { Say, Scene } from "./scene.ts";
import { shell } from "./settings.ts";

const WINDOW = [1120, 720] as const;

const inEnglish: Say = (english, values = {}) =>
  english.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));

async function resize(app: ScriptedApp, page: Page, width: number, height: number): Promise<void> {
  await app.app.evaluate(({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0]?.setContentSize(w, h), [
    width,
    height,
  ] as const);
  await page.waitForFunction(([w, h]) => Math.abs(window.innerWidth - w) < 3 && Math.abs(window.innerHeight - h) < 3, [
    width,
    height,
  ] as const);
}

interface Staging {
  readonly language?: string;
  readonly say?: Say;
  /** In place of the scene's own. */
  readonly size?: readonly [number, number];
}

/** Leaves what there was and shows the scene. */
export async function stage(app: ScriptedApp, page: Page, scene: Scene, staging: Staging = {}): Promise<void> {
  const { say = inEnglish, language } = staging;
  const spoken = (snapshot: Snapshot): Snapshot =>
    language === undefined
      ? snapshot
      : { ...snapshot, settings: { ...snapshot.settings, language: language as Snapshot["settings"]["language"] } };
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  // What the scene before has said is none of this one's.
  await page.locator(".toast .square").evaluateAll((buttons) => {
    for (const button of buttons) (button as HTMLElement).click();
  });
  await app.forgetAnswers();
  await app.emit("shell", scene.shell?.() ?? shell());
  const answers = scene.answers?.() ?? {};
  for (const [method, value] of Object.entries(answers))
    await app.answer(method as keyof typeof answers, { ok: true, value });
  for (const [method, error] of Object.entries(scene.errors?.() ?? {}))
    await app.answer(method as Method, { ok: false, error });
  const snapshot = scene.snapshot();
  // With no server there are no details, whatever was open.
  await app.set(spoken({ ...snapshot, servers: [] }));
  await page.locator(".detail, dialog").waitFor({ state: "detached" });
  const [width, height] = staging.size ?? scene.size ?? WINDOW;
  await resize(app, page, width, height);
  await page.keyboard.press("Control+1");
  await app.set(spoken(snapshot));
  await page.waitForFunction(
    ([count, name]) =>
      document.querySelectorAll("main li.row").length === count &&
      (name === null || document.documentElement.lang === name),
    [snapshot.servers.length, language ?? null] as const,
  );
  await scene.act?.(page, say);
  await page.locator(scene.shows).first().waitFor();
  await page.mouse.move(width - 2, 2);
}
