/** What agents' requests were, as the window reads and hears it, and that nothing secret is in it. */
import { expect, test } from "vitest";
import { startAgent } from "../../fixtures/agent.ts";
import { findBytes } from "../../fixtures/secrets.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { failure, makeWorld, openDesk, PLAIN } from "./parts.ts";

test("each call of each agent is told with its server, tool, time, sizes and end", async () => {
  const world = await makeWorld();
  const agent = await world.connect("acme", "Claude");
  const desk = await openDesk(world.home);
  await failure(agent.callText("echo", { text: "early" }));
  expect((await world.login()).code).toBe(0);
  await agent.waitForToolsChanged();
  expect(await agent.callText("echo", { text: "hello" })).toBe("hello");
  const cursor = await world.connect("acme", "Cursor");
  await cursor.client.readResource({ uri: "acme://motto" });
  await failure(cursor.client.getPrompt({ name: "no-such-prompt" }));
  await cursor.client.callTool({ name: "echo", arguments: {} });

  const { calls } = await desk.get("calls", {});
  expect(calls.map(({ agent: by, method, target, outcome, code }) => [by, method, target, outcome, code])).toEqual([
    ["Cursor", "tools/call", "echo", "failed", null],
    ["Cursor", "prompts/get", "no-such-prompt", "failed", "-32602"],
    ["Cursor", "resources/read", "acme://motto", "done", null],
    ["Claude", "tools/call", "echo", "done", null],
    ["Claude", "tools/call", "echo", "failed", "sign_in_required"],
  ]);
  for (const call of calls) {
    expect(call).toMatchObject({ server: "acme", account: "default" });
    expect(call.request_bytes).toBeGreaterThan(50);
    expect(call.ms).toBeGreaterThan(0);
    expect(Date.parse(call.started_at)).toBeLessThanOrEqual(Date.now());
    expect(call).not.toHaveProperty("arguments");
  }
  expect(calls[3]?.response_bytes).toBeGreaterThan(50);
  const some = await desk.get("calls", { agent: "Claude", limit: 1 });
  expect(some.calls.map(({ id }) => id)).toEqual([calls[3]?.id]);
  const older = await desk.get("calls", { server: "acme", before: calls[3]?.id ?? 0 });
  expect(older.calls).toEqual([calls[4]]);
  expect((await desk.get("calls", { server: "nobody" })).calls).toEqual([]);

  await waitFor("every call to be told", () => (desk.calls.length === calls.length ? true : undefined));
  expect(desk.calls).toEqual([...calls].reverse());
  expect(desk.records).toEqual((await desk.get("activity", {})).records);
  expect(desk.records).toHaveLength(1);
  expect(findBytes(world.as.records.secrets, { files: [], strings: { calls: JSON.stringify(calls) } })).toEqual([]);
});

test("an agent that has all servers as one is told by the servers that its calls went to", async () => {
  const world = await makeWorld();
  expect((await world.login()).code).toBe(0);
  const agent = use(await startAgent({ home: world.home.path, env: PLAIN, clientName: "Zed" }));
  const desk = await openDesk(world.home);
  expect(await agent.callText("acme__echo", { text: "x" })).toBe("x");
  const { calls } = await desk.get("calls", {});
  expect(calls[0]).toMatchObject({
    server: "acme",
    agent: "Zed",
    method: "tools/call",
    target: "echo",
    outcome: "done",
  });
});
