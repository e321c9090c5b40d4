import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { SpokenLanguage } from "../../../main/electron/language.ts";
import { language, setLanguage, t } from "../../../preload/words.ts";
import { tempFolder } from "../../fixtures/children.ts";
import { use } from "../../fixtures/use.ts";

afterEach(() => setLanguage("en", {}));

function renderer(): string {
  const folder = use(tempFolder("renderer"));
  mkdirSync(join(folder.path, "locales"));
  writeFileSync(join(folder.path, "locales", "de.json"), JSON.stringify({ tray: { open: "Gatehouse öffnen" } }));
  writeFileSync(join(folder.path, "locales", "fr.json"), "{ half a file");
  return folder.path;
}

test("speaks the desktop's language, then the chosen one, and says when it changed", async () => {
  let changes = 0;
  const spoken = new SpokenLanguage(
    renderer(),
    () => ["de-AT"],
    () => changes++,
  );
  await spoken.speak("system");
  expect([language(), t("tray:open"), t("tray:quit")]).toEqual(["de", "Gatehouse öffnen", "Quit Gatehouse"]);
  await spoken.speak("de");
  expect(changes).toBe(1);
  await spoken.speak("en");
  expect([language(), t("tray:open"), changes]).toEqual(["en", "Open Gatehouse", 2]);
});

test.each(["fr", "ja"] as const)("words that cannot be read leave it with English: %s", async (name) => {
  const spoken = new SpokenLanguage(
    renderer(),
    () => [],
    () => undefined,
  );
  await spoken.speak(name);
  expect([language(), t("tray:open")]).toEqual(["en", "Open Gatehouse"]);
});

test("of two changes at once the later one counts", async () => {
  const spoken = new SpokenLanguage(
    renderer(),
    () => [],
    () => undefined,
  );
  await Promise.all([spoken.speak("de"), spoken.speak("en")]);
  expect(language()).toBe("en");
});
