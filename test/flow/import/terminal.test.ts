/** `gatehouse add` and `gatehouse import`, as programs. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeHome } from "../../fixtures/home.ts";
import { runCli, startHeadlessHub } from "../../fixtures/program.ts";
import { use } from "../../fixtures/use.ts";
import { PLAIN } from "../hub/parts.ts";

const TOKEN = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";

async function terminal(servers: Parameters<typeof makeHome>[0] = {}) {
  const home = use(makeHome(servers));
  const options = { home: home.path, env: PLAIN };
  use(await startHeadlessHub(options));
  return {
    home,
    run: (args: readonly string[], stdin?: string) =>
      runCli(args, { ...options, ...(stdin === undefined ? {} : { stdin }) }),
  };
}

test("add: a URL, a command, and nothing else", async () => {
  const { home, run } = await terminal('// mine\n{ "mcpServers": { "broken": 7 } }\n');
  expect((await run(["add", "linear", "https://mcp.linear.app/mcp"])).code).toBe(0);
  expect((await run(["add", "files", "--", "npx", "-y", "files", "--root", "/home/me"])).code).toBe(0);
  expect(home.readServers()).toContain('"broken": 7');
  expect(JSON.parse(home.readServers().replace("// mine", "")).mcpServers).toMatchObject({
    linear: { url: "https://mcp.linear.app/mcp" },
    files: { command: "npx", args: ["-y", "files", "--root", "/home/me"] },
  });
  for (const args of [["x"], ["x", "https://x.example", "more"], ["x", "https://x.example", "--", "y"], ["x", "--"]]) {
    expect((await run(["add", ...args])).code).toBe(2);
  }
  const taken = await run(["add", "linear", "https://elsewhere.example/mcp"]);
  expect([taken.code, taken.stderr]).toEqual([1, expect.stringContaining("already")]);
  const unsafe = await run(["add", "plain", "http://mcp.example.com/mcp"]);
  expect([unsafe.code, unsafe.stderr]).toEqual([1, expect.stringContaining("unsafe_url")]);
});

test("import: shown first, then taken over; no secret on stdout, stderr or in the file", async () => {
  const { home, run } = await terminal();
  const file = join(home.path, "cursor.json");
  writeFileSync(
    file,
    JSON.stringify({
      mcpServers: {
        github: { url: "https://api.example.com/mcp", headers: { Authorization: `Bearer ${TOKEN}` } },
        files: { command: "npx", args: ["-y", "files"] },
      },
    }),
  );
  const before = home.readServers();
  const shown = await run(["import", file, "--dry-run"]);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain("goes into the vault as github-Authorization");
  expect(home.readServers()).toBe(before);

  const done = await run(["import", file, "--json", "--only", "github"]);
  expect(done.code).toBe(0);
  expect(JSON.parse(done.stdout)).toMatchObject({
    preview: { source: "JSON", candidates: [{ name: "github" }, { name: "files", unapproved: true }] },
    done: { added: ["github"], secrets: ["github-Authorization"], failed: [] },
  });
  for (const text of [shown.stdout, shown.stderr, done.stdout, done.stderr, home.readServers()]) {
    expect(text).not.toContain(TOKEN);
  }
  expect(readFileSync(file, "utf8")).toContain(TOKEN);
  expect((await run(["import", file, "--only", "nobody"])).code).toBe(2);
});

test("import: from stdin, from a URL; what is no server fails and says what to do", async () => {
  const { home, run } = await terminal();
  expect((await run(["import", "-"], "claude mcp add --transport http linear https://mcp.linear.app/mcp\n")).code).toBe(
    0,
  );
  expect((await run(["import", "https://mcp.notion.com/mcp"])).code).toBe(0);
  expect(Object.keys(JSON.parse(home.readServers()).mcpServers)).toEqual(["linear", "notion"]);
  const same = await run(["import", "https://mcp.notion.com/mcp"]);
  expect([same.code, same.stderr]).toEqual([0, expect.stringContaining("Nothing was added")]);
  const login = await run(["import", "-"], "dynmcp login github\n");
  expect([login.code, login.stderr]).toEqual([1, expect.stringContaining("gatehouse login github")]);
  const missing = await run(["import", "./none.json"]);
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining("no file")]);
  expect((await run(["import"])).code).toBe(2);
});
