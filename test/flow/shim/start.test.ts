/** Agents that find no hub: one is started for all of them, and who leaves meanwhile is not waited for. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startAgent } from "../../fixtures/agent.ts";
import { startChild } from "../../fixtures/children.ts";
import { type Home, makeHome } from "../../fixtures/home.ts";
import { environment, programFile } from "../../fixtures/program.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { PLAIN } from "../hub/parts.ts";

const SHIMS = 20;

function hubsStarted(home: Home): number {
  const log = readFileSync(join(home.path, "logs", "gatehouse.log"), "utf8");
  return log.split("\n").filter((line) => line.includes('"event":"hub.started"')).length;
}

/** A process id that nobody has. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  const { pid } = child;
  await new Promise((resolve) => child.once("exit", resolve));
  return pid as number;
}

test.each([
  ["when there is nothing", async () => {}],
  [
    "also when whoever was starting one has died",
    async (home: Home) => {
      mkdirSync(join(home.path, "state"), { mode: 0o700 });
      writeFileSync(join(home.path, "state", "launch.lock"), String(await deadPid()));
    },
  ],
])(`${SHIMS} shims at once start one hub, %s`, { timeout: 120_000 }, async (_when, before) => {
  const acme = use(await startProtectedServer());
  const home = use(makeHome({ acme: { url: acme.url } }));
  await before(home);
  const agents = await Promise.all(
    Array.from({ length: SHIMS }, () => startAgent({ home: home.path, env: PLAIN, server: "acme" }).then(use)),
  );
  const sums = await Promise.all(agents.map((agent, n) => agent.callText("add", { a: n, b: 1 })));
  expect(sums).toEqual(agents.map((_agent, n) => String(n + 1)));
  expect(hubsStarted(home)).toBe(1);
  expect(home.processes()).toHaveLength(SHIMS + 1);
  // Nothing but MCP came out of any of them.
  expect(agents.map((agent) => agent.stderr()).join("")).toBe("");
});

test("an agent that leaves while a hub is being started is gone at once, and stdout stayed empty", async () => {
  const home = use(makeHome());
  // Somebody who lives is starting a hub that never comes.
  mkdirSync(join(home.path, "state"), { mode: 0o700 });
  writeFileSync(join(home.path, "state", "launch.lock"), String(process.pid));
  const shim = use(shimOf(home, `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: {} })}\n`));
  await waitFor("the shim to wait", () => (home.processes().includes(shim.pid) ? true : undefined));
  shim.endInput();
  expect(await shim.exited).toBe(0);
  expect(shim.output()).toBe("");
});

test("what an agent said before there was a hub reaches it", async () => {
  const acme = use(await startProtectedServer());
  const home = use(makeHome({ acme: { url: acme.url } }));
  const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "early", version: "1" } };
  const shim = use(
    shimOf(
      home,
      [
        { jsonrpc: "2.0", id: 1, method: "initialize", params },
        { jsonrpc: "2.0", method: "notifications/initialized" },
        { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "add", arguments: { a: 20, b: 22 } } },
      ]
        .map((message) => `${JSON.stringify(message)}\n`)
        .join(""),
    ),
  );
  await waitFor("the answer", () => (shim.output().includes('"42"') ? true : undefined));
});

function shimOf(home: Home, input: string) {
  const child = startChild(process.execPath, [programFile(), "connect", "acme"], {
    env: environment({ home: home.path, env: PLAIN }),
    cwd: home.path,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  child.process.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.process.stdin?.on("error", () => {});
  child.process.stdin?.write(input);
  return {
    pid: child.pid,
    exited: child.exited,
    output: () => output,
    endInput: () => void child.process.stdin?.end(),
    close: () => child.stop(),
  };
}
