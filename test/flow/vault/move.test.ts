/** Sign-ins move between a real keyring and the file, by the command line, on a hub in plain Node. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Snapshot } from "../../../preload/api.ts";
import { startAgent } from "../../fixtures/agent.ts";
import { ACCOUNTS, startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { stopProcess } from "../../fixtures/children.ts";
import { startDesktop } from "../../fixtures/desktop.ts";
import { makeHome } from "../../fixtures/home.ts";
import { keyringEntries } from "../../fixtures/keyring.ts";
import { clickThrough } from "../../fixtures/oauth-client.ts";
import { runCli, startCli } from "../../fixtures/program.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { findBytes } from "../../fixtures/secrets.ts";
import { use } from "../../fixtures/use.ts";

test("to the file and back: nobody signs in again, agents go on, the old place is empty", async () => {
  const desktop = use(await startDesktop({ display: false }));
  const as = use(await startAuthorizationServer());
  const acme = use(await startProtectedServer({ issuer: as }));
  const home = use(makeHome({ acme: { url: acme.url } }));
  const options = { home: home.path, env: { ...desktop.env, GATEHOUSE_BROWSER: "/bin/false" } };
  const cli = (...args: string[]) => runCli(args, options);
  const login = async (target: string, user: string): Promise<void> => {
    const running = use(startCli(["login", target, "--no-browser"], options));
    const [url] = await running.waitForStderr(/https?:\/\/\S+\/authorize\?\S+/);
    await fetch(await clickThrough(new URL(url), { user, password: ACCOUNTS[user] ?? "" }));
    expect(await running.exited).toBe(0);
  };
  const whoami = async (): Promise<string[]> => {
    const agents = await Promise.all(
      ["acme", "acme@work"].map(async (server) => use(await startAgent({ ...options, server }))),
    );
    const names = await Promise.all(agents.map((agent) => agent.callText("whoami")));
    await Promise.all(agents.map((agent) => agent.close()));
    return names;
  };
  const kept = async () =>
    (await keyringEntries(desktop.env)).filter(({ attributes }) => attributes.service === "gatehouse");
  const stopHub = () => Promise.all(home.processes().map((pid) => stopProcess(pid)));
  const file = join(home.path, "vault.enc");

  await login("acme", "ada");
  await login("acme@work", "grace");
  expect((await cli("vault", "status")).stdout).toContain("system keyring");
  expect(await kept()).toHaveLength(2);
  const agent = use(await startAgent({ ...options, server: "acme" }));
  expect(await agent.callText("whoami")).toBe("ada");

  const moved = await cli("vault", "move", "file");
  expect(moved).toMatchObject({ code: 0, stdout: "" });
  expect(moved.stderr).toContain("2 sign-ins moved. Sign-ins kept in an encrypted file");
  expect(await kept()).toHaveLength(0);
  expect(await agent.callText("whoami")).toBe("ada");
  expect(agent.changed.tools).toBe(0);
  const tokens = [...as.records.issued.accessTokens, ...as.records.issued.refreshTokens];
  expect(findBytes(tokens, { files: [home.path] })).toEqual([]);

  await stopHub();
  expect(await whoami()).toEqual(["ada", "grace"]);
  const status = JSON.parse((await cli("status", "--json")).stdout) as Snapshot;
  expect(status.hub.vault).toEqual({ kind: "file", state: "ok" });

  await stopHub();
  const fixed = { ...options, env: { ...options.env, GATEHOUSE_VAULT: "file" } };
  const refused = await runCli(["vault", "move", "keychain"], fixed);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("GATEHOUSE_VAULT is set to file");
  await stopHub();

  expect((await cli("vault", "move", "keychain")).stderr).toContain("2 sign-ins moved");
  expect(await kept()).toHaveLength(2);
  await stopHub();
  expect(existsSync(file)).toBe(true);
  expect(await whoami()).toEqual(["ada", "grace"]);
  expect(as.records.tokenRequests("authorization_code")).toHaveLength(2);
});

test("what the command line cannot mean is a mistake of usage", async () => {
  const home = use(makeHome());
  for (const args of [
    ["vault"],
    ["vault", "move"],
    ["vault", "move", "memory"],
    ["vault", "status", "now"],
    ["use", "acme"],
  ]) {
    const { code, stderr } = await runCli(args, { home: home.path });
    expect({ args, code }).toEqual({ args, code: 2 });
    expect(stderr).toContain("Usage: gatehouse");
  }
});
