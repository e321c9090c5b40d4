/** All servers as one for an agent of MCP 2026-07-28, and over the end of a hub. */
import { expect, test } from "vitest";
import { startAgent } from "../../fixtures/agent.ts";
import { everythingServer } from "../../fixtures/everything.ts";
import { makeHome } from "../../fixtures/home.ts";
import { startModernAgent } from "../../fixtures/modern-agent.ts";
import { startHeadlessHub } from "../../fixtures/program.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { makeWorld, PLAIN } from "./parts.ts";

const everything = everythingServer();

test("a modern agent has all servers as one, and hears through its listen that one is signed in", async () => {
  const world = await makeWorld({ files: everything });
  const agent = use(await startModernAgent({ home: world.home.path, env: PLAIN }));
  expect(agent.client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
  const names = await agent.toolNames();
  expect(names).toContain("files__echo");
  expect(names).toContain("acme__sign_in");
  expect(await agent.callText("files__echo", { message: "hi" })).toContain("hi");
  const changes = agent.changed.tools;
  expect((await world.login()).code).toBe(0);
  await agent.waitForToolsChanged(changes);
  await waitFor("the tools of acme", async () =>
    (await agent.toolNames()).includes("acme__whoami") ? true : undefined,
  );
  expect(await agent.callText("acme__whoami")).toBe("ada");
});

test("what two servers ask a modern agent at the same time reaches it and is answered to each", async () => {
  const home = use(makeHome({ one: everything, two: everything }));
  const agent = use(
    await startModernAgent({
      home: home.path,
      env: PLAIN,
      capabilities: { elicitation: { form: {} } },
      onElicit: () => ({ action: "decline" }),
    }),
  );
  const tool = "trigger-elicitation-request";
  expect(await agent.toolNames()).toContain(`two__${tool}`);
  const texts = await Promise.all(["one", "two"].map((server) => agent.callText(`${server}__${tool}`)));
  for (const text of texts) expect(text).toContain("declined");
});

test("a modern agent in lazy mode finds and calls", async () => {
  const home = use(makeHome({ demo: everything }));
  const agent = use(await startModernAgent({ home: home.path, env: PLAIN, args: ["--lazy"] }));
  expect(await agent.toolNames()).toEqual(["find_tools", "describe_tool", "call_tool"]);
  expect(await agent.callText("find_tools", { query: "add numbers" })).toContain("demo__get-sum");
  expect(await agent.callText("call_tool", { name: "demo__get-sum", arguments: { a: 4, b: 5 } })).toContain("9");
});

test("an agent goes on with the next hub, without a new list", async () => {
  const home = use(makeHome({ one: everything, two: everything }));
  const hub = use(await startHeadlessHub({ home: home.path, env: PLAIN }));
  const agent = use(await startAgent({ home: home.path, env: PLAIN }));
  expect(await agent.toolNames()).toContain("two__echo");
  const changes = agent.changed.tools;
  await hub.kill();
  expect(await agent.callText("two__echo", { message: "after" })).toContain("after");
  await agent.waitForToolsChanged(changes);
  expect(await agent.toolNames()).toContain("one__echo");
});
