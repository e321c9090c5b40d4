/** Search of the MCP Registry by a real hub, at a fake that is strict about questions and may answer badly. */
import { expect, test } from "vitest";
import { attach } from "../../../main/pipe/attach.ts";
import type { HubHandle } from "../../../main/verbs/handle.ts";
import { type FakeRegistry, serverJson, startFakeRegistry } from "../../fixtures/fake-registry.ts";
import { makeHome } from "../../fixtures/home.ts";
import { startHeadlessHub } from "../../fixtures/program.ts";
import { use } from "../../fixtures/use.ts";
import { PLAIN } from "./parts.ts";

const BROWSER = { open: () => Promise.reject(new Error("no browser is wanted")) };
const remotes = [{ type: "streamable-http", url: "https://notes.example.com/mcp" }];

async function hubAt(registry: string): Promise<HubHandle> {
  const home = use(makeHome());
  use(await startHeadlessHub({ home: home.path, env: { ...PLAIN, GATEHOUSE_REGISTRY: registry } }));
  const hub = await attach(home.path, "0.0.0", BROWSER);
  if (hub === null) throw new Error("no hub answers");
  use({ close: () => hub.close("quit") });
  return hub;
}

async function scene(): Promise<{ registry: FakeRegistry; hub: HubHandle }> {
  const registry = use(await startFakeRegistry());
  return { registry, hub: await hubAt(registry.url) };
}

test("finds servers by name, page by page, only the latest version of each", async () => {
  const { registry, hub } = await scene();
  registry.servers = [
    ...Array.from({ length: 70 }, (_, n) => serverJson(`com.example/notes-${n}`, { remotes })),
    serverJson("com.other/mail", { remotes }),
    serverJson("com.example/notes-0", { remotes, version: "0.9.0", _meta: { isLatest: false } }),
  ];
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await hub.call("searchRegistry", { query: " Notes ", ...(cursor === undefined ? {} : { cursor }) });
    if (!page.ok) throw new Error(page.error.message);
    names.push(...page.value.items.map(({ name }) => name));
    cursor = page.value.cursor ?? undefined;
  } while (cursor !== undefined);
  expect(names).toEqual(Array.from({ length: 70 }, (_, n) => `com.example/notes-${n}`));
  expect(registry.asked).toHaveLength(3);
  expect(registry.asked[0]).toBe("?search=Notes&version=latest&limit=30");
  const all = await hub.call("searchRegistry", { query: "" });
  expect(all.ok && all.value.items).toHaveLength(30);
  expect(registry.wrong).toEqual([]);
});

test("says what is wrong with a registry that answers badly, and takes nothing from it", async () => {
  const { registry, hub } = await scene();
  const search = () => hub.call("searchRegistry", { query: "notes" });
  const cases: [FakeRegistry["instead"], string, RegExp][] = [
    [(response) => response.writeHead(503).end(), "upstream_failed", /answered with status 503/],
    [(response) => response.writeHead(429).end(), "upstream_failed", /too many questions/],
    [(response) => response.end("<html>"), "upstream_failed", /does not answer as an MCP Registry/],
    [(response) => response.end('{"servers":"many"}'), "upstream_failed", /does not answer as an MCP Registry/],
    [(response) => response.end(`{"servers":[${"0,".repeat(3 * 1024 * 1024)}0]}`), "too_large", /not to be trusted/],
    [(response) => response.destroy(), "upstream_unreachable", /could not be reached/],
    [
      (response) => response.writeHead(302, { location: "https://elsewhere.example/v0.1/servers" }).end(),
      "upstream_failed",
      /status 302/,
    ],
  ];
  for (const [instead, code, message] of cases) {
    registry.instead = instead;
    const result = await search();
    expect(result).toMatchObject({ ok: false, error: { code, server: null } });
    if (!result.ok) expect(result.error.message).toMatch(message);
  }
  registry.instead = null;
  registry.servers = [serverJson("com.example/notes", { remotes })];
  expect(await search()).toMatchObject({ ok: true, value: { items: [{ name: "com.example/notes" }], cursor: null } });
  await registry.close();
  expect(await search()).toMatchObject({ ok: false, error: { code: "upstream_unreachable", server: null } });
});

test.each([
  "http://registry.example.com",
  "javascript:alert(1)",
  "https://a:b@registry.example.com",
  "https://r.example/?x",
])("is not asked at %s", async (address) => {
  const hub = await hubAt(address);
  expect(await hub.call("searchRegistry", { query: "x" })).toMatchObject({
    ok: false,
    error: { code: "config_invalid", message: "GATEHOUSE_REGISTRY is not the address of a registry." },
  });
});

test("the log's lines come by call and, once somebody listens, by themselves", async () => {
  const { hub } = await scene();
  const events: string[] = [];
  hub.on("log", (lines) => events.push(...lines.map(({ event }) => event)));
  const before = await hub.call("logs", { limit: 200 });
  expect(before.ok && before.value.lines.map(({ event }) => event)).toContain("hub.started");
  await hub.call("retry", { server: "nobody" });
  await expect.poll(() => events, { timeout: 10_000 }).toContain("verb.failed");
  const ofNobody = await hub.call("logs", { server: "nobody" });
  expect(ofNobody.ok && ofNobody.value.lines.map(({ event, server }) => [event, server])).toEqual([
    ["verb.failed", "nobody"],
  ]);
});
