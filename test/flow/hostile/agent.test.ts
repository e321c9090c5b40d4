/** Everything that an agent can send which is not MCP: it is told what is wrong, and nobody else notices. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type HostileWorld, type Message, type RawAgent, startWorld } from "./parts.ts";
import { type HostileServer, startHostileServer } from "./server.ts";

let server: HostileServer;
let world: HostileWorld;
let agent: RawAgent;
let other: RawAgent;

beforeAll(async () => {
  server = await startHostileServer({});
  world = await startWorld({ url: server.url });
  agent = await world.connect();
  other = await world.connect();
});

afterAll(async () => {
  await world.close();
  await server.close();
});

async function undisturbed(act: () => Promise<void>): Promise<void> {
  const running = server.count("slow") + 2;
  const id = other.call("slow");
  const own = agent.call("slow");
  await expect.poll(() => server.count("slow")).toBe(running);
  await act();
  const before = other.received.length;
  server.release();
  expect(await other.answer(id)).toMatchObject({ result: { text: "slow" } });
  expect(await agent.answer(own)).toMatchObject({ result: { text: "slow" } });
  expect(other.received).toHaveLength(before + 1);
}

/** The next answers without an id; what came before does not count. */
async function complaints(bytes: string | Buffer, count = 1): Promise<Message[]> {
  const from = agent.received.length;
  agent.write(bytes);
  agent.send({ id: "after", method: "ping" });
  const ended = (): number => agent.received.findIndex((one, at) => at >= from && one.id === "after");
  await expect.poll(ended, { timeout: 30_000 }).toBeGreaterThan(-1);
  const told = agent.received.slice(from, ended()).filter((one) => one.id === null);
  expect(told).toHaveLength(count);
  return told;
}

test.each<[string, string | Buffer, number]>([
  ["half a message", '{"jsonrpc":"2.0","id":1,\n', -32700],
  ["words", "hello?\n", -32700],
  ["a number", "5\n", -32700],
  ["garbage behind a message", '{"jsonrpc":"2.0","id":900,"method":"tools/call"} {}\n', -32700],
  ["an empty batch", "[]\n", -32600],
  ["a batch of numbers", "[1,2]\n", -32600],
  ["a batch in a batch", '[[{"jsonrpc":"2.0","id":901,"method":"tools/call"}]]\n', -32600],
  ["a batch with something else in it", '[{"jsonrpc":"2.0","id":902,"method":"tools/call"},1]\n', -32600],
  ["brackets without end", `${"[".repeat(1024 * 1024)}\n`, -32700],
  ["objects without end", `${'{"a":'.repeat(1024 * 1024)}\n`, -32700],
  [
    "bytes that are not UTF-8, in a notification",
    Buffer.from('{"jsonrpc":"2.0","method":"x\xff"}\n', "latin1"),
    -32700,
  ],
  ["a line of 100 MiB", Buffer.concat([Buffer.alloc(100 * 1024 * 1024, 0x78), Buffer.from("\n")]), -32700],
])("%s", async (_name, bytes, code) => {
  await undisturbed(async () => {
    const heard = server.heard.length;
    const [told] = await complaints(bytes);
    expect(told?.error).toMatchObject({ code, message: expect.stringMatching(/./) });
    expect(server.heard.slice(heard).filter((one) => one.method === "tools/call" && one.id !== undefined)).toEqual(
      server.heard.slice(heard).filter((one) => (one.params as { name?: string } | undefined)?.name === "slow"),
    );
  });
});

test("a request that is not UTF-8 is answered under its id", async () => {
  await undisturbed(async () => {
    agent.write(Buffer.from('{"jsonrpc":"2.0","id":"u","method":"tools/call","params":{"name":"\xff"}}\n', "latin1"));
    expect(await agent.answer("u")).toMatchObject({ error: { code: -32700 } });
  });
});

test("a request whose inside is broken is answered under its id, and the server hears nothing of it", async () => {
  await undisturbed(async () => {
    agent.write('{"jsonrpc":"2.0","id":"b","method":"tools/call","params":{]}\n');
    expect(await agent.answer("b")).toMatchObject({ error: { code: -32700 } });
    expect(server.heard.filter(({ id }) => id === "b")).toEqual([]);
  });
});

test("a batch is answered one by one", async () => {
  await undisturbed(async () => {
    const call = (id: string): string =>
      `{"jsonrpc":"2.0","id":"${id}","method":"tools/call","params":{"name":"echo"}}`;
    agent.write(`[${call("b1")},{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}, ${call("b2")}]\n`);
    expect(await agent.answer("b1")).toMatchObject({ result: { text: "echo" } });
    expect(await agent.answer("b2")).toMatchObject({ result: { text: "echo" } });
    await expect.poll(() => server.count("notifications/roots/list_changed")).toBe(1);
  });
});

test("a second request under an id in flight is refused; the first is answered, once, and run once", async () => {
  const ran = server.count("slow") + 1;
  const id = agent.call("slow");
  await expect.poll(() => server.count("slow")).toBe(ran);
  const [told] = await complaints(
    `${JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "slow" } })}\n`,
  );
  expect(told?.error).toMatchObject({ code: -32600, message: expect.stringContaining(String(id)) });
  server.release();
  expect(await agent.answer(id)).toMatchObject({ result: { text: "slow" } });
  await agent.answer(agent.call("echo"));
  expect(agent.received.filter((one) => one.id === id)).toHaveLength(1);
  expect(server.count("slow")).toBe(ran);
});

test("an answer to a question that nobody asked goes nowhere harmful", async () => {
  await undisturbed(async () => {
    agent.send({ id: 77_777, result: {} });
    agent.send({ id: "nobody's", error: { code: 1, message: "no" } });
    expect(await agent.answer(agent.call("echo"))).toMatchObject({ result: { text: "echo" } });
  });
});

test("requests of more than 64 MiB without an answer are not all taken, and room comes back", async () => {
  const big = "x".repeat(10 * 1024 * 1024);
  const ids = Array.from({ length: 8 }, (_, n) => `big-${n}`);
  await undisturbed(async () => {
    for (const id of ids) agent.send({ id, method: "tools/call", params: { name: "slow", arguments: { big } } });
    expect((await agent.answer("big-7", 50_000)).error?.data).toMatchObject({ code: "too_large", server: "bad" });
    await expect
      .poll(() => server.heard.filter((one) => ids.includes(String(one.id))).length, { timeout: 50_000 })
      .toBe(6);
  });
  for (const id of ids.slice(0, 6)) expect(await agent.answer(id, 50_000)).toMatchObject({ result: { text: "slow" } });
  agent.send({ id: "big-again", method: "tools/call", params: { name: "echo", arguments: { big } } });
  expect(await agent.answer("big-again", 50_000)).toMatchObject({ result: { text: "echo" } });
});
