import { type Node, parse, parseTree } from "jsonc-parser";
import { describe, expect, test } from "vitest";
import { patchValue } from "../../../main/config/patch.ts";

const patch = (text: string, value: unknown) => patchValue(text, (now) => parseTree(now) as Node, value);
const TEXT = `{
  // first
  "a": 1, // one
  "list": [
    "-y", // yes
    "pkg", // the package
    "/home"
  ],
  "inner": { "x": true, /* keep */ "y": null },
  "last": "z" // end
}
`;

test("the same value changes nothing", () => {
  expect(patch(TEXT, parse(TEXT))).toBe(TEXT);
  expect(patch(TEXT, { last: "z", inner: { y: null, x: true }, list: ["-y", "pkg", "/home"], a: 1 })).toBe(TEXT);
});

test.each<
  [
    string,
    (value: { a: number; list: string[]; inner: Record<string, unknown>; last: string }) => unknown,
    string,
    string,
  ]
>([
  ["a value", (value) => ({ ...value, a: 2 }), '"a": 1, // one', '"a": 2, // one'],
  ["a member that goes", ({ a: _a, ...rest }) => rest, '  "a": 1, // one\n', ""],
  ["a member that comes", (value) => ({ ...value, b: [1] }), '"z" // end', '"z", // end\n  "b": [\n    1\n  ]'],
  [
    "an item that changes",
    (value) => ({ ...value, list: ["-y", "other", "/home"] }),
    '"pkg", // the',
    '"other", // the',
  ],
  ["an item that goes", (value) => ({ ...value, list: ["-y", "/home"] }), '    "pkg", // the package\n', ""],
  ["an item in front", (value) => ({ ...value, list: ["-q", ...value.list] }), '    "-y"', '    "-q",\n    "-y"'],
  ["an item behind", (value) => ({ ...value, list: [...value.list, "/tmp"] }), '"/home"', '"/home",\n    "/tmp"'],
  ["an item in between", (value) => ({ ...value, list: ["-y", "-q", "pkg", "/home"] }), "// yes", '// yes\n    "-q",'],
  ["an inner member", (value) => ({ ...value, inner: { x: false, y: null } }), '"x": true', '"x": false'],
  ["another kind", (value) => ({ ...value, inner: "no" }), '{ "x": true, /* keep */ "y": null }', '"no"'],
])("%s", (_what, change, before, after) => {
  const wanted = change(parse(TEXT));
  const patched = patch(TEXT, wanted);
  expect(patched).toBe(TEXT.replace(before, () => after));
  expect(parse(patched)).toEqual(wanted);
});

describe("whatever becomes of it", () => {
  const values = [
    {},
    { list: [] },
    { list: ["/home", "pkg", "-y"], last: { deep: [{ er: 1 }] } },
    { z: 1, y: 2, a: [TEXT], inner: { x: { y: {} } } },
    { "a.b": '"', "": "\u2028", inner: {} },
  ];
  test.each([TEXT, JSON.stringify(parse(TEXT)), "{}", TEXT.replaceAll("\n", "\r\n")])("from %j", (text) => {
    for (const value of values) {
      const patched = patch(text, value);
      expect(parse(patched)).toEqual(value);
      expect(patch(patched, value)).toBe(patched);
      if (text.includes("\r\n")) expect(patched.replaceAll("\r\n", "")).not.toContain("\n");
    }
  });
});
