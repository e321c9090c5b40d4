/** Places at which `servers.json` is hard to write: a link, a read-only disk, a full one, a file that others write, too. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { chmod, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ConfigStore, openConfig } from "../../../main/config/store.ts";
import type { Log } from "../../../main/ports.ts";
import { startChild } from "../../fixtures/children.ts";
import { makeHome } from "../../fixtures/home.ts";
import { environment, programFile, runCli } from "../../fixtures/program.ts";
import { CAN_BE_READ_ONLY, makeReadOnly } from "../../fixtures/read-only.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { PLAIN } from "../hub/parts.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const FILE = '{\n  // mine\n  "mcpServers": { "a": { "url": "https://a.example/mcp" } }\n}\n';

let folder = "";
let path = "";
const stores: ConfigStore[] = [];
const open = async (secret?: (name: string) => Promise<string | null>): Promise<ConfigStore> => {
  const store = await openConfig({ path, env: {}, log: quiet, ...(secret === undefined ? {} : { secret }) });
  stores.push(store);
  return store;
};

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "gatehouse-places-")));
  path = join(folder, "servers.json");
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** `servers.json` as a link into a folder of its own, as people keep their dotfiles. */
function linked(text: string): string {
  const dotfiles = join(folder, "dotfiles");
  mkdirSync(dotfiles);
  writeFileSync(join(dotfiles, "servers.json"), text);
  symlinkSync(join("dotfiles", "servers.json"), path);
  return dotfiles;
}

describe.skipIf(process.platform === "win32")("a link", () => {
  test("stays one through every edit, and its target changes", async () => {
    const dotfiles = linked(FILE);
    const store = await open();
    const back = await store.setEnabled("a", false);
    expect(readFileSync(join(dotfiles, "servers.json"), "utf8")).toContain('"enabled": false');
    await store.changeSettings({ theme: "dark" });
    await store.write({ name: "b", entry: { command: "x" }, create: true }, new Map());
    await back();
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readdirSync(dotfiles)).toEqual(["servers.json"]);
    expect(store.current.servers.get("a")?.enabled).toBe(true);
    const backup = await store.startOver();
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(lstatSync(backup ?? "").isFile()).toBe(true);
  });

  test("that leads nowhere is an empty file until something is added", async () => {
    symlinkSync(join(folder, "later.json"), path);
    const store = await open();
    expect(store.current.error).toBeNull();
    await store.add("a", { url: "https://a.example/mcp" });
    expect(await readFile(join(folder, "later.json"), "utf8")).toContain("a.example");
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });
});

/** Every edit is refused with these words, and nothing has changed. */
async function refusesAll(store: ConfigStore, words: RegExp): Promise<void> {
  const before = await readFile(path, "utf8");
  const edits = [
    () => store.add("b", { url: "https://b.example" }),
    () => store.update("a", { newName: "z" }),
    () => store.remove("a"),
    () => store.setEnabled("a", false),
    () => store.write({ name: "a", entry: { command: "x" } }, new Map()),
    () => store.allowTool("a", "rm", false),
    () => store.changeSettings({ theme: "dark" }),
    () => store.startOver(),
  ];
  for (const edit of edits) {
    await expect(edit()).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringMatching(words),
      suggestion: expect.stringContaining("read-only"),
    });
  }
  expect(await readFile(path, "utf8")).toBe(before);
  expect([...store.current.servers.keys()]).toEqual(["a"]);
  expect(store.current.error).toBeNull();
}

describe.skipIf(process.platform === "win32")("what is read-only", () => {
  test.runIf(CAN_BE_READ_ONLY)("a disk or folder: each edit says so, and works once it is writable", async () => {
    const dotfiles = linked(FILE);
    const store = await open();
    const readOnly = use(makeReadOnly(dotfiles));
    await refusesAll(store, /servers\.json could not be written \((EROFS|EACCES)\)\. It is as it was\.$/);
    readOnly.close();
    expect((await readdir(folder)).sort()).toEqual(["dotfiles", "servers.json"]);
    await store.setEnabled("a", false);
    expect(store.current.servers.get("a")?.enabled).toBe(false);
  });

  test("a file that its owner has closed is not written by way of its folder", async () => {
    await writeFile(path, FILE);
    await chmod(path, 0o444);
    const store = await open();
    await refusesAll(store, /\(EACCES\)/);
    expect(await readdir(folder)).toEqual(["servers.json"]);
    // What changes nothing needs no leave.
    await store.setEnabled("a", true);
  });
});

test.runIf(process.platform === "linux")("on a full disk an edit says so, and the file is whole", async () => {
  const text = `{\n  // ${"long ".repeat(1_000)}\n  "mcpServers": {}\n}\n`;
  const home = use(makeHome(text));
  const options = { home: home.path, env: PLAIN };
  // A limit on the size of files stands for the full disk.
  const env = environment(options);
  const hub = startChild("prlimit", ["--fsize=4000", process.execPath, programFile(), "hub"], { env, cwd: home.path });
  use({ close: () => hub.stop() });
  await waitFor("the hub to be ready", async () => ((await runCli(["status"], options)).code === 0 ? true : undefined));
  const added = await runCli(["add", "acme", "https://acme.example/mcp"], options);
  expect(added.code).toBe(1);
  expect(added.stderr).toContain("could not be written (EFBIG). It is as it was.");
  expect(added.stderr).toContain("Make room on its disk");
  expect(home.readServers()).toBe(text);
  expect(readdirSync(home.path).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

describe("others who write", () => {
  const KEYED = '{"mcpServers": {"k": {"url": "https://k.example", "headers": {"X": "$' + '{keychain:k}"}}}}';

  test("a save in the middle of an edit is kept, and so is the edit", async () => {
    await writeFile(path, KEYED);
    let saves = 0;
    let isEditing = false;
    // The vault is asked between the reading and the writing of an edit.
    const store = await open(async () => {
      if (isEditing && ++saves <= 2)
        await writeFile(path, KEYED.replace("}}}}", `}}, "hand${saves}": {"command": "x"}}}`));
      return "value";
    });
    isEditing = true;
    await store.add("mine", { command: "y", args: [] });
    expect(saves).toBeGreaterThan(2);
    expect([...store.current.servers.keys()]).toEqual(["k", "hand2", "mine"]);
    expect(JSON.parse(await readFile(path, "utf8")).mcpServers).toHaveProperty("hand2");
  });

  test("a program that never stops is told to the person, and wins", async () => {
    await writeFile(path, KEYED);
    let saves = 0;
    let isEditing = false;
    const store = await open(async () => {
      if (isEditing) await writeFile(path, `${KEYED} // ${++saves}\n`);
      return "value";
    });
    isEditing = true;
    await expect(store.setEnabled("k", false)).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("it kept changing"),
    });
    isEditing = false;
    expect(await readFile(path, "utf8")).toBe(`${KEYED} // ${saves}\n`);
    await store.setEnabled("k", false);
    expect(store.current.servers.get("k")?.enabled).toBe(false);
  });

  test("two hubs that edit one file by turns lose nothing", async () => {
    await writeFile(path, FILE);
    const [one, two] = [await open(), await open()];
    const add = (store: ConfigStore, name: string) => store.add(name, { url: `https://${name}.example/mcp` });
    for (let n = 0; n < 10; n += 1) await add(n % 2 === 0 ? one : two, `s${n}`);
    await one.reload();
    expect([...one.current.servers.keys()]).toEqual(["a", ...Array.from({ length: 10 }, (_, n) => `s${n}`)]);
  });

  test("an editor that replaces the file while it is open here is seen", async () => {
    await writeFile(path, FILE);
    const store = await open();
    writeFileSync(`${path}~`, FILE.replace("a.example", "b.example"));
    renameSync(`${path}~`, path);
    const back = await store.setEnabled("a", false);
    expect(await readFile(path, "utf8")).toContain("b.example");
    await back();
    expect(await readFile(path, "utf8")).toBe(FILE.replace("a.example", "b.example"));
  });
});

test("a file that an edit would make too large to be read again is not made", async () => {
  await writeFile(path, FILE);
  const store = await open();
  const entry = { command: "x", args: ["y".repeat(4 * 1024 * 1024)] };
  await expect(store.write({ name: "big", entry, create: true }, new Map())).rejects.toMatchObject({
    code: "config_invalid",
    message: expect.stringContaining("larger than 4 MiB"),
  });
  expect(await readFile(path, "utf8")).toBe(FILE);
});
