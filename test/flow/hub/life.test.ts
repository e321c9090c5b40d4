/** Hubs and servers that start, break, die and come back, and an agent that lives through it. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startAgent } from "../../fixtures/agent.ts";
import { everythingServer } from "../../fixtures/everything.ts";
import { makeHome } from "../../fixtures/home.ts";
import { runCli, startHeadlessHub } from "../../fixtures/program.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { findBytes } from "../../fixtures/secrets.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { failure, makeWorld, PLAIN } from "./parts.ts";

test("many agents with no hub start exactly one", async () => {
  const world = await makeWorld({ everything: everythingServer() });
  const agents = await Promise.all(
    Array.from({ length: 6 }, (_, n) => world.connect(n % 2 === 0 ? "acme" : "everything")),
  );
  expect(await agents[0]?.toolNames()).toEqual(["sign_in"]);
  const { hub, servers } = await world.status();
  expect(servers.map(({ agents: count }) => count)).toEqual([3, 3]);
  const hubs = world.home
    .processes()
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes("hub"));
  expect(hubs).toEqual([hub.pid]);
});

test("an unknown server: exit 2, and the names there are", async () => {
  const world = await makeWorld({ everything: everythingServer() });
  const { code, stdout, stderr } = await world.cli(["connect", "nobody"]);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain("acme, everything");
});

test("no hub, and none can be started: exit 4 and why", async () => {
  const folder = use(makeHome());
  const file = join(folder.path, "a-file");
  writeFileSync(file, "");
  const { code, stdout, stderr } = await runCli(["connect", "acme"], {
    home: file,
    env: { ...PLAIN, PWD: folder.path },
  }).catch(() => runCli(["connect", "acme"], { home: folder.path, env: { ...PLAIN, GATEHOUSE_HOME: file } }));
  expect(code).toBe(4);
  expect(stdout).toBe("");
  expect(stderr).toContain(file);
});

test("a hub that ends at its start is told with its own words", async () => {
  const home = use(makeHome());
  const { code, stderr } = await runCli(["connect", "acme"], {
    home: home.path,
    env: { ...PLAIN, GATEHOUSE_VAULT: "cupboard" },
  });
  expect(code).toBe(4);
  expect(stderr).toContain("cupboard");
});

test("status starts no hub", async () => {
  const home = use(makeHome());
  const { code, stdout, stderr } = await runCli(["status", "--json"], { home: home.path, env: PLAIN });
  expect(code).toBe(4);
  expect(stdout).toBe("");
  expect(stderr).toContain("not running");
  expect(home.processes()).toEqual([]);
});

test("status finds out that a server wants a sign-in before any agent came", async () => {
  const world = await makeWorld();
  use(await startHeadlessHub({ home: world.home.path, env: PLAIN }));
  const { code, stderr } = await world.cli(["status"]);
  expect(code).toBe(3);
  expect(stderr).toContain("gatehouse login acme");
  expect(await world.server()).toMatchObject({ state: "sign_in_required", challenge: { status: 401 } });
  const asked = world.acme.requests.length;
  await world.status();
  expect(world.acme.requests).toHaveLength(asked);
});

test("a second hub of the same home says that one is running and leaves it alone", async () => {
  const world = await makeWorld();
  const hub = use(await startHeadlessHub({ home: world.home.path, env: PLAIN }));
  const { code, stderr } = await world.cli(["hub"]);
  expect(code).toBe(1);
  expect(stderr).toContain("already running");
  expect((await world.status()).hub.pid).toBe(hub.pid);
  expect(await hub.stop()).toBe(0);
  expect(existsSync(join(world.home.path, "hub.json"))).toBe(false);
});

test("the hub killed in the middle of a call: the call fails once and says so, the agent goes on, nothing ran twice", async () => {
  const world = await makeWorld({ open: { url: "http://127.0.0.1:9/mcp" } });
  const open = use(await startProtectedServer({}));
  world.home.writeServers({ acme: { url: world.acme.url }, open: { url: open.url } });
  const hub = use(await startHeadlessHub({ home: world.home.path, env: PLAIN }));
  const agent = await world.connect("open");
  expect(await agent.callText("add", { a: 1, b: 1 })).toBe("2");
  const slow = failure(agent.callText("slow", { steps: 1000, step_ms: 50 }));
  await waitFor("the call to arrive", () => (open.calls.some(({ tool }) => tool === "slow") ? true : undefined));
  await hub.kill();
  expect(await slow).toMatchObject({ code: "hub_restarted", server: "open" });
  expect(await agent.callText("add", { a: 2, b: 2 })).toBe("4");
  expect(open.calls.filter(({ tool }) => tool === "slow")).toHaveLength(1);
  expect(agent.changed.tools).toBeGreaterThan(0);
  expect((await world.status()).hub.pid).not.toBe(hub.pid);
});

test("a server that was away at the start is there when it is back, for the same agent", async () => {
  const world = await makeWorld();
  const open = use(await startProtectedServer({}));
  world.home.writeServers({ open: { url: open.url } });
  await open.stop();
  const agent = await world.connect("open");
  expect(await failure(agent.callText("add", { a: 1, b: 1 }))).toMatchObject({ code: "upstream_unreachable" });
  await open.start();
  expect(await agent.callText("add", { a: 1, b: 1 })).toBe("2");
});

test("a server that forgets its sessions costs nothing but a new one", async () => {
  const open = use(await startProtectedServer({}));
  const world = await makeWorld({ open: { url: open.url } });
  const agent = await world.connect("open");
  expect(await agent.callText("add", { a: 1, b: 1 })).toBe("2");
  await open.dropSessions();
  // The first request after that was surely not run, so it is made again behind a new handshake.
  expect(await agent.callText("add", { a: 2, b: 1 })).toBe("3");
  expect(open.calls).toHaveLength(2);
  await agent.waitForToolsChanged();
  expect(open.opened.length).toBeGreaterThan(1);
});

test("a broken servers.json: line and column, the last good state stays, the file too; mended, it is taken at once", async () => {
  const world = await makeWorld({ everything: everythingServer() });
  const agent = await world.connect("everything");
  const broken = '{ "mcpServers": {\n  "acme": { "url": }\n} }';
  world.home.writeServers(broken);
  const { config, servers } = await waitFor("the error", async () => {
    const snapshot = await world.status();
    return snapshot.config.error === null ? undefined : snapshot;
  });
  expect(config.error).toMatchObject({ code: "config_invalid", message: expect.stringMatching(/line 2, column \d+/) });
  expect(servers.map(({ name }) => name)).toEqual(["acme", "everything"]);
  expect(world.home.readServers()).toBe(broken);
  expect(await agent.callText("echo", { message: "still" })).toContain("still");
  world.home.writeServers({ renamed: everythingServer() });
  await waitFor("the new file", async () => {
    const snapshot = await world.status();
    return snapshot.config.error === null && snapshot.servers[0]?.name === "renamed" ? true : undefined;
  });
  expect(await failure(agent.callText("echo", { message: "gone" }))).toMatchObject({ code: "unknown_server" });
});

test("a servers.json that is broken from the start is what an agent and a terminal are told of", async () => {
  const home = use(makeHome('{ "mcpServers": { "acme": { "url": "https://mcp.acme.example/mcp" } } '));
  for (const args of [
    ["connect", "acme"],
    ["login", "acme"],
    ["logout", "acme"],
  ]) {
    const { code, stderr } = await runCli(args, { home: home.path, env: PLAIN });
    expect(code).toBe(1);
    expect(stderr).toMatch(/servers\.json, line 1, column \d+/);
    expect(stderr).toContain("config_invalid");
  }
});

test("what a terminal was given wrong is a matter of usage, not a mistake of the program", async () => {
  const world = await makeWorld();
  for (const args of [
    ["login", ""],
    ["logout", ""],
    ["login", "acme", "--timeout", "0.5"],
    ["login", "acme", "--timeout", ""],
    ["login", "acme", "--timeout", "soon"],
  ]) {
    const { code, stderr } = await world.cli(args);
    expect({ args, code }).toEqual({ args, code: 2 });
    expect(stderr).toContain("--help");
  }
});

test("an entry that is wrong fails by itself, says what is wrong, and works for the same agent once it is right", async () => {
  const open = use(await startProtectedServer({}));
  const world = await makeWorld({ open: { url: "ftp://nowhere" } });
  const agent = await world.connect("open");
  expect(await failure(agent.callText("add", { a: 1, b: 1 }))).toMatchObject({ server: "open" });
  expect(await world.server("open")).toMatchObject({ state: "failing", error: { server: "open" } });
  world.home.writeServers({ open: { url: open.url } });
  await agent.waitForToolsChanged();
  expect(await agent.callText("add", { a: 1, b: 1 })).toBe("2");
});

test("without a Secret Service the sign-in is refused before a browser opens, and nothing is written", async () => {
  const world = await makeWorld();
  const env = {
    ...PLAIN,
    GATEHOUSE_VAULT: undefined,
    DBUS_SESSION_BUS_ADDRESS: undefined,
    XDG_RUNTIME_DIR: join(world.home.path, "run"),
  };
  mkdirSync(env.XDG_RUNTIME_DIR, { mode: 0o700 });
  const { code, stderr } = await runCli(["login", "acme"], { home: world.home.path, env });
  expect(code).toBe(1);
  expect(stderr).toContain("vault_unavailable");
  expect(world.as.records.count("authorize")).toBe(0);
  expect(existsSync(join(world.home.path, "vault.enc"))).toBe(false);
  expect((await world.status()).hub.vault).toEqual({ kind: "keychain", state: "unavailable" });
});

test("the home is this user's alone", async () => {
  const world = await makeWorld();
  chmodSync(world.home.path, 0o755);
  await world.connect();
  const { mode } = await import("node:fs").then(({ statSync }) => statSync(world.home.path));
  expect(mode & 0o777).toBe(0o700);
});

test("what ${VAR} stands for is in no status, state, log or error", async () => {
  const key = "k3y-that-nobody-may-see";
  const home = use(
    makeHome({
      remote: { url: "http://127.0.0.1:9/mcp?key=${API_KEY}" },
      local: {
        command: process.execPath,
        args: ["-e", "console.error('bad key ' + process.argv[1]); process.exit(3)", "--", "--key=${API_KEY}"],
        env: { KEY: "${API_KEY}" },
      },
    }),
  );
  const there = { home: home.path, env: { ...PLAIN, API_KEY: key } };
  use(await startHeadlessHub(there));
  const errors = await Promise.all(
    ["remote", "local"].map(async (server) => {
      const agent = use(await startAgent({ ...there, server }));
      return failure(agent.callText("x"));
    }),
  );
  expect(errors.map(({ code }) => code)).toEqual(["upstream_unreachable", "upstream_failed"]);
  expect(errors[1]?.message).toContain("bad key");
  const status = (await runCli(["status", "--json"], there)).stdout;
  expect(status).toContain("${API_KEY}");
  expect(findBytes([key], { files: [home.path], strings: { status, errors: JSON.stringify(errors) } })).toEqual([]);
});

test("a server that never answers is waited for by one look, not by every one", async () => {
  const sockets: Socket[] = [];
  const hung = createServer((socket) => void sockets.push(socket.on("error", () => {})));
  await new Promise<void>((resolve) => void hung.listen(0, "127.0.0.1", resolve));
  use({
    close: () => {
      for (const socket of sockets) socket.destroy();
      hung.close();
    },
  });
  const home = use(makeHome());
  const there = { home: home.path, env: PLAIN };
  // Without servers at first: waiting until the hub is ready looks, too.
  use(await startHeadlessHub(there));
  home.writeServers({ s: { url: `http://127.0.0.1:${(hung.address() as AddressInfo).port}/mcp` } });
  await waitFor("the server's probe", async () => {
    await runCli(["status"], there);
    return sockets.length > 0 ? true : undefined;
  });
  await runCli(["status"], there);
  await runCli(["status"], there);
  expect(sockets).toHaveLength(1);
});
