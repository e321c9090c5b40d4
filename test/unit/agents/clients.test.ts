/** Where agents' files lie when variables move them, and how an agent is found. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Client, pathOf, placesOf, type Where } from "../../../main/agents/client.ts";
import { CLIENTS } from "../../../main/agents/clients.ts";
import { inspect } from "../../../main/agents/inspect.ts";

let home = "";
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "gatehouse-clients-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const clientOf = (id: string): Client => CLIENTS.find((client) => client.id === id) as Client;
const where = (env: Where["env"] = {}, platform: NodeJS.Platform = "linux"): Where => ({ env, platform, home });

test("ids and names are one agent's each, and every agent says where that is written", () => {
  expect(new Set(CLIENTS.map(({ id }) => id)).size).toBe(CLIENTS.length);
  expect(new Set(CLIENTS.map(({ name }) => name)).size).toBe(CLIENTS.length);
  for (const { id, source, places, note } of CLIENTS) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(source).toMatch(/^[a-z.]+\//);
    if (places.length === 0) expect(note).toBeDefined();
  }
});

test.each([
  ["claude-code", { CLAUDE_CONFIG_DIR: "/moved" }, "/moved/.claude.json"],
  ["codex", { CODEX_HOME: "/moved" }, "/moved/config.toml"],
  ["copilot-cli", { COPILOT_HOME: "/moved" }, "/moved/mcp-config.json"],
  ["vscode", { XDG_CONFIG_HOME: "/moved" }, "/moved/Code/User/mcp.json"],
  ["zed", { XDG_CONFIG_HOME: "/moved" }, "/moved/zed/settings.json"],
  ["goose", { XDG_CONFIG_HOME: "/moved" }, "/moved/goose/config.yaml"],
  ["opencode", { XDG_CONFIG_HOME: "/moved" }, "/moved/opencode/opencode.json"],
  ["mcporter", { XDG_CONFIG_HOME: "/moved" }, "/moved/mcporter/mcporter.json"],
])("%s goes where %o says", (id, env, path) => {
  const [place] = placesOf(clientOf(id), "user", where(env));
  expect(place && pathOf(place, where(env))).toBe(path);
});

test("an empty variable moves nothing", () => {
  const env = { CODEX_HOME: "", XDG_CONFIG_HOME: "", CLAUDE_CONFIG_DIR: "" };
  for (const id of ["codex", "zed", "claude-code"]) {
    const [place] = placesOf(clientOf(id), "user", where(env));
    expect(place && pathOf(place, where(env))).toMatch(new RegExp(`^${home}/\\.`));
  }
});

test("the command line's own variable, where it is the one that is there", async () => {
  await mkdir(join(home, ".cline", "data"), { recursive: true });
  const env = { CLINE_MCP_SETTINGS_PATH: "/moved/settings.json" };
  const places = placesOf(clientOf("cline"), "user", where(env));
  expect(places.map((place) => pathOf(place, where(env)))).toEqual(["/moved/settings.json"]);
});

test("of two names the file that is there counts", async () => {
  const [place] = placesOf(clientOf("opencode"), "user", where());
  const folder = join(home, ".config", "opencode");
  expect(place && pathOf(place, where())).toBe(join(folder, "opencode.json"));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "opencode.jsonc"), "{}");
  expect(place && pathOf(place, where())).toBe(join(folder, "opencode.jsonc"));
});

describe("an agent is found", () => {
  const found = async (id: string, env: Where["env"] = {}) =>
    (await inspect(clientOf(id), where(env), undefined)).found;

  test("by what it leaves in a person's folder", async () => {
    expect(await found("cursor")).toBe(false);
    await mkdir(join(home, ".cursor"));
    expect(await found("cursor")).toBe(true);
  });

  test("by its program, if it can be run", async () => {
    const bin = join(home, "bin");
    await mkdir(bin);
    const PATH = `:/nowhere:${bin}`;
    expect(await found("codex", { PATH })).toBe(false);
    await writeFile(join(bin, "codex"), "#!/bin/sh\n", { mode: 0o644 });
    expect(await found("codex", { PATH })).toBe(false);
    await chmod(join(bin, "codex"), 0o755);
    expect(await found("codex", { PATH })).toBe(true);
    expect(await found("codex", {})).toBe(false);
  });
});

test("OpenCode's newer form, its servers one level deeper, is kept to where it is used", async () => {
  const { places } = clientOf("opencode");
  expect(places[0]?.slot({ mcp: { servers: { a: { type: "local" } } } })).toMatchObject({ path: ["mcp", "servers"] });
  expect(places[0]?.slot({ mcp: { servers: { type: "local", command: ["x"] } } })).toMatchObject({ path: ["mcp"] });
  expect(places[0]?.slot({})).toMatchObject({ path: ["mcp"] });
});
