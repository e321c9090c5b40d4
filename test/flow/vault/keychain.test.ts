/** The vault on a real gnome-keyring (Secret Service), in every state that one can be in. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import dbus from "dbus-next";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startChild } from "../../fixtures/children.ts";
import { startDesktop } from "../../fixtures/desktop.ts";
import { keyringEntries, keyringReady, lockKeyring } from "../../fixtures/keyring.ts";
import { callBus, connectBus } from "../../fixtures/session-bus.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { grant, KEY } from "../../unit/vault/grants.ts";
import { buildDriver, type Driver, startVault, type VaultProcess } from "./vault-process.ts";

/** What the fixture's keyring was made with. */
const KEYRING_PASSWORD = "the keyring of a test";
const LONG = "SECRET-".repeat(1_300);

let driver: Driver;
beforeAll(async () => {
  driver = await buildDriver();
});
afterAll(() => driver.close());

const vaultOn = (env: NodeJS.ProcessEnv): VaultProcess => use(startVault(driver, env));

/** Files below `folder` that hold a token, as bytes. */
async function leaks(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path)).includes("SECRET-")) found.push(path);
  }
  return found;
}

async function keyringPid(env: NodeJS.ProcessEnv): Promise<number> {
  const bus = await connectBus(env);
  try {
    const target = { name: "org.freedesktop.DBus", path: "/org/freedesktop/DBus" };
    const method = "org.freedesktop.DBus.GetConnectionUnixProcessID";
    const [pid] = await callBus(bus, { ...target, method }, "s", ["org.freedesktop.secrets"]);
    return Number(pid);
  } finally {
    bus.disconnect();
  }
}

/** As the person does it, without the prompt: gnome-keyring's own method for its tools. */
async function unlockKeyring(env: NodeJS.ProcessEnv): Promise<void> {
  const bus = await connectBus(env);
  try {
    const service = { name: "org.freedesktop.secrets", path: "/org/freedesktop/secrets" };
    const open = { ...service, method: "org.freedesktop.Secret.Service.OpenSession" };
    const session = (await callBus(bus, open, "sv", ["plain", new dbus.Variant("s", "")]))[1];
    const method = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface.UnlockWithMasterPassword";
    const password = [session, Buffer.alloc(0), Buffer.from(KEYRING_PASSWORD), "text/plain"];
    const collection = "/org/freedesktop/secrets/collection/login";
    await callBus(bus, { ...service, method }, "o(oayays)", [collection, password]);
  } finally {
    bus.disconnect();
  }
}

/** Descriptions of the keys that the driver's process finds in the kernel's keyrings; the library's are `keyring:<account>@<service>`. */
async function kernelKeys(vault: VaultProcess): Promise<string> {
  const text = String((await vault.send({ op: "kernelKeys" })).value);
  expect(text).toContain("keyring");
  return text;
}

describe.skipIf(process.platform !== "linux")("the keychain", () => {
  test("keeps a long grant over a restart of the hub, as one entry, changed in place", async () => {
    const { env } = use(await startDesktop({ display: false }));
    const vault = vaultOn(env);
    for (const n of [1, 2, 3]) {
      expect(
        (await vault.send({ op: "put", key: KEY, grant: grant({ obtained_at: n, access_token: LONG }) })).error,
      ).toBeUndefined();
    }
    const named = { ...KEY, account: "me@work" };
    await vault.send({ op: "put", key: named, grant: grant() });
    await vault.close();

    const entries = await keyringEntries(env);
    expect(entries.map((entry) => [entry.attributes.service, entry.attributes.username])).toEqual(
      expect.arrayContaining([
        ["gatehouse", "github:https://mcp.example.com"],
        ["gatehouse", "github@me@work:https://mcp.example.com"],
      ]),
    );
    expect(entries).toHaveLength(2);

    const again = vaultOn(env);
    expect((await again.send({ op: "get", key: KEY })).value).toEqual(grant({ obtained_at: 3, access_token: LONG }));
    expect((await again.send({ op: "delete", key: KEY })).value).toBe(true);
    expect((await again.send({ op: "delete", key: KEY })).value).toBe(false);
    expect((await again.send({ op: "get", key: KEY })).value).toBeNull();
    expect((await again.send({ op: "status" })).value).toEqual({ kind: "keychain", state: "ok" });
    expect(await keyringEntries(env)).toHaveLength(1);
    expect(await leaks(join(String(env.HOME)))).toEqual([]);
  });

  test("holds in pieces what is longer than its entries, on a keychain that wants it so", async () => {
    const { env } = use(await startDesktop({ display: false }));
    const vault = vaultOn({ ...env, TEST_MAX_BYTES: "2400" });
    const long = grant({ access_token: LONG });
    await vault.send({ op: "put", key: KEY, grant: long });
    expect((await vault.send({ op: "get", key: KEY })).value).toEqual(long);
    const entries = await keyringEntries(env);
    expect(entries).toHaveLength(1 + Math.ceil(Buffer.byteLength(JSON.stringify(long)) / 2_400));
    for (const entry of entries) expect(Buffer.byteLength(entry.secret)).toBeLessThanOrEqual(2_400);
    await vault.send({ op: "put", key: KEY, grant: grant() });
    expect(await keyringEntries(env)).toHaveLength(1);
    await vault.send({ op: "delete", key: KEY });
    expect(await keyringEntries(env)).toEqual([]);
  });

  test("locked: says so, stores nothing, and works once it is unlocked", async () => {
    const { env } = use(await startDesktop({ display: false }));
    const vault = vaultOn(env);
    await vault.send({ op: "put", key: KEY, grant: grant() });
    await lockKeyring(env);
    for (const command of [
      { op: "get", key: KEY } as const,
      { op: "put", key: KEY, grant: grant({ access_token: "SECRET-new" }) } as const,
      { op: "put", key: { ...KEY, server: "other" }, grant: grant() } as const,
      { op: "delete", key: KEY } as const,
    ]) {
      expect((await vault.send(command)).error).toMatchObject({ code: "vault_locked", server: command.key.server });
    }
    expect((await vault.send({ op: "status" })).value).toEqual({ kind: "keychain", state: "locked" });
    expect(await kernelKeys(vault)).not.toMatch(/github/);
    expect(await leaks(String(env.HOME))).toEqual([]);

    await unlockKeyring(env);
    expect((await vault.send({ op: "get", key: KEY })).value).toEqual(grant());
    expect((await vault.send({ op: "status" })).value).toEqual({ kind: "keychain", state: "ok" });
  });

  test("no Secret Service: unavailable, and nothing anywhere else, the kernel included", async () => {
    const { env } = use(await startDesktop({ display: false, keyring: "absent" }));
    const vault = vaultOn(env);
    for (const command of [{ op: "put", key: KEY, grant: grant() } as const, { op: "get", key: KEY } as const]) {
      expect((await vault.send(command)).error).toMatchObject({
        code: "vault_unavailable",
        server: "github",
        suggestion: expect.stringContaining("gnome-keyring"),
      });
    }
    expect((await vault.send({ op: "status" })).value).toEqual({ kind: "keychain", state: "unavailable" });
    expect(await kernelKeys(vault)).not.toMatch(/github/);
    expect(await leaks(String(env.HOME))).toEqual([]);
  });

  test("no session bus: unavailable, and nothing in the kernel either", async () => {
    const { env } = use(await startDesktop({ display: false, keyring: "absent" }));
    const { DBUS_SESSION_BUS_ADDRESS: _bus, ...without } = env;
    const vault = vaultOn(without);
    expect((await vault.send({ op: "put", key: KEY, grant: grant() })).error).toMatchObject({
      code: "vault_unavailable",
    });
    expect(await kernelKeys(vault)).not.toMatch(/github/);
  });

  test("a keyring that ends and is started again is found again", async () => {
    const { env } = use(await startDesktop({ display: false }));
    const vault = vaultOn(env);
    await vault.send({ op: "put", key: KEY, grant: grant() });
    process.kill(await keyringPid(env), "SIGKILL");
    await waitFor("the keyring to be gone", async () =>
      (await keyringReady(env).catch(() => false)) ? undefined : true,
    );
    const refused = await vault.send({ op: "put", key: KEY, grant: grant({ access_token: "SECRET-lost" }) });
    expect(refused.error).toMatchObject({ code: "vault_unavailable" });
    expect(await kernelKeys(vault)).not.toMatch(/github/);

    const daemon = startChild("gnome-keyring-daemon", ["--foreground", "--unlock", "--components=secrets"], {
      env,
      stdio: ["pipe", "pipe", "pipe"],
    });
    use({ close: () => daemon.stop() });
    daemon.process.stdin?.end(KEYRING_PASSWORD);
    await waitFor("the keyring", async () => (await keyringReady(env).catch(() => false)) || undefined);
    expect((await vault.send({ op: "get", key: KEY })).value).toEqual(grant());
  });

  test("a keyring that does not answer: the call ends in its time, and no other hangs beside it", async () => {
    const { env } = use(await startDesktop({ display: false }));
    const vault = vaultOn({ ...env, TEST_LIMIT: "1000" });
    await vault.send({ op: "put", key: KEY, grant: grant() });
    const pid = await keyringPid(env);
    process.kill(pid, "SIGSTOP");
    try {
      const answers = await Promise.all(Array.from({ length: 6 }, () => vault.send({ op: "get", key: KEY })));
      for (const { error } of answers) expect(error).toMatchObject({ code: "vault_locked", server: "github" });
      // A hanging call holds a thread of the small pool that serves disk and name look-ups too.
      expect(answers.filter(({ ms }) => ms >= 1_000)).toHaveLength(1);
      expect((await vault.send({ op: "status" })).value).toEqual({ kind: "keychain", state: "locked" });
    } finally {
      process.kill(pid, "SIGCONT");
    }
    const value = await waitFor("the vault to answer again", async () => {
      const answer = await vault.send({ op: "get", key: KEY });
      return answer.error === undefined ? answer.value : undefined;
    });
    expect(value).toEqual(grant());
  });
});
