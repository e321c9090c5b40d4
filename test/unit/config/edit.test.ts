import { parse } from "jsonc-parser";
import { describe, expect, test } from "vitest";
import {
  addEntry,
  approveEntry,
  enableEntry,
  removeEntry,
  renameEntry,
  repointEntry,
} from "../../../main/config/edit.ts";
import { parseConfig } from "../../../main/config/parse.ts";

const PATH = "/servers.json";
const URL_A = { url: "https://a.example/mcp" };
const add = (text: string, name = "new", input: Parameters<typeof addEntry>[3] = URL_A) =>
  addEntry(PATH, text, name, input);
const known = (text: string, name: string) => parseConfig(PATH, text, { HOST: "h.example" }).servers.get(name);
const repoint = (text: string, name: string, input: Parameters<typeof repointEntry>[3]) =>
  repointEntry(PATH, text, name, input, known(text, name));

const COMMENTED = `// my servers
{
    "settings": { "x": 1 },
    "mcpServers": {
        // work
        "github": { "url": "https://github.example/mcp", "x-mine": [1, 2] }, // remark on github
        /* files at home */
        "files": {
            "command": "npx", // the program
            "args": [
                "-y", // yes
                "files"
            ]
        }, // remark on files
        // the end
    },
}
`;

describe("adding", () => {
  test("to nothing makes the file", () => {
    expect(add("")).toBe('{\n  "mcpServers": {\n    "new": {\n      "url": "https://a.example/mcp"\n    }\n  }\n}\n');
    expect(add("// later\n")).toMatch(/^\/\/ later\n\{\n/);
  });

  test("keeps every byte that was there", () => {
    const text = add(COMMENTED, "new", { command: "node", args: ["a b"] });
    const expected = COMMENTED.replace(
      "        }, // remark on files\n",
      `        }, // remark on files
        "new": {
            "command": "node",
            "args": [
                "a b"
            ]
        },
`,
    );
    expect(text).toBe(expected);
  });

  test.each([
    ["{}", ["new"]],
    ["{ /* empty */ }", ["new"]],
    ['{"mcpServers":{}}', ["new"]],
    ['{"mcpServers":{ // none yet\n}}', ["new"]],
    ['{"mcpServers":{"a":{"url":"https://x.example"}}}', ["a", "new"]],
    ['{"mcpServers":{"a":{"url":"https://x.example"},}}', ["a", "new"]],
    ['{"mcpServers":{"a":{"url":"https://x.example"} /* a */ , /* b */ } }', ["a", "new"]],
    ['{\n"mcpServers":{"a":{"url":"https://x.example"} // a\n}}', ["a", "new"]],
    ['{"settings":{}}', ["new"]],
    ['{"mcpServers":{"a": 7}}', ["a", "new"]],
  ])("to %j", (text, names) => {
    const next = add(text);
    expect(Object.keys((parse(next) as { mcpServers: object }).mcpServers)).toEqual(names);
    expect(known(next, "new")).toMatchObject({ url: URL_A.url });
    for (const comment of text.match(/\/\*.*?\*\/|\/\/ .*/g) ?? []) expect(next).toContain(comment);
  });

  test("writes lines and indentation as the file does", () => {
    expect(add('{\r\n\t"mcpServers": {\r\n\t\t"a": {}\r\n\t}\r\n}\r\n')).toBe(
      '{\r\n\t"mcpServers": {\r\n\t\t"a": {},\r\n\t\t"new": {\r\n\t\t\t"url": "https://a.example/mcp"\r\n\t\t}\r\n\t}\r\n}\r\n',
    );
  });

  test("refuses a name that is taken, in whatever composition", () => {
    const text = add("", "caf\u00e9");
    expect(() => add(text, "cafe\u0301")).toThrow(expect.objectContaining({ code: "invalid_request" }));
  });

  test("a file that does not parse is not touched", () => {
    expect(() => add('{"mcpServers": {')).toThrow(expect.objectContaining({ code: "config_invalid" }));
  });
});

describe("removing", () => {
  test("takes the entry, its comma and its remark, and nothing else", () => {
    expect(removeEntry(PATH, COMMENTED, "github")).toBe(COMMENTED.replace(/ {8}"github".*\n/, ""));
    expect(removeEntry(PATH, COMMENTED, "files")).toBe(COMMENTED.replace(/ {8}"files"[\s\S]*remark on files\n/, ""));
  });

  test.each([
    ['{"mcpServers": {"a": 1, "b": 2, "c": 3}}', "a", '{"mcpServers": {"b": 2, "c": 3}}'],
    ['{"mcpServers": {"a": 1, "b": 2, "c": 3}}', "b", '{"mcpServers": {"a": 1, "c": 3}}'],
    ['{"mcpServers": {"a": 1, "b": 2, "c": 3}}', "c", '{"mcpServers": {"a": 1, "b": 2}}'],
    ['{"mcpServers": {"a": 1}}', "a", '{"mcpServers": {}}'],
    ['{"mcpServers": {\n  "a": 1,\n  "b": 2 // b\n}}', "b", '{"mcpServers": {\n  "a": 1\n}}'],
    ['{"mcpServers": {\n  "a": 1, // a\n  "b": 2\n}}', "b", '{"mcpServers": {\n  "a": 1 // a\n}}'],
    ['{"mcpServers": {\n  "a": 1, /* b */ "b": 2\n}}', "a", '{"mcpServers": {\n  /* b */ "b": 2\n}}'],
    ['{"mcpServers": {\r\n  "a": 1,\r\n  "b": 2\r\n}}', "a", '{"mcpServers": {\r\n  "b": 2\r\n}}'],
  ])("from %j: %s", (text, name, expected) => {
    expect(removeEntry(PATH, text, name)).toBe(expected);
  });

  test("takes doubles together, and knows what is not there", () => {
    expect(removeEntry(PATH, '{"mcpServers": {"a": 1, "b": 2, "a": 3}}', "a")).toBe('{"mcpServers": {"b": 2}}');
    for (const text of ["", "{}", COMMENTED]) {
      expect(() => removeEntry(PATH, text, "__proto__")).toThrow(expect.objectContaining({ code: "unknown_server" }));
    }
  });
});

describe("renaming", () => {
  test("changes the key alone", () => {
    expect(renameEntry(PATH, COMMENTED, "files", "Ablage ä")).toBe(COMMENTED.replace('"files": {', '"Ablage ä": {'));
    expect(renameEntry(PATH, COMMENTED, "files", "files")).toBe(COMMENTED);
  });

  test("refuses what is taken, unknown or there twice", () => {
    expect(() => renameEntry(PATH, COMMENTED, "files", "github")).toThrow(
      expect.objectContaining({ code: "invalid_request" }),
    );
    expect(() => renameEntry(PATH, COMMENTED, "nobody", "x")).toThrow(
      expect.objectContaining({ code: "unknown_server" }),
    );
    const doubled = '{"mcpServers": {"a": {}, "a": {}}}';
    expect(() => renameEntry(PATH, doubled, "a", "x")).toThrow(expect.objectContaining({ code: "config_invalid" }));
  });
});

describe("switching off and on", () => {
  test("adds the member, then changes only its value", () => {
    const off = enableEntry(PATH, COMMENTED, "github", false);
    expect(off).toBe(COMMENTED.replace("[1, 2] }", '[1, 2], "enabled": false }'));
    expect(enableEntry(PATH, off, "github", true)).toBe(off.replace("false", "true"));
    expect(enableEntry(PATH, off, "github", false)).toBe(off);
    expect(enableEntry(PATH, COMMENTED, "files", true)).toBe(COMMENTED);
    expect(enableEntry(PATH, COMMENTED, "files", false)).toContain(
      '            ],\n            "enabled": false\n        }, //',
    );
  });

  test("an entry that is no object cannot be", () => {
    const text = '{"mcpServers": {"a": 7}}';
    expect(() => enableEntry(PATH, text, "a", false)).toThrow(
      expect.objectContaining({ code: "config_invalid", server: "a" }),
    );
  });
});

describe("letting a program run", () => {
  const HELD = COMMENTED.replace("// the program", '// the program\n            "approved": false, // from elsewhere');
  const files = (text: string) => known(text, "files");

  test("takes the mark out and nothing else", () => {
    expect(files(HELD)).toMatchObject({ approved: false });
    const text = approveEntry(PATH, HELD, "files");
    expect(files(text)).not.toHaveProperty("approved");
    for (const kept of ["// the program", "// yes", "// remark on files"]) expect(text).toContain(kept);
    expect(approveEntry(PATH, text, "files")).toBe(text);
  });

  test("is what entering another command means, and entering the same one does not", () => {
    const input = { command: "npx", args: ["-y", "files"] };
    expect(files(repoint(HELD, "files", input))).toMatchObject({ approved: false });
    expect(files(repoint(HELD, "files", { ...input, command: "node" }))).not.toHaveProperty("approved");
  });

  test("needs an entry that is an object", () => {
    expect(() => approveEntry(PATH, COMMENTED, "nobody")).toThrow(expect.objectContaining({ code: "unknown_server" }));
    expect(() => approveEntry(PATH, '{"mcpServers": {"a": 7}}', "a")).toThrow(
      expect.objectContaining({ code: "config_invalid" }),
    );
  });
});

describe("pointing elsewhere", () => {
  test("changes the URL alone", () => {
    expect(repoint(COMMENTED, "github", URL_A)).toBe(COMMENTED.replace("https://github.example/mcp", URL_A.url));
  });

  test("leaves a reference that stands for the same URL", () => {
    const text = '{"mcpServers": {"a": {"url": "https://$' + '{HOST}/mcp"}}}';
    expect(repoint(text, "a", { url: "https://h.example/mcp" })).toBe(text);
    expect(repoint(text, "a", URL_A)).toBe('{"mcpServers": {"a": {"url": "https://a.example/mcp"}}}');
  });

  test("changes a command and leaves arguments that stay, with their comments", () => {
    expect(repoint(COMMENTED, "files", { command: "node", args: ["-y", "files"] })).toBe(
      COMMENTED.replace('"npx"', '"node"'),
    );
    const text = repoint(COMMENTED, "files", { command: "npx", args: [] });
    expect(text).toContain('"command": "npx" // the program\n        }, // remark on files');
    expect(known(text, "files")).toMatchObject({ command: "npx", args: [] });
  });

  test("from a program to a URL and back takes along what means the same in both", () => {
    const text =
      '{"mcpServers": {"a": {"type": "stdio", "command": "x", "args": ["y"], "env": {}, "timeout": 5, "mine": 1}}}';
    const remote = repoint(text, "a", URL_A);
    expect(parse(remote)).toEqual({ mcpServers: { a: { timeout: 5, mine: 1, url: URL_A.url } } });
    const local = repoint(remote, "a", { command: "x", args: ["y"] });
    expect(parse(local)).toEqual({ mcpServers: { a: { timeout: 5, mine: 1, command: "x", args: ["y"] } } });
    const typed = '{"mcpServers": {"a": {"type": "sse", "url": "https://x.example", "headers": {}, "auth": {}}}}';
    expect(parse(repoint(typed, "a", { command: "x", args: [] }))).toEqual({ mcpServers: { a: { command: "x" } } });
  });

  test("an invalid entry is put right by it", () => {
    expect(parse(repoint('{"mcpServers": {"a": {"url": 7, "timeout": 5}}}', "a", URL_A))).toEqual({
      mcpServers: { a: { ...URL_A, timeout: 5 } },
    });
    expect(parse(repoint('{"mcpServers": {"a": 7}}', "a", URL_A))).toEqual({ mcpServers: { a: URL_A } });
  });
});
