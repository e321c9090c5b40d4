/** What the reference server never does passes the shim unchanged, too: pages, pings, odd errors, what nobody knows yet. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeHome } from "../../fixtures/home.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { PLAIN } from "../hub/parts.ts";
import { gatehouseWire, type Message, programWire, type Wire } from "./wire.ts";

const SERVER = { command: process.execPath, args: [join(import.meta.dirname, "corner-server.mjs")] };
const LIMIT = 60_000;

async function both(): Promise<{ direct: Wire; through: Wire }> {
  const home = use(makeHome({ corner: { type: "stdio", ...SERVER } }));
  const options = { home: home.path, env: PLAIN };
  return {
    direct: use(programWire(SERVER.command, SERVER.args, options)),
    through: use(gatehouseWire("corner", options)),
  };
}

/** Everything that comes, in order, while each of the requests waits for the one before it. */
async function play(wire: Wire, requests: readonly Message[]): Promise<Message[]> {
  const heard: Message[] = [];
  const late: Message[] = [];
  wire.onMessage = (message) => {
    const { id, method } = message;
    heard.push(message);
    if (method === "ping") void wire.send({ jsonrpc: "2.0", id, result: {} });
    if (method === "future/question") void wire.send({ jsonrpc: "2.0", id, error: { code: -32601, message: "what?" } });
    // One that was cancelled is not answered any more.
    if (method === "sampling/createMessage") late.push(message);
  };
  const initialize = {
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: { sampling: {} },
      clientInfo: { name: "raw", version: "1" },
    },
  };
  for (const [id, request] of [initialize, ...requests].entries()) {
    await wire.send({ jsonrpc: "2.0", id, ...request });
    const isAnswer = (message: Message): boolean => message.id === id && message.method === undefined;
    await waitFor(`the answer to ${String(request.method)}`, () => heard.find(isAnswer), LIMIT);
    if (id === 0) await wire.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  }
  expect(late).toHaveLength(1);
  return heard;
}

test("pages, pings both ways, questions that are cancelled or unknown, odd errors and future members", async () => {
  const { direct, through } = await both();
  const requests: Message[] = [
    { method: "tools/list" },
    { method: "tools/list", params: { cursor: "page 2/ü", _meta: { progressToken: 0 } } },
    { method: "ping" },
    { method: "ask/ping" },
    { method: "ask/unknown" },
    { method: "ask/and-cancel" },
    { method: "notices" },
    { method: "fail/oddly" },
    {
      method: "echo",
      params: { _meta: { "x/anything": { a: [1, null, "ü\u2028"] } }, task: { ttl: 1 }, future: true },
    },
    { method: "echo", params: [1, "two", null] },
    { method: "nothing/of-the-kind" },
    { method: "echo" },
  ];
  const [expected, got] = await Promise.all([play(direct, requests), play(through, requests)]);
  expect(got).toEqual(expected);
  expect(got).toContainEqual(expect.objectContaining({ id: "ping-1", method: "ping" }));
});

test("the agent's own credentials in _meta are all that a server does not get", async () => {
  const { direct, through } = await both();
  const _meta = { progressToken: "p", authorization: "Bearer s3cret", "com.example/access_token": "s3cret" };
  const requests: Message[] = [{ method: "ask/and-cancel" }, { method: "echo", params: { a: 1, _meta } }];
  const [all, less] = await Promise.all([play(direct, requests), play(through, requests)]);
  expect(all.at(-1)?.result).toEqual({ params: { a: 1, _meta } });
  expect(less.at(-1)?.result).toEqual({ params: { a: 1, _meta: { progressToken: "p" } } });
});
