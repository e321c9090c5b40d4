import { expect, test } from "vitest";
import type { HubRecord } from "../../../shim/endpoint.ts";
import { compareAge, isOutdated, type Newcomer, yieldsTo } from "../../../shim/versions.ts";
import { WIRE_VERSION } from "../../../shim/wire.ts";

const WIRE = WIRE_VERSION;

function hub(version: string, parts: Partial<HubRecord> = {}): HubRecord {
  return { wire: WIRE, pipe: "/nowhere", key: "", pid: 1, version, role: "headless", ...parts };
}

test.each([
  ["0.9.9", "0.10.0", -1],
  ["1.0.0", "1.0.0", 0],
  ["1.0.0-beta.1", "1.0.0", 0],
  ["2.0", "1.99.99", 1],
  ["nonsense", "0.0.1", -1],
])("%s beside %s", (one, other, expected) => {
  expect(Math.sign(compareAge({ wire: WIRE, version: one }, { wire: WIRE, version: other }))).toBe(expected);
  expect(compareAge({ wire: WIRE + 1, version: one }, { wire: WIRE, version: other })).toBeGreaterThan(0);
});

const launched = hub("1.0.0", { yields: true });
const byHand = hub("1.0.0");
const app = hub("1.0.0", { role: "app" });

test.each<[string, HubRecord, Newcomer["role"], string, boolean]>([
  ["launched, same app", launched, "app", "1.0.0", true],
  ["launched, older app", launched, "app", "0.9.0", true],
  ["launched, newer shim", launched, "shim", "1.1.0", true],
  ["launched, same shim", launched, "shim", "1.0.0", false],
  ["launched, older shim", launched, "shim", "0.9.0", false],
  ["launched, same hub by hand", launched, "headless", "1.0.0", false],
  ["by hand, newer shim", byHand, "shim", "1.1.0", false],
  ["by hand, same app", byHand, "app", "1.0.0", false],
  ["by hand, newer app", byHand, "app", "1.1.0", true],
  ["by hand, newer hub by hand", byHand, "headless", "1.1.0", true],
  ["app, newer shim", app, "shim", "1.1.0", false],
  ["app, newer app", app, "app", "1.1.0", true],
  ["app, newer hub by hand", app, "headless", "1.1.0", true],
  ["app, same app", app, "app", "1.0.0", false],
])("%s", (_what, record, role, version, expected) => {
  expect(yieldsTo(record, { wire: WIRE, version, role })).toBe(expected);
});

test("a hub of an older protocol is outdated whatever its version, if no person started it", () => {
  expect(isOutdated(hub("9.0.0", { wire: WIRE - 1, yields: true }), "1.0.0")).toBe(true);
  expect(isOutdated(hub("9.0.0", { wire: WIRE - 1 }), "1.0.0")).toBe(false);
  expect(isOutdated(hub("0.1.0", { wire: WIRE + 1, yields: true }), "1.0.0")).toBe(false);
});
