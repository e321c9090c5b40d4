import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "jsonc-parser";
import { expect, test } from "vitest";
import { parseConfig } from "../../../main/config/parse.ts";
import { settingsSchema } from "../../../main/config/settings.ts";
import { DEFAULT_SETTINGS } from "../../../main/settings.ts";
import { repoRoot } from "../../fixtures/root.ts";

const page = readFileSync(join(repoRoot, "docs", "settings.md"), "utf8");

test("every setting is told of, with its default and what else it may be", () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| `([^`]*)` \| (.*) \|$/gm)];
  expect(Object.fromEntries(rows.map(([, name = "", value = ""]) => [name, JSON.parse(value)]))).toEqual(
    DEFAULT_SETTINGS,
  );
  expect(Object.keys(settingsSchema.shape)).toEqual(Object.keys(DEFAULT_SETTINGS));
  for (const [, name = "", value = "", words = ""] of rows) {
    const member = settingsSchema.shape[name as keyof typeof DEFAULT_SETTINGS].unwrap();
    const options = "options" in member ? member.options : [];
    const told = [...words.matchAll(/`("[^`]*")`/g)].map(([, option = ""]) => JSON.parse(option));
    expect([JSON.parse(value), ...told].sort()).toEqual(
      options.length === 0 ? [JSON.parse(value)] : [...options].sort(),
    );
  }
});

test("the file that it shows is a good one", () => {
  const [, text = ""] = /```jsonc\n([\s\S]*?)```/.exec(page) ?? [];
  const parsed = parseConfig("/servers.json", text, {});
  expect({ invalid: parsed.invalid.size, error: parsed.settingsError, unknown: parsed.unknown }).toEqual({
    invalid: 0,
    error: null,
    unknown: [],
  });
  expect(parsed.settings).toEqual({ ...DEFAULT_SETTINGS, ...parse(text).settings });
});
