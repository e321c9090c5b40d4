/** Signing in and out as agents and a terminal live it, on a hub in plain Node. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ACCOUNTS } from "../../fixtures/authorization-server.ts";
import { everythingServer } from "../../fixtures/everything.ts";
import { clickThrough } from "../../fixtures/oauth-client.ts";
import { startCli } from "../../fixtures/program.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { failure, makeWorld, PLAIN } from "./parts.ts";

test("two agents at the same moment and one sign-in: one authorization, one registration, both get the tools", async () => {
  const world = await makeWorld();
  const [one, two] = await Promise.all([world.connect("acme", "Claude"), world.connect("acme", "Cursor")]);
  expect(await one.toolNames()).toEqual(["sign_in"]);
  expect(await two.toolNames()).toEqual(["sign_in"]);
  expect((await world.login()).code).toBe(0);
  await Promise.all([one.waitForToolsChanged(), two.waitForToolsChanged()]);
  expect(await Promise.all([one.callText("whoami"), two.callText("whoami")])).toEqual(["ada", "ada"]);
  expect(world.as.records.count("register")).toBe(1);
  expect(world.as.records.tokenRequests("authorization_code")).toHaveLength(1);
  expect(new Set(world.acme.opened).size).toBe(2);
});

test("login says each step on stderr, a line each, and nothing on stdout", async () => {
  const world = await makeWorld();
  const { code, stderr } = await world.login();
  expect(code).toBe(0);
  const lines = stderr.trimEnd().split("\n");
  expect(lines.findIndex((line) => line.includes("http://127.0.0.1:") && line.includes("/callback"))).toBeGreaterThan(
    -1,
  );
  expect(lines.some((line) => line.startsWith(`${world.as.issuer}/authorize?`))).toBe(true);
  expect(lines.some((line) => line.includes("300 s"))).toBe(true);
  expect(lines.at(-1)).toMatch(/tools/);
});

test("a denied sign-in says so, and is offered again", async () => {
  const world = await makeWorld();
  const agent = await world.connect();
  const { code, stderr } = await world.login("deny");
  expect(code).toBe(1);
  expect(stderr).toContain("authorization_denied");
  expect(await world.server()).toMatchObject({
    state: "sign_in_required",
    error: { code: "authorization_denied", server: "acme" },
  });
  expect(await agent.toolNames()).toEqual(["sign_in"]);
  expect((await world.login()).code).toBe(0);
  expect(await world.server()).toMatchObject({ state: "ready", error: null });
});

test("a callback with a wrong state ends the sign-in and nothing is exchanged", async () => {
  const world = await makeWorld();
  const running = use(startCli(["login", "acme", "--no-browser"], { home: world.home.path, env: PLAIN }));
  const [url] = await running.waitForStderr(/https?:\/\/\S+\/authorize\?\S+/);
  const callback = new URL(new URL(url).searchParams.get("redirect_uri") as string);
  callback.search = new URLSearchParams({ code: "stolen", state: "guessed", iss: world.as.issuer }).toString();
  const page = await fetch(callback);
  expect(page.status).toBeGreaterThanOrEqual(400);
  expect(await running.exited).toBe(1);
  expect(running.stderr()).toContain("state_mismatch");
  expect(world.as.records.count("token")).toBe(0);
  await expect(fetch(callback)).rejects.toThrow();
});

test("the callback's address may be pasted; a wrong one is said and the next one taken", async () => {
  const world = await makeWorld();
  const running = use(startCli(["login", "acme", "--no-browser"], { home: world.home.path, env: PLAIN }));
  const [url] = await running.waitForStderr(/https?:\/\/\S+\/authorize\?\S+/);
  const end = await clickThrough(new URL(url), { user: "grace", password: ACCOUNTS.grace ?? "" });
  await running.waitForStderr(/paste/);
  running.write("http://127.0.0.1/callback?code=x&state=y\n");
  await running.waitForStderr(/Paste the address/);
  running.write(`${end.href}\n`);
  expect(await running.exited).toBe(0);
  const agent = await world.connect();
  expect(await agent.callText("whoami")).toBe("grace");
});

test.each([
  ["a file", "file:///etc/passwd"],
  ["a script", "javascript:alert(1)"],
  ["plain http elsewhere", "http://as.example/authorize"],
  ["a shell's delight", "a:$(touch /tmp/owned)?response_type=code"],
])("an authorization endpoint that is %s is unsafe_url; nothing is opened", async (_name, endpoint) => {
  const world = await makeWorld();
  world.as.metadata.authorization_endpoint = endpoint;
  const { code, stderr } = await world.cli(["login", "acme"]);
  expect(code).toBe(1);
  expect(stderr).toContain("unsafe_url");
  expect(stderr).not.toContain("Opening");
  expect(world.as.records.count("register")).toBe(0);
  expect(await world.server()).toMatchObject({
    state: "sign_in_required",
    error: { code: "unsafe_url", server: "acme" },
  });
});

test("a server without sign-in: login fails and says that there was no challenge; its tools need none", async () => {
  const open = use(await startProtectedServer({}));
  const world = await makeWorld({ open: { url: open.url }, everything: everythingServer() });
  const { code, stderr } = await world.cli(["login", "open"]);
  expect(code).toBe(1);
  expect(stderr).toContain("401");
  expect(stderr).toContain("no_sign_in_needed");
  expect((await world.cli(["login", "everything"])).code).toBe(1);
  expect((await world.cli(["login", "nobody"])).code).toBe(2);
  const agent = await world.connect("open");
  expect(await agent.callText("echo", { text: "hi" })).toBe("hi");
});

test("one error is the same object for the agent, in the status and in the log", async () => {
  const world = await makeWorld();
  await world.acme.stop();
  const agent = await world.connect();
  const error = await failure(agent.callText("add", { a: 1, b: 1 }));
  expect(error).toMatchObject({
    code: "upstream_unreachable",
    server: "acme",
    message: expect.any(String),
    suggestion: expect.any(String),
  });
  expect(await world.server()).toMatchObject({ state: "failing", error });
  await world.acme.start();
  expect(await agent.toolNames()).toEqual(["sign_in"]);
  const needed = await failure(agent.callText("add", { a: 1, b: 1 }));
  expect(needed.code).toBe("sign_in_required");
  expect(await failure(agent.callText("echo", { text: "x" }))).toEqual(needed);
  expect(await world.server()).toMatchObject({ state: "sign_in_required", error: needed });
  const log = readFileSync(join(world.home.path, "logs", "gatehouse.log"), "utf8");
  expect(log).toContain(error.correlation_id);
  expect(log).toContain(needed.correlation_id);
});

test("a sign-out that is asked for twice is done twice; the agent's call then says whom to click for", async () => {
  const world = await makeWorld();
  const agent = await world.connect();
  await world.login();
  await agent.waitForToolsChanged();
  const [token] = world.as.records.issued.accessTokens;
  expect((await world.cli(["logout", "acme"])).stderr).toContain("revoked");
  const introspected = await fetch(world.acme.url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: "{}",
  });
  expect(introspected.status).toBe(401);
  expect(await failure(agent.callText("add", { a: 1, b: 1 }))).toMatchObject({
    code: "sign_in_required",
    server: "acme",
  });
  expect(await world.cli(["logout", "acme"])).toMatchObject({ code: 0, stdout: "" });
  expect((await world.cli(["logout", "nobody"])).code).toBe(2);
});

test("an authorization server that does not answer at the sign-out costs no sign-out", async () => {
  const world = await makeWorld();
  await world.login();
  await world.as.stop();
  const { code, stderr } = await world.cli(["logout", "acme"]);
  expect(code).toBe(0);
  expect(stderr).toContain("did not confirm");
  expect(await world.server()).toMatchObject({ state: "sign_in_required" });
});

test("a server that refuses fresh tokens: one refresh, one retry, then the need; when it takes them again, it is over", async () => {
  const world = await makeWorld();
  const agent = await world.connect();
  await world.login();
  await agent.waitForToolsChanged();
  expect(await agent.callText("whoami")).toBe("ada");
  world.acme.refuseTokens();
  const error = await failure(agent.callText("whoami"));
  expect(error).toMatchObject({ code: "sign_in_required", server: "acme" });
  expect(world.as.records.tokenRequests("refresh_token")).toHaveLength(1);
  expect(await failure(agent.callText("whoami"))).toEqual(error);
  expect(world.as.records.tokenRequests("refresh_token")).toHaveLength(1);
  expect(await world.server()).toMatchObject({
    state: "sign_in_required",
    error,
    challenge: { status: 401, error: "invalid_token" },
  });
  world.acme.refuseTokens(false);
  expect(await agent.callText("whoami")).toBe("ada");
  expect(await world.server()).toMatchObject({ state: "ready", error: null, challenge: null });
});

test("a grant that the authorization server has ended: the agent is told, and one sign-in mends it", async () => {
  const world = await makeWorld();
  const agent = await world.connect();
  await world.login();
  await agent.waitForToolsChanged();
  world.as.revokeAll();
  const changes = agent.changed.tools;
  expect(await failure(agent.callText("whoami"))).toMatchObject({ code: "sign_in_required" });
  await agent.waitForToolsChanged(changes);
  expect(await agent.toolNames()).toEqual(["sign_in"]);
  expect((await world.server()).accounts[0]).toMatchObject({ state: "expired" });
  expect((await world.login()).code).toBe(0);
  await agent.waitForToolsChanged(changes + 1);
  expect(await agent.callText("whoami")).toBe("ada");
});

test("an authorization server that is away when a token ends loses nobody their grant", async () => {
  // Signed tokens: a server that has to ask for each one would be away with its authorization server.
  const world = await makeWorld({}, { accessTokenFormat: "jwt" });
  const agent = await world.connect();
  await world.login();
  await agent.waitForToolsChanged();
  world.as.expireAccessTokens();
  await world.as.stop();
  const error = await failure(agent.callText("whoami"));
  expect(error).toMatchObject({ code: "refresh_failed", server: "acme" });
  expect(error.request_id).toBeTruthy();
  await world.as.start();
  const answer = await waitFor("the server again", () => agent.callText("whoami").catch(() => undefined));
  expect(answer).toBe("ada");
  expect(world.as.records.tokenRequests("authorization_code")).toHaveLength(1);
});

test("who joins a sign-in that nobody finishes gets their own time limit", async () => {
  const world = await makeWorld();
  const there = { home: world.home.path, env: PLAIN };
  const first = use(startCli(["login", "acme", "--no-browser"], there));
  await first.waitForStderr(/\/authorize\?/);
  const { code, stderr } = await world.cli(["login", "acme", "--no-browser", "--timeout", "1"]);
  expect(code).toBe(1);
  expect(stderr).toContain("callback_timeout");
  expect(await first.exited).toBe(1);
});
