/** Everything that a server can send which is not MCP: the call concerned fails in words, and nobody else notices. */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type HostileWorld, type RawAgent, startWorld } from "./parts.ts";
import { answer, events, type HostileServer, type Mischief, pour, reply, startHostileServer } from "./server.ts";

const MIB = Buffer.alloc(1024 * 1024, 0x78);
const NOTICE = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}';

/** Each with what the agent's error says. */
const FAILING: Readonly<Record<string, readonly [Mischief, RegExp]>> = {
  "a body that is not JSON": [(socket) => reply(socket, 200, "<html>"), /not JSON-RPC/],
  "an empty body": [(socket) => reply(socket, 200, ""), /never answered/],
  "a 202 to a request": [(socket) => reply(socket, 202, ""), /never answered/],
  "JSON with garbage behind it": [(socket, call) => reply(socket, 200, `${answer(call)} garbage`), /not JSON-RPC/],
  "JSON whose inside is broken": [
    (socket, call) => reply(socket, 200, `{"jsonrpc":"2.0","id":${call.id},"result":{"a":{],"b":nul}}`),
    /not JSON-RPC/,
  ],
  "JSON that is cut short": [(socket, call) => reply(socket, 200, answer(call).slice(0, -2)), /not JSON-RPC/],
  "a number": [(socket) => reply(socket, 200, "5"), /not JSON-RPC/],
  "an empty batch": [(socket) => reply(socket, 200, "[]"), /not JSON-RPC/],
  "bytes that are not UTF-8": [
    (socket, call) => reply(socket, 200, Buffer.from(answer(call, "\xff\xfe"), "latin1")),
    /not JSON-RPC/,
  ],
  "the answer to another request": [
    (socket, call) => reply(socket, 200, answer({ ...call, id: 4711 })),
    /another request/,
  ],
  "an error that names no request": [
    (socket) => reply(socket, 200, '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"what?"}}'),
    /could not read the request/,
  ],
  "a redirect": [(socket) => reply(socket, 307, "", ["location: /elsewhere"]), /has moved/],
  "JSON called an event stream": [
    (socket, call) => reply(socket, 200, answer(call), ["content-type: text/event-stream"]),
    /before the answer/,
  ],
  "an event stream called JSON": [(socket, call) => reply(socket, 200, `data: ${answer(call)}\n\n`), /not JSON-RPC/],
  "headers of 1 MiB": [
    (socket, call) => reply(socket, 200, answer(call), [`x-long: ${MIB.toString()}`]),
    /larger than 64 KiB/,
  ],
  "something that is not HTTP": [(socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n"), /not HTTP/],
  "an end instead of an answer": [(socket) => socket.destroy(), /cut the connection/],
  "a stream cut in the middle of an event": [
    (socket, call) => {
      events(socket, `data: ${answer(call).slice(0, 20)}`);
      socket.end();
    },
    /before the answer/,
  ],
  "a stream without the last blank line": [
    (socket, call) => {
      events(socket, `data: ${answer(call)}\n`);
      socket.end();
    },
    /before the answer/,
  ],
  "a body shorter than it says": [
    (socket, call) => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n${answer(call)}`),
    /broke off/,
  ],
  "a body longer than it says": [
    (socket, call) => void socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n${answer(call)}`),
    /not JSON-RPC/,
  ],
  "a body that is not the gzip it says": [
    (socket, call) => reply(socket, 200, answer(call), ["content-encoding: gzip"]),
    /broke off/,
  ],
  "200 MiB in 200 KiB of gzip": [
    (socket) => reply(socket, 200, gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20)), ["content-encoding: gzip"]),
    /more than 64 MiB/,
  ],
  "a body without an end": [
    async (socket) => {
      socket.write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
      await pour(socket, MIB, 2 ** 40);
    },
    /more than 64 MiB/,
  ],
  "an event without an end": [
    async (socket) => {
      events(socket, "data: ");
      await pour(socket, MIB, 2 ** 40);
    },
    /more than 64 MiB/,
  ],
};

/** Each odd, but an answer. */
const WORKING: Readonly<Record<string, Mischief>> = {
  "no content type": (socket, call) => reply(socket, 200, answer(call), []),
  "a content type of no sense": (socket, call) => reply(socket, 200, answer(call), ["content-type: image/png"]),
  "blanks and line ends around": (socket, call) => reply(socket, 200, `\r\n \t${answer(call)}\n\n`),
  "HTTP/1.0 without a length": (socket, call) => socket.end(`HTTP/1.0 200 OK\r\n\r\n${answer(call)}`),
  "a batch with a notification": (socket, call) => reply(socket, 200, `[${NOTICE},\n${answer(call)}]`),
  "a stream with CRLF": (socket, call) => events(socket, `event: message\r\ndata: ${answer(call)}\r\n\r\n`),
  "a stream with CR": (socket, call) => events(socket, `event: message\rdata: ${answer(call)}\r\r`),
  "a stream with a BOM": (socket, call) => events(socket, `\ufeffdata: ${answer(call)}\n\n`),
  "comments, empty data, unknown fields and broken events ahead": (socket, call) =>
    events(
      socket,
      `: hello\n\ndata\n\ndata:\n\nfoo: bar\n\ndata: {\n\ndata: 5\n\nretry: x\n\ndata:${answer(call)}\n\n`,
    ),
  "an answer to nobody ahead, and its own twice": (socket, call) =>
    events(
      socket,
      [answer({ ...call, id: 4711 }), answer(call), answer(call, "again")].map((one) => `data: ${one}\n\n`).join(""),
    ),
};

let server: HostileServer;
let world: HostileWorld;
let agent: RawAgent;
let other: RawAgent;

beforeAll(async () => {
  const mischief = Object.entries(FAILING).map(([name, [act]]) => [name, act] as const);
  server = await startHostileServer({ ...Object.fromEntries(mischief), ...WORKING });
  world = await startWorld({ url: server.url });
  agent = await world.connect();
  other = await world.connect();
});

afterAll(async () => {
  await world.close();
  await server.close();
});

/** Another agent's session with the same server has a call under way meanwhile, which is answered, and nothing else comes. */
async function undisturbed(act: () => Promise<void>): Promise<void> {
  const running = server.count("slow") + 1;
  const id = other.call("slow");
  await expect.poll(() => server.count("slow")).toBe(running);
  await act();
  const before = other.received.length;
  server.release();
  expect(await other.answer(id)).toMatchObject({ result: { text: "slow" } });
  expect(other.received).toHaveLength(before + 1);
  expect(await agent.answer(agent.call("echo"))).toMatchObject({ result: { text: "echo" } });
}

test.each(Object.entries(FAILING))("%s", async (name, [, words]) => {
  await undisturbed(async () => {
    const { error } = await agent.answer(agent.call(name), 50_000);
    expect(error?.message).toMatch(words);
    expect(error?.data).toMatchObject({ server: "bad", suggestion: expect.stringMatching(/./) });
    expect(server.count(name)).toBe(1);
  });
});

test.each(Object.keys(WORKING))("%s is an answer all the same", async (name) => {
  await undisturbed(async () => {
    const id = agent.call(name);
    expect(await agent.answer(id)).toMatchObject({ result: { text: "fine" } });
    await agent.answer(agent.call("echo"));
    expect(agent.received.filter((one) => one.id === id)).toHaveLength(1);
    expect(agent.received.filter((one) => one.id === 4711)).toEqual([]);
    expect(server.count(name)).toBe(1);
  });
});

test("a kept connection that is closed as a request goes: a list is asked for again, a call is not made twice", async () => {
  await undisturbed(async () => {
    await agent.answer(agent.call("echo"));
    server.cutNext();
    agent.send({ id: "list", method: "tools/list" });
    expect(await agent.answer("list")).toMatchObject({ result: { text: "tools/list" } });
    expect(server.count("tools/list")).toBe(2);
    const calls = server.count("echo");
    server.cutNext();
    const { error } = await agent.answer(agent.call("echo"));
    expect(error?.message).toMatch(/cut the connection/);
    expect(server.count("echo")).toBe(calls + 1);
  });
});
