import { expect, test } from "vitest";
import { parseConfig } from "../../../main/config/parse.ts";
import type { RemoteServer, StdioServer } from "../../../main/config/types.ts";

const ENV = { KEY: "s3cret-key", HOST: "mcp.example", BASE: "https://mcp.example/base", TOKEN: "t0ken-value" };

function entry(value: unknown): unknown {
  const parsed = parseConfig("/servers.json", JSON.stringify({ mcpServers: { s: value } }), ENV);
  return parsed.servers.get("s");
}

test.each([
  ["https://mcp.example/mcp?key=${KEY}", "https://mcp.example/mcp?key=${KEY}"],
  ["https://${HOST}/mcp/${KEY}", "https://mcp.example/mcp/${KEY}"],
  ["${BASE}/mcp", "https://mcp.example/mcp"],
])("%s is used whole and shown as %s", (url, shown) => {
  const server = entry({ url }) as RemoteServer;
  expect(server.url).not.toContain("${");
  expect(server.shownUrl).toBe(shown);
  expect(server.shownUrl).not.toContain(ENV.KEY);
});

test("a program is shown as the file has it, and what its references stand for is known", () => {
  const server = entry({
    command: "run",
    args: ["--token=${TOKEN}", "x"],
    env: { API: "a${KEY}b", PLAIN: "p" },
  }) as StdioServer;
  expect(server.args).toEqual([`--token=${ENV.TOKEN}`, "x"]);
  expect(server.shownCommand).toBe("run --token=${TOKEN} x");
  expect(server.hidden).toEqual([ENV.TOKEN, ENV.KEY]);
});

test("an entry without references has nothing beside it", () => {
  expect(entry({ url: "https://mcp.example/mcp" })).not.toHaveProperty("shownUrl");
  expect(entry({ command: "run", args: ["x"] })).not.toHaveProperty("hidden");
});
