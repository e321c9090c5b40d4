/** Taking over servers over a real hub: the file's bytes, the vault, the way back, the agent's own file. */
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { CAN_BE_READ_ONLY, makeReadOnly } from "../../fixtures/read-only.ts";
import { use } from "../../fixtures/use.ts";
import { type RunningHub, runHub } from "./parts.ts";

const TEXT = `// my servers
{
  "mcpServers": {
    "files": { "command": "npx", "args": ["files"] } // at home
  }
}
`;
const TOKEN = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";
const SNIPPET = JSON.stringify({
  mcpServers: {
    github: { type: "http", url: "https://api.example.com/mcp", headers: { Authorization: `Bearer ${TOKEN}` } },
    files: { command: "npx", args: ["-y", "@modelcontextprotocol/server-filesystem", "/home/me"] },
  },
});

const names = (hub: RunningHub): string[] => hub.snapshot().servers.map(({ name }) => name);

test("two servers with one write: the secret in the vault only, the program unapproved, all of it taken back by one undo", async () => {
  const hub = await runHub(TEXT);
  const preview = await hub.call("readSnippet", { text: SNIPPET });
  expect(preview.candidates.map(({ name, name_was: was, unapproved }) => [name, was, unapproved])).toEqual([
    ["github", null, false],
    ["files-2", "files", true],
  ]);
  expect(JSON.stringify(preview)).not.toContain(TOKEN);
  expect(hub.home.readServers()).toBe(TEXT);

  const done = await hub.call("importServers", {
    preview: preview.preview,
    servers: [{ id: "1" }, { id: "2", name: "documents" }],
  });
  expect(done).toMatchObject({
    added: ["github", "documents"],
    secrets: ["github-Authorization"],
    failed: [],
    agent_undo: null,
    agent_error: null,
  });
  const text = hub.home.readServers();
  expect(text).toContain('"files": { "command": "npx", "args": ["files"] }, // at home');
  expect(text).toContain('"Authorization": "Bearer ${keychain:github-Authorization}"');
  expect(text).toContain('"approved": false');
  expect(text).not.toContain(TOKEN);
  expect(names(hub)).toEqual(["files", "github", "documents"]);
  expect(await hub.call("listSecrets", {})).toEqual({
    secrets: [{ name: "github-Authorization", is_set: true, used_by: ["github"] }],
  });

  await hub.call("undo", { undo: done.undo ?? "" });
  expect(hub.home.readServers()).toBe(TEXT);
  expect(await hub.call("listSecrets", {})).toEqual({ secrets: [] });
});

test("a sign-in at a server that is taken back ends with it", async () => {
  const as = use(await startAuthorizationServer());
  const acme = use(await startProtectedServer({ issuer: as }));
  const hub = await runHub();
  const { preview } = await hub.call("readSnippet", { text: acme.url });
  const { added, undo } = await hub.call("importServers", { preview, servers: [{ id: "1", name: "acme" }] });
  expect(added).toEqual(["acme"]);
  await hub.call("signIn", { server: "acme" });
  await hub.call("undo", { undo: undo ?? "" });
  expect(names(hub)).toEqual([]);
  expect(as.records.of("revoke").length).toBeGreaterThan(0);
});

test("what was changed since is not taken back, and its secret stays", async () => {
  const hub = await runHub();
  const { preview } = await hub.call("readSnippet", { text: SNIPPET });
  const { undo } = await hub.call("importServers", { preview, servers: [{ id: "1" }] });
  await hub.call("setServerEnabled", { name: "github", enabled: false });
  await expect(hub.call("undo", { undo: undo ?? "" })).rejects.toMatchObject({ code: "conflict" });
  expect((await hub.call("listSecrets", {})).secrets).toMatchObject([{ is_set: true }]);
});

test("a name that is taken, one that cannot be, a candidate with an error: the others are added all the same", async () => {
  const hub = await runHub(TEXT);
  const text =
    '{"mcpServers":{"a":{"url":"https://a.example/mcp"},"b":{"url":"https://b.example/mcp"},"c":{"url":"http://c.example/mcp"},"d":{"url":"https://d.example/mcp"}}}';
  const { preview } = await hub.call("readSnippet", { text });
  const done = await hub.call("importServers", {
    preview,
    servers: [{ id: "1", name: "files" }, { id: "2", name: "b/b" }, { id: "3" }, { id: "4" }, { id: "9" }],
  });
  expect(done.added).toEqual(["d"]);
  expect(done.failed.map(({ id, error }) => [id, error.code])).toEqual([
    ["1", "invalid_request"],
    ["2", "invalid_request"],
    ["3", "unsafe_url"],
    ["9", "invalid_request"],
  ]);
  expect(await hub.call("importServers", { preview, servers: [{ id: "3" }] })).toMatchObject({ added: [], undo: null });
});

test.runIf(CAN_BE_READ_ONLY)("when the file cannot be written nothing is left in the vault", async () => {
  const hub = await runHub(TEXT);
  const real = join(hub.home.path, "locked", "servers.json");
  mkdirSync(join(hub.home.path, "locked"));
  renameSync(join(hub.home.path, "servers.json"), real);
  symlinkSync(real, join(hub.home.path, "servers.json"));
  const { preview } = await hub.call("readSnippet", { text: SNIPPET });
  // The vault may be written, the file's folder not.
  const folder = makeReadOnly(join(hub.home.path, "locked"));
  await expect(hub.call("importServers", { preview, servers: [{ id: "1" }] })).rejects.toMatchObject({
    code: "config_invalid",
  });
  folder.close();
  expect(hub.home.readServers()).toBe(TEXT);
  expect(await hub.call("listSecrets", {})).toEqual({ secrets: [] });
});

test("a file that does not parse is left as it is", async () => {
  const broken = `${TEXT}{`;
  const hub = await runHub(broken);
  const { preview } = await hub.call("readSnippet", { text: SNIPPET });
  await expect(hub.call("importServers", { preview, servers: [{ id: "1" }] })).rejects.toMatchObject({
    code: "config_invalid",
  });
  expect(hub.home.readServers()).toBe(broken);
  expect(await hub.call("listSecrets", {})).toEqual({ secrets: [] });
});

test("a thousand servers", async () => {
  const many = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, n) => [`server ${n}`, { url: `https://s${n}.example/mcp` }]),
  );
  const hub = await runHub();
  const { preview, candidates } = await hub.call("readSnippet", { text: JSON.stringify({ mcpServers: many }) });
  const { added, undo } = await hub.call("importServers", { preview, servers: candidates.map(({ id }) => ({ id })) });
  expect(added).toHaveLength(1_000);
  expect(names(hub)).toEqual(Object.keys(many));
  await hub.call("undo", { undo: undo ?? "" });
  expect(names(hub)).toEqual([]);
});

test("one that is there already is told", async () => {
  const hub = await runHub(TEXT);
  const { candidates } = await hub.call("readSnippet", { text: "npx files" });
  expect(candidates).toMatchObject([{ same_as: "files", name: "files-2" }]);
});

test("only the last few previews are remembered", async () => {
  const hub = await runHub();
  const { preview } = await hub.call("readSnippet", { text: SNIPPET });
  for (let n = 0; n < 8; n += 1) await hub.call("readSnippet", { text: SNIPPET });
  await expect(hub.call("importServers", { preview, servers: [{ id: "1" }] })).rejects.toMatchObject({
    code: "invalid_request",
  });
});

describe("an agent's own file", () => {
  /** Cursor's file in a home of its own, and a hub whose person lives there. */
  async function withCursor(text: string) {
    const hub = await runHub(TEXT);
    const path = join(hub.home.path, ".cursor", "mcp.json");
    mkdirSync(join(hub.home.path, ".cursor"), { recursive: true });
    writeFileSync(path, text);
    const before = process.env.HOME;
    process.env.HOME = hub.home.path;
    use({
      close: () => {
        process.env.HOME = before;
      },
    });
    await hub.restart();
    return { hub, read: () => readFileSync(path, "utf8"), path };
  }

  const CURSOR = `{
  // work
  "mcpServers": {
    "github": {
      "url": "https://api.example.com/mcp",
      "headers": { "Authorization": "Bearer ${TOKEN}" }
    },
    "other": { "command": "uvx", "args": ["other"] },
    "ours": { "command": "gatehouse", "args": ["connect", "files"] }
  },
  "theme": "dark"
}
`;

  test("its servers, without those that go through Gatehouse; the chosen one is put right in the same step", async () => {
    const { hub, read, path } = await withCursor(CURSOR);
    const preview = await hub.call("readAgentServers", { client: "cursor" });
    expect(preview).toMatchObject({ source: path, error: null });
    expect(preview.candidates.map(({ name }) => name)).toEqual(["github", "other"]);
    const done = await hub.call("importServers", {
      preview: preview.preview,
      servers: [{ id: preview.candidates[0]?.id ?? "", name: "hub" }],
      replace_in_agent: true,
    });
    expect(done).toMatchObject({ added: ["hub"], agent_error: null, agent_undo: expect.any(String) });
    const after = JSON.parse(read().replace("// work", "")) as { mcpServers: Record<string, { args: string[] }> };
    expect(Object.keys(after.mcpServers)).toEqual(["github", "other", "ours"]);
    expect(after.mcpServers.github?.args.slice(-2)).toEqual(["connect", "hub"]);
    expect(after.mcpServers.other).toEqual({ command: "uvx", args: ["other"] });
    expect(read()).not.toContain(TOKEN);
    expect(read()).toContain("// work");
    await hub.call("undoAgent", { undo: done.agent_undo ?? "" });
    expect(read()).toBe(CURSOR);
  });

  test("without leave it stays as it is; a file that changed since is not written over", async () => {
    const { hub, read, path } = await withCursor(CURSOR);
    const one = await hub.call("readAgentServers", { client: "cursor" });
    await hub.call("importServers", { preview: one.preview, servers: [{ id: "1" }] });
    expect(read()).toBe(CURSOR);
    writeFileSync(path, "{ broken");
    const done = await hub.call("importServers", {
      preview: one.preview,
      servers: [{ id: "2" }],
      replace_in_agent: true,
    });
    expect(done).toMatchObject({ added: ["other"], agent_undo: null, agent_error: { code: "config_invalid" } });
    expect(read()).toBe("{ broken");
  });

  test("any file by its path; no file, a relative path, an agent without one", async () => {
    const { hub, path } = await withCursor(CURSOR);
    // The agent's own file is known by its path, too.
    const known = await hub.call("readAgentServers", { path });
    expect(known.candidates.map(({ name }) => name)).toEqual(["github", "other"]);
    const copy = join(hub.home.path, "copy.json");
    writeFileSync(copy, CURSOR);
    expect((await hub.call("readAgentServers", { path: copy })).candidates).toHaveLength(3);
    for (const params of [
      { path: "mcp.json" },
      { path: join(path, "..", "none.json") },
      { client: "windsurf" },
      { client: "nobody" },
    ]) {
      await expect(hub.call("readAgentServers", params)).rejects.toMatchObject({ code: "invalid_request" });
    }
  });
});
