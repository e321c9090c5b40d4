/** Several identities at one server: a real hub in this process, its vault in a file, agents through the real shim. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startHub } from "../../../main/app.ts";
import type { HubHandle } from "../../../main/verbs/handle.ts";
import type { Answer, Method, Params, ServerStatus } from "../../../preload/api.ts";
import { type Agent, startAgent } from "../../fixtures/agent.ts";
import { ACCOUNTS, startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { makeHome } from "../../fixtures/home.ts";
import { clickThrough } from "../../fixtures/oauth-client.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { findBytes } from "../../fixtures/secrets.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { failure } from "./parts.ts";

type User = keyof typeof ACCOUNTS & string;

/** A hub of its own for each test; `restart` ends it and starts the next on the same files. */
async function makeWorld() {
  const as = use(await startAuthorizationServer());
  const acme = use(await startProtectedServer({ issuer: as }));
  const home = use(makeHome({ acme: { url: acme.url } }));
  let user: User = "ada";
  const browser = {
    open: async (url: URL) => void (await fetch(await clickThrough(url, { user, password: ACCOUNTS[user] ?? "" }))),
  };
  const env = { GATEHOUSE_HOME: home.path, GATEHOUSE_VAULT: "file", GATEHOUSE_LOG_LEVEL: "debug" };
  const start = async (): Promise<HubHandle> => {
    const started = await startHub({ env, browser, version: "0.1.0", role: "headless" });
    if (started === null) throw new Error("a hub runs here already");
    return started;
  };
  let hub = await start();
  use({ close: () => hub.close("quit") });

  const call = async <M extends Method>(method: M, params: Params<M>): Promise<Answer<M>> => {
    const result = await hub.call(method, params);
    if (result.ok) return result.value;
    throw Object.assign(new Error(result.error.message), { data: result.error });
  };
  return {
    as,
    acme,
    home,
    call,
    async restart(between: () => void = () => {}) {
      await hub.close("quit");
      between();
      hub = await start();
    },
    signIn(account: string | undefined, who: User) {
      user = who;
      return call("signIn", { server: "acme", ...(account === undefined ? {} : { account }) });
    },
    server(name = "acme"): ServerStatus {
      const found = hub.snapshot().servers.find((one) => one.name === name);
      if (found === undefined) throw new Error(`no server ${name}`);
      return found;
    },
    connect: async (server = "acme"): Promise<Agent> =>
      use(await startAgent({ home: home.path, env: { ...env }, server, clientName: `Claude at ${server}` })),
  };
}

const names = (server: ServerStatus) => server.accounts.map(({ name, state }) => `${name} ${state}`);

test("two accounts are two identities, known again after a restart, the unnamed one by default", async () => {
  const world = await makeWorld();
  await world.signIn(undefined, "ada");
  await world.signIn("work", "grace");
  const both = async () => {
    const [plain, work] = await Promise.all([world.connect(), world.connect("acme@work")]);
    return Promise.all([plain.callText("whoami"), work.callText("whoami")]);
  };
  expect(await both()).toEqual(["ada", "grace"]);
  await world.restart();
  expect(names(world.server())).toEqual(["default signed_in", "work signed_in"]);
  expect(world.server().accounts.map((account) => account.default)).toEqual([true, false]);
  expect(await both()).toEqual(["ada", "grace"]);
  expect(world.as.records.tokenRequests("authorization_code")).toHaveLength(2);
});

test("an agent of an account that nobody is signed in to is told its name; only its sessions wake afterwards", async () => {
  const world = await makeWorld();
  await world.signIn(undefined, "ada");
  const plain = await world.connect();
  expect(await plain.callText("whoami")).toBe("ada");
  const work = await world.connect("acme@work");
  expect(await work.toolNames()).toEqual(["sign_in"]);
  const told = await work.client.callTool({ name: "sign_in", arguments: {} });
  expect(told.structuredContent).toMatchObject({
    code: "sign_in_required",
    server: "acme",
    message: "acme needs you to sign in as work.",
    suggestion: expect.stringContaining("gatehouse login acme --account work"),
    details: { account: "work" },
  });
  expect(world.server()).toMatchObject({
    state: "sign_in_required",
    accounts: [
      { name: "default", state: "signed_in", needed: false },
      { name: "work", state: "signed_out", needed: true },
    ],
  });
  const opened = world.acme.opened.length;
  await world.signIn("work", "grace");
  await work.waitForToolsChanged();
  expect(await work.callText("whoami")).toBe("grace");
  expect(await plain.callText("whoami")).toBe("ada");
  expect(plain.changed.tools).toBe(0);
  expect(world.acme.opened.length).toBe(opened + 1);
  expect(world.server().state).toBe("ready");
});

test("the first account that signs in is the default one, and agents that name none follow a switch", async () => {
  const world = await makeWorld();
  const plain = await world.connect();
  await world.signIn("work", "grace");
  await plain.waitForToolsChanged();
  expect(await plain.callText("whoami")).toBe("grace");
  await world.signIn("home", "ada");
  const home = await world.connect("acme@home");
  expect(world.server().accounts).toMatchObject([
    { name: "work", default: true },
    { name: "home", default: false },
  ]);
  const before = plain.changed.tools;
  await world.call("setDefaultAccount", { server: "acme", account: "home" });
  await plain.waitForToolsChanged(before);
  expect(await plain.callText("whoami")).toBe("ada");
  expect(await home.callText("whoami")).toBe("ada");
  expect(home.changed.tools).toBe(0);
  await world.restart();
  expect(names(world.server())).toEqual(["home signed_in", "work signed_in"]);
  await expect(world.call("setDefaultAccount", { server: "acme", account: "nobody" })).rejects.toMatchObject({
    data: { code: "invalid_request" },
  });
});

test("signing out of one account leaves the other; removing it forgets the name", async () => {
  const world = await makeWorld();
  await world.signIn(undefined, "ada");
  await world.signIn("work", "grace");
  const [plain, work] = await Promise.all([world.connect(), world.connect("acme@work")]);
  expect(await world.call("signOut", { server: "acme", account: "work" })).toEqual({
    was_signed_in: true,
    revocation: "revoked",
  });
  expect((await failure(work.callText("whoami"))).message).toBe("acme needs you to sign in as work.");
  expect(await plain.callText("whoami")).toBe("ada");
  expect(plain.changed.tools).toBe(0);
  await work.close();
  await world.restart();
  expect(names(world.server())).toEqual(["default signed_in", "work signed_out"]);
  await world.call("removeAccount", { server: "acme", account: "work" });
  expect(names(world.server())).toEqual(["default signed_in"]);
  await world.restart();
  expect(names(world.server())).toEqual(["default signed_in"]);
});

test("a server that is renamed keeps its accounts; one that moves to another origin, or goes, signs out of all", async () => {
  const world = await makeWorld();
  await world.signIn("work", "grace");
  await world.signIn("home", "ada");
  await world.call("updateServer", { name: "acme", new_name: "acme two" });
  expect(names(world.server("acme two"))).toEqual(["work signed_in", "home signed_in"]);
  const agent = await world.connect("acme two");
  expect(await agent.callText("whoami")).toBe("grace");
  await world.restart();
  expect(names(world.server("acme two"))).toEqual(["work signed_in", "home signed_in"]);
  expect(world.as.records.count("revoke")).toBe(0);

  await expect(world.call("updateServer", { name: "acme two", new_name: "no/name" })).rejects.toMatchObject({
    data: { code: "config_invalid" },
  });
  expect(names(world.server("acme two"))).toEqual(["work signed_in", "home signed_in"]);

  const elsewhere = use(await startProtectedServer({ issuer: world.as }));
  await world.call("updateServer", { name: "acme two", server: { url: elsewhere.url } });
  expect(world.as.records.count("revoke")).toBe(4);
  expect(names(world.server("acme two"))).toEqual(["default signed_out"]);

  await world.call("removeServer", { name: "acme two" });
  const index = JSON.parse(readFileSync(join(world.home.path, "state", "accounts.json"), "utf8"));
  expect(index).toEqual({ v: 1, servers: [] });
});

test("a refresh during a rename is not lost", async () => {
  const world = await makeWorld();
  await world.signIn(undefined, "ada");
  const agent = await world.connect();
  expect(await agent.callText("whoami")).toBe("ada");
  world.as.expireAccessTokens();
  await Promise.all([
    agent.callText("whoami").catch(() => {}),
    world.call("updateServer", { name: "acme", new_name: "other" }),
  ]);
  const other = await world.connect("other");
  expect(await other.callText("whoami")).toBe("ada");
  expect(world.as.records.tokenRequests("authorization_code")).toHaveLength(1);
});

test("the index is a convenience: without it the unnamed account is found, and a broken one is kept aside", async () => {
  const world = await makeWorld();
  const path = join(world.home.path, "state", "accounts.json");
  await world.signIn(undefined, "ada");
  await world.restart(() => writeFileSync(path, "{ broken"));
  expect(names(world.server())).toEqual(["default signed_in"]);
  expect(readFileSync(`${path}.unreadable`, "utf8")).toBe("{ broken");
  await waitFor("the new index", () => existsSync(path) || undefined);
  expect(JSON.parse(readFileSync(path, "utf8")).servers).toMatchObject([{ server: "acme", accounts: ["default"] }]);
});

test("it holds names and no secrets", async () => {
  const world = await makeWorld();
  await world.signIn("ada@example.com", "ada");
  const text = readFileSync(join(world.home.path, "state", "accounts.json"), "utf8");
  expect(text).toContain("ada@example.com");
  const { accessTokens, refreshTokens } = world.as.records.issued;
  expect(findBytes([...accessTokens, ...refreshTokens], { strings: { index: text } })).toEqual([]);
  const agent = await world.connect("acme@ada@example.com");
  expect(await agent.callText("whoami")).toBe("ada");
});

test.each([["a:b"], ["#x"], [" work"], ["a/b"], ["x".repeat(65)]])(
  "an account cannot be called %j",
  async (account) => {
    const world = await makeWorld();
    await expect(world.call("signIn", { server: "acme", account })).rejects.toMatchObject({
      data: { code: "invalid_request", server: "acme" },
    });
  },
);
