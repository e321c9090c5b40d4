/** The main job, end to end: the real app, tray, keyring, Chromium and authorization server, one agent throughout. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ErrorObject, Snapshot } from "../../preload/api.ts";
import { type Agent, startAgent } from "../fixtures/agent.ts";
import { startAgain, startApp, type TestApp } from "../fixtures/app.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../fixtures/authorization-server.ts";
import { startBrowser, type TestBrowser } from "../fixtures/browser.ts";
import { descendantsOf } from "../fixtures/children.ts";
import { type Cleanup, makeCleanup } from "../fixtures/cleanup.ts";
import { type Desktop, startDesktop } from "../fixtures/desktop.ts";
import { everythingServer } from "../fixtures/everything.ts";
import { type Home, makeHome } from "../fixtures/home.ts";
import { keyringEntries } from "../fixtures/keyring.ts";
import { runCli } from "../fixtures/program.ts";
import { type ProtectedServer, startProtectedServer } from "../fixtures/protected-server.ts";
import { findBytes } from "../fixtures/secrets.ts";
import { type Tray, watchTray } from "../fixtures/tray.ts";
import { waitFor } from "../fixtures/wait.ts";

const ALL = ["tools", "prompts", "resources"] as const;

let all: Cleanup;
let desktop: Desktop;
let as: AuthorizationServer;
let acme: ProtectedServer;
let browser: TestBrowser;
let tray: Tray;
let home: Home;
let env: NodeJS.ProcessEnv;
let app: TestApp;
let agent: Agent;
let local: Agent;
/** Everything that the window was ever given. */
const windowSaw: string[] = [];

beforeAll(async () => {
  all = makeCleanup();
  desktop = all.use(await startDesktop());
  as = all.use(await startAuthorizationServer({ accessTokenTtlS: 3600 }));
  acme = all.use(await startProtectedServer({ issuer: as }));
  browser = all.use(await startBrowser());
  tray = all.use(await watchTray(desktop.env));
  home = all.use(makeHome({ acme: { type: "streamable-http", url: acme.url }, everything: everythingServer() }));
  env = { ...desktop.env, GATEHOUSE_BROWSER: browser.command, GATEHOUSE_LOG_LEVEL: "debug" };
});

afterAll(() => all.close());

const start = (args: readonly string[] = []): Promise<TestApp> => startApp({ home: home.path, env, args });
const connect = (server: string, clientName = "Claude"): Promise<Agent> =>
  startAgent({ home: home.path, env, server, clientName });

async function status(): Promise<{ code: number | string; snapshot: Snapshot }> {
  const { code, stdout } = await runCli(["status", "--json"], { home: home.path, env });
  return { code, snapshot: JSON.parse(stdout) as Snapshot };
}

async function failure(call: Promise<unknown>): Promise<ErrorObject> {
  try {
    await call;
  } catch (error) {
    return (error as { data: ErrorObject }).data;
  }
  throw new Error("the call worked");
}

/** Keeps what the page of the window gets, whatever it does with it. */
async function listenIn(): Promise<void> {
  const page = await app.window();
  await page.exposeFunction("saw", (text: string) => void windowSaw.push(text));
  await page.evaluate(() => {
    const scope = window as unknown as {
      saw(text: string): void;
      gatehouse: {
        on(event: string, listener: (value: unknown) => void): void;
        getSnapshot(p: object): Promise<unknown>;
      };
    };
    scope.gatehouse.on("snapshot", (value) => scope.saw(JSON.stringify(value)));
    void scope.gatehouse.getSnapshot({}).then((value) => scope.saw(JSON.stringify(value)));
  });
}

test("1. the app starts with tray, window, hub and pipe, once; closing the window keeps tray and hub", async () => {
  app = all.use(await start());
  const page = await app.window();
  await page.getByRole("listitem", { name: "acme" }).waitFor();
  await tray.waitForItem();
  await tray.waitForLabel("Quit Gatehouse");

  await page.close();
  await waitFor("no window", () => (app.app.windows().length === 0 ? true : undefined));
  expect((await status()).snapshot.servers.map(({ name }) => name)).toEqual(["acme", "everything"]);
  expect(await tray.labels()).toContain("Open Gatehouse");

  await startAgain({ home: home.path, env });
  await (await app.window()).getByRole("listitem", { name: "acme" }).waitFor();
  await listenIn();
});

test("2. an agent that comes before anybody signed in is answered at once, and has the one tool sign_in", async () => {
  agent = all.use(await connect("acme"));
  expect(await agent.toolNames()).toEqual(["sign_in"]);
  const told = await agent.client.callTool({ name: "sign_in", arguments: {} });
  expect(told.structuredContent).toMatchObject({ code: "sign_in_required", server: "acme" });
  expect(as.records.count("authorize")).toBe(0);
  expect(browser.pages()).toHaveLength(0);

  local = all.use(await connect("everything"));
  expect(await local.callText("echo", { message: "hello" })).toContain("hello");

  const { code, snapshot } = await status();
  expect(code).toBe(3);
  expect(snapshot.servers[0]).toMatchObject({ state: "sign_in_required", agents: 1, agent_names: ["Claude"] });
  expect(snapshot.servers[1]).toMatchObject({ state: "ready" });
});

test("3. a click in the tray opens the browser; after consent window and tray say so and the keychain has one entry", async () => {
  const row = (await app.window()).getByRole("listitem", { name: "acme" });
  await row.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  expect(await keyringEntries(desktop.env)).toEqual([]);

  await tray.click("Sign in to acme");
  const seen = await browser.signIn(await browser.waitForPage(as.issuer));
  expect(seen.end).toContain("acme");
  expect(seen.end).toMatch(/close this tab/i);
  // Nothing that could be used is left in the address bar.
  expect(new URL(seen.endUrl).hostname).toBe("127.0.0.1");
  await waitFor(
    "a clean address",
    async () => (await browser.pages()[0]?.evaluate(() => location.search)) === "" || undefined,
  );

  await row.getByText("Signed in").first().waitFor();
  await tray.waitForLabel("Sign out of acme");
  const [entry, ...more] = await keyringEntries(desktop.env);
  expect(more).toEqual([]);
  expect(entry?.attributes).toMatchObject({ service: "gatehouse", username: `acme:${new URL(acme.url).origin}` });

  const [request] = as.records.of("authorize");
  expect(request?.params).toMatchObject({ code_challenge_method: "S256", resource: acme.url, response_type: "code" });
  expect(request?.params.state).toBeTruthy();
  expect(String(request?.params.redirect_uri)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
  expect(as.records.count("register")).toBe(1);
});

test("4. the same agent, not restarted, is told, and calls the server's own tools", async () => {
  await agent.waitForToolsChanged();
  expect(agent.changed).toEqual(Object.fromEntries(ALL.map((list) => [list, 1])));
  expect(await agent.toolNames()).toContain("add");
  expect(await agent.callText("add", { a: 2, b: 40 })).toBe("42");
  expect(await agent.callText("whoami")).toBe("ada");
  const { code, snapshot } = await status();
  expect(code).toBe(0);
  expect(snapshot.servers[0]).toMatchObject({ state: "ready", tools: 4 });
});

test("5. after a restart the agent goes on; an access token that ended is renewed once, for all agents", async () => {
  const pid = agent.pid;
  const changedBefore = agent.changed.tools;
  await app.quit();
  app = all.use(await start());
  await agent.waitForToolsChanged(changedBefore);
  expect(await agent.callText("add", { a: 1, b: 1 })).toBe("2");
  expect(agent.pid).toBe(pid);
  expect(await local.callText("echo", { message: "again" })).toContain("again");
  expect(as.records.tokenRequests("authorization_code")).toHaveLength(1);
  await listenIn();

  const others = await Promise.all(["Cursor", "VS Code"].map((name) => connect("acme", name)));
  for (const other of others) all.use(other);
  await Promise.all(others.map((other) => other.callText("add", { a: 1, b: 2 })));
  const refreshes = () => as.records.tokenRequests("refresh_token").length;
  expect(refreshes()).toBe(0);
  as.expireAccessTokens();
  const sums = await Promise.all(
    [agent, ...others].flatMap((one) => [3, 4, 5].map((n) => one.callText("add", { a: n, b: n }))),
  );
  expect(sums).toEqual(["6", "8", "10", "6", "8", "10", "6", "8", "10"]);
  expect(refreshes()).toBe(1);
  expect(as.records.tokenRequests("authorization_code")).toHaveLength(1);
});

test("no token is anywhere but in the keychain", async () => {
  const { issued } = as.records;
  const needles = [
    ...issued.accessTokens,
    ...issued.refreshTokens,
    ...issued.idTokens,
    ...issued.codes,
    ...issued.clientSecrets,
    ...issued.registrationTokens,
  ];
  expect(issued.accessTokens.length).toBeGreaterThan(1);
  expect(issued.refreshTokens.length).toBeGreaterThan(1);
  expect(windowSaw.length).toBeGreaterThan(1);
  const page = await app.window();
  const processes = [...new Set([...home.processes(), ...descendantsOf(app.pid), app.pid, agent.pid])];
  const hits = findBytes(needles, {
    files: [home.path],
    processes,
    strings: {
      "what the agents got": [agent, local].flatMap(({ received }) => received).join("\n"),
      "what the shims wrote": agent.stderr() + local.stderr(),
      "what the window got": windowSaw.join("\n"),
      "what the window shows": await page.content(),
      "what the app printed": app.log(),
      "gatehouse status": JSON.stringify((await status()).snapshot),
    },
  });
  expect(hits).toEqual([]);
  const kept = (await keyringEntries(desktop.env)).map(({ secret }) => secret).join();
  expect(
    findBytes([issued.accessTokens.at(-1) as string, issued.refreshTokens.at(-1) as string], { strings: { kept } }),
  ).not.toEqual([]);
});

test("6. a sign-out deletes, revokes and tells the agent; a second one is done at once", async () => {
  const changedBefore = agent.changed.tools;
  await tray.click("Sign out of acme");
  await agent.waitForToolsChanged(changedBefore);
  await waitFor("an empty keychain", async () => ((await keyringEntries(desktop.env)).length === 0 ? true : undefined));
  // What is kept here goes first, whatever the authorization server does.
  await waitFor("the tokens to be revoked", () => (as.records.count("revoke") > 0 ? true : undefined));

  const error = await failure(agent.callText("add", { a: 1, b: 1 }));
  expect(error).toMatchObject({
    code: "sign_in_required",
    server: "acme",
    suggestion: expect.stringContaining("Sign in to acme"),
  });
  expect(error.correlation_id).toMatch(/^[0-9a-f-]{36}$/);
  expect(await agent.toolNames()).toEqual(["sign_in"]);

  const again = await runCli(["logout", "acme"], { home: home.path, env });
  expect(again).toMatchObject({ code: 0, stdout: "" });
  const row = (await app.window()).getByRole("listitem", { name: "acme" });
  await row.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  await tray.waitForLabel("Sign in to acme");
});

test("a sign-in from the window, by keyboard, brings the tools back", async () => {
  const page = await app.window();
  const button = page.getByRole("listitem", { name: "acme" }).getByRole("button", { name: "Sign in", exact: true });
  await button.focus();
  const changedBefore = agent.changed.tools;
  await page.keyboard.press("Enter");
  const tab = await waitFor("a new tab", () => browser.pages().find((one) => one.url().startsWith(as.issuer)));
  await browser.signIn(tab);
  await agent.waitForToolsChanged(changedBefore);
  expect(await agent.callText("whoami")).toBe("ada");
});

test("quitting by the tray ends the app, its hub and its record, and nothing else of it stays", async () => {
  await tray.click("Quit Gatehouse");
  await waitFor("the app to end", () => (app.isGone() ? true : undefined));
  expect((await runCli(["status"], { home: home.path, env })).code).toBe(4);
});
