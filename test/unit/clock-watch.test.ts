import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ClockWatch } from "../../main/clock-watch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MINUTE = 60_000;

function watch() {
  const clock = { at: 0, now: () => clock.at };
  const jumps: number[] = [];
  const network = { addresses: "192.0.2.7" };
  const watched = new ClockWatch({
    clock,
    onJump: () => void jumps.push(clock.at),
    addresses: () => network.addresses,
  });
  /** Time passes, on the wall as in the timers. */
  const pass = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      clock.at += 1_000;
      vi.advanceTimersByTime(1_000);
    }
  };
  return { clock, network, jumps, watched, pass };
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

test("another network is noticed once, and so is none at all", () => {
  const { network, jumps, watched, pass } = watch();
  watched.turn(true);
  network.addresses = "";
  pass(MINUTE);
  expect(jumps).toHaveLength(1);
  network.addresses = "198.51.100.4 2001:db8::4";
  pass(MINUTE);
  expect(jumps).toHaveLength(2);
  watched.turn(false);
  network.addresses = "192.0.2.7";
  watched.turn(true);
  pass(MINUTE);
  expect(jumps).toHaveLength(2);
  watched.turn(false);
});
