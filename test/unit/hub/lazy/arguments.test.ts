import { expect, test } from "vitest";
import { problemsOf } from "../../../../main/hub/lazy/arguments.ts";

const schema = {
  type: "object",
  properties: {
    text: { type: "string" },
    count: { type: "integer" },
    list: { type: ["array", "null"] },
    any: {},
    odd: { type: "future" },
  },
  required: ["text"],
};

test.each([
  [{ text: "a" }],
  [{ text: "a", count: 2, list: null, any: [1], odd: 1 }],
  [{ text: "a", more: true }],
  [{ text: "" }],
])("%j is not plainly wrong", (value) => {
  expect(problemsOf(schema, value)).toEqual([]);
});

test.each([
  [{}, "“text” is missing."],
  [{ text: 1 }, "“text” has to be: string."],
  [{ text: "a", count: 1.5 }, "“count” has to be: integer."],
  [{ text: "a", list: {} }, "“list” has to be: array or null."],
  ["a", "The arguments have to be an object."],
  [[], "The arguments have to be an object."],
  [undefined, "The arguments have to be an object."],
])("%j is", (value, problem) => {
  expect(problemsOf(schema, value)).toEqual([problem]);
});

test("what a schema rules out is unknown; without a schema nothing is", () => {
  expect(problemsOf({ properties: { a: {} }, additionalProperties: false }, { b: 1 })).toEqual([
    "There is no argument “b”.",
  ]);
  expect(problemsOf({ properties: {}, additionalProperties: false }, { toString: 1 })).toHaveLength(1);
  expect(problemsOf(undefined, { b: 1 })).toEqual([]);
  expect(problemsOf({ required: "b", properties: 7 }, {})).toEqual([]);
});
