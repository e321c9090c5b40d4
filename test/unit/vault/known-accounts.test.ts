import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Log } from "../../../main/ports.ts";
import { KnownAccounts } from "../../../main/vault/known-accounts.ts";
import { tempFolder } from "../../fixtures/children.ts";
import { use } from "../../fixtures/use.ts";

const PLACE = { server: "github", origin: "https://mcp.example.com" };
const keyOf = (account: string) => ({ ...PLACE, account });

function makeFile() {
  const warned: string[] = [];
  const log: Log = { debug() {}, info() {}, warn: (event) => void warned.push(event), error() {} };
  const folder = use(tempFolder("accounts")).path;
  const path = join(folder, "accounts.json");
  return { folder, path, warned, open: () => KnownAccounts.open(path, log) };
}

test("names and the chosen one are there again, for their server at their origin only", async () => {
  const file = makeFile();
  const known = await file.open();
  await Promise.all([known.add(keyOf("work")), known.add(keyOf("home")), known.add(keyOf("default"))]);
  await known.choose(keyOf("work"));
  const again = await file.open();
  expect([...again.names(PLACE)].sort()).toEqual(["default", "home", "work"]);
  expect(again.chosen(PLACE)).toBe("work");
  expect(again.keys()).toHaveLength(3);
  for (const other of [
    { ...PLACE, server: "x" },
    { ...PLACE, origin: "https://other.example" },
  ]) {
    expect([again.names(other), again.chosen(other)]).toEqual([[], null]);
  }
  expect(file.warned).toEqual([]);
});

test("a name that is removed is no longer the chosen one, and the unnamed account is none's choice", async () => {
  const known = await makeFile().open();
  await known.choose(keyOf("work"));
  expect(known.names(PLACE)).toEqual(["work"]);
  await known.remove(keyOf("work"));
  expect([known.names(PLACE), known.chosen(PLACE)]).toEqual([[], null]);
  await known.choose(keyOf("work"));
  await known.choose(keyOf("default"));
  expect(known.chosen(PLACE)).toBeNull();
});

test.each([["{"], ['{"v":2,"servers":[]}'], ['{"v":1,"servers":[{"server":1}]}']])(
  "content that nobody understands (%s) is moved aside before anything is written over it",
  async (text) => {
    const file = makeFile();
    writeFileSync(file.path, text);
    const known = await file.open();
    expect(known.keys()).toEqual([]);
    expect(file.warned).toEqual(["accounts.unreadable"]);
    await known.add(keyOf("work"));
    expect(readFileSync(`${file.path}.unreadable`, "utf8")).toBe(text);
    expect((await file.open()).names(PLACE)).toEqual(["work"]);
  },
);

test("a disk that takes nothing costs no sign-in, and the next change is written", async () => {
  const file = makeFile();
  const known = await file.open();
  mkdirSync(file.path);
  await known.add(keyOf("work"));
  expect(file.warned).toEqual(["accounts.not_written"]);
  expect(known.names(PLACE)).toEqual(["work"]);
  rmSync(file.path, { recursive: true });
  await known.add(keyOf("home"));
  expect([...(await file.open()).names(PLACE)].sort()).toEqual(["home", "work"]);
  expect(readdirSync(file.folder)).toEqual(["accounts.json"]);
});

test("without a file it remembers while it lives", async () => {
  const known = new KnownAccounts();
  await known.add(keyOf("work"));
  expect(known.keys()).toEqual([keyOf("work")]);
});
