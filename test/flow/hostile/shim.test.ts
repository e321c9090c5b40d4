/** What an agent may send badly goes through the shim as well, which keeps count of what is in flight. */
import { expect, test } from "vitest";
import { makeHome } from "../../fixtures/home.ts";
import { startCli, startHeadlessHub } from "../../fixtures/program.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { PLAIN } from "../hub/parts.ts";
import type { Message } from "./parts.ts";
import { startHostileServer } from "./server.ts";

async function start() {
  const server = use(await startHostileServer({}));
  const home = use(makeHome({ bad: { url: server.url } }));
  const options = { home: home.path, env: PLAIN };
  const hub = use(await startHeadlessHub(options));
  const shim = use(startCli(["connect", "bad"], options));
  const answers = (): Message[] => {
    const lines = shim.stdout().split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Message);
  };
  const answer = (id: string | null): Promise<Message> =>
    waitFor(`the answer to ${id}`, () => answers().find((one) => one.id === id && one.method === undefined), 30_000);
  const clientInfo = { name: "raw", version: "1" };
  const params = { protocolVersion: "2025-03-26", capabilities: {}, clientInfo };
  shim.write(`${JSON.stringify({ jsonrpc: "2.0", id: "hi", method: "initialize", params })}\n`);
  await answer("hi");
  shim.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  return { server, hub, shim, answer, answers };
}

const call = (id: string, tool: string): string =>
  `{"jsonrpc":"2.0","id":"${id}","method":"tools/call","params":{"name":"${tool}"}}`;

test("each call of a batch is answered exactly once, also when the hub is killed under it", async () => {
  const { server, hub, shim, answer, answers } = await start();
  shim.write(`[${call("a", "echo")}, ${call("b", "slow")},${call("c", "slow")}]\n`);
  expect(await answer("a")).toMatchObject({ result: { text: "echo" } });
  await waitFor("both calls", () => (server.count("slow") === 2 ? true : undefined), 30_000);
  await hub.kill();
  for (const id of ["b", "c"]) expect(await answer(id)).toMatchObject({ error: { data: { code: "hub_restarted" } } });
  shim.write(`${call("d", "echo")}\n`);
  expect(await answer("d")).toMatchObject({ result: { text: "echo" } });
  expect(
    answers()
      .map(({ id }) => id)
      .filter((id) => typeof id === "string")
      .sort(),
  ).toEqual(["a", "b", "c", "d", "hi"]);
  expect(server.count("slow")).toBe(2);
});

test("a line of 100 MiB is told as too large, and the next one is served", async () => {
  const { shim, answer } = await start();
  shim.write("x".repeat(100 * 1024 * 1024));
  shim.write(`\n${call("after", "echo")}\n`);
  expect(await answer(null)).toMatchObject({ error: { data: { code: "too_large" } } });
  expect(await answer("after")).toMatchObject({ result: { text: "echo" } });
});
