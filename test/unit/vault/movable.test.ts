import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Log } from "../../../main/ports.ts";
import { readChoice } from "../../../main/vault/choice.ts";
import { fileStore } from "../../../main/vault/file.ts";
import { vaultOver } from "../../../main/vault/index.ts";
import { openMovableVault } from "../../../main/vault/movable.ts";
import { type TextStore, vaultError } from "../../../main/vault/store.ts";
import type { GrantKey } from "../../../main/vault/types.ts";
import { tempFolder } from "../../fixtures/children.ts";
import { use } from "../../fixtures/use.ts";
import { grant } from "./grants.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const KEYS: readonly GrantKey[] = ["default", "work", "home"].map((account) => ({
  server: "github",
  account,
  origin: "https://mcp.example.com",
}));
const grantOf = (key: GrantKey) => grant({ access_token: `token of ${key.account}` });

/** Two stores on disk: the real file vault stands on both sides, one of them in the keychain's place. */
function makeStores() {
  const folder = use(tempFolder("movable")).path;
  let budget = Number.POSITIVE_INFINITY;
  const step = (): void => {
    if (budget <= 0) throw vaultError("vault_unavailable", "The power is gone.", "None.");
    budget -= 1;
  };
  const store = (kind: "keychain" | "file"): TextStore => {
    const at = join(folder, kind);
    mkdirSync(at, { recursive: true });
    const inner = fileStore({
      file: join(at, "vault.enc"),
      keyFile: join(at, "vault.key"),
      passphrase: undefined,
      log,
    });
    return {
      kind,
      read: async (name) => {
        step();
        return inner.read(name);
      },
      write: async (name, text) => {
        step();
        return inner.write(name, text);
      },
      remove: async (name) => {
        step();
        return inner.remove(name);
      },
    };
  };
  const choicePath = join(folder, "vault.json");
  return {
    choicePath,
    choice: () => readChoice(choicePath),
    /** Each call of a store costs one; at zero nothing works any more, as after a crash. */
    allow: (calls: number) => {
      budget = calls;
    },
    left: () => budget,
    raw: (kind: "keychain" | "file") => vaultOver(store(kind)),
    start: (fixed?: string) =>
      openMovableVault({
        choicePath,
        fixed,
        keys: () => KEYS,
        log,
        open: (kind) => {
          if (kind !== "keychain" && kind !== "file") throw new Error(`no store ${kind}`);
          return vaultOver(store(kind));
        },
      }),
  };
}

async function tokensIn(vault: { get(key: GrantKey): Promise<{ access_token: string } | null> }) {
  return Promise.all(KEYS.map(async (key) => (await vault.get(key))?.access_token ?? null));
}
const ALL = KEYS.map((key) => grantOf(key).access_token);
const NONE = [null, null, null];

test("a move takes every known grant along, deletes the old ones and is remembered", async () => {
  const stores = makeStores();
  const vault = await stores.start();
  expect(vault.kind).toBe("keychain");
  for (const key of KEYS) await vault.put(key, grantOf(key));
  expect(await vault.move("file")).toEqual({ moved: 3, left: 0 });
  expect(vault.kind).toBe("file");
  expect(await tokensIn(vault)).toEqual(ALL);
  expect(await tokensIn(stores.raw("keychain"))).toEqual(NONE);
  expect(await stores.choice()).toEqual({ v: 1, kind: "file" });

  const again = await stores.start();
  expect(again.kind).toBe("file");
  expect(await again.move("file")).toEqual({ moved: 0, left: 0 });
  expect(await again.move("keychain")).toEqual({ moved: 3, left: 0 });
  expect(await tokensIn(again)).toEqual(ALL);
  expect(await tokensIn(stores.raw("file"))).toEqual(NONE);
});

test("what is written during the move goes into the new store", async () => {
  const stores = makeStores();
  const vault = await stores.start();
  for (const key of KEYS) await vault.put(key, grantOf(key));
  const [first] = KEYS;
  if (first === undefined) throw new Error("no key");
  const moving = vault.move("file");
  await vault.put(first, grant({ access_token: "rotated meanwhile" }));
  await moving;
  expect((await stores.raw("file").get(first))?.access_token).toBe("rotated meanwhile");
});

test("interrupted after any number of steps, nothing is lost and the next start clears up", async () => {
  let steps = 0;
  for (let calls = 0; ; calls += 1) {
    const stores = makeStores();
    const vault = await stores.start();
    for (const key of KEYS) await vault.put(key, grantOf(key));
    stores.allow(calls);
    const outcome = await vault.move("file").catch((error: unknown) => error);
    const unused = stores.left();
    stores.allow(Number.POSITIVE_INFINITY);

    const next = await stores.start();
    await next.close();
    expect(await tokensIn(next)).toEqual(ALL);
    expect(await tokensIn(stores.raw(next.kind === "file" ? "keychain" : "file"))).toEqual(NONE);
    expect(await stores.choice()).toEqual({ v: 1, kind: next.kind });
    if (unused > 0) {
      expect(outcome).toEqual({ moved: 3, left: 0 });
      break;
    }
    steps += 1;
  }
  // Each grant costs a look, a read, a write with its reading back, one more read, and a removal.
  expect(steps).toBeGreaterThan(15);
});

test("a store that will not delete is said, and asked again at the next start", async () => {
  const stores = makeStores();
  const vault = await stores.start();
  for (const key of KEYS) await vault.put(key, grantOf(key));
  stores.allow(3 + 3 * 4);
  expect(await vault.move("file")).toEqual({ moved: 3, left: 3 });
  expect(await stores.choice()).toMatchObject({ kind: "file", sweep: { kind: "keychain", keys: KEYS } });
  stores.allow(Number.POSITIVE_INFINITY);
  expect(await tokensIn(stores.raw("keychain"))).toEqual(ALL);
  await (await stores.start()).close();
  expect(await tokensIn(stores.raw("keychain"))).toEqual(NONE);
});

test("GATEHOUSE_VAULT wins: no move elsewhere, but what lies in the other store can be brought in", async () => {
  const stores = makeStores();
  const keychain = await stores.start();
  for (const key of KEYS) await keychain.put(key, grantOf(key));
  const vault = await stores.start("file");
  expect(vault.kind).toBe("file");
  expect(await tokensIn(vault)).toEqual(NONE);
  await expect(vault.move("keychain")).rejects.toMatchObject({ code: "config_invalid" });
  const [first] = KEYS;
  if (first === undefined) throw new Error("no key");
  await vault.put(first, grant({ access_token: "newer" }));
  expect(await vault.move("file")).toEqual({ moved: 2, left: 0 });
  expect(await tokensIn(vault)).toEqual(["newer", ...ALL.slice(1)]);
  expect(await tokensIn(stores.raw("keychain"))).toEqual(NONE);
  expect((await stores.start()).kind).toBe("file");
});

test("copies of an interrupted move count again when the environment has chosen their store", async () => {
  const stores = makeStores();
  await stores.raw("file").put(KEYS[0] as GrantKey, grantOf(KEYS[0] as GrantKey));
  writeFileSync(stores.choicePath, JSON.stringify({ v: 1, kind: "keychain", sweep: { kind: "file", keys: KEYS } }));
  const vault = await stores.start("file");
  await vault.close();
  expect((await tokensIn(vault))[0]).toBe(ALL[0]);
  await (await stores.start()).close();
  expect((await tokensIn(stores.raw("file")))[0]).toBe(ALL[0]);
});

test.each([
  ["no JSON", "{"],
  ["an unknown kind", '{"v":1,"kind":"cloud"}'],
  ["memory, which nobody can choose for good", '{"v":1,"kind":"memory"}'],
  ["a newer version", '{"v":2,"kind":"file"}'],
  ["something more", '{"v":1,"kind":"file","also":true}'],
])("a choice that is %s keeps the vault shut and is left as it is", async (_name, text) => {
  const stores = makeStores();
  writeFileSync(stores.choicePath, text);
  const vault = await stores.start();
  const [key] = KEYS as [GrantKey];
  expect(vault.status().state).toBe("unreadable");
  for (const call of [vault.get(key), vault.put(key, grant()), vault.delete(key), vault.move("file")]) {
    await expect(call).rejects.toMatchObject({ code: "vault_unreadable" });
  }
  const fixed = await stores.start("file");
  await fixed.put(key, grant());
  await expect(fixed.move("file")).rejects.toMatchObject({ code: "vault_unreadable" });
  expect(readFileSync(stores.choicePath, "utf8")).toBe(text);
});
