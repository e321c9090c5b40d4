import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { reachable, readBounds, writeBounds } from "../../../main/electron/bounds.ts";

const SCREEN = { x: 0, y: 24, width: 1440, height: 876 };
const SECOND = { x: 1440, y: 0, width: 1920, height: 1080 };

test("a place on a screen is kept, one on a screen that is gone is not", () => {
  const there = { x: 1600, y: 40, width: 900, height: 600 };
  expect(reachable(there, [SCREEN, SECOND])).toEqual(there);
  expect(reachable(there, [SCREEN])).toBeNull();
});

test("the title bar has to be in reach", () => {
  expect(reachable({ x: 10, y: -300, width: 900, height: 600 }, [SCREEN])).toBeNull();
  expect(reachable({ x: -880, y: 40, width: 900, height: 600 }, [SCREEN])).toBeNull();
  expect(reachable({ x: 10, y: 890, width: 900, height: 600 }, [SCREEN])).toBeNull();
});

test("never smaller than the smallest window", () => {
  expect(reachable({ x: 0, y: 24, width: 1, height: 1 }, [SCREEN])).toEqual({ x: 0, y: 24, width: 480, height: 400 });
});

test.each([
  null,
  "x",
  3,
  [],
  {},
  { x: 0, y: 24, width: "900", height: 600 },
  { x: 0, y: 24, width: 1e9, height: 600 },
  { x: 0.5, y: 24, width: 900, height: 600 },
])("what is no place is none: %j", (saved) => {
  expect(reachable(saved, [SCREEN])).toBeNull();
});

test("written and read back; a missing or broken file is as good as none", () => {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-bounds-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "new", "window.json");
  expect(readBounds(path)).toBeNull();
  const bounds = { x: 1, y: 2, width: 900, height: 600 };
  writeBounds(path, bounds);
  expect(readBounds(path)).toEqual(bounds);
  writeFileSync(path, "{");
  expect(readBounds(path)).toBeNull();
});
