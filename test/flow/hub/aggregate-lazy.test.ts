/** Lazy mode: three tools for all, over real servers, the real shim and the official SDK's client. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Snapshot } from "../../../preload/api.ts";
import { type Agent, startAgent } from "../../fixtures/agent.ts";
import { everythingServer } from "../../fixtures/everything.ts";
import { makeHome } from "../../fixtures/home.ts";
import { runCli } from "../../fixtures/program.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { failure, makeWorld, PLAIN } from "./parts.ts";

const everything = everythingServer();

const connectLazy = async (home: string): Promise<Agent> =>
  use(await startAgent({ home, env: PLAIN, args: ["--lazy"] }));

const resultText = async (agent: Agent, name: string, args: Record<string, unknown>) => {
  const { content, isError } = await agent.client.callTool({ name, arguments: args });
  return { text: (content as { text: string }[])[0]?.text ?? "", isError: isError ?? false };
};

test("finds, describes and calls; says what is wrong with a name or with arguments", async () => {
  const home = use(makeHome({ demo: everything, "spare one": everything }));
  const agent = await connectLazy(home.path);
  expect(await agent.toolNames()).toEqual(["find_tools", "describe_tool", "call_tool"]);
  expect(agent.client.getInstructions()).toContain("demo, spare one");

  const found = await resultText(agent, "find_tools", { query: "add two numbers", limit: 2 });
  const lines = found.text.split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^demo__get-sum: .+ \(demo\)$/);
  expect((await resultText(agent, "find_tools", { query: "xyzzy" })).text).toContain("No tool fits");

  const described = JSON.parse((await resultText(agent, "describe_tool", { name: "demo__get-sum" })).text) as object;
  expect(described).toMatchObject({ name: "demo__get-sum", inputSchema: { required: ["a", "b"] } });
  const wrong = await resultText(agent, "describe_tool", { name: "demo__getsum" });
  expect(wrong).toMatchObject({ isError: true, text: expect.stringContaining("Did you mean demo__get-sum") });

  expect((await resultText(agent, "call_tool", { name: "demo__get-sum", arguments: { a: 2, b: 3 } })).text).toContain(
    "5",
  );
  const missing = await resultText(agent, "call_tool", { name: "demo__get-sum", arguments: { a: "2" } });
  expect(missing.isError).toBe(true);
  for (const part of ["“b” is missing", "“a” has to be: number", '"required":["a","b"]'])
    expect(missing.text).toContain(part);
  // Some models write the object as a string.
  const asText = await resultText(agent, "call_tool", {
    name: "demo__echo",
    arguments: '{"message":"quoted"}' as never,
  });
  expect(asText.text).toContain("quoted");
  expect(await resultText(agent, "call_tool", { name: "demo__no-such-tool", arguments: {} })).toMatchObject({
    isError: true,
  });
  await expect(agent.callText("demo__echo", { message: "x" })).rejects.toMatchObject({ code: -32602 });
});

test("a server starts at its first use; what it listed is remembered over a restart of the hub", async () => {
  const home = use(makeHome({ demo: everything, other: everything }));
  const children = () => home.processes().length;
  const first = await connectLazy(home.path);
  await first.toolNames();
  await first.client.listPrompts();
  const before = children();
  await resultText(first, "find_tools", { query: "sum" });
  expect(children()).toBe(before + 2);
  await waitFor("the lists on disk", () => existsSync(join(home.path, "state", "known-lists.json")) || undefined);
  await first.close();
  const { stdout } = await runCli(["status", "--json"], { home: home.path, env: PLAIN });
  process.kill((JSON.parse(stdout) as Snapshot).hub.pid, "SIGTERM");
  await waitFor("the hub and both servers to end", () => (children() === 0 ? true : undefined));

  const second = await connectLazy(home.path);
  const quiet = children();
  expect((await resultText(second, "find_tools", { query: "add two numbers", limit: 30 })).text).toContain(
    "other__get-sum",
  );
  expect((await resultText(second, "describe_tool", { name: "other__get-sum" })).isError).toBe(false);
  expect(children()).toBe(quiet);
  expect((await resultText(second, "call_tool", { name: "other__get-sum", arguments: { a: 1, b: 2 } })).text).toContain(
    "3",
  );
  expect(children()).toBe(quiet + 1);
});

test("a need to sign in is said with the hit and is no failure; a failing server is left out", async () => {
  const world = await makeWorld({ demo: everything, dead: { url: "http://127.0.0.1:9/mcp" } });
  const agent = await connectLazy(world.home.path);
  const find = async (query: string) => (await resultText(agent, "find_tools", { query })).text;
  for (let round = 0; round < 4; round++) await find("echo");
  expect(await find("echo")).toContain("Left out for now, after several failures: dead");
  expect(await find("sign in to acme")).toMatch(/^acme__sign_in: /);
  expect(await find("make a note")).toContain(
    "Not searched before the user signs in: acme. To learn how, call acme__sign_in.",
  );
  const told = await agent.client.callTool({ name: "call_tool", arguments: { name: "acme__sign_in" } });
  expect(told.structuredContent).toMatchObject({ code: "sign_in_required", server: "acme" });

  expect((await world.login()).code).toBe(0);
  const signedIn = await waitFor("the tools of acme", async () => {
    const now = await find("who is signed in");
    return now.includes("acme__whoami") ? now : undefined;
  });
  expect(signedIn).not.toMatch(/needs sign-in|Not searched/);
  expect((await resultText(agent, "call_tool", { name: "acme__whoami" })).text).toBe("ada");

  await world.cli(["logout", "acme"]);
  await waitFor("the need", async () =>
    (await find("who is signed in")).includes("[needs sign-in: call acme__sign_in]") ? true : undefined,
  );
  const refused = await failure(resultText(agent, "call_tool", { name: "acme__whoami" }));
  expect(refused).toMatchObject({ code: "sign_in_required", server: "acme" });
  expect(await find("who is signed in")).not.toContain("failures: acme");
});

test.each([[["--lazy", "demo"]], [["demo", "--lazy"]], [["--quick"]]])(
  "connect %j is a mistake in usage",
  async (args) => {
    const home = use(makeHome({ demo: everything }));
    const { code, stdout, stderr } = await runCli(["connect", ...args], { home: home.path, env: PLAIN });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("gatehouse connect [<server>[@account] | --lazy]");
  },
);
