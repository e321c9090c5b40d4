import { parse } from "jsonc-parser";
import { describe, expect, test } from "vitest";
import { addEntry, enableEntry, removeEntry, renameEntry, repointEntry } from "../../../main/config/edit.ts";
import { takeBack } from "../../../main/config/take-back.ts";

const PATH = "/servers.json";
const TEXT = `// mine
{
  "settings": { "theme": "dark" },
  "mcpServers": {
    // first
    "a": { "url": "https://a.example/mcp" }, // remark on a
    "b": {
      "command": "npx", // the program
      "args": ["-y"]
    },
    "c": { "url": "https://c.example/mcp" } // remark on c
  }
}
`;
const EDITS: readonly (readonly [string, (text: string) => string, touched: string])[] = [
  ["adding", (text) => addEntry(PATH, text, "new", { url: "https://new.example/mcp" }), "new"],
  ["removing the first", (text) => removeEntry(PATH, text, "a"), "a"],
  ["removing one in between", (text) => removeEntry(PATH, text, "b"), "b"],
  ["removing the last", (text) => removeEntry(PATH, text, "c"), "c"],
  ["renaming", (text) => renameEntry(PATH, text, "b", "z"), "z"],
  ["turning off", (text) => enableEntry(PATH, text, "c", false), "c"],
  ["pointing elsewhere", (text) => repointEntry(PATH, text, "b", { command: "uvx", args: [] }, undefined), "b"],
];

/** Entries as they stand there. */
const entry = (text: string, name: string) => new RegExp(`"${name}": (\\{[^}]*\\})`).exec(text)?.[1] ?? `no ${name}`;

describe.each(EDITS)("%s", (_what, edit, touched) => {
  test("leaves the same bytes when nothing else happened", () => {
    expect(takeBack(PATH, edit(TEXT), TEXT, edit(TEXT))).toBe(TEXT);
  });

  test("leaves what was edited meanwhile elsewhere", () => {
    const after = edit(TEXT);
    const meanwhile = addEntry(PATH, after, "other", { url: "https://other.example/mcp" })
      .replace("dark", "light")
      .replace("// mine", "// ours");
    const back = takeBack(PATH, meanwhile, TEXT, after);
    for (const name of ["a", "b", "c"]) expect(entry(back, name)).toBe(entry(TEXT, name));
    expect(back).toContain('"light"');
    expect(back).toContain("// ours");
    expect(back).toContain("https://other.example/mcp");
    expect(back).not.toMatch(/new\.example|"z"/);
    const order = [...back.matchAll(/^ {4}"(\w+)"/gm)].map(([, name]) => name);
    expect(order.filter((name) => name !== "other")).toEqual(["a", "b", "c"]);
  });

  test("is refused when the entry was changed again", () => {
    const after = edit(TEXT);
    const again = after.includes(`"${touched}"`)
      ? removeEntry(PATH, after, touched)
      : addEntry(PATH, after, touched, { url: "https://again.example" });
    expect(() => takeBack(PATH, again, TEXT, after)).toThrow(expect.objectContaining({ code: "conflict" }));
  });
});

test("what was added to no file goes, and the file stays one", () => {
  const after = addEntry(PATH, "", "new", { url: "https://new.example/mcp" });
  expect(JSON.parse(takeBack(PATH, after, "", after))).toEqual({ mcpServers: {} });
});

test("several entries of one edit come back in their order", () => {
  const after = removeEntry(PATH, removeEntry(PATH, removeEntry(PATH, TEXT, "a"), "b"), "c");
  const meanwhile = after.replace("dark", "light");
  expect(parse(takeBack(PATH, meanwhile, TEXT, after)).mcpServers).toEqual({
    a: { url: "https://a.example/mcp" },
    b: { command: "npx", args: ["-y"] },
    c: { url: "https://c.example/mcp" },
  });
});

test("of two entries with one name nobody can say which is meant", () => {
  const twice = '{"mcpServers": {"a": {"url": "https://1.example"}, "a": {"url": "https://2.example"}, "b": 1}}';
  const after = removeEntry(PATH, twice, "a");
  expect(takeBack(PATH, after, twice, after)).toBe(twice);
  expect(() => takeBack(PATH, after.replace("1", "2"), twice, after)).toThrow(/“a”/);
});

test("a file that is broken now is left alone", () => {
  const after = removeEntry(PATH, TEXT, "a");
  expect(() => takeBack(PATH, `${after}}`, TEXT, after)).toThrow(expect.objectContaining({ code: "config_invalid" }));
});
