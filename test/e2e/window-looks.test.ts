/** Every scene of the window: nothing spills, axe finds nothing, every word is translated and fits, also mirrored. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clipped, hardCoded, spilling } from "../fixtures-window/findings.ts";
import { inPseudo, MIRRORED, PSEUDO, pseudoRenderer } from "../fixtures-window/pseudo.ts";
import { NARROW } from "../fixtures-window/scene.ts";
import { SCENES } from "../fixtures-window/scenes/index.ts";
import { stage } from "../fixtures-window/stage.ts";
import { openWindow, type TestWindow } from "../fixtures-window/window.ts";

let renderer: ReturnType<typeof pseudoRenderer>;
let window: TestWindow;

beforeAll(async () => {
  renderer = pseudoRenderer();
  window = await openWindow(renderer.path);
});

afterAll(async () => {
  await window?.close();
  await renderer?.close();
});

const scenes = SCENES.map((scene) => [scene.name, scene] as const);

describe("in English", () => {
  test.each(scenes)("%s: nothing spills, and axe finds nothing in light and dark", async (_name, scene) => {
    const { app, page } = window;
    await stage(app, page, scene);
    expect(await spilling(page)).toEqual([]);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await window.violations()).toEqual([]);
    }
  });
});

describe("in a language two fifths longer", () => {
  test.each(scenes)("%s: every word is translated and fits", async (_name, scene) => {
    const { app, page } = window;
    await stage(app, page, scene, { language: PSEUDO, say: inPseudo });
    expect(await hardCoded(page)).toEqual([]);
    expect(await clipped(page)).toEqual([]);
    expect(await spilling(page)).toEqual([]);
  });

  test.each(scenes.filter(([, scene]) => scene.size === undefined))("%s: it fits 480 px, too", async (_name, scene) => {
    const { app, page } = window;
    await stage(app, page, scene, { language: PSEUDO, say: inPseudo, size: NARROW });
    expect(await clipped(page)).toEqual([]);
    expect(await spilling(page)).toEqual([]);
  });
});

describe("from right to left", () => {
  test.each(scenes)("%s: it is mirrored, and nothing spills", async (_name, scene) => {
    const { app, page } = window;
    await stage(app, page, scene, { language: MIRRORED, say: inPseudo });
    expect(await spilling(page)).toEqual([]);
    const places = await page.evaluate(() => {
      const left = (selector: string): number =>
        document.querySelector(selector)?.getBoundingClientRect().left ?? Number.NaN;
      return { side: left(".side"), main: left("main"), tile: left(".row .tile"), text: left(".row .row-text") };
    });
    expect(await page.evaluate(() => document.documentElement.dir)).toBe("rtl");
    const isAside = (scene.size?.[0] ?? 1120) >= 600;
    if (isAside) expect(places.side).toBeGreaterThan(places.main);
    if (!Number.isNaN(places.tile) && places.tile !== 0) expect(places.tile).toBeGreaterThan(places.text);
  });
});

test("the page had nothing to complain about", () => {
  expect(window.complaints).toEqual([]);
});
