/** The app and `gatehouse hub` own a home alike: whoever is first has it, and the other one goes on with it. */
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Snapshot } from "../../preload/api.ts";
import { connectHub } from "../../shim/connect.ts";
import { openControl } from "../../shim/control.ts";
import { type HubRecord, readRecord } from "../../shim/endpoint.ts";
import { startAgent } from "../fixtures/agent.ts";
import { electronExecutable, startApp } from "../fixtures/app.ts";
import { ACCOUNTS, startAuthorizationServer } from "../fixtures/authorization-server.ts";
import { startDesktop } from "../fixtures/desktop.ts";
import { everythingServer } from "../fixtures/everything.ts";
import { makeHome } from "../fixtures/home.ts";
import { lockKeyring } from "../fixtures/keyring.ts";
import { clickThrough } from "../fixtures/oauth-client.ts";
import { runCli, startCli, startHeadlessHub } from "../fixtures/program.ts";
import { startProtectedServer } from "../fixtures/protected-server.ts";
import { watchTray } from "../fixtures/tray.ts";
import { use } from "../fixtures/use.ts";
import { waitFor } from "../fixtures/wait.ts";

test("an app that finds a hub running draws that one, and takes over when it ends, with the agents", async () => {
  const desktop = use(await startDesktop());
  const tray = use(await watchTray(desktop.env));
  const home = use(makeHome({ everything: everythingServer() }));
  const there = { home: home.path, env: desktop.env };
  const hub = use(await startHeadlessHub(there));
  const agent = use(await startAgent({ ...there, server: "everything", clientName: "Claude" }));
  expect(await agent.callText("echo", { message: "one" })).toContain("one");

  const app = use(await startApp(there));
  const row = (await app.window()).getByRole("listitem", { name: "everything" });
  await row.getByText("Claude").waitFor();
  await tray.waitForLabel("Quit Gatehouse");
  const pid = async (): Promise<unknown> => {
    const { stdout } = await runCli(["status", "--json"], there);
    return stdout === "" ? undefined : (JSON.parse(stdout) as { hub: { pid: number } }).hub.pid;
  };
  expect(await pid()).toBe(hub.pid);

  expect(await hub.stop()).toBe(0);
  await waitFor("the app to take over", async () => ((await pid()) === app.pid ? true : undefined));
  expect(await agent.callText("echo", { message: "two" })).toContain("two");
  await row.getByText("Claude").waitFor();
  home.writeServers({ everything: everythingServer(), second: everythingServer() });
  await (await app.window()).getByRole("listitem", { name: "second" }).waitFor();
});

test("a hub that an agent without a desktop in its environment started makes way for the app, and the agent goes on", async () => {
  const desktop = use(await startDesktop());
  const as = use(await startAuthorizationServer());
  const acme = use(await startProtectedServer({ issuer: as }));
  const home = use(makeHome({ acme: { url: acme.url } }));
  // What the MCP SDKs hand on to a server that they start.
  const { HOME, PATH } = desktop.env;
  const bare = { ...Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined])), HOME, PATH };
  const agent = use(await startAgent({ home: home.path, env: bare, server: "acme", clientName: "Claude" }));
  const told = await agent.client.callTool({ name: "sign_in", arguments: {} });
  expect(told.structuredContent).toMatchObject({ code: "vault_unavailable" });

  const there = { home: home.path, env: desktop.env };
  const app = use(await startApp(there));
  const snapshot = async (): Promise<Snapshot> =>
    JSON.parse((await runCli(["status", "--json"], there)).stdout) as Snapshot;
  await waitFor("the agent at the app", async () => ((await snapshot()).servers[0]?.agents === 1 ? true : undefined));
  expect((await snapshot()).hub).toMatchObject({ pid: app.pid, vault: { kind: "keychain", state: "ok" } });
  const now = await agent.client.callTool({ name: "sign_in", arguments: {} });
  expect(now.structuredContent).toMatchObject({ code: "sign_in_required" });
});

test("an app makes way for a newer Gatehouse that a person starts, and for nothing else", async () => {
  const desktop = use(await startDesktop());
  const home = use(makeHome());
  const app = use(await startApp({ home: home.path, env: desktop.env }));
  await (await app.window()).getByRole("heading", { name: "Servers" }).waitFor();
  const record = readRecord(home.path) as HubRecord;
  const ask = async (newcomer: object): Promise<void> => {
    const reached = await connectHub(record, record.version, { kind: "control" });
    if (reached.kind !== "open") throw new Error(reached.kind);
    const control = use(openControl(reached.socket));
    void control.call("yield", newcomer).catch(() => {});
    await control.closed;
  };
  for (const role of ["app", "headless", "shim"]) await ask({ role, wire: record.wire, version: record.version });
  await ask({ role: "shim", wire: record.wire + 1, version: "99.0.0" });
  expect(app.isGone()).toBe(false);
  await ask({ role: "app", wire: record.wire + 1, version: "99.0.0" });
  await waitFor("the app to go", () => (app.isGone() ? true : undefined));
  expect(readRecord(home.path)).toBeNull();
});

test("an agent that comes first starts the app in the tray, without a window; the person's start shows it", async () => {
  const desktop = use(await startDesktop());
  const tray = use(await watchTray(desktop.env));
  const home = use(makeHome({ everything: everythingServer() }));
  const env = { ...desktop.env, ELECTRON_OVERRIDE_DIST_PATH: join(electronExecutable(), "..") };
  const agents = await Promise.all([1, 2, 3].map(() => startAgent({ home: home.path, env, server: "everything" })));
  for (const agent of agents) use(agent);
  expect(await agents[0]?.callText("echo", { message: "hi" })).toContain("hi");
  await tray.waitForItem();
  expect(await tray.labels()).toContain("Open Gatehouse");
  await tray.click("Quit Gatehouse");
  await waitFor("the app to end", async () =>
    (await runCli(["status"], { home: home.path, env })).code === 4 ? true : undefined,
  );
  // Quit means quit: agents that are still connected do not bring it back by themselves, only by needing it.
  expect(home.processes().length).toBeGreaterThan(0);
  expect(await agents[1]?.callText("echo", { message: "again" })).toContain("again");
});

test("without a Secret Service the window says so, the sign-in is refused, and the agent is told", async () => {
  const desktop = use(await startDesktop({ keyring: "absent" }));
  const as = use(await startAuthorizationServer());
  const acme = use(await startProtectedServer({ issuer: as }));
  const home = use(makeHome({ acme: { url: acme.url }, open: { url: use(await startProtectedServer({})).url } }));
  const there = { home: home.path, env: { ...desktop.env, GATEHOUSE_BROWSER: "/bin/false" } };
  const app = use(await startApp(there));
  const agent = use(await startAgent({ ...there, server: "acme" }));
  expect(await agent.toolNames()).toEqual(["sign_in"]);
  const told = await agent.client.callTool({ name: "sign_in", arguments: {} });
  expect(told.structuredContent).toMatchObject({ code: "vault_unavailable", server: "acme" });

  const page = await app.window();
  await page.getByText("No safe place for secrets").first().waitFor();
  const row = page.getByRole("listitem", { name: "acme" });
  await row.getByRole("button", { name: "Sign in", exact: true }).click();
  await row.getByRole("button", { name: "Details" }).click();
  await page.getByText("vault_unavailable").first().waitFor();
  expect(as.records.authorizations).toEqual([]);
  const { code, stdout } = await runCli(["status", "--json"], there);
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    hub: { vault: { kind: "keychain", state: "unavailable" } },
    servers: [
      { name: "acme", state: "sign_in_required", error: { code: "vault_unavailable", server: "acme" } },
      { name: "open" },
    ],
  });
  // What needs no sign-in needs no keychain.
  const other = use(await startAgent({ ...there, server: "open" }));
  expect(await other.callText("add", { a: 1, b: 1 })).toBe("2");
});

test("a locked keychain is told apart from an absent one, and from a missing sign-in", async () => {
  const desktop = use(await startDesktop({ display: false }));
  const as = use(await startAuthorizationServer());
  const acme = use(await startProtectedServer({ issuer: as }));
  const home = use(makeHome({ acme: { url: acme.url } }));
  const there = { home: home.path, env: desktop.env };
  const first = use(await startHeadlessHub(there));
  const login = use(startCli(["login", "acme", "--no-browser"], there));
  const [url] = await login.waitForStderr(/https?:\/\/\S+\/authorize\?\S+/);
  await fetch(await clickThrough(new URL(url), { user: "ada", password: ACCOUNTS.ada ?? "" }));
  expect(await login.exited).toBe(0);
  await first.stop();

  await lockKeyring(desktop.env);
  use(await startHeadlessHub(there));
  const agent = use(await startAgent({ ...there, server: "acme" }));
  const told = await agent.client.callTool({ name: "sign_in", arguments: {} });
  expect(told.structuredContent).toMatchObject({ code: "vault_locked", server: "acme" });
  const { stdout } = await runCli(["status", "--json"], there);
  expect(JSON.parse(stdout)).toMatchObject({ hub: { vault: { kind: "keychain", state: "locked" } } });
  expect(as.records.tokenRequests("authorization_code")).toHaveLength(1);
});
