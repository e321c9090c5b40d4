/** Beginning anew over a real hub: what goes, what is kept aside, and what is told when something could not be done. */
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { CAN_BE_READ_ONLY, makeReadOnly } from "../../fixtures/read-only.ts";
import { findBytes } from "../../fixtures/secrets.ts";
import { use } from "../../fixtures/use.ts";
import { runHub } from "./parts.ts";

const VALUE = "correct horse battery staple";
const ref = (name: string) => `\${keychain:${name}}`;

async function usedHub() {
  const as = use(await startAuthorizationServer());
  const [acme, other] = [
    use(await startProtectedServer({ issuer: as })),
    use(await startProtectedServer({ issuer: as })),
  ];
  const hub = await runHub({
    acme: { url: acme.url },
    other: { url: other.url },
    keyed: { url: "https://keyed.example", headers: { "X-Key": ref("k") } },
  });
  await hub.call("setSecret", { name: "k", value: VALUE });
  await hub.call("signIn", { server: "acme" });
  await hub.call("signIn", { server: "acme", account: "work" });
  await hub.call("signIn", { server: "other" });
  await (await hub.connect("acme")).toolNames();
  return { as, hub };
}

test("sign-ins and secrets go everywhere, servers and settings stay", async () => {
  const { as, hub } = await usedHub();
  const text = hub.home.readServers();
  expect(await hub.call("reset", { what: "sign_ins" })).toEqual({ signed_out: 3, backup: null, problems: [] });
  expect(as.records.count("revoke")).toBeGreaterThanOrEqual(3);
  expect(hub.home.readServers()).toBe(text);
  for (const name of ["acme", "other"]) {
    expect(hub.server(name).accounts).toMatchObject([{ name: "default", state: "signed_out" }]);
  }
  expect(hub.server("keyed").error?.message).toContain("which is not set");
  expect((await hub.call("listSecrets", {})).secrets).toEqual([{ name: "k", is_set: false, used_by: ["keyed"] }]);
  await hub.restart();
  expect(hub.server("acme").accounts).toMatchObject([{ name: "default", state: "signed_out" }]);
  expect(JSON.parse(readFileSync(join(hub.home.path, "state/accounts.json"), "utf8")).servers).toEqual([]);
});

test("grants of servers that are in no file any more go, too", async () => {
  const { as, hub } = await usedHub();
  await hub.restart(() => hub.home.writeServers({}));
  expect(await hub.call("reset", { what: "sign_ins" })).toMatchObject({ problems: [] });
  const { accessTokens, refreshTokens } = as.records.issued;
  expect(findBytes([...accessTokens, ...refreshTokens, VALUE], { files: [hub.home.path] })).toEqual([]);
  expect(JSON.parse(readFileSync(join(hub.home.path, "state/accounts.json"), "utf8")).servers).toEqual([]);
});

test("everything: the file is kept aside, nothing is remembered", async () => {
  const { hub } = await usedHub();
  await hub.call("setSettings", { theme: "dark" });
  await hub.call("pauseAll", { paused: true });
  const { undo } = await hub.call("setServerEnabled", { name: "other", enabled: false });
  const text = hub.home.readServers();
  const { backup, problems, signed_out: signedOut } = await hub.call("reset", { what: "everything" });
  expect({ problems, signedOut }).toEqual({ problems: [], signedOut: 3 });
  expect(dirname(backup ?? "")).toBe(hub.home.path);
  expect(readFileSync(backup ?? "", "utf8")).toBe(text);
  expect(JSON.parse(hub.home.readServers())).toEqual({ mcpServers: {} });
  expect(hub.snapshot()).toMatchObject({
    paused: false,
    settings: { theme: "system" },
    config: { error: null },
    servers: [],
  });
  expect(await hub.call("activity", {})).toEqual({ records: [] });
  expect((await hub.call("calls", {})).calls).toEqual([]);
  await expect(hub.call("undo", { undo })).rejects.toMatchObject({ code: "invalid_request" });
  await hub.restart();
  expect(hub.snapshot().servers).toEqual([]);
  expect(await hub.call("activity", {})).toEqual({ records: [] });
});

test("a file that is broken is kept aside as it was, and a link to it stays one", async () => {
  const hub = await runHub("");
  const target = join(hub.home.path, "dotfiles.json");
  await hub.restart(() => {
    rmSync(hub.home.configPath);
    symlinkSync("dotfiles.json", hub.home.configPath);
    writeFileSync(target, "{ oops");
  });
  const { backup, problems } = await hub.call("reset", { what: "everything" });
  expect(problems).toEqual([]);
  expect(readFileSync(backup ?? "", "utf8")).toBe("{ oops");
  expect(lstatSync(hub.home.configPath).isSymbolicLink()).toBe(true);
  expect(JSON.parse(readFileSync(target, "utf8"))).toEqual({ mcpServers: {} });
  expect(hub.snapshot().config.error).toBeNull();
});

test("tokens that cannot be revoked are deleted, and that is said", async () => {
  const { as, hub } = await usedHub();
  await as.stop();
  const { signed_out: signedOut, problems } = await hub.call("reset", { what: "sign_ins" });
  expect(signedOut).toBe(3);
  expect(problems.map(({ server }) => server).sort()).toEqual(["acme", "acme", "other"]);
  expect(problems[0]).toMatchObject({ message: expect.stringContaining("deleted here") });
  expect(hub.server("acme").accounts).toMatchObject([{ state: "signed_out" }]);
});

test.runIf(CAN_BE_READ_ONLY)("what cannot be written is said, and the rest is done", async () => {
  const { hub } = await usedHub();
  const text = hub.home.readServers();
  const folder = join(hub.home.path, "dotfiles");
  await hub.restart(() => {
    mkdirSync(folder);
    renameSync(hub.home.configPath, join(folder, "servers.json"));
    symlinkSync(join("dotfiles", "servers.json"), hub.home.configPath);
  });
  await (await hub.connect("acme")).toolNames();
  const readOnly = [folder, join(hub.home.path, "state")].map((one) => use(makeReadOnly(one)));
  const { problems, signed_out: signedOut } = await hub.call("reset", { what: "everything" });
  for (const one of readOnly) one.close();
  expect(signedOut).toBe(3);
  expect(problems.map(({ code }) => code)).toContain("config_invalid");
  expect(problems.map(({ code }) => code)).toContain("internal");
  for (const { message, suggestion } of problems) expect(`${message}${suggestion}`).toMatch(/^.+\..+\.$/);
  expect(hub.home.readServers()).toBe(text);
  expect(hub.server("acme").accounts).toMatchObject([{ state: "signed_out" }]);
  expect(await hub.call("activity", {})).toEqual({ records: [] });
  const again = await hub.call("reset", { what: "everything" });
  expect(again.problems).toEqual([]);
  expect(JSON.parse(hub.home.readServers())).toEqual({ mcpServers: {} });
});
