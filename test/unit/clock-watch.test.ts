import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ClockWatch } from "../../main/clock-watch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MINUTE = 60_000;

function watch() {
  const clock = { at: 0, now: () => clock.at };
  const jumps: number[] = [];
  const watched = new ClockWatch({ clock, onJump: () => void jumps.push(clock.at) });
  /** Time passes, on the wall as in the timers. */
  const pass = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      clock.at += 1_000;
      vi.advanceTimersByTime(1_000);
    }
  };
  return { clock, jumps, watched, pass };
}

test("a sleep and a clock that was set, either way, are noticed once each; an hour that passes is none", () => {
  const { clock, jumps, watched, pass } = watch();
  watched.turn(true);
  pass(60 * MINUTE);
  expect(jumps).toEqual([]);
  clock.at += 60 * MINUTE;
  pass(MINUTE);
  expect(jumps).toHaveLength(1);
  clock.at -= 120 * MINUTE;
  pass(MINUTE);
  expect(jumps).toHaveLength(2);
  clock.at += 20_000;
  pass(MINUTE);
  expect(jumps).toHaveLength(2);
});

test("while it is off there is no timer, and what happened meanwhile is of no interest", () => {
  const { clock, jumps, watched, pass } = watch();
  expect(vi.getTimerCount()).toBe(0);
  watched.turn(true);
  watched.turn(true);
  expect(vi.getTimerCount()).toBe(1);
  watched.turn(false);
  expect(vi.getTimerCount()).toBe(0);
  clock.at += 60 * MINUTE;
  watched.turn(true);
  pass(MINUTE);
  expect(jumps).toEqual([]);
  watched.turn(false);
});
