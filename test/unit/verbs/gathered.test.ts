import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EventLists } from "../../../main/verbs/events.ts";
import { Gathered } from "../../../main/verbs/gathered.ts";
import type { Events } from "../../../preload/api.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const line = (n: number): Events["log"][number] => ({
  at: "",
  level: "info",
  event: String(n),
  server: null,
  text: "",
});

test("many at once are one event, in order; for nobody nothing is made and no timer runs", () => {
  const events = new EventLists();
  const made = vi.fn(line);
  const lines = new Gathered(events, "log", made);
  lines.add(0);
  expect(vi.getTimerCount()).toBe(0);
  const heard: string[][] = [];
  events.on("log", (list) => heard.push(list.map(({ event }) => event)));
  lines.add(1);
  lines.add(2);
  expect(made).not.toHaveBeenCalled();
  vi.runAllTimers();
  lines.add(3);
  vi.runAllTimers();
  expect(heard).toEqual([["1", "2"], ["3"]]);
  for (let n = 0; n < 5_000; n++) lines.add(n);
  vi.runAllTimers();
  expect([heard[2]?.length, heard[2]?.at(-1)]).toEqual([1_000, "4999"]);
  lines.add(4);
  lines.close();
  expect(vi.getTimerCount()).toBe(0);
});
