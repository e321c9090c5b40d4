/** What the one field of Add server takes a text for, and what a proxy's address may be. */
import { expect, test } from "vitest";
import { commandOf, plainUrl } from "../../../renderer/add/describe-entry.ts";
import { kindOf } from "../../../renderer/add/text-kind.ts";
import { hasPassword, proxyProblem } from "../../../renderer/settings/proxy-check.ts";

test.each([
  ["  \n ", "empty"],
  ["linear", "word"],
  ["日本", "word"],
  ["https://mcp.linear.app/mcp", "url"],
  [" https://mcp.linear.app/mcp \n", "url"],
  ["ftp://files.example", "url"],
  ["mcp.linear.app/mcp", "snippet"],
  ["npx -y server", "snippet"],
  ["https://a.example --header x", "snippet"],
  ['{"mcpServers":{}}', "snippet"],
])("%j is a %s", (text, kind) => {
  expect(kindOf(text).kind).toBe(kind);
});

test("an address that cannot be added says why", () => {
  expect(kindOf("https://mcp.linear.app/mcp")).toMatchObject({ problem: null });
  for (const url of ["http://mcp.linear.app/mcp", "https://a:b@mcp.linear.app", "ftp://files.example"]) {
    expect(kindOf(url)).toMatchObject({ kind: "url", problem: expect.any(String) });
  }
});

test("a command is one line in which each word can be told from the next", () => {
  expect(commandOf({ command: "npx", args: ["-y", "a b", "", 'say "x"', 8080] })).toBe(
    String.raw`npx -y "a b" "" "say \"x\"" 8080`,
  );
  expect(commandOf({ url: "https://a.example" })).toBeNull();
});

test("an entry that says more than its URL is no plain address", () => {
  expect(plainUrl({ url: "https://a.example", type: "sse" })).toBe("https://a.example");
  expect(plainUrl({ url: "https://a.example", headers: {} })).toBeNull();
  expect(plainUrl({ command: "npx" })).toBeNull();
});

test.each([
  ["", true],
  ["  ", true],
  ["http://proxy.example:3128", true],
  ["socks5://127.0.0.1:1080", true],
  ["https://proxy.example/", true],
  ["proxy.example:3128", false],
  ["http://", false],
  ["ftp://proxy.example", false],
  ["http://anna:${hidden:proxy}@proxy.example:3128", true],
  ["http://proxy.example:3128/pac", false],
])("a proxy may be %j: %s", (text, may) => {
  expect(proxyProblem(text) === null).toBe(may);
});

test("a password in it is told of", () => {
  expect(hasPassword("http://anna:pw@proxy.example:3128")).toBe(true);
  expect(hasPassword("http://proxy.example:3128")).toBe(false);
  expect(hasPassword("http://")).toBe(false);
});
