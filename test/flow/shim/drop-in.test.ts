/** `gatehouse connect <url>`: what `npx mcp-remote <url>` does, with the hub's vault and nothing in servers.json. */
import { readdirSync, readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Snapshot } from "../../../preload/api.ts";
import { startAgent } from "../../fixtures/agent.ts";
import { ACCOUNTS, startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { type Home, makeHome } from "../../fixtures/home.ts";
import { listen } from "../../fixtures/listen.ts";
import { clickThrough } from "../../fixtures/oauth-client.ts";
import { runCli, startCli } from "../../fixtures/program.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { failure, PLAIN } from "../hub/parts.ts";

const ENV: NodeJS.ProcessEnv = { ...PLAIN, GATEHOUSE_VAULT: "file" };
const SECRET = "Bearer s3cr3t-of-this-test";

function place() {
  const home = use(makeHome());
  return {
    home,
    connect: async (url: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
      use(await startAgent({ home: home.path, env: { ...ENV, ...env }, server: url, args })),
    cli: (args: readonly string[]) => runCli(args, { home: home.path, env: ENV }),
    async status() {
      const { stdout } = await runCli(["status", "--json"], { home: home.path, env: ENV });
      return JSON.parse(stdout) as Snapshot;
    },
    async login(args: readonly string[]) {
      const running = use(startCli(["login", ...args, "--no-browser"], { home: home.path, env: ENV }));
      const [url] = await running.waitForStderr(/https?:\/\/\S+\/authorize\?\S+/);
      const end = await clickThrough(new URL(url), { user: "ada", password: ACCOUNTS.ada ?? "", decision: "allow" });
      await fetch(end);
      return { code: await running.exited, url: new URL(url) };
    },
  };
}

async function stopHub(home: Home): Promise<void> {
  const { pid } = JSON.parse(readFileSync(join(home.path, "hub.json"), "utf8")) as { pid: number };
  process.kill(pid, "SIGTERM");
  await waitFor("the hub to end", () => (home.processes().includes(pid) ? undefined : true));
}

/** All that lies in the folder, as one text. */
function everyFile(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

test("signed in once by URL, also the next hub needs no sign-in, and servers.json stays as it was", async () => {
  const as = use(await startAuthorizationServer());
  const acme = use(await startProtectedServer({ issuer: as }));
  const { home, connect, cli, status, login } = place();
  const before = home.readServers();

  const agent = await connect(acme.url);
  expect(await agent.toolNames()).toEqual(["sign_in"]);
  expect((await status()).servers).toMatchObject([
    { name: acme.url, url: acme.url, ad_hoc: true, state: "sign_in_required", agents: 1 },
  ]);
  expect((await login([acme.url])).code).toBe(0);
  await agent.waitForToolsChanged();
  expect(await agent.callText("add", { a: 1, b: 2 })).toBe("3");
  await agent.close();
  await waitFor("nobody to use it", async () => ((await status()).servers.length === 0 ? true : undefined));
  expect(home.readServers()).toBe(before);

  await stopHub(home);
  const again = await connect(acme.url);
  expect(await again.callText("add", { a: 2, b: 2 })).toBe("4");
  expect((await status()).servers).toMatchObject([{ state: "ready", accounts: [{ state: "signed_in" }] }]);

  expect((await cli(["logout", acme.url])).stderr).toContain("Signed out of");
  await again.waitForToolsChanged();
  expect(await again.toolNames()).toEqual(["sign_in"]);
});

test("two agents with the same command line share the server; another resource is another sign-in", async () => {
  const as = use(await startAuthorizationServer());
  const acme = use(await startProtectedServer({ issuer: as }));
  const { connect, status, login } = place();
  const one = await connect(acme.url);
  await login([acme.url]);
  await one.waitForToolsChanged();
  const two = await connect(acme.url);
  expect(await two.toolNames()).toContain("add");
  const other = await connect(acme.url, ["--header", "X-Tenant: 2"]);
  expect(await other.toolNames()).toEqual(["sign_in"]);
  const { servers } = await status();
  expect(servers.map(({ name, agents, state }) => ({ name, agents, state }))).toEqual([
    { name: acme.url, agents: 2, state: "ready" },
    { name: expect.stringMatching(/ #[0-9a-f]{8}$/), agents: 1, state: "sign_in_required" },
  ]);
  // The name that the window shows is good on the command line too, while it is used.
  const [, marked] = servers;
  expect((await login([marked?.name ?? ""])).code).toBe(0);
  await other.waitForToolsChanged();
  expect(await other.callText("add", { a: 4, b: 4 })).toBe("8");
});

test("callback port, host, path, and parameters of the authorization request are as asked", async () => {
  const as = use(await startAuthorizationServer());
  const acme = use(await startProtectedServer({ issuer: as }));
  const { login } = place();
  const free = await listen(() => {});
  await free.stop();
  const port = String(free.port);
  const options = [port, "--host", "127.0.0.1", "--callback-path", "/back", "--authorize-param", "login_hint=ada"];
  const { code, url } = await login([acme.url, ...options]);
  expect(code).toBe(0);
  expect(url.searchParams.get("redirect_uri")).toBe(`http://127.0.0.1:${port}/back`);
  expect(url.searchParams.get("login_hint")).toBe("ada");
});

test("a header with a secret reaches the server, and no file, argument list or snapshot", async () => {
  const seen: IncomingHttpHeaders[] = [];
  const server = await listen((request, response) => {
    seen.push(request.headers);
    request.resume().on("end", () => response.writeHead(403).end());
  });
  use({ close: () => server.stop() });
  const { origin } = server;
  const { home, connect, status } = place();
  const agent = await connect(`${origin}/mcp?key=also-a-secret`, ["--header", "Authorization:${AUTH_HEADER}"], {
    AUTH_HEADER: SECRET,
  });
  await agent.toolNames().catch(() => {});
  expect(seen.length).toBeGreaterThan(0);
  expect(new Set(seen.map(({ authorization }) => authorization))).toEqual(new Set([SECRET]));

  const shown = await status();
  expect(shown.servers).toMatchObject([{ ad_hoc: true, url: `${origin}/mcp` }]);
  await stopHub(home);
  for (const text of [JSON.stringify(shown), everyFile(home.path), agent.stderr()]) {
    expect(text).not.toContain("s3cr3t");
    expect(text).not.toContain("also-a-secret");
  }
});

test("an ignored tool is neither listed nor called, and only for the agent that ignores it", async () => {
  const acme = use(await startProtectedServer());
  const { connect, status } = place();
  const less = await connect(acme.url, ["--ignore-tool", "ad*"]);
  const all = await connect(acme.url);
  expect(await less.toolNames()).not.toContain("add");
  expect((await failure(less.callText("add", { a: 1, b: 2 }))).code).toBe("tool_blocked");
  expect(await all.callText("add", { a: 1, b: 2 })).toBe("3");
  expect((await status()).servers).toMatchObject([{ name: acme.url, agents: 2 }]);
});

test.runIf(process.platform === "linux")("--allow-http lets plain http leave this machine", async () => {
  const acme = use(await startProtectedServer());
  const { connect } = place();
  // Linux takes this address for the machine itself, which nobody has to know.
  const url = acme.url.replace("127.0.0.1", "0.0.0.0");
  const agent = await connect(url, ["--allow-http"]);
  expect(await agent.callText("add", { a: 1, b: 2 })).toBe("3");
});

test("what cannot be meant is a usage error, before any hub is started", async () => {
  const { home, cli } = place();
  for (const [args, why] of [
    [["http://mcp.example.com/mcp"], /--allow-http/],
    [["ftp://mcp.example.com/mcp"], /https:\/\//],
    [["https://mcp.example.com/mcp", "--colour", "red"], /no option --colour/],
    [["https://mcp.example.com/mcp", "eighty"], /port/],
    [["https://mcp.example.com/mcp", "--header", "s3cr3t"], /Name: value/],
  ] as const) {
    const { code, stdout, stderr } = await cli(["connect", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(why);
    expect(stderr).not.toContain("s3cr3t");
  }
  expect(readdirSync(home.path)).not.toContain("hub.json");
});

test("a name is not taken for a URL", async () => {
  const { cli } = place();
  const { code, stderr } = await cli(["connect", "mcp.example.com"]);
  expect(code).toBe(2);
  expect(stderr).toContain("unknown_server");
});
