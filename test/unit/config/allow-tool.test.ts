import { parse } from "jsonc-parser";
import { expect, test } from "vitest";
import { allowTool } from "../../../main/config/allow-tool.ts";

const PATH = "/servers.json";
const file = (tools: string) => `{
  "mcpServers": {
    // mine
    "a": {
      "command": "x"${tools === "" ? "" : `,\n      "tools": ${tools}`}
    }
  }
}
`;
const off = (text: string, tool = "rm") => allowTool(PATH, text, "a", tool, false);
const on = (text: string, tool = "rm") => allowTool(PATH, text, "a", tool, true);

test.each([
  ["", `{\n        "deny": [\n          "rm"\n        ]\n      }`],
  ['{ "guard": false }', '{ "guard": false, "deny": [ "rm" ] }'],
  ['{ "deny": ["ls"] /* these */ }', '{ "deny": ["ls", "rm"] /* these */ }'],
  ['{ "allow": ["ls", "rm"] }', '{ "allow": ["ls"] }'],
  ['{ "allow": ["rm"] }', '{ "allow": [] }'],
  ['{ "allow": ["r*"] }', '{ "allow": ["r*"], "deny": [ "rm" ] }'],
  ['{ "allow": ["rm", "r*"] }', '{ "allow": ["rm", "r*"], "deny": [ "rm" ] }'],
])("off, and on again: %s", (before, after) => {
  expect(off(file(before))).toBe(file(after));
  const again = on(file(after));
  expect(on(again)).toBe(again);
  expect(parse(off(again))).toEqual(parse(file(after)));
});

test("a tool that was turned off alone leaves no trace when it is turned on", () => {
  expect(on(off(file("")))).toBe(file(""));
});

test("what is so already changes nothing", () => {
  expect(on(file(""))).toBe(file(""));
  expect(off(file('{ "deny": ["*"] }'))).toBe(file('{ "deny": ["*"] }'));
});

test("a tool that a list does not name is added to it", () => {
  expect(on(file('{ "allow": ["ls"] }'))).toBe(file('{ "allow": ["ls", "rm"] }'));
});

test("a pattern is never changed", () => {
  expect(() => on(file('{ "deny": ["r*"] }'))).toThrow(
    expect.objectContaining({ code: "conflict", details: { pattern: "r*" } }),
  );
});

test.each(["7", '{ "deny": "rm" }', '{ "allow": [1] }'])("rules that are none are not touched: %s", (tools) => {
  expect(() => off(file(tools))).toThrow(expect.objectContaining({ code: "config_invalid" }));
});
