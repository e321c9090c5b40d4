/** Settings in `servers.json` over a real hub: read, written, in force at once. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { DEFAULT_SETTINGS } from "../../../main/settings.ts";
import { makeAuthority } from "../../fixtures/certificates.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { startProxy } from "../../fixtures/proxy.ts";
import { findBytes } from "../../fixtures/secrets.ts";
import { startTlsFront } from "../../fixtures/tls-front.ts";
import { use } from "../../fixtures/use.ts";
import { runHub } from "./parts.ts";

afterEach(() => vi.unstubAllEnvs());

test("a file without settings has them all, and names where things lie", async () => {
  const hub = await runHub({}, { HTTPS_PROXY: "http://proxy.example:3128", no_proxy: "*" });
  expect(await hub.call("getSettings", {})).toEqual({
    settings: DEFAULT_SETTINGS,
    paths: { config: hub.home.configPath, data: hub.home.path, logs: join(hub.home.path, "logs") },
    overridden: ["HTTPS_PROXY", "GATEHOUSE_VAULT"],
  });
  expect(hub.snapshot().settings).toEqual(DEFAULT_SETTINGS);
});

test("a change writes its own member only, and is in the snapshot", async () => {
  const text = `// mine\n{\n  "mcpServers": { "bad": {} },\n  "settings": {\n    // dark at night\n    "theme": "dark",\n    "mine": 1 // keep\n  }\n}\n`;
  const hub = await runHub(text);
  const view = await hub.call("setSettings", { theme: "light", notifications: false, start_at_login: false });
  expect(view.settings).toEqual({ ...DEFAULT_SETTINGS, theme: "light", notifications: false });
  expect(hub.home.readServers()).toBe(
    text.replace('"dark"', '"light"').replace('"mine": 1 // keep', '"mine": 1, // keep\n    "notifications": false'),
  );
  expect(hub.snapshot().settings).toEqual(view.settings);
  await hub.call("setSettings", {});
  await hub.restart();
  expect(hub.snapshot().settings).toEqual(view.settings);
});

test("a file without the block, or none at all, gets one", async () => {
  const hub = await runHub("// nothing yet\n");
  await hub.call("setSettings", { language: "de" });
  expect(hub.home.readServers()).toMatch(/^\/\/ nothing yet\n\{[\s\S]*"language": "de"/);
  expect(hub.snapshot().settings.language).toBe("de");
});

test("a bad value is named, its default is in force, and the others count", async () => {
  const hub = await runHub(
    '{\n  "mcpServers": {},\n  "settings": {\n    "theme": "pink",\n    "updates": "off",\n    "colour": 1\n  }\n}',
  );
  expect(hub.snapshot()).toMatchObject({
    config: {
      error: {
        code: "config_invalid",
        server: null,
        message: expect.stringMatching(/^“theme” of “settings” must be "system" or "light" or "dark" \(line 4\)\.$/),
      },
    },
    settings: { ...DEFAULT_SETTINGS, updates: "off" },
  });
  await hub.call("addServer", { name: "still", server: { url: "https://still.example/mcp" } });
  await hub.call("setSettings", { theme: "dark" });
  expect(hub.snapshot()).toMatchObject({ config: { error: null }, settings: { theme: "dark" } });
  await expect(hub.call("setSettings", { theme: "pink" as "dark" })).rejects.toMatchObject({ code: "invalid_request" });
});

test("a proxy that is none is refused and not written", async () => {
  const hub = await runHub({});
  const before = hub.home.readServers();
  await expect(hub.call("setSettings", { proxy: "ftp://proxy.example" })).rejects.toMatchObject({
    code: "config_invalid",
  });
  expect(hub.home.readServers()).toBe(before);
});

describe("a proxy", () => {
  const PASSWORD = "proxy-password-of-ada";

  test("is used from the next connection on, by hand edits too, and its password is shown to nobody", async () => {
    const open = use(await startProtectedServer());
    const authority = makeAuthority();
    const front = use(await startTlsFront(authority.issue("acme.test"), open.port));
    const proxy = use(await startProxy({ names: { "acme.test:443": front.port }, credentials: `ada:${PASSWORD}` }));
    const hub = await runHub({ acme: { url: "https://acme.test/mcp" } });
    const ca = join(hub.home.path, "ca.pem");
    writeFileSync(ca, authority.cert);
    vi.stubEnv("NODE_EXTRA_CA_CERTS", ca);

    const shown = `http://ada:\${hidden:proxy}@127.0.0.1:${proxy.port}`;
    const set = await hub.call("setSettings", { proxy: `http://ada:${PASSWORD}@127.0.0.1:${proxy.port}` });
    expect(set.settings.proxy).toBe(shown);
    const agent = await hub.connect("acme");
    expect((await agent.toolNames()).length).toBeGreaterThan(1);
    expect(new Set(proxy.asked)).toEqual(new Set(["acme.test:443"]));
    expect(
      findBytes([PASSWORD], {
        files: [join(hub.home.path, "logs")],
        strings: { snapshot: JSON.stringify(hub.snapshot()) },
      }),
    ).toEqual([]);

    // As a form sends it back, with the port changed.
    await hub.call("setSettings", { proxy: shown.replace(String(proxy.port), "1") });
    expect(hub.home.readServers()).toContain(`http://ada:${PASSWORD}@127.0.0.1:1`);

    const asked = proxy.asked.length;
    const settled = new Promise<void>((resolve) => {
      hub.on("snapshot", ({ settings }) => settings.proxy === shown && resolve());
    });
    writeFileSync(hub.home.configPath, hub.home.readServers().replace("127.0.0.1:1", `127.0.0.1:${proxy.port}`));
    await settled;
    await hub.call("retry", { server: "acme" });
    const later = await hub.connect("acme");
    expect((await later.toolNames()).length).toBeGreaterThan(1);
    expect(proxy.asked.length).toBeGreaterThan(asked);
  });
});

test("arguments of calls are recorded from the moment it is switched on", async () => {
  const open = use(await startProtectedServer());
  const hub = await runHub({ open: { url: open.url } });
  const agent = await hub.connect("open");
  const latest = async () => (await hub.call("calls", { limit: 1 })).calls[0];
  await agent.callText("echo", { text: "one" }).catch(() => "");
  expect(await latest()).not.toHaveProperty("arguments");
  await hub.call("setSettings", { record_arguments: true });
  await agent.callText("echo", { text: "two" }).catch(() => "");
  expect((await latest())?.arguments).toContain("two");
});
