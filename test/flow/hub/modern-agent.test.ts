/** Agents of the modern era (MCP 2026-07-28): the SDK's own client, over the shim and a real hub. */
import { expect, test } from "vitest";
import { everythingServer } from "../../fixtures/everything.ts";
import { type ModernAgentOptions, startModernAgent } from "../../fixtures/modern-agent.ts";
import { startHeadlessHub } from "../../fixtures/program.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { failure, makeWorld, PLAIN, type World } from "./parts.ts";

const connect = async (world: World, options: Partial<ModernAgentOptions> = { server: "acme" }) =>
  use(await startModernAgent({ home: world.home.path, env: PLAIN, clientName: "Cursor", ...options }));

test("is served while a sign-in is needed, is told through its listen afterwards, and never restarts", async () => {
  const world = await makeWorld();
  const agent = await connect(world);
  expect(agent.client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
  expect(agent.client.getInstructions()).toContain("needs you to sign in");
  expect(await agent.toolNames()).toEqual(["sign_in"]);
  expect(await agent.callText("sign_in")).toContain("gatehouse login acme");
  expect(await failure(agent.callText("add", { a: 1, b: 2 }))).toMatchObject({
    code: "sign_in_required",
    server: "acme",
  });
  expect((await world.server()).agents).toBe(1);

  expect((await world.login()).code).toBe(0);
  await agent.waitForToolsChanged();
  expect(await agent.toolNames()).toContain("add");
  expect(await agent.callText("add", { a: 1, b: 2 })).toBe("3");
  expect(await agent.callText("whoami")).toBe("ada");

  const changes = agent.changed.tools;
  expect((await world.cli(["logout", "acme"])).code).toBe(0);
  await agent.waitForToolsChanged(changes);
  expect(await agent.toolNames()).toEqual(["sign_in"]);
});

test("hears of a changed list of the server's through its listen, also after the hub was killed", async () => {
  const world = await makeWorld();
  const open = use(await startProtectedServer({}));
  world.home.writeServers({ open: { url: open.url } });
  const hub = use(await startHeadlessHub({ home: world.home.path, env: PLAIN }));
  const agent = await connect(world, { server: "open" });
  expect(await agent.toolNames()).toContain("add");
  let added = 0;
  // A server tells nobody whose stream is not open yet.
  const hearOfMore = async () => {
    const before = agent.changed.tools;
    await waitFor("a change of the server's", () => {
      open.addTool(`later-${++added}`);
      return agent.changed.tools > before || undefined;
    });
  };
  await hearOfMore();
  expect(await agent.toolNames()).toContain("later-1");

  const slow = failure(agent.callText("slow", { steps: 1000, step_ms: 50 }));
  await waitFor("the call to arrive", () => open.calls.some(({ tool }) => tool === "slow") || undefined);
  const changes = agent.changed.tools;
  await hub.kill();
  expect(await slow).toMatchObject({ code: "hub_restarted", server: "open" });
  expect(await agent.callText("add", { a: 2, b: 2 })).toBe("4");
  await agent.waitForToolsChanged(changes);
  expect(open.calls.filter(({ tool }) => tool === "slow")).toHaveLength(1);
  // The listen is the same one, and no second acknowledgement came.
  await hearOfMore();
  expect(agent.received.filter((text) => text.includes("subscriptions/acknowledged"))).toHaveLength(1);
});

test("that tries the modern era first, and one that knows only the era before it, are both served", async () => {
  const world = await makeWorld({ everything: everythingServer() });
  const auto = await connect(world, { server: "everything", mode: "auto" });
  expect(auto.client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
  const legacy = await connect(world, { server: "everything", mode: "legacy" });
  expect(legacy.client.getNegotiatedProtocolVersion()).toBe("2025-11-25");
  for (const agent of [auto, legacy]) expect(await agent.callText("echo", { message: "hi" })).toBe("Echo: hi");
});

test("hears of the resources that it asked for, and of no others", async () => {
  const world = await makeWorld({ everything: everythingServer() });
  const agent = await connect(world, { server: "everything" });
  const { resources } = await agent.client.listResources();
  const uri = resources[0]?.uri ?? "";
  const subscription = await agent.client.listen({ resourceSubscriptions: [uri] });
  expect(subscription.honoredFilter).toEqual({ resourceSubscriptions: [uri] });
  await agent.callText("toggle-subscriber-updates");
  const updates = () => agent.received.filter((text) => text.includes("notifications/resources/updated"));
  await waitFor("an update", () => updates().length > 0 || undefined, 30_000);
  for (const text of updates()) expect(text).toContain(uri);
  await subscription.close();
});

test("of all servers as one is told through its listen when one more is signed in to", async () => {
  const world = await makeWorld({ everything: everythingServer() });
  const agent = await connect(world, {});
  const has = async (tool: string) => ((await agent.toolNames()).includes(tool) ? true : undefined);
  await waitFor("the local server's tools", () => has("everything__echo"));
  expect(await agent.callText("everything__echo", { message: "hi" })).toBe("Echo: hi");
  expect(await has("acme__add")).toBeUndefined();
  const changes = agent.changed.tools;
  expect((await world.login()).code).toBe(0);
  await agent.waitForToolsChanged(changes);
  await waitFor("the signed-in server's tools", () => has("acme__add"));
  expect(await agent.callText("acme__add", { a: 1, b: 2 })).toBe("3");
});
