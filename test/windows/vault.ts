/** Grants in the Credential Manager, with its true limit. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { AsyncEntry, Entry } from "@napi-rs/keyring";
import { fileStore } from "../../main/vault/file.ts";
import { encodeGrant } from "../../main/vault/grant.ts";
import { vaultOver } from "../../main/vault/index.ts";
import { keychainStore } from "../../main/vault/keychain.ts";
import type { GrantKey } from "../../main/vault/types.ts";
import { grant } from "../unit/vault/grants.ts";
import { environment, installed, makeFolder, startNode } from "./world.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const openVault = () => vaultOver(keychainStore({ env: process.env, log: silent }));
const KEY: GrantKey = { server: "prüfung 漢", account: "default", origin: "https://mcp.example.com" };
const NAME = "prüfung 漢:https://mcp.example.com";
/** Bytes in one entry; see main/vault/chunks.ts. */
const CHUNK = 2_400;

const long = (length: number, letter: string) => grant({ access_token: letter.repeat(length) });

/** Names of the entries that there are, of all that a grant could have. */
function entries(key = NAME): string[] {
  const names = ["a", "b"].flatMap((series) => Array.from({ length: 20 }, (_, n) => `${key}#${series}.${n}`));
  return [key, ...names].filter((name) => secretOf(name) !== null);
}

function secretOf(name: string): Buffer | null {
  const secret = new Entry("gatehouse", name).getSecret();
  return secret === null ? null : Buffer.from(secret);
}

const allEntries = () => entries().map((name) => [name, secretOf(name)]);

function chunksOf(held: ReturnType<typeof grant>, series: "a" | "b"): string[] {
  const count = Math.ceil(Buffer.byteLength(encodeGrant(held)) / CHUNK);
  return [NAME, ...Array.from({ length: count }, (_, n) => `${NAME}#${series}.${n}`)];
}

describe("the Credential Manager", () => {
  test("holds 1,280 characters of UTF-16 in one entry and refuses 1,281", async () => {
    const entry = new AsyncEntry("gatehouse-limit", "limit");
    await entry.setPassword("x".repeat(1_280));
    assert.equal(await entry.getPassword(), "x".repeat(1_280));
    await assert.rejects(entry.setPassword("x".repeat(1_281)));
    assert.equal(await entry.getPassword(), "x".repeat(1_280));
    await entry.setSecret(new Uint8Array(2_560).fill(7));
    await assert.rejects(entry.setSecret(new Uint8Array(2_561)));
    await entry.deleteCredential();
  });

  test("holds a token set of 9,000 characters in parts, and one that fits in a single entry", async () => {
    const vault = openVault();
    const big = long(9_000, "A");
    await vault.put(KEY, big);
    assert.deepEqual(await vault.get(KEY), big);
    assert.deepEqual(entries(), chunksOf(big, "a"));
    for (const name of entries()) {
      const { length } = secretOf(name) ?? [];
      assert.ok(length > 0 && length <= CHUNK, `${name} has ${length} bytes`);
    }
  });

  test("is updated in place, and shrinks without leaving a part behind", async () => {
    const vault = openVault();
    const longer = long(20_000, "B");
    await vault.put(KEY, longer);
    assert.deepEqual(await vault.get(KEY), longer);
    assert.deepEqual(entries(), chunksOf(longer, "b"));
    const shorter = long(3_000, "C");
    await vault.put(KEY, shorter);
    assert.deepEqual(await vault.get(KEY), shorter);
    assert.deepEqual(entries(), chunksOf(shorter, "a"));
    const single = long(100, "D");
    await vault.put(KEY, single);
    assert.deepEqual(await vault.get(KEY), single);
    assert.deepEqual(entries(), [NAME]);
  });

  test("keeps it over the process, for a named account too", async () => {
    const kept = long(9_000, "E");
    const named = { ...KEY, account: "arbeit" };
    await openVault().put(named, kept);
    const reader = startNode([join(installed, "vault-process.cjs"), "get", JSON.stringify(named)], environment(null));
    assert.equal(await reader.exited, 0, reader.stderr());
    assert.deepEqual(JSON.parse(reader.stdout()), kept);
    const rests = "prüfung 漢@arbeit:https://mcp.example.com";
    assert.equal(entries(rests).length, chunksOf(kept, "a").length);
    assert.equal(await openVault().delete(named), true);
    assert.deepEqual(entries(rests), []);
    assert.deepEqual(entries(), [NAME]);
  });

  test("deletes every part", async () => {
    const vault = openVault();
    await vault.put(KEY, long(9_000, "F"));
    assert.equal(await vault.delete(KEY), true);
    assert.deepEqual(entries(), []);
    assert.equal(await vault.get(KEY), null);
    assert.equal(await vault.delete(KEY), false);
  });

  test("a part that is missing or changed makes it unreadable, and nothing is overwritten", async () => {
    const vault = openVault();
    const held = long(9_000, "G");
    for (const damage of [
      (part: Entry) => void part.deleteCredential(),
      (part: Entry) => void part.setSecret(new Uint8Array(CHUNK)),
    ]) {
      await vault.put(KEY, held);
      const before = entries();
      const damaged = before.find((name) => name.endsWith(".1")) ?? assert.fail("there is no second part");
      damage(new Entry("gatehouse", damaged));
      const rest = allEntries();
      await assert.rejects(vault.get(KEY), { code: "vault_unreadable", server: KEY.server });
      assert.equal(vault.status().state, "unreadable");
      assert.deepEqual(allEntries(), rest);
      await vault.put(KEY, held);
      assert.deepEqual(await vault.get(KEY), held);
      await vault.delete(KEY);
      assert.deepEqual(entries(), []);
    }
  });

  test("a process that ends between any two writes leaves the old grant; the marker comes last", async () => {
    const vault = openVault();
    const old = long(9_000, "H");
    const fresh = long(14_000, "I");
    const writes = chunksOf(fresh, "a").length;
    for (let allowed = 0; allowed <= writes; allowed += 1) {
      await vault.put(KEY, old);
      const args = ["put", JSON.stringify(KEY), JSON.stringify(fresh), String(allowed)];
      const writer = startNode([join(installed, "vault-process.cjs"), ...args], environment(null));
      assert.equal(await writer.exited, allowed === writes ? 0 : 9, writer.stderr());
      assert.deepEqual(await openVault().get(KEY), allowed === writes ? fresh : old, `after ${allowed} writes`);
      // The next to write finds and clears away what was left behind.
      await vault.put(KEY, long(100, "J"));
      assert.deepEqual(entries(), [NAME]);
    }
    await vault.delete(KEY);
    assert.deepEqual(entries(), []);
  });
});

describe("the file vault", () => {
  test("keeps a grant over its own end, in a file that has no token in plain", async () => {
    const folder = makeFolder("file vault");
    const open = () => {
      const [file, keyFile] = [join(folder, "vault.enc"), join(folder, "vault.key")];
      return vaultOver(fileStore({ file, keyFile, passphrase: undefined, log: silent }));
    };
    const held = long(9_000, "K");
    await open().put(KEY, held);
    assert.deepEqual(await open().get(KEY), held);
    assert.ok(!readFileSync(join(folder, "vault.enc")).includes("KKKKKKKK"));
    assert.equal(await open().delete(KEY), true);
    assert.equal(await open().get(KEY), null);
  });
});
