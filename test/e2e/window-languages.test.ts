/** The scenes of the window that have the most words, in every language that it speaks: they fit. */
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

const WORDY = [
  ...["servers", "servers-failing", "servers-empty", "servers-480", "server-480", "server-480-settings", "remove"],
  ...["server-more-access", "server-client-id", "server-accounts", "server-tools", "server-try", "server-settings-all"],
  ...["add", "add-url-client-id", "add-snippet", "add-480", "agents-details", "agents-connect", "agents-480"],
  ...["activity-call", "activity-480", "settings", "settings-health", "settings-reset", "settings-480"],
];
const scenes = SCENES.filter(({ name }) => WORDY.includes(name)).map((scene) => [scene.name, scene] as const);

test("the scenes are there", () => {
  expect(scenes).toHaveLength(WORDY.length);
});

describe.each(TRANSLATED)("in %s", (language) => {
  const say = inLanguage(language);

  test.each(scenes)("%s: the words fit", async (_name, scene) => {
    const { app, page } = window;
    await stage(app, page, scene, { language, say });
    expect(await clipped(page)).toEqual([]);
    expect(await spilling(page)).toEqual([]);
  });
});
