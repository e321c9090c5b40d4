/** Several entries of servers.json at once. */
import { describe, expect, test } from "vitest";
import { addEntries } from "../../../main/config/edit.ts";

describe("several entries at once", () => {
  const text = `{
  // mine
  "mcpServers": {
    "one": { "url": "https://one.example/mcp" }, // first
    // second
    "two": { "url": "https://two.example/mcp" }
  }
}
`;
  const more: [string, Record<string, unknown>][] = [
    ["three", { url: "https://three.example/mcp" }],
    ["four", { url: "https://four.example/mcp" }],
  ];

  test("they are added behind what is there, and nothing else is touched", () => {
    const added = addEntries("servers.json", text, more);
    expect(added).toContain('    "two": { "url": "https://two.example/mcp" },\n    "three": {');
    expect(added.startsWith(text.slice(0, text.indexOf('"two"')))).toBe(true);
    expect(Object.keys(JSON.parse(added.replace(/\/\/ .*/g, "")).mcpServers)).toEqual(["one", "two", "three", "four"]);
  });

  test("into a file with nothing in it", () => {
    expect(JSON.parse(addEntries("servers.json", "", more))).toEqual({ mcpServers: Object.fromEntries(more) });
  });

  test("a taken name adds none of them", () => {
    expect(() => addEntries("servers.json", text, [...more, ["one", { url: "https://x.example" }]])).toThrow("already");
  });
});
