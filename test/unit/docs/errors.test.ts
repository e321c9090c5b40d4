import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ERROR_CODES } from "../../../preload/api.ts";
import { errorHeadline } from "../../../preload/text.ts";
import { repoRoot } from "../../fixtures/root.ts";

const rows = readFileSync(join(repoRoot, "docs/errors.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").map((cell) => cell.trim()));

test("the table of errors has every code, in the contract's order, and no other", () => {
  expect(rows.map(([, code]) => code)).toEqual(ERROR_CODES.map((code) => `\`${code}\``));
});

test("each is named as in the window, explained, and tells what to do", () => {
  expect(rows.map(([, , headline]) => headline)).toEqual(ERROR_CODES.map(errorHeadline));
  for (const row of rows) {
    expect(row).toHaveLength(6);
    const [, , , meaning = "", advice = ""] = row;
    expect(meaning.length).toBeGreaterThan(15);
    expect(meaning).not.toBe(advice);
    expect(advice).toMatch(/\S\.$/);
  }
});
