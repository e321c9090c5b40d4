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

describe("with colours of the person's own", () => {
  const some = scenes.filter(([name]) =>
    ["servers", "server", "server-tools", "server-settings", "palette"].includes(name),
  );
  test.each(some)("%s: what is chosen, on or focused is told by a line and not by a wash", async (_name, scene) => {
    const { app, page } = window;
    await stage(app, page, scene);
    await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
    try {
      const plain = await page.evaluate(() => {
        const told = (element: Element): boolean => {
          const style = getComputedStyle(element);
          return style.borderTopStyle !== "none" || style.outlineStyle !== "none";
        };
        const chosen =
          ".nav-item[aria-current], .segments label.on, .switch, .row.selected, [cmdk-item][data-selected=true], button.go";
        return [...document.querySelectorAll(chosen)]
          .filter((element) => !told(element))
          .map((element) => element.outerHTML.slice(0, 120));
      });
      expect(plain).toEqual([]);
      const moving = await page.evaluate(
        () => document.getAnimations().filter((one) => one.playState === "running").length,
      );
      expect(moving).toBe(0);
    } finally {
      await page.emulateMedia({ forcedColors: "none", reducedMotion: "no-preference" });
    }
  });
});

test("by keyboard alone: every button of a server's details has its turn, seen, and Esc goes back to the list", async () => {
  const { app, page } = window;
  const scene = SCENES.find(({ name }) => name === "server-tools");
  if (scene === undefined) throw new Error("the scene is gone");
  await stage(app, page, scene);
  await page.getByRole("listitem", { name: "github", exact: true }).getByRole("button", { name: "Details" }).focus();
  const reached = new Set<string>();
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element.closest(".detail") === null) return null;
      const { outlineStyle } = getComputedStyle(element);
      const name = element.getAttribute("aria-label") ?? element.textContent ?? "";
      return { name, seen: outlineStyle !== "none" || element.matches(".segments input") };
    });
    if (focus === null) continue;
    expect(focus).toMatchObject({ seen: true });
    reached.add(focus.name);
  }
  for (const name of ["More", "Close details", "Tools", "Ask again", "Agents may use create_issue", "Try it: get_me"])
    expect([...reached]).toContain(name);
  await page.getByRole("tab", { name: "Tools" }).focus();
  await page.keyboard.press("ArrowRight");
  expect(await page.getByRole("tab", { name: "Activity" }).getAttribute("aria-selected")).toBe("true");
  await page.keyboard.press("Escape");
  await page.locator(".detail").waitFor({ state: "detached" });
  const back = page.getByRole("listitem", { name: "github", exact: true }).getByRole("button", { name: "Details" });
  expect(await back.evaluate((element) => element === document.activeElement)).toBe(true);
});

test("the page had nothing to complain about", () => {
  expect(window.complaints).toEqual([]);
});
