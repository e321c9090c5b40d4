/** All servers as one: real servers, the real shim, the official SDK's client. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  CreateMessageRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, test } from "vitest";
import type { Snapshot } from "../../../preload/api.ts";
import { type Agent, startAgent } from "../../fixtures/agent.ts";
import { everythingServer } from "../../fixtures/everything.ts";
import { makeHome } from "../../fixtures/home.ts";
import { runCli } from "../../fixtures/program.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { repoRoot } from "../../fixtures/root.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { failure, makeWorld, PLAIN } from "./parts.ts";

const everything = everythingServer();
/** Starts, and says nothing for ever. */
const SILENT = { command: process.execPath, args: ["-e", "process.stdin.resume()"] };
/** Nothing listens there. */
const DEAD = { url: "http://127.0.0.1:9/mcp" };

const connectAll = async (home: string, more: Partial<Parameters<typeof startAgent>[0]> = {}): Promise<Agent> =>
  use(await startAgent({ home, env: PLAIN, ...more }));

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

describe("two servers of the same kind", () => {
  const twins = async (more: Partial<Parameters<typeof startAgent>[0]> = {}) => {
    const home = use(makeHome({ one: everything, "the other": everything }));
    return { home, agent: await connectAll(home.path, more) };
  };

  test("tools and prompts carry their server's name, calls reach the right one", async () => {
    const { agent } = await twins();
    const names = await agent.toolNames();
    expect(names.filter((name) => !NAME.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
    const [one, other] = [
      names.filter((name) => name.startsWith("one__")),
      names.filter((name) => !name.startsWith("one__")),
    ];
    expect(one.length).toBeGreaterThan(5);
    expect(other).toHaveLength(one.length);
    expect(await agent.callText("one__echo", { message: "hello" })).toContain("hello");
    const sum = other.find((name) => name.endsWith("__get-sum")) ?? "";
    expect(await agent.callText(sum, { a: 2, b: 3 })).toContain("5");
    const { prompts } = await agent.client.listPrompts();
    expect(prompts.map(({ name }) => name)).toContain("one__simple-prompt");
    const prompt = await agent.client.getPrompt({ name: "one__simple-prompt" });
    expect(prompt.messages).not.toEqual([]);
    expect(agent.client.getServerVersion()).toMatchObject({ name: "gatehouse" });
  });

  test("resources that both have can both be read, and a template's", async () => {
    const { agent } = await twins();
    const { resources } = await agent.client.listResources();
    const uris = resources.map(({ uri }) => uri);
    expect(new Set(uris).size).toBe(uris.length);
    expect(uris.every((uri) => uri.startsWith("gatehouse://"))).toBe(true);
    const [uri = ""] = uris;
    const { contents } = await agent.client.readResource({ uri });
    expect(contents[0]?.uri).toBe(uri);
    const { resourceTemplates } = await agent.client.listResourceTemplates();
    const template = resourceTemplates.find(({ uriTemplate }) => uriTemplate.includes("text/{"))?.uriTemplate ?? "";
    expect(template).toMatch(/^gatehouse:\/\//);
    const made = template.replace(/\{[^}]*\}/, "1");
    expect((await agent.client.readResource({ uri: made })).contents[0]?.uri).toBe(made);
    const plain = made.replace(/^gatehouse:\/\/[^/]*\//, "");
    expect((await agent.client.readResource({ uri: plain })).contents[0]?.uri).toBe(plain);
    const argument = { name: "department", value: "" };
    const completed = await agent.client.complete({
      ref: { type: "ref/prompt", name: "one__completable-prompt" },
      argument,
    });
    expect(completed.completion.values).not.toEqual([]);
    const known = { name: /\{([^}]*)\}/.exec(template)?.[1] ?? "", value: "1" };
    const ofTemplate = await agent.client.complete({ ref: { type: "ref/resource", uri: template }, argument: known });
    expect(ofTemplate.completion.values).toContain("1");
    await expect(agent.client.readResource({ uri: "nobody://has/this" })).rejects.toMatchObject({
      code: expect.any(Number),
    });
  });

  test("subscriptions, log messages and levels reach the right server", async () => {
    const { agent } = await twins();
    const logs: { level: string; logger?: string | undefined }[] = [];
    const updated: string[] = [];
    agent.client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logs.push(params));
    agent.client.setNotificationHandler(
      ResourceUpdatedNotificationSchema,
      ({ params }) => void updated.push(params.uri),
    );
    await agent.client.setLoggingLevel("debug");
    const uri =
      (await agent.client.listResources()).resources.find((one) => one.uri.startsWith("gatehouse://one/"))?.uri ?? "";
    await agent.client.subscribeResource({ uri });
    await agent.client.callTool({ name: "one__toggle-subscriber-updates", arguments: {} });
    await waitFor("an update", () => updated[0], 30_000);
    expect(new Set(updated)).toEqual(new Set([uri]));
    await agent.client.callTool({ name: "one__toggle-simulated-logging", arguments: {} });
    const log = await waitFor("a log message", () => logs.find(({ logger }) => logger !== undefined), 30_000);
    expect(log.logger).toMatch(/^one(\/|$)/);
  });

  test("a subscription holds when its server was turned off and is back", async () => {
    const { home, agent } = await twins();
    const updated: string[] = [];
    agent.client.setNotificationHandler(
      ResourceUpdatedNotificationSchema,
      ({ params }) => void updated.push(params.uri),
    );
    const uri =
      (await agent.client.listResources()).resources.find((one) => one.uri.startsWith("gatehouse://one/"))?.uri ?? "";
    await agent.client.subscribeResource({ uri });
    const turn = async (enabled: boolean): Promise<void> => {
      const before = agent.changed.resources;
      home.writeServers({ one: { ...everything, enabled }, "the other": everything });
      await waitFor("the change to be told", () => (agent.changed.resources > before ? true : undefined));
    };
    await turn(false);
    await turn(true);
    await agent.client.callTool({ name: "one__toggle-subscriber-updates", arguments: {} });
    await waitFor("an update", () => updated[0], 30_000);
    expect(new Set(updated)).toEqual(new Set([uri]));
  });

  test("progress and sampling are the call's own", async () => {
    const { agent } = await twins({ capabilities: { sampling: {} } });
    agent.client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => ({
      model: "test",
      role: "assistant",
      content: { type: "text", text: `sampled ${JSON.stringify(params.messages[0]?.content)}` },
    }));
    const names = await agent.toolNames();
    const sampling = names.filter((name) => name.endsWith("__trigger-sampling-request"));
    expect(sampling).toHaveLength(2);
    const texts = await Promise.all(
      sampling.map((name, at) => agent.callText(name, { prompt: `of ${at}`, maxTokens: 10 })),
    );
    for (const [at, text] of texts.entries()) expect(text).toContain(`of ${at}`);
    const long = names.filter((name) => name.endsWith("__trigger-long-running-operation"));
    const progress = await Promise.all(
      long.map(async (name, at) => {
        const seen: number[] = [];
        const steps = at + 2;
        await agent.client.callTool({ name, arguments: { duration: 0.4, steps } }, undefined, {
          onprogress: ({ total }) => seen.push(total ?? 0),
        });
        return { seen: new Set(seen), steps };
      }),
    );
    for (const { seen, steps } of progress) expect(seen).toEqual(new Set([steps]));
  });
});

describe("servers in trouble", () => {
  test("a dead and a slow one delay nobody; a protected one has one tool until it is signed in", async () => {
    const world = await makeWorld({ files: everything, dead: DEAD, silent: SILENT });
    const agent = await connectAll(world.home.path);
    const names = await agent.toolNames();
    expect(names).toContain("files__echo");
    expect(names.filter((name) => name.startsWith("acme__"))).toEqual(["acme__sign_in"]);
    expect(names.filter((name) => /^(dead|silent)__/.test(name))).toEqual([]);
    const told = await agent.client.callTool({ name: "acme__sign_in", arguments: {} });
    expect(told.structuredContent).toMatchObject({ code: "sign_in_required", server: "acme" });
    expect((await failure(agent.callText("dead__anything"))).code).toBe("upstream_unreachable");
    const before = agent.changed.tools;
    expect((await world.login()).code).toBe(0);
    await agent.waitForToolsChanged(before);
    await waitFor("the tools of acme", async () =>
      (await agent.toolNames()).includes("acme__whoami") ? true : undefined,
    );
    expect(await agent.callText("acme__whoami")).toBe("ada");
    expect(await agent.callText("acme__sign_in")).toContain("You are signed in");
    const { servers } = await world.status();
    expect(servers.find(({ name }) => name === "acme")).toMatchObject({ state: "ready", agents: 1 });
    expect(servers.find(({ name }) => name === "files")).toMatchObject({ agents: 1, agent_names: ["test-agent"] });
  });

  test("servers come and go while the agent runs; a call to one that is gone says so", async () => {
    const home = use(makeHome({ one: everything }));
    const agent = await connectAll(home.path);
    expect(await agent.toolNames()).toContain("one__echo");
    home.writeServers({ one: { ...everything, enabled: false }, two: everything });
    await agent.waitForToolsChanged();
    const names = await waitFor("the tools of two", async () => {
      const now = await agent.toolNames();
      return now.includes("two__echo") ? now : undefined;
    });
    expect(names.filter((name) => name.startsWith("one__"))).toEqual([]);
    await expect(agent.callText("one__echo", { message: "x" })).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining("“one” is turned off"),
    });
    await expect(agent.callText("nobody__echo")).rejects.toMatchObject({ code: -32602 });
    expect(await agent.callText("two__echo", { message: "hi" })).toContain("hi");
  });

  test("what a server listed before stands in for it while it is slow, also after a restart of the hub", async () => {
    const home = use(makeHome());
    const flag = join(home.path, "be-slow");
    const script = `if (require("node:fs").existsSync(${JSON.stringify(flag)})) process.stdin.resume(); else import(${JSON.stringify(pathToFileURL(everything.args[0] ?? "").href)})`;
    home.writeServers({ one: everything, moody: { command: process.execPath, args: ["-e", script, "x", "stdio"] } });
    const first = await connectAll(home.path);
    expect(await first.toolNames()).toContain("moody__echo");
    await waitFor("the lists on disk", () => {
      const file = join(home.path, "state", "known-lists.json");
      return existsSync(file) && readFileSync(file, "utf8").includes("moody") ? true : undefined;
    });
    await first.close();
    const { stdout } = await runCli(["status", "--json"], { home: home.path, env: PLAIN });
    process.kill((JSON.parse(stdout) as Snapshot).hub.pid, "SIGTERM");
    await waitFor("the hub to end", () => (home.processes().length === 0 ? true : undefined));
    writeFileSync(flag, "");
    const second = await connectAll(home.path);
    const names = await second.toolNames();
    expect(names).toContain("moody__echo");
    expect(names).toContain("one__echo");
  });

  test("one that does not keep to itself troubles no other", async () => {
    const open = use(await startProtectedServer({}));
    const rude = { command: process.execPath, args: [join(repoRoot, "test", "fixtures", "rude-server.mjs")] };
    const home = use(makeHome({ rude, open: { url: open.url } }));
    const agent = await connectAll(home.path);
    expect((await agent.toolNames()).filter((name) => name.startsWith("rude__"))).toEqual(["rude__tease"]);
    const totals = new Set<number | undefined>();
    const slow = agent.client.callTool({ name: "open__slow", arguments: { steps: 40, step_ms: 20 } }, undefined, {
      onprogress: ({ total }) => void totals.add(total),
    });
    await waitFor("the call to arrive", () => open.calls.some(({ tool }) => tool === "slow") || undefined);
    const before = agent.changed.tools;
    expect(await agent.callText("rude__tease")).toBe("teased");
    expect((await slow).content).toEqual([{ type: "text", text: "done after 40 steps" }]);
    expect(totals).toEqual(new Set([40]));
    await agent.waitForToolsChanged(before);
    // 500 changes are told of a few times at most.
    expect(agent.changed.tools - before).toBeLessThan(50);
    expect(agent.received.filter((text) => text.includes("not yours") || text.includes("cancelled"))).toEqual([]);
  });

  test("a call is cancelled at its own server", async () => {
    const open = use(await startProtectedServer({}));
    const home = use(makeHome({ open: { url: open.url }, other: everything }));
    const agent = await connectAll(home.path);
    const controller = new AbortController();
    const call = agent.client.callTool({ name: "open__slow", arguments: { steps: 1000, step_ms: 20 } }, undefined, {
      signal: controller.signal,
    });
    const failed = expect(call).rejects.toThrow();
    await waitFor("the call to arrive", () => open.calls.some(({ tool }) => tool === "slow") || undefined);
    controller.abort("enough");
    await failed;
    await waitFor("the cancellation to arrive", () => open.cancelled.includes("slow") || undefined);
    expect(await agent.callText("open__add", { a: 1, b: 1 })).toBe("2");
    const changes = agent.changed.tools;
    open.addTool("later");
    await agent.waitForToolsChanged(changes);
    expect(await agent.toolNames()).toContain("open__later");
  });

  test("a name shortened by one agent is known to the next, without a list", async () => {
    const home = use(makeHome({ "a server with quite a long name that no prefix holds": everything }));
    const first = await connectAll(home.path);
    const long = (await first.toolNames()).find((name) => name.includes("echo")) ?? "";
    expect(long).toMatch(NAME);
    const second = await connectAll(home.path);
    expect(await second.callText(long, { message: "again" })).toContain("again");
  });
});
