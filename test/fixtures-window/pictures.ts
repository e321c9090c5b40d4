/** Draws every scene in light and dark. Bundled by scripts/pictures.mjs. */
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { SCENES } from "./scenes/index.ts";
import { stage } from "./stage.ts";
import { openWindow } from "./window.ts";

/** `wanted`: parts of names of scenes; none: all of them, and pictures of scenes that are no more go. */
export async function drawPictures(folder: string, wanted: readonly string[]): Promise<void> {
  const scenes = SCENES.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
  mkdirSync(folder, { recursive: true });
  const { app, page, complaints, close } = await openWindow();
  const drawn = new Set<string>();
  try {
    for (const scene of scenes) {
      await stage(app, page, scene);
      for (const colorScheme of ["light", "dark"] as const) {
        const name = `${scene.name}-${colorScheme}.png`;
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.screenshot({ path: join(folder, name), animations: "disabled", caret: "hide" });
        drawn.add(name);
      }
      console.log(`${scene.name}`);
    }
  } finally {
    await close();
  }
  if (wanted.length === 0)
    for (const name of readdirSync(folder)) if (name.endsWith(".png") && !drawn.has(name)) rmSync(join(folder, name));
  const bytes = [...drawn].reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  console.log(`${drawn.size} pictures, ${Math.round(bytes / 1024)} KiB, in ${folder}`);
  if (complaints.length > 0) throw new Error(`The page complained: ${complaints.join("\n")}`);
}
