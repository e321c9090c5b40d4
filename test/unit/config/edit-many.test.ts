/** Several entries of servers.json at once. */
import { describe, expect, test } from "vitest";
import { addEntries, removeEntries, unchangedEntries } from "../../../main/config/edit.ts";

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

  test("they are added behind what is there, and taken out to the same bytes", () => {
    const added = addEntries("servers.json", text, more);
    expect(added).toContain('    "two": { "url": "https://two.example/mcp" },\n    "three": {');
    expect(Object.keys(JSON.parse(added.replace(/\/\/ .*/g, "")).mcpServers)).toEqual(["one", "two", "three", "four"]);
    expect(unchangedEntries("servers.json", added, more)).toEqual(["three", "four"]);
    expect(removeEntries("servers.json", added, ["three", "four"])).toBe(text);
  });

  test("into a file with nothing in it", () => {
    expect(JSON.parse(addEntries("servers.json", "", more))).toEqual({ mcpServers: Object.fromEntries(more) });
  });

  test("a taken name adds none of them", () => {
    expect(() => addEntries("servers.json", text, [...more, ["one", { url: "https://x.example" }]])).toThrow("already");
  });

  test("one that was changed meanwhile is not theirs any more", () => {
    const added = addEntries("servers.json", text, more).replace("three.example", "moved.example");
    expect(unchangedEntries("servers.json", added, more)).toEqual(["four"]);
  });

  test("the first, the middle and the last go without leaving a comma behind", () => {
    const all = addEntries("servers.json", text, more);
    for (const names of [["one"], ["two", "three"], ["one", "four"], ["one", "two", "three", "four"]]) {
      const rest = removeEntries("servers.json", all, names);
      const left = ["one", "two", "three", "four"].filter((name) => !names.includes(name));
      expect(Object.keys(JSON.parse(rest.replace(/\/\/ .*/g, "")).mcpServers)).toEqual(left);
    }
  });
});
