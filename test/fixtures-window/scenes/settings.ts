/** The settings, part by part, and the questions that they ask. */
import type { Page } from "playwright-core";
import { NARROW, type Say, type Scene, screen } from "../scene.ts";
import * as made from "../settings.ts";
import { error, everyday } from "../snapshots.ts";

const answers = () => ({
  getSettings: made.view({ overridden: ["HTTPS_PROXY"] }),
  listSecrets: made.secrets(),
  doctor: { checks: made.checks() },
});

/** Scrolls to a part by its title. */
const part = (title: string, then?: (page: Page, say: Say) => Promise<void>) =>
  screen("Settings", async (page, say) => {
    const heading = page.getByRole("heading", { name: say(title), exact: true });
    await heading.evaluate((element) => element.scrollIntoView({ block: "start" }));
    await then?.(page, say);
  });

const press =
  (english: string) =>
  async (page: Page, say: Say): Promise<void> => {
    await page.getByRole("button", { name: say(english), exact: true }).click();
  };

export const scenes: readonly Scene[] = [
  { name: "settings", snapshot: everyday, answers, act: screen("Settings"), shows: ".settings" },
  { name: "settings-privacy", snapshot: everyday, answers, act: part("Privacy"), shows: ".settings" },
  {
    name: "settings-proxy",
    snapshot: everyday,
    answers,
    act: part("Network", async (page) => {
      await page.locator(".settings-field input").fill("proxy.example:3128");
    }),
    shows: ".settings-field .problem",
  },
  {
    name: "settings-update",
    snapshot: everyday,
    answers,
    shell: () => made.shell({ update: { state: "downloading", version: "0.2.0", progress: 0.4, message: null } }),
    act: part("Updates"),
    shows: ".settings progress",
  },
  {
    name: "settings-update-failing",
    snapshot: everyday,
    answers,
    shell: () =>
      made.shell({
        update: { state: "failed", version: "0.2.0", progress: null, message: "The download's signature is wrong." },
      }),
    act: part("Updates"),
    shows: ".settings",
  },
  {
    name: "settings-health",
    snapshot: everyday,
    answers,
    act: part("Health check", async (page, say) => {
      await press("Check")(page, say);
      await page.locator(".settings details summary").click();
    }),
    shows: ".check-line",
  },
  { name: "settings-about", snapshot: everyday, answers, act: part("About"), shows: ".settings .about" },
  {
    name: "settings-move",
    snapshot: everyday,
    answers,
    act: screen("Settings", press("Move to an encrypted file")),
    shows: "dialog",
  },
  {
    name: "settings-secret",
    snapshot: everyday,
    answers,
    act: screen("Settings", async (page, say) => {
      const name = say("Set value of {{name}}", { name: "issues-x-api-key" });
      await page.getByRole("button", { name, exact: true }).click();
    }),
    shows: "dialog input",
  },
  {
    name: "settings-reset",
    snapshot: everyday,
    answers,
    act: screen("Settings", press("Reset Gatehouse…")),
    shows: "dialog .losses",
  },
  {
    name: "settings-failing",
    snapshot: everyday,
    errors: () => ({
      getSettings: error({ code: "config_invalid", server: null, message: "servers.json: a comma is missing." }),
    }),
    act: screen("Settings"),
    shows: "main .notice-bad",
  },
  { name: "settings-480", snapshot: everyday, answers, act: screen("Settings"), size: NARROW, shows: ".settings" },
];
