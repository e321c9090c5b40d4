/** Everything is paused: no server is reached, agents are told, and go on by themselves afterwards. */
import { expect, test } from "vitest";
import { startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { everythingServer } from "../../fixtures/everything.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { failure } from "../hub/parts.ts";
import { runHub } from "./parts.ts";

test("agents are cut off, told so, and told to look again", async () => {
  const open = use(await startProtectedServer());
  const hub = await runHub({ open: { url: open.url } });
  const agent = await hub.connect("open");
  const all = await hub.connect();
  const names = await agent.toolNames();
  const [tool = ""] = names;
  await waitFor("the tools of all servers", async () =>
    (await all.toolNames()).length === names.length ? true : undefined,
  );

  const { tools: before } = agent.changed;
  expect(await hub.call("pauseAll", { paused: true })).toEqual({ paused: true });
  expect(hub.snapshot()).toMatchObject({
    paused: true,
    servers: [{ name: "open", state: "idle", error: null, agents: 2 }],
  });
  const error = await failure(agent.callText(tool));
  expect(error).toMatchObject({ code: "paused", server: "open", suggestion: expect.stringContaining("resume") });
  expect((await failure(agent.toolNames())).correlation_id).toBe(error.correlation_id);
  expect(await failure(all.callText(`open__${tool}`))).toMatchObject({ code: "paused", server: "open" });
  const requests = open.requests.length;
  // A new agent, a click on Retry and the look at unknown servers reach nothing either.
  const late = await hub.connect("open");
  await hub.call("retry", { server: "open" });
  await hub.call("probe", {});
  expect(await failure(late.toolNames())).toMatchObject({ code: "paused" });
  expect(open.requests.length).toBe(requests);

  await hub.call("pauseAll", { paused: false });
  await agent.waitForToolsChanged(before);
  await late.waitForToolsChanged();
  for (const one of [agent, late]) expect(await one.toolNames()).toEqual(names);
  expect(hub.snapshot()).toMatchObject({ paused: false, servers: [{ state: "ready" }] });
});

test.runIf(process.platform === "linux")("local programs end, and start again afterwards", async () => {
  const hub = await runHub();
  // What runs in this home has its name in the environment.
  const entry = { ...everythingServer(), env: { GATEHOUSE_HOME: hub.home.path } };
  await hub.call("setEntry", { name: "local", entry, create: true });
  const agent = await hub.connect("local");
  const names = await agent.toolNames();
  const running = () => hub.home.processes().filter((pid) => pid !== agent.pid);
  const [program = 0] = running();
  expect(running()).toEqual([program]);
  await hub.call("pauseAll", { paused: true });
  await waitFor("the program to end", async () => (running().length === 0 ? true : undefined));
  const { tools: before } = agent.changed;
  await hub.call("pauseAll", { paused: false });
  await agent.waitForToolsChanged(before);
  expect(await agent.toolNames()).toEqual(names);
  expect(running()).not.toContain(program);
});

test("it lasts over a restart; nobody signs in meanwhile, and no token is refreshed", async () => {
  const as = use(await startAuthorizationServer({ accessTokenTtlS: 2 }));
  const acme = use(await startProtectedServer({ issuer: as }));
  const hub = await runHub({ acme: { url: acme.url } });
  await hub.call("signIn", { server: "acme" });
  await hub.call("pauseAll", { paused: true });
  await hub.restart();
  expect(hub.snapshot().paused).toBe(true);
  const requests = [acme.requests.length, as.records.tokenRequests().length];
  const agent = await hub.connect("acme");
  expect(await failure(agent.toolNames())).toMatchObject({ code: "paused" });
  await expect(hub.call("signIn", { server: "acme" })).rejects.toMatchObject({ code: "paused" });
  expect([acme.requests.length, as.records.tokenRequests().length]).toEqual(requests);
  await hub.call("pauseAll", { paused: false });
  await agent.waitForToolsChanged();
  expect(await agent.callText("whoami")).toBe("ada");
  await hub.restart();
  expect(hub.snapshot().paused).toBe(false);
});
