import { describe, expect, test } from "vitest";
import { languageFor } from "../../../preload/words.ts";

describe("the language to speak", () => {
  test("the chosen one, whatever the desktop speaks", () => {
    expect(languageFor("ja", ["de-DE"])).toBe("ja");
    expect(languageFor("en", ["de-DE"])).toBe("en");
  });

  test.each([
    [["de-AT", "en-GB"], "de"],
    [["pt-BR", "es-419"], "es"],
    [["fr_CA"], "fr"],
    [["zh-Hans-CN"], "zh-CN"],
    [["zh-CN"], "zh-CN"],
    [["zh"], "zh-CN"],
    [["zh-TW", "ja-JP"], "ja"],
    [["zh-Hant-HK"], "en"],
    [["den"], "en"],
    [["c"], "en"],
    [[], "en"],
  ] as const)("of a desktop that speaks %j: %s", (desktop, expected) => {
    expect(languageFor("system", desktop)).toBe(expected);
  });
});
