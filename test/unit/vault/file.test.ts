import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fileStore } from "../../../main/vault/file.ts";
import { openVault, vaultOver } from "../../../main/vault/index.ts";
import type { Vault } from "../../../main/vault/types.ts";
import { grant, KEY } from "./grants.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatehouse-vault-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const log = { debug() {}, info() {}, warn() {}, error() {} };
const file = (): string => join(folder, "vault.enc");
const keyFile = (): string => join(folder, "vault.key");
const open = (passphrase?: string): Vault =>
  vaultOver(fileStore({ file: file(), keyFile: keyFile(), passphrase, log, logN: 10 }));
const OTHER = { ...KEY, server: "other" };

describe.each([
  ["a key file", undefined],
  ["a passphrase", "correct horse"],
])("the file vault with %s", (_kind, passphrase) => {
  test("survives a restart, and shows nothing in plain text", async () => {
    await open(passphrase).put(KEY, grant());
    await open(passphrase).put(OTHER, grant({ access_token: "SECRET-other" }));
    const vault = open(passphrase);
    expect(await vault.get(KEY)).toEqual(grant());
    expect((await vault.get(OTHER))?.access_token).toBe("SECRET-other");
    expect((await readdir(folder)).sort()).toEqual(
      passphrase === undefined ? ["vault.enc", "vault.key"] : ["vault.enc"],
    );
    for (const name of await readdir(folder)) {
      const text = (await readFile(join(folder, name))).toString("latin1");
      for (const word of ["SECRET", "github", "example", "correct horse"]) expect(text).not.toContain(word);
      if (process.platform !== "win32") expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    }
    expect(await vault.delete(KEY)).toBe(true);
    expect(await open(passphrase).get(KEY)).toBeNull();
    expect(await open(passphrase).get(OTHER)).not.toBeNull();
  });

  test("holds a token set of 9,000 characters", async () => {
    const long = grant({ access_token: "SECRET-".repeat(1_300) });
    expect(JSON.stringify(long).length).toBeGreaterThan(9_000);
    await open(passphrase).put(KEY, long);
    expect(await open(passphrase).get(KEY)).toEqual(long);
  });

  test("a changed or missing byte anywhere makes it unreadable; the file stays as it is", async () => {
    await open(passphrase).put(KEY, grant());
    const whole = await readFile(file());
    // Not the byte that says how much work the passphrase is: more work only takes longer to fail.
    const places = [0, 4, 6, 25, 34, Math.floor(whole.length / 2), whole.length - 1];
    const spoiled = places.map((place) => {
      const copy = Buffer.from(whole);
      copy.writeUInt8(copy.readUInt8(place) ^ 1, place);
      return copy;
    });
    for (const bytes of [
      ...spoiled,
      Buffer.alloc(0),
      whole.subarray(0, 40),
      Buffer.concat([whole, Buffer.from("x")]),
    ]) {
      await writeFile(file(), bytes);
      const vault = open(passphrase);
      for (const call of [vault.get(KEY), vault.put(KEY, grant()), vault.delete(KEY)]) {
        await expect(call).rejects.toMatchObject({ code: "vault_unreadable", server: "github" });
      }
      expect(vault.status()).toEqual({ kind: "file", state: "unreadable" });
      expect(await readFile(file())).toEqual(bytes);
    }
  });

  test("no content is encrypted twice in the same way", async () => {
    const vault = open(passphrase);
    await vault.put(KEY, grant());
    const first = await readFile(file());
    await vault.put(KEY, grant());
    const second = await readFile(file());
    expect(second.length).toBe(first.length);
    expect(second.subarray(34)).not.toEqual(first.subarray(34));
  });
});

describe("the file vault's key", () => {
  const refused = async (vault: Vault): Promise<void> => {
    const before = await readFile(file());
    await expect(vault.get(KEY)).rejects.toMatchObject({ code: "vault_unreadable" });
    await expect(vault.put(KEY, grant())).rejects.toMatchObject({ code: "vault_unreadable" });
    expect(await readFile(file())).toEqual(before);
  };

  test("another, missing, or no key at all: unreadable, and no new key is made", async () => {
    await open().put(KEY, grant());
    await writeFile(keyFile(), randomBytes(32).toString("base64url"));
    await refused(open());
    await writeFile(keyFile(), "short");
    await refused(open());
    expect(await readFile(keyFile(), "utf8")).toBe("short");
    await rm(keyFile());
    await refused(open());
    expect(await readdir(folder)).toEqual(["vault.enc"]);
  });

  test("another passphrase, or none, or one where there was none: unreadable", async () => {
    await open("one").put(KEY, grant());
    await refused(open("two"));
    await refused(open());
    await rm(file());
    await open().put(KEY, grant());
    await refused(open("one"));
  });

  test("is what the environment says", async () => {
    const chosen = (env: Record<string, string>): Vault =>
      openVault({ paths: { vaultFile: file(), vaultKey: keyFile() }, env: { GATEHOUSE_VAULT: "file", ...env }, log });
    await chosen({ GATEHOUSE_VAULT_PASSPHRASE: "one" }).put(KEY, grant());
    expect(await chosen({ GATEHOUSE_VAULT_PASSPHRASE: "one" }).get(KEY)).toEqual(grant());
    await refused(chosen({}));
    await rm(file());
    await chosen({ GATEHOUSE_VAULT_PASSPHRASE: "" }).put(KEY, grant());
    expect((await readdir(folder)).sort()).toEqual(["vault.enc", "vault.key"]);
  });

  test("the same passphrase in another Unicode form is the same", async () => {
    await open("caf\u00e9").put(KEY, grant());
    expect(await open("cafe\u0301").get(KEY)).toEqual(grant());
  });

  test.skipIf(process.platform === "win32")("a key that others could read is closed to them", async () => {
    await open().put(KEY, grant());
    await chmod(keyFile(), 0o644);
    expect(await open().get(KEY)).toEqual(grant());
    expect((await stat(keyFile())).mode & 0o777).toBe(0o600);
  });

  test("reading makes no file", async () => {
    expect(await open().get(KEY)).toBeNull();
    expect(await open().delete(KEY)).toBe(false);
    expect(await readdir(folder)).toEqual([]);
  });

  test("a place that cannot be written is unavailable", async () => {
    const vault = openVault({
      paths: { vaultFile: join(folder, "missing", "vault.enc"), vaultKey: keyFile() },
      env: { GATEHOUSE_VAULT: "file" },
      log,
    });
    await expect(vault.put(KEY, grant())).rejects.toMatchObject({ code: "vault_unavailable" });
    expect(vault.status().state).toBe("unavailable");
  });
});
