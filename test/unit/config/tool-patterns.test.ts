import { expect, test } from "vitest";
import { passes, passesAll } from "../../../main/config/tool-patterns.ts";

test.each([
  ["*", "", true],
  ["*", "delete_all", true],
  ["delete_*", "delete_all", true],
  ["delete_*", "delete_", true],
  ["delete_*", "undelete_all", false],
  ["*_all", "delete_all", true],
  ["*_all", "delete_all_", false],
  ["a*b*c", "a-b-b-c", true],
  ["a*b*c", "acb", false],
  ["**", "x", true],
  ["get", "get", true],
  ["get", "Get", false],
  ["get", "gets", false],
  ["g.t", "get", false],
  ["[a]?", "[a]?", true],
  ["", "", true],
  ["", "a", false],
  ["ø*", "øre", true],
])("%j lets %j through: %s", (pattern, name, expected) => {
  expect(passes({ allow: [pattern], deny: [] }, name)).toBe(expected);
});

test("deny is stronger than allow, and nothing allowed is nothing", () => {
  expect(passes({ allow: ["*"], deny: ["delete_*"] }, "delete_all")).toBe(false);
  expect(passes({ allow: ["delete_all"], deny: ["delete_*"] }, "delete_all")).toBe(false);
  expect(passes({ allow: ["get_*", "list"], deny: ["get_secret"] }, "list")).toBe(true);
  expect(passes({ allow: [], deny: [] }, "list")).toBe(false);
});

test("whether all passes is known without a name", () => {
  expect(passesAll({ allow: ["*"], deny: [] })).toBe(true);
  expect(passesAll({ allow: ["a*", "*"], deny: [] })).toBe(true);
  expect(passesAll({ allow: ["*"], deny: ["x"] })).toBe(false);
  expect(passesAll({ allow: [], deny: [] })).toBe(false);
});

test("a pattern made to take long does not", () => {
  expect(passes({ allow: [`${"a*".repeat(500)}b`], deny: [] }, "a".repeat(20_000))).toBe(false);
});
