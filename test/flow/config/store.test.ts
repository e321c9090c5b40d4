import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type ConfigStore, openConfig } from "../../../main/config/store.ts";
import type { Config } from "../../../main/config/types.ts";
import type { Log } from "../../../main/ports.ts";
import { DEFAULT_SETTINGS } from "../../../main/settings.ts";

let folder = "";
let path = "";
let stores: ConfigStore[] = [];
let logged: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatehouse-config-"));
  path = join(folder, "servers.json");
  stores = [];
  logged = [];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  await rm(folder, { recursive: true, force: true });
});

const note = (event: string) => void logged.push(event);
const log: Log = { debug: note, info: note, warn: note, error: note };
const open = async (env: Record<string, string> = {}): Promise<ConfigStore> => {
  const store = await openConfig({ path, env, log });
  stores.push(store);
  return store;
};
const file = (...names: string[]) =>
  JSON.stringify({
    mcpServers: Object.fromEntries(names.map((name) => [name, { url: `https://${name}.example/mcp` }])),
  });
const names = (config: Config) => [...config.servers.keys()];
const until = (condition: () => void) => vi.waitFor(condition, { timeout: 5_000, interval: 20 });

describe("reading", () => {
  test("no file is an empty configuration, and none is made", async () => {
    const store = await open();
    expect(store.current).toEqual({
      path,
      servers: new Map(),
      invalid: new Map(),
      settings: DEFAULT_SETTINGS,
      settingsError: null,
      error: null,
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test("a byte order mark is no part of it", async () => {
    await writeFile(path, `\ufeff${file("a")}`);
    const store = await open();
    expect(names(store.current)).toEqual(["a"]);
    await store.add("b", { url: "https://b.example" });
    expect(await readFile(path, "utf8")).toMatch(/^\ufeff\{/);
    expect(names(store.current)).toEqual(["a", "b"]);
  });

  test("what is no text, no file or too large is said, not read", async () => {
    await writeFile(path, Buffer.from("\ufeff{}", "utf16le"));
    expect((await open()).current.error?.message).toContain("not UTF-8");
    await rm(path);
    await mkdir(path);
    expect((await open()).current.error?.message).toContain("not a file");
    await rm(path, { recursive: true });
    await writeFile(path, `{}${" ".repeat(4 * 1024 * 1024)}`);
    expect((await open()).current.error).toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("4 MiB"),
    });
  });

  test("a broken edit keeps the last good state, and says so once", async () => {
    await writeFile(path, file("a"));
    const store = await open();
    const seen: Config[] = [];
    store.onChange((config) => seen.push(config));
    const broken = '{"mcpServers": {\n  "a" {}}}';
    await writeFile(path, broken);
    await store.reload();
    await store.reload();
    expect(names(store.current)).toEqual(["a"]);
    expect(store.current.error).toMatchObject({ code: "config_invalid", details: { line: 2, column: 7 } });
    expect(seen).toHaveLength(1);
    expect(await readFile(path, "utf8")).toBe(broken);
    await writeFile(path, file("a"));
    await store.reload();
    expect(store.current.error).toBeNull();
    expect(seen).toHaveLength(2);
  });

  test("an error that stays is the same error, by its correlation id", async () => {
    await writeFile(path, '{"mcpServers": {"a": {}, "b": {"command": "x"}}}');
    const store = await open();
    const before = store.current.invalid.get("a");
    await writeFile(path, '{"mcpServers": {"a": {}, "c": {"command": "x"}}}');
    await store.reload();
    expect(names(store.current)).toEqual(["c"]);
    expect(store.current.invalid.get("a")).toBe(before);
  });

  test("unknown members are told to the log once, and nobody else", async () => {
    await writeFile(path, '{"mcpServers": {"a": {"command": "x", "disabled": true}}}');
    const store = await open();
    await store.reload();
    expect(names(store.current)).toEqual(["a"]);
    expect(logged.filter((event) => event === "config.unknown_members")).toHaveLength(1);
  });
});

describe("noticing", () => {
  const follow = async (): Promise<{ store: ConfigStore; seen: string[][] }> => {
    await writeFile(path, file("a"));
    const store = await open();
    const seen: string[][] = [];
    store.onChange((config) => seen.push(names(config)));
    return { store, seen };
  };

  test("a file that appears", async () => {
    const store = await open();
    await writeFile(path, file("late"));
    await until(() => expect(names(store.current)).toEqual(["late"]));
  });

  test("a write in place", async () => {
    const { seen } = await follow();
    await writeFile(path, file("a", "b"));
    await until(() => expect(seen).toEqual([["a", "b"]]));
  });

  test("a replacement by rename, again and again", async () => {
    const { seen } = await follow();
    for (const name of ["b", "c", "d"]) {
      await writeFile(`${path}~`, file("a", name));
      await rename(`${path}~`, path);
      await until(() => expect(seen.at(-1)).toEqual(["a", name]));
    }
    expect(seen).toHaveLength(3);
  });

  test("a file that is away or empty for a moment costs nothing", async () => {
    const { store, seen } = await follow();
    await rename(path, `${path}.bak`);
    await new Promise((resolve) => setTimeout(resolve, 120));
    await writeFile(path, "");
    await new Promise((resolve) => setTimeout(resolve, 120));
    await writeFile(path, file("a", "b"));
    await until(() => expect(names(store.current)).toEqual(["a", "b"]));
    expect(seen).toEqual([["a", "b"]]);
  });

  test("a file that stays away", async () => {
    const { store } = await follow();
    await rm(path);
    await until(() => expect(names(store.current)).toEqual([]));
    expect(store.current.error).toBeNull();
  });

  test("a broken edit, and its correction", async () => {
    const { store } = await follow();
    await writeFile(path, "{");
    await until(() => expect(store.current.error).not.toBeNull());
    expect(names(store.current)).toEqual(["a"]);
    await writeFile(path, file("b"));
    await until(() => expect(names(store.current)).toEqual(["b"]));
  });

  test("a change of what a link leads to, and a link turned elsewhere", async () => {
    const dotfiles = await mkdtemp(join(tmpdir(), "gatehouse-dotfiles-"));
    try {
      await writeFile(join(dotfiles, "one.json"), file("a"));
      await writeFile(join(dotfiles, "two.json"), file("two"));
      await symlink(join(dotfiles, "one.json"), path);
      const store = await open();
      await writeFile(join(dotfiles, "one.json"), file("a", "b"));
      await until(() => expect(names(store.current)).toEqual(["a", "b"]));
      await rm(path);
      await symlink(join(dotfiles, "two.json"), path);
      await until(() => expect(names(store.current)).toEqual(["two"]));
      await writeFile(join(dotfiles, "two.json"), file("two", "three"));
      await until(() => expect(names(store.current)).toEqual(["two", "three"]));
      await store.add("four", { url: "https://four.example" });
      expect(await readFile(join(dotfiles, "two.json"), "utf8")).toContain("four");
    } finally {
      await rm(dotfiles, { recursive: true, force: true });
    }
  });

  test("its own edit and a save that changes nothing are no news", async () => {
    const { store, seen } = await follow();
    await store.add("b", { url: "https://b.example" });
    await writeFile(path, `${await readFile(path, "utf8")}// remark\n`);
    await writeFile(join(folder, "other.json"), "{}");
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(seen).toEqual([["a", "b"]]);
  });

  test("ends with the unsubscribe, and with close", async () => {
    const { store } = await follow();
    const listener = vi.fn();
    store.onChange(listener)();
    await store.add("b", { url: "https://b.example" });
    const closed = vi.fn();
    store.onChange(closed);
    await store.close();
    await writeFile(path, file("c"));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(listener).not.toHaveBeenCalled();
    expect(closed).not.toHaveBeenCalled();
  });
});

describe("editing", () => {
  test("an add makes the file, for this user alone, and is in force when it resolves", async () => {
    const store = await open();
    await store.add("github", { url: "https://github.example/mcp" });
    expect(store.current.servers.get("github")).toMatchObject({ type: "auto", url: "https://github.example/mcp" });
    if (process.platform !== "win32") expect((await stat(path)).mode & 0o777).toBe(0o600);
    await store.add("files", { command: "npx", args: ["-y", "x"] });
    await store.update("github", { newName: "gh", server: { url: "https://other.example/mcp" } });
    await store.setEnabled("files", false);
    expect(names(store.current)).toEqual(["gh", "files"]);
    expect(store.current.servers.get("files")?.enabled).toBe(false);
    await store.remove("gh");
    expect(names(store.current)).toEqual(["files"]);
    expect((await open()).current.servers).toEqual(store.current.servers);
  });

  test("edits at the same moment all arrive", async () => {
    const store = await open();
    const many = Array.from({ length: 10 }, (_, n) => `s${n}`);
    await Promise.all(many.map((name) => store.add(name, { url: "https://x.example" })));
    expect(names(store.current)).toEqual(many);
  });

  test("begins from what is on disk, not from what was read last", async () => {
    await writeFile(path, file("a"));
    const store = await open();
    await writeFile(path, `// by hand\n${file("hand")}`);
    await store.add("b", { url: "https://b.example" });
    expect(names(store.current)).toEqual(["hand", "b"]);
    expect(await readFile(path, "utf8")).toContain("// by hand");
  });

  test("works beside an entry that is invalid", async () => {
    await writeFile(path, '{"mcpServers": {"bad": {"url": 7}, "good": {"command": "x"}}}');
    const store = await open();
    await store.add("new", { url: "https://new.example" });
    await store.setEnabled("good", false);
    await store.setEnabled("bad", false);
    await store.update("bad", { newName: "renamed" });
    expect(names(store.current)).toEqual(["good", "new"]);
    expect([...store.current.invalid.keys()]).toEqual(["renamed"]);
    await store.remove("renamed");
    expect(store.current.invalid.size).toBe(0);
  });

  test("a file that does not parse is never written", async () => {
    await writeFile(path, "{ oops");
    const store = await open();
    const edits = [
      store.add("a", { url: "https://a.example" }),
      store.update("a", { newName: "b" }),
      store.remove("a"),
      store.setEnabled("a", false),
    ];
    for (const edit of edits) await expect(edit).rejects.toMatchObject({ code: "config_invalid" });
    expect(await readFile(path, "utf8")).toBe("{ oops");
  });

  test.each([
    ["a/b", { url: "https://x.example" }, "config_invalid"],
    ["__proto__", { url: "https://x.example" }, "config_invalid"],
    ["ok", { url: "http://remote.example" }, "unsafe_url"],
    ["ok", { url: "no url" }, "config_invalid"],
    ["ok", { url: "$" + "{MISSING}" }, "config_invalid"],
    ["ok", { command: "", args: [] }, "config_invalid"],
    ["a", { url: "https://x.example" }, "invalid_request"],
  ] as const)("what would not do is not written: %s %j", async (name, input, code) => {
    await writeFile(path, file("a"));
    const store = await open();
    await expect(store.add(name, input)).rejects.toMatchObject({ code });
    if (name === "ok") await expect(store.update("a", { server: input })).rejects.toMatchObject({ code });
    expect(await readFile(path, "utf8")).toBe(file("a"));
    expect(names(store.current)).toEqual(["a"]);
  });

  test("of a server that is not there", async () => {
    const store = await open();
    for (const edit of [store.remove("x"), store.setEnabled("x", true), store.update("x", { newName: "y" })]) {
      await expect(edit).rejects.toMatchObject({ code: "unknown_server", server: "x" });
    }
    expect(await readdir(folder)).toEqual([]);
  });

  test("keeps the permissions of the file", async () => {
    await writeFile(path, file("a"));
    await chmod(path, 0o644);
    const store = await open();
    await store.remove("a");
    if (process.platform !== "win32") expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({ mcpServers: {} });
  });

  test("a listener that throws does no harm", async () => {
    const store = await open();
    const second = vi.fn();
    store.onChange(() => {
      throw new Error("listener");
    });
    store.onChange(second);
    await store.add("a", { url: "https://a.example" });
    expect(second).toHaveBeenCalledTimes(1);
    expect(logged).toContain("config.listener_failed");
  });
});
