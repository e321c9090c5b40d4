/** What happened: the list, one entry of it, and a list without any. */
import { DEFAULT_SETTINGS } from "../../../main/settings.ts";
import * as made from "../calls.ts";
import { NARROW, type Scene, screen } from "../scene.ts";
import { error, everyday } from "../snapshots.ts";

const answers = () => ({ calls: { calls: made.calls(60) }, activity: { records: made.records() } });

const entry = (at: number) =>
  screen("Activity", async (page) => {
    await page.locator(".activity-row").nth(at).click();
  });

export const scenes: readonly Scene[] = [
  { name: "activity", snapshot: everyday, answers, act: screen("Activity"), shows: ".activity-row" },
  { name: "activity-call", snapshot: everyday, answers, act: entry(3), shows: ".activity-detail" },
  {
    name: "activity-arguments",
    snapshot: () => ({ ...everyday(), settings: { ...DEFAULT_SETTINGS, record_arguments: true } }),
    answers: () => ({ ...answers(), calls: { calls: [made.withArguments(), ...made.calls(60).slice(1)] } }),
    act: entry(0),
    shows: ".activity-detail pre",
  },
  {
    name: "activity-sign-in",
    snapshot: everyday,
    answers: () => ({ calls: { calls: [] }, activity: { records: made.records() } }),
    act: entry(0),
    shows: ".activity-detail .steps",
  },
  {
    name: "activity-still",
    snapshot: everyday,
    answers,
    act: screen("Activity", async (page, say) => {
      await page.getByRole("button", { name: say("Pause"), exact: true }).click();
    }),
    shows: ".bar .go",
  },
  {
    name: "activity-no-match",
    snapshot: everyday,
    answers,
    act: screen("Activity", async (page) => {
      await page.locator(".filter input[type=search]").fill("nothing is called so");
    }),
    shows: ".activity .empty",
  },
  { name: "activity-empty", snapshot: everyday, act: screen("Activity"), shows: ".activity .empty" },
  {
    name: "activity-failing",
    snapshot: everyday,
    errors: () => ({
      calls: error({ code: "internal", server: null, message: "The record of what happened cannot be read." }),
    }),
    act: screen("Activity"),
    shows: ".activity .notice-bad",
  },
  {
    name: "activity-long-names",
    snapshot: everyday,
    answers: () => ({ calls: { calls: made.longCalls() }, activity: { records: [] } }),
    act: entry(0),
    shows: ".activity-detail",
  },
  { name: "activity-480", snapshot: everyday, answers, act: entry(3), size: NARROW, shows: ".activity-detail" },
];
