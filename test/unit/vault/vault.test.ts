import { describe, expect, test } from "vitest";
import { openVault, vaultOver } from "../../../main/vault/index.ts";
import { memoryStore } from "../../../main/vault/memory.ts";
import { type TextStore, vaultError } from "../../../main/vault/store.ts";
import type { GrantKey } from "../../../main/vault/types.ts";
import { grant, KEY } from "./grants.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };
const paths = { vaultFile: "/nowhere/vault.enc", vaultKey: "/nowhere/vault.key" };

describe("a vault", () => {
  test("gives back what was put, and forgets what was deleted", async () => {
    const vault = vaultOver(memoryStore());
    expect(vault.status()).toEqual({ kind: "memory", state: "unknown" });
    expect(await vault.get(KEY)).toBeNull();
    await vault.put(KEY, grant());
    expect(await vault.get(KEY)).toEqual(grant());
    await vault.put(KEY, grant({ access_token: "SECRET-second", client: { ...grant().client, client_secret: "s" } }));
    expect(await vault.get(KEY)).toMatchObject({ access_token: "SECRET-second", client: { client_secret: "s" } });
    expect(await vault.delete(KEY)).toBe(true);
    expect(await vault.delete(KEY)).toBe(false);
    expect(await vault.get(KEY)).toBeNull();
    expect(vault.status()).toEqual({ kind: "memory", state: "ok" });
  });

  test("finds nothing for another origin, account or server", async () => {
    const vault = vaultOver(memoryStore());
    await vault.put(KEY, grant());
    const others: GrantKey[] = [
      { ...KEY, origin: "https://mcp.example.com:8443" },
      { ...KEY, origin: "http://mcp.example.com" },
      { ...KEY, account: "work" },
      { ...KEY, server: "gitlab" },
    ];
    for (const key of others) expect(await vault.get(key)).toBeNull();
  });

  test("rests under server and origin, and the account when it is named", async () => {
    const names: string[] = [];
    const store: TextStore = {
      ...memoryStore(),
      read: async (name) => {
        names.push(name);
        return null;
      },
    };
    const vault = vaultOver(store);
    await vault.get(KEY);
    await vault.get({ ...KEY, account: "me@work" });
    expect(names).toEqual(["github:https://mcp.example.com", "github@me@work:https://mcp.example.com"]);
  });

  test("does one thing after the other", async () => {
    let running = 0;
    let most = 0;
    const inner = memoryStore();
    const slowly = async <T>(job: Promise<T>): Promise<T> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running -= 1;
      return job;
    };
    const vault = vaultOver({
      ...inner,
      read: (name) => slowly(inner.read(name)),
      write: (name, text) => slowly(inner.write(name, text)),
    });
    const puts = Array.from({ length: 8 }, (_, n) => vault.put(KEY, grant({ access_token: `SECRET-${n}` })));
    await Promise.all([...puts, vault.get(KEY)]);
    expect(most).toBe(1);
    expect((await vault.get(KEY))?.access_token).toBe("SECRET-7");
  });

  test.each([
    ["no JSON", "{"],
    ["another version", JSON.stringify({ ...grant(), v: 2 })],
    ["a member gone", JSON.stringify({ ...grant(), issuer: undefined })],
    ["an empty token", JSON.stringify({ ...grant(), access_token: "" })],
    ["something else", '"text"'],
  ])("what cannot be read (%s) is said, and left as it is", async (_what, text) => {
    const store = memoryStore();
    await store.write("github:https://mcp.example.com", text);
    const vault = vaultOver(store);
    await expect(vault.get(KEY)).rejects.toMatchObject({ code: "vault_unreadable", server: "github" });
    expect(vault.status().state).toBe("unreadable");
    expect(await store.read("github:https://mcp.example.com")).toBe(text);
    await vault.put(KEY, grant());
    expect(await vault.get(KEY)).toEqual(grant());
  });

  test("notices a store that does not hold what it took", async () => {
    const vault = vaultOver({ ...memoryStore(), write: async () => {} });
    await expect(vault.put(KEY, grant())).rejects.toMatchObject({ code: "vault_unavailable", server: "github" });
  });

  test("an error names the server, keeps code and advice, and holds no token", async () => {
    const store: TextStore = {
      ...memoryStore(),
      write: async () => {
        throw vaultError("vault_locked", "The keychain is locked.", "Unlock it.");
      },
    };
    const vault = vaultOver(store);
    const error: unknown = await vault.put(KEY, grant()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "vault_locked", server: "github", suggestion: "Unlock it." });
    expect(JSON.stringify(error)).not.toContain("SECRET");
    expect(vault.status().state).toBe("locked");
    expect(await vault.get(KEY)).toBeNull(); // the queue goes on
    expect(vault.status().state).toBe("ok");
  });
});

describe("openVault", () => {
  test.each([
    [undefined, "keychain"],
    ["", "keychain"],
    ["keychain", "keychain"],
    ["file", "file"],
    ["memory", "memory"],
  ])("GATEHOUSE_VAULT=%s is the %s", (value, kind) => {
    expect(openVault({ paths, env: { GATEHOUSE_VAULT: value }, log }).kind).toBe(kind);
  });

  test.each(["Keychain", "plain", "none", "constructor"])("GATEHOUSE_VAULT=%s is an error, not a default", (value) => {
    expect(() => openVault({ paths, env: { GATEHOUSE_VAULT: value }, log })).toThrow(
      expect.objectContaining({ code: "config_invalid", message: expect.stringContaining(value) }),
    );
  });

  test("without a session bus the keychain says so at once", async () => {
    const { keychainStore } = await import("../../../main/vault/keychain.ts");
    const vault = vaultOver(keychainStore({ env: {}, log, platform: "linux" }));
    for (const call of [vault.get(KEY), vault.put(KEY, grant()), vault.delete(KEY)]) {
      await expect(call).rejects.toMatchObject({
        code: "vault_unavailable",
        server: "github",
        suggestion: expect.stringContaining("GATEHOUSE_VAULT=file"),
      });
    }
    expect(vault.status()).toEqual({ kind: "keychain", state: "unavailable" });
  });
});
