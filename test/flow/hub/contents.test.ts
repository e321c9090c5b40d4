/** What the window shows of a server's contents, and trying a tool: asked on the person's behalf, by no agent. */
import { expect, test } from "vitest";
import { startChangingServer } from "../../fixtures/changing-server.ts";
import { everythingServer } from "../../fixtures/everything.ts";
import { makeHome } from "../../fixtures/home.ts";
import { startHeadlessHub } from "../../fixtures/program.ts";
import { use } from "../../fixtures/use.ts";
import { failed, makeWorld, openDesk, PLAIN } from "./parts.ts";

test("before anybody signed in it says why there is nothing, later everything, and remembers it when signed out", async () => {
  const world = await makeWorld();
  use(await startHeadlessHub({ home: world.home.path, env: PLAIN }));
  const desk = await openDesk(world.home);
  const nothing = { server: "acme", tools: null, prompts: null, resources: null };
  expect(await desk.get("listContents", { server: "acme" })).toMatchObject({
    ...nothing,
    error: { code: "sign_in_required", server: "acme" },
  });
  expect(await failed(desk, "tryTool", { server: "acme", tool: "whoami", arguments: {} })).toMatchObject({
    code: "sign_in_required",
  });

  expect((await world.login()).code).toBe(0);
  const contents = await desk.get("listContents", { server: "acme" });
  expect(contents).toMatchObject({ server: "acme", error: null });
  const echo = contents.tools?.find(({ name }) => name === "echo");
  expect(echo).toMatchObject({
    state: "allowed",
    description: "Says it back",
    read_only: true,
    destructive: null,
    input_schema: { type: "object", properties: { text: { type: "string" } } },
  });
  expect(contents.prompts).toEqual([
    { name: "greet", description: "A greeting", arguments: [{ name: "name", description: null, required: true }] },
  ]);
  expect(contents.resources).toEqual([
    { uri: "acme://motto", template: false, name: "motto", description: "The motto", mime_type: "text/plain" },
  ]);

  const tried = await desk.get("tryTool", { server: "acme", tool: "whoami", arguments: {} });
  expect(tried).toMatchObject({ server: "acme", result: { content: [{ type: "text", text: "ada" }] } });
  const wrong = await desk.get("tryTool", { server: "acme", tool: "echo", arguments: { text: 7 } });
  expect(wrong.result).toMatchObject({ isError: true });
  const { calls } = await desk.get("calls", {});
  expect(calls.map(({ agent, method, target, outcome }) => [agent, method, target, outcome])).toEqual([
    ["Gatehouse", "tools/call", "echo", "failed"],
    ["Gatehouse", "tools/call", "whoami", "done"],
  ]);
  expect((await world.server()).agents).toBe(0);

  await desk.get("signOut", { server: "acme" });
  const later = await desk.get("listContents", { server: "acme", refresh: true });
  expect(later).toEqual({ ...contents, error: expect.objectContaining({ code: "sign_in_required" }) });
});

test("tools that agents do not get are shown with the reason, and cannot be tried either", async () => {
  const server = use(await startChangingServer("get", "delete_all"));
  const entry = { url: server.url, protocol: "legacy", tools: { deny: ["delete_*"] }, timeout: 2 };
  const home = use(makeHome({ s: entry }));
  use(await startHeadlessHub({ home: home.path, env: PLAIN }));
  const desk = await openDesk(home);
  const states = async (): Promise<unknown> => {
    const { tools } = await desk.get("listContents", { server: "s", refresh: true });
    return tools?.map(({ name, state }) => [name, state]);
  };
  expect(await states()).toEqual([
    ["get", "allowed"],
    ["delete_all", "denied"],
  ]);
  expect(await failed(desk, "tryTool", { server: "s", tool: "delete_all", arguments: {} })).toMatchObject({
    code: "tool_blocked",
    details: { reason: "denied" },
  });
  server.tools = [
    { name: "get", description: "Does get\u202e", inputSchema: { type: "object" } },
    { name: "hang", title: "x".repeat(1_000), inputSchema: { type: "object" } },
  ];
  expect(await states()).toEqual([
    ["get", "changed"],
    ["hang", "allowed"],
  ]);
  const { tools, prompts, resources } = await desk.get("listContents", { server: "s" });
  expect(tools?.[0]).toMatchObject({ description: "Does get\\u{202E}", changes: [{ field: "description" }] });
  expect(tools?.[1]?.title).toHaveLength(301);
  expect([prompts, resources]).toEqual([[], []]);
  expect(await failed(desk, "tryTool", { server: "s", tool: "get", arguments: {} })).toMatchObject({
    code: "tool_blocked",
    details: { reason: "changed" },
  });
  expect(await failed(desk, "tryTool", { server: "s", tool: "hang", arguments: {} })).toMatchObject({
    code: "timeout",
  });
  expect(server.called).toEqual(["hang"]);

  server.close();
  const away = await desk.get("listContents", { server: "s", refresh: true });
  expect(away).toMatchObject({ tools, error: { code: "upstream_unreachable" } });
});

test("a local program is asked like any server, its pages are walked, and one that is not approved is not started", async () => {
  const home = use(makeHome({ every: everythingServer(), held: { ...everythingServer(), approved: false } }));
  use(await startHeadlessHub({ home: home.path, env: PLAIN }));
  const desk = await openDesk(home);
  const { tools, prompts, resources, error } = await desk.get("listContents", { server: "every" });
  expect(error).toBeNull();
  expect(tools?.map(({ name }) => name)).toContain("echo");
  expect(prompts?.length).toBeGreaterThan(1);
  expect(resources?.some(({ template }) => template)).toBe(true);
  const { result } = await desk.get("tryTool", { server: "every", tool: "echo", arguments: { message: "hi" } });
  expect(result).toMatchObject({ content: [{ type: "text", text: "Echo: hi" }] });
  expect((await desk.get("listContents", { server: "held" })).error).toMatchObject({ code: "approval_required" });
  expect(await failed(desk, "listContents", { server: "nobody" })).toMatchObject({ code: "unknown_server" });
});
