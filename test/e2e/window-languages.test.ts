/** Every scene of the window in every language that it speaks: its real words fit. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clipped, spilling } from "../fixtures-window/findings.ts";
import { SCENES } from "../fixtures-window/scenes/index.ts";
import { inLanguage, TRANSLATED } from "../fixtures-window/spoken.ts";
import { stage } from "../fixtures-window/stage.ts";
import { openWindow, type TestWindow } from "../fixtures-window/window.ts";

let window: TestWindow;

beforeAll(async () => {
  window = await openWindow();
});

afterAll(() => window?.close());

const scenes = SCENES.map((scene) => [scene.name, scene] as const);

describe.each(TRANSLATED)("in %s", (language) => {
  const say = inLanguage(language);

  test.each(scenes)("%s: the words fit", async (_name, scene) => {
    const { app, page } = window;
    await stage(app, page, scene, { language, say });
    expect(await clipped(page)).toEqual([]);
    expect(await spilling(page)).toEqual([]);
  });
});
