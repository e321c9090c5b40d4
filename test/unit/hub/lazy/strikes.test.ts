import { beforeEach, expect, test } from "vitest";
import { Strikes } from "../../../../main/hub/lazy/strikes.ts";

let now: number;
let strikes: Strikes<string>;

beforeEach(() => {
  now = 1_000;
  strikes = new Strikes(() => now);
});

const fail = (times: number, reason = "upstream_unreachable") => {
  for (let at = 0; at < times; at++) strikes.failed("a", reason);
};

test("the third failure in a row leaves a server out, and only that one", () => {
  fail(2);
  expect(strikes.isOut("a")).toBe(false);
  fail(1);
  expect(strikes.isOut("a")).toBe(true);
  expect(strikes.isOut("b")).toBe(false);
});

test("a success begins anew", () => {
  fail(2);
  strikes.worked("a");
  fail(2);
  expect(strikes.isOut("a")).toBe(false);
});

test("it comes back after a minute; the next failure leaves it out for longer, up to a quarter of an hour", () => {
  fail(3);
  now += 60_001;
  expect(strikes.isOut("a")).toBe(false);
  fail(1);
  now += 60_001;
  expect(strikes.isOut("a")).toBe(true);
  now += 60_000;
  expect(strikes.isOut("a")).toBe(false);
  fail(20);
  now += 15 * 60_000 + 1;
  expect(strikes.isOut("a")).toBe(false);
});

test.each(["sign_in_required", "vault_locked", "insufficient_scope", "server_disabled", ""])(
  "%j is no failure",
  (reason) => {
    fail(9, reason);
    expect(strikes.isOut("a")).toBe(false);
  },
);
