/** `gatehouse doctor` at real hubs with broken parts: each is found, by its area and id, with the one thing to do. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Check } from "../../../preload/api-doctor.ts";
import { tempFolder } from "../../fixtures/children.ts";
import { startDesktop } from "../../fixtures/desktop.ts";
import { makeHome } from "../../fixtures/home.ts";
import { keyringEntries } from "../../fixtures/keyring.ts";
import { listen } from "../../fixtures/listen.ts";
import { runCli, startHeadlessHub } from "../../fixtures/program.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { findBytes } from "../../fixtures/secrets.ts";
import { use } from "../../fixtures/use.ts";
import { makeWorld, PLAIN } from "./parts.ts";

interface Seen {
  readonly code: number | string;
  readonly checks: readonly Check[];
  /** By area, server and id. */
  of(area: Check["area"], id: string, server?: string): Check;
  /** Those that are not well. */
  readonly wrong: readonly string[];
}

/** No agent of the person's own is looked at. */
function alone(): NodeJS.ProcessEnv {
  const folder = use(tempFolder("person"));
  return { ...PLAIN, HOME: folder.path, XDG_CONFIG_HOME: join(folder.path, ".config"), APPDATA: folder.path };
}

async function look(home: string, env: NodeJS.ProcessEnv, ...args: string[]): Promise<Seen> {
  const { stdout, stderr, code } = await runCli(["doctor", "--json", ...args], { home, env, timeoutMs: 60_000 });
  if (stdout === "") throw new Error(`doctor said ${code}: ${stderr}`);
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  for (const { ok, fix, detail } of checks) {
    expect(fix === null).toBe(ok !== false);
    expect(detail).not.toBe("");
  }
  return {
    code,
    checks,
    of(area, id, server) {
      const found = checks.find((one) => one.area === area && one.id === id && one.server === (server ?? null));
      if (found === undefined) throw new Error(`no check ${area} ${id} of ${server}: ${stdout}`);
      return found;
    },
    wrong: checks
      .filter(({ ok }) => ok === false)
      .map(({ area, id, server }) => [area, server, id].filter(Boolean).join(" ")),
  };
}

test("finds nothing wrong where nothing is, and says which sign-in is needed where that is all", async () => {
  const open = use(await startProtectedServer());
  const world = await makeWorld({
    open: { url: open.url },
    here: { command: process.execPath, args: ["-e", "0"] },
    off: { url: "https://mcp.invalid/mcp", enabled: false },
  });
  const env = alone();
  use(await startHeadlessHub({ home: world.home.path, env }));
  const before = await look(world.home.path, env);
  expect(before.wrong).toEqual(["server acme sign_in"]);
  expect(before.code).toBe(3);
  expect(before.of("server", "sign_in", "acme").fix).toBe("Sign in: gatehouse login acme");
  expect(before.of("server", "registration", "acme").detail).toContain("registers itself");
  // Looking leaves no client behind.
  expect(world.as.records.registrations).toEqual([]);

  expect((await world.login()).code).toBe(0);
  const after = await look(world.home.path, env);
  expect(after.wrong).toEqual([]);
  expect(after.code).toBe(0);
  expect(after.checks.map(({ area, id, server, ok }) => [area, server, id, ok])).toEqual([
    ["hub", null, "pipe", true],
    ["hub", null, "running", true],
    ["hub", null, "folder", true],
    ["hub", null, "room", true],
    ["vault", null, "vault", true],
    ["settings", null, "file", true],
    ["network", null, "proxy", true],
    ["network", null, "certificates", true],
    ["clock", null, "clock", true],
    ["server", "acme", "reach", true],
    ["server", "acme", "metadata", true],
    ["server", "acme", "registration", true],
    ["server", "acme", "token", true],
    ["server", "open", "reach", true],
    ["server", "open", "session", true],
    ["server", "here", "program", true],
    ["server", "off", "entry", null],
    ["agent", null, "agents", null],
  ]);
  expect(after.of("server", "token", "acme").detail).toBe("It is good and renews itself.");
  expect(findBytes(world.as.records.secrets, { strings: { checks: JSON.stringify(after.checks) } })).toEqual([]);

  const person = await runCli(["doctor"], { home: world.home.path, env });
  expect(person.stdout).toContain("Servers\n  ✓ acme: reaching it. ");
  expect(person.stdout).not.toContain("\u001b[");
  expect(person.stderr).toBe("All is well.\n");
  const coloured = await runCli(["doctor"], { home: world.home.path, env: { ...env, FORCE_COLOR: "1" } });
  expect(coloured.stdout).toContain("\u001b[32m✓");
});

describe("a server", () => {
  test("that is gone, that answers badly, that wants a client id, that takes the token no more", async () => {
    const sick = await listen((_request, response) => response.writeHead(500).end());
    use({ close: sick.stop });
    const world = await makeWorld(
      {
        gone: { url: "http://127.0.0.1:9/mcp" },
        sick: { url: `${sick.origin}/mcp` },
        wrong: { url: "https://user:pass@mcp.example.com/mcp" },
        keyed: { url: "https://mcp.example.com/mcp", headers: { "X-Key": "${keychain:never-set}" } },
        missing: { command: "no-such-program-anywhere" },
        foreign: { command: process.execPath, cwd: "/no/such/folder", approved: false },
      },
      { registration: false },
    );
    const env = alone();
    use(await startHeadlessHub({ home: world.home.path, env }));
    const seen = await look(world.home.path, env);
    expect(seen.code).toBe(1);
    expect([...seen.wrong].sort()).toEqual([
      "server acme registration",
      "server acme sign_in",
      "server foreign approval",
      "server foreign folder",
      "server gone reach",
      "server keyed entry",
      "server missing program",
      "server sick reach",
      "server wrong entry",
    ]);
    expect(seen.of("server", "reach", "gone").detail).toContain("upstream_unreachable");
    expect(seen.of("server", "reach", "sick").detail).toContain("status 500");
    expect(seen.of("server", "registration", "acme")).toMatchObject({
      detail: expect.stringContaining("client_id_required") as string,
      fix: expect.stringContaining("client_id") as string,
    });
    expect(seen.of("server", "entry", "keyed").fix).toBe("Run: gatehouse secret set never-set");
    expect(seen.of("server", "approval", "foreign").fix).toBe(
      "Look at its command, then: gatehouse approve foreign --command",
    );
    const one = await look(world.home.path, env, "missing");
    expect(one.checks.map(({ area, id }) => `${area} ${id}`)).toEqual(["hub pipe", "server program"]);
    expect((await runCli(["doctor", "nobody"], { home: world.home.path, env })).code).toBe(2);
  });

  test("that refuses the token that it took before", async () => {
    const world = await makeWorld();
    const env = alone();
    use(await startHeadlessHub({ home: world.home.path, env }));
    expect((await world.login()).code).toBe(0);
    world.acme.refuseTokens();
    const seen = await look(world.home.path, env);
    expect(seen.wrong).toEqual(["server acme sign_in"]);
    expect(seen.code).toBe(3);
    expect(seen.of("server", "sign_in", "acme").detail).toBe("The server does not take it any more.");
  });
});

test("a clock that is wrong is found by what the servers say", async () => {
  const early = await listen((_request, response) => {
    response.setHeader("date", new Date(Date.now() + 25 * 60_000).toUTCString());
    response.writeHead(405).end();
  });
  use({ close: early.stop });
  const home = use(makeHome({ early: { url: `${early.origin}/mcp` } }));
  const env = alone();
  use(await startHeadlessHub({ home: home.path, env }));
  expect((await look(home.path, env)).of("clock", "clock")).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/clock is 25 min behind that of the one server/) as string,
    fix: "Set the clock, best by the system's own time service.",
  });
});

test("a dead proxy and certificates that are none are found, the proxy's password told to nobody", async () => {
  const home = use(makeHome({ far: { url: "https://mcp.example.com/mcp" } }));
  const ca = join(home.path, "ca.pem");
  writeFileSync(ca, "not a certificate");
  const proxy = "http://ada:password-of-ada@127.0.0.1:9";
  const env = { ...alone(), HTTPS_PROXY: proxy, NODE_EXTRA_CA_CERTS: ca };
  use(await startHeadlessHub({ home: home.path, env }));
  const seen = await look(home.path, env);
  expect(seen.wrong).toEqual(["network proxy", "network certificates", "server far reach"]);
  expect(seen.of("network", "proxy").detail).toBe("127.0.0.1:9 cannot be reached (ECONNREFUSED).");
  expect(seen.of("network", "certificates").detail).toContain("NO_CERTIFICATE");
  expect(seen.of("server", "reach", "far").fix).toContain("Check the proxy");
  expect(seen.of("clock", "clock").ok).toBeNull();
  expect(findBytes(["password-of-ada"], { strings: { checks: JSON.stringify(seen.checks) } })).toEqual([]);
});

test("a dead proxy of the settings is found, over the environment's", async () => {
  const home = use(makeHome('{ "settings": { "proxy": "http://127.0.0.1:9" } }'));
  const env = alone();
  use(await startHeadlessHub({ home: home.path, env }));
  expect((await look(home.path, env)).of("network", "proxy")).toMatchObject({
    ok: false,
    detail: "127.0.0.1:9 cannot be reached (ECONNREFUSED).",
    fix: 'Correct it, or take it out: gatehouse settings proxy ""',
  });
  expect((await runCli(["settings", "proxy", ""], { home: home.path, env })).code).toBe(0);
  expect((await look(home.path, env)).of("network", "proxy").ok).toBe(true);
});

test("an agent's file that asks for a server that is gone, and one that cannot be read, are found", async () => {
  const home = use(makeHome({ acme: { command: process.execPath } }));
  const env = alone();
  const cursor = join(String(env.HOME), ".cursor");
  mkdirSync(cursor, { recursive: true });
  const entry = (server: string) => ({ command: "/opt/gatehouse", args: ["connect", server] });
  writeFileSync(
    join(cursor, "mcp.json"),
    JSON.stringify({ mcpServers: { acme: entry("acme"), old: entry("old-name"), own: { url: "https://x.example" } } }),
  );
  use(await startHeadlessHub({ home: home.path, env }));
  const seen = await look(home.path, env);
  expect(seen.wrong).toEqual(["agent cursor server", "agent cursor command"]);
  expect(seen.of("agent", "server", "cursor")).toMatchObject({
    detail: "Cursor asks for “old-name”, which is no server here.",
    fix: "Add that server, or write the file anew: gatehouse install cursor",
  });
  expect(seen.of("agent", "command", "cursor")).toMatchObject({
    detail: "Cursor starts /opt/gatehouse, which is not there any more.",
    fix: "Write the file anew: gatehouse install cursor",
  });
  // What it says to do is what helps.
  expect((await runCli(["install", "cursor", "--yes"], { home: home.path, env })).code).toBe(0);
  expect((await look(home.path, env)).of("agent", "connected", "cursor").ok).toBe(true);
  writeFileSync(join(cursor, "mcp.json"), '{ "mcpServers": {');
  const torn = await look(home.path, env);
  expect(torn.wrong).toEqual(["agent cursor file"]);
  expect(torn.of("agent", "file", "cursor").title).toContain(join(cursor, "mcp.json"));
});

test("a settings file that is torn is found; the servers of before are looked at all the same", async () => {
  const home = use(makeHome({ here: { command: process.execPath } }));
  const env = alone();
  use(await startHeadlessHub({ home: home.path, env }));
  home.writeServers("{ not json");
  await expect.poll(async () => (await look(home.path, env)).wrong, { timeout: 20_000 }).toEqual(["settings file"]);
});

test.skipIf(process.platform !== "linux")(
  "a keychain that works is found to, and keeps nothing of the look",
  async () => {
    const desktop = use(await startDesktop({ display: false }));
    const home = use(makeHome());
    const env = { ...alone(), ...desktop.env, GATEHOUSE_VAULT: "keychain" };
    use(await startHeadlessHub({ home: home.path, env }));
    const seen = await look(home.path, env);
    expect(seen.of("vault", "vault").ok).toBe(true);
    expect((await keyringEntries(desktop.env)).map(({ label }) => label)).toEqual([]);
  },
);

test.skipIf(process.platform !== "linux").each([
  ["absent", "vault_unavailable"],
  ["locked", "vault_locked"],
] as const)("a keychain that is %s is found", { timeout: 90_000 }, async (keyring, code) => {
  const desktop = use(await startDesktop({ display: false, keyring }));
  const home = use(makeHome());
  const env = { ...alone(), ...desktop.env, GATEHOUSE_VAULT: "keychain" };
  use(await startHeadlessHub({ home: home.path, env }));
  const seen = await look(home.path, env);
  expect(seen.wrong).toEqual(["vault vault"]);
  expect(seen.code).toBe(1);
  expect(seen.of("vault", "vault").detail).toContain(code);
});

test("a hub that cannot be started is the first thing that is said", async () => {
  const home = use(makeHome());
  writeFileSync(join(home.path, "logs"), "a file is in the way");
  const seen = await look(home.path, alone());
  expect(seen.wrong).toEqual(["hub reach"]);
  expect(seen.code).toBe(1);
  expect(seen.of("hub", "reach").fix).toContain("gatehouse hub");
});
