import { join } from "node:path";
import { expect, test } from "vitest";
import { fileStore } from "../../../main/vault/file.ts";
import { vaultOver } from "../../../main/vault/index.ts";
import { KnownAccounts } from "../../../main/vault/known-accounts.ts";
import { openMovableVault } from "../../../main/vault/movable.ts";
import { secretVault } from "../../../main/vault/secrets.ts";
import { type TextStore, vaultError } from "../../../main/vault/store.ts";
import { tempFolder } from "../../fixtures/children.ts";
import { use } from "../../fixtures/use.ts";
import { grant } from "./grants.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

function memory(): TextStore & { texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return {
    kind: "keychain",
    texts,
    read: async (name) => texts.get(name) ?? null,
    write: async (name, text) => void texts.set(name, text),
    remove: async (name) => texts.delete(name),
  };
}

test("a secret rests under its name, is listed, and goes", async () => {
  const store = memory();
  const secrets = secretVault(vaultOver(store), new KnownAccounts());
  expect(await secrets.get("github")).toBeNull();
  await secrets.set("github", "line 1\nline 2");
  await secrets.set("acme.key", "x");
  expect([...store.texts.keys()]).toEqual(["secret:github", "secret:acme.key"]);
  expect(await secrets.get("github")).toBe("line 1\nline 2");
  expect(secrets.names()).toEqual(["acme.key", "github"]);
  expect(await secrets.remove("github")).toBe(true);
  expect(await secrets.remove("github")).toBe(false);
  expect(secrets.names()).toEqual(["acme.key"]);
});

test("a server that is called “secret” keeps its grants to itself", async () => {
  const known = new KnownAccounts();
  const vault = vaultOver(memory());
  const secrets = secretVault(vault, known);
  const key = { server: "secret", account: "default", origin: "https://mcp.example.com" };
  await known.add(key);
  await vault.put(key, grant());
  await secrets.set("mcp.example.com", "x");
  expect(secrets.names()).toEqual(["mcp.example.com"]);
  expect(await vault.get(key)).toEqual(grant());
});

test("an error of the vault concerns no server", async () => {
  const store = memory();
  store.read = async () => {
    throw vaultError("vault_locked", "It is locked.", "Unlock it.");
  };
  const secrets = secretVault(vaultOver(store), new KnownAccounts());
  await expect(secrets.get("github")).rejects.toMatchObject({ code: "vault_locked", server: null });
});

test("secrets move with the grants", async () => {
  const folder = use(tempFolder("secrets")).path;
  const known = new KnownAccounts();
  const keychain = memory();
  const vault = await openMovableVault({
    choicePath: join(folder, "vault.json"),
    fixed: undefined,
    keys: () => known.keys(),
    log,
    open: (kind) =>
      vaultOver(
        kind === "keychain"
          ? keychain
          : fileStore({
              file: join(folder, "vault.enc"),
              keyFile: join(folder, "vault.key"),
              passphrase: undefined,
              log,
            }),
      ),
  });
  const secrets = secretVault(vault, known);
  await secrets.set("github", "s3cret");
  expect(await vault.move("file")).toEqual({ moved: 1, left: 0 });
  expect(vault.kind).toBe("file");
  expect(keychain.texts.size).toBe(0);
  expect(await secrets.get("github")).toBe("s3cret");
  await vault.close();
});
