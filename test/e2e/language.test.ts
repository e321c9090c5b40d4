/** The language in the real app: the desktop's at first, another one at once when it is chosen, and at the next start. */
import { expect, test } from "vitest";
import { startApp } from "../fixtures/app.ts";
import { startDesktop } from "../fixtures/desktop.ts";
import { makeHome } from "../fixtures/home.ts";
import { watchTray } from "../fixtures/tray.ts";
import { use } from "../fixtures/use.ts";

test("window and tray speak the desktop's language, then the chosen one, and keep to it", async () => {
  const desktop = use(await startDesktop({ keyring: "absent" }));
  const tray = use(await watchTray(desktop.env));
  const home = use(makeHome({ acme: { url: "https://mcp.acme.example/mcp", enabled: false } }));
  // A language that there are no words for is passed over.
  const options = { home: home.path, env: { ...desktop.env, LANG: "C.UTF-8", LANGUAGE: "pt:fr:en" } };
  const app = use(await startApp(options));
  const page = await app.window();
  const lang = () => page.evaluate(() => document.documentElement.lang);

  await page.getByRole("heading", { name: "Serveurs", exact: true }).waitFor();
  expect(await lang()).toBe("fr");
  await page.getByRole("listitem", { name: "acme" }).getByText("Désactivé", { exact: true }).waitFor();
  await tray.waitForLabel("Quitter Gatehouse");

  await page.getByRole("button", { name: "Réglages" }).click();
  await page.getByRole("combobox", { name: "Langue" }).selectOption({ label: "Deutsch" });
  await page.getByRole("heading", { name: "Einstellungen", exact: true }).waitFor();
  expect(await lang()).toBe("de");
  await tray.waitForLabel("Gatehouse beenden");
  expect((await tray.labels()).filter((label) => /[a-z]/.test(label)).join("\n")).not.toMatch(/Quit|Pause all|Ouvrir/);

  await app.quit();
  const again = use(await startApp(options));
  const after = await again.window();
  await after.getByRole("heading", { name: "Server", exact: true }).waitFor();
  await after.getByRole("listitem", { name: "acme" }).getByText("Aus", { exact: true }).waitFor();
  await tray.waitForLabel("Gatehouse beenden");
});
