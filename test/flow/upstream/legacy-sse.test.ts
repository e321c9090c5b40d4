/** HTTP with SSE (MCP 2024-11-05), set or found out, against servers that speak it well and badly. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import type { RemoteServer } from "../../../main/config/types.ts";
import type { GatehouseError } from "../../../main/errors.ts";
import { type Credentials, NO_PERMIT } from "../../../main/ports.ts";
import { reachLegacy } from "../../../main/upstream/reach.ts";
import { peek } from "../../../shim/scan.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const NOBODY: Credentials = {
  permit: async () => NO_PERMIT,
  refused: async () => "sign_in",
  accepted() {},
  heard() {},
};

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function serve(handler: Handler) {
  const seen: Seen[] = [];
  const server = await new Promise<Server>((resolve) => {
    const one = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = Buffer.concat(chunks).toString();
        seen.push({ method: request.method ?? "", path: request.url ?? "", headers: request.headers, body });
        handler(request, response, body);
      });
    }).listen(0, "127.0.0.1", () => resolve(one));
  });
  use({
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function entry(origin: string, type: RemoteServer["type"] = "sse"): RemoteServer {
  return { name: "s", type, url: `${origin}/sse`, headers: { "x-org": "a" } } as unknown as RemoteServer;
}

function connect(server: RemoteServer, credentials: Credentials = NOBODY) {
  const messages: string[] = [];
  const failures = new Map<string, GatehouseError>();
  const closed: GatehouseError[] = [];
  const upstream = reachLegacy({
    server,
    credentials,
    clock: { now: () => Date.now() },
    log: silent,
    events: {
      untaken() {},
      message: (line) => void messages.push(line.toString()),
      failed: (id, error) => void failures.set(id, error),
      closed: (error) => void closed.push(error),
    },
  });
  use({ close: () => upstream.close() });
  const send = (message: object): void => {
    const line = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    upstream.send(line, peek(line));
  };
  return {
    upstream,
    messages,
    failures,
    closed,
    send,
    failure: (id: string) => waitFor("the failure", () => failures.get(id)),
    message: (n: number) => waitFor("the message", () => messages[n]),
  };
}

/** A server of 2024-11-05: answers each request on its stream. `mayPost`: whether it also says 405 to a POST of /sse. */
async function oldServer(endpoint = "/messages?session=1") {
  const streams: ServerResponse[] = [];
  const control = { streams, isDeaf: false };
  const { origin, seen } = await serve((request, response, body) => {
    if (request.url === "/sse") {
      if (request.method !== "GET") return void response.writeHead(405).end("Method Not Allowed");
      streams.push(response);
      response.writeHead(200, { "content-type": "text/event-stream" });
      return void response.write(`event: endpoint\ndata: ${endpoint}\n\n`);
    }
    response.writeHead(202).end("Accepted");
    const { id } = JSON.parse(body) as { id?: unknown };
    if (id !== undefined && !control.isDeaf)
      streams
        .at(-1)
        ?.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: "2.0", id, result: { ok: body } })}\n\n`);
  });
  return { origin, seen, control };
}

test("requests go to the endpoint, answers come on the stream, and what was configured goes along on both", async () => {
  const { origin, seen } = await oldServer();
  const { send, message, upstream } = connect(entry(origin));
  send({ id: 1, method: "initialize" });
  expect(JSON.parse(await message(0))).toMatchObject({ id: 1, result: {} });
  upstream.negotiated("2024-11-05");
  send({ method: "notifications/initialized" });
  send({ id: "b", method: "tools/list" });
  expect(JSON.parse(await message(1))).toMatchObject({ id: "b" });
  expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "GET /sse",
    "POST /messages?session=1",
    "POST /messages?session=1",
    "POST /messages?session=1",
  ]);
  expect(seen.slice(1).map(({ body }) => (JSON.parse(body) as { method: string }).method)).toEqual([
    "initialize",
    "notifications/initialized",
    "tools/list",
  ]);
  for (const { headers } of seen) expect(headers["x-org"]).toBe("a");
  expect(seen[0]?.headers.accept).toBe("text/event-stream");
});

test("an endpoint of another origin gets nothing: unsafe_url", async () => {
  const other = await serve((_request, response) => void response.writeHead(202).end());
  const { origin, seen } = await oldServer(`${other.origin}/messages`);
  const { send, failure, closed } = connect(entry(origin));
  send({ id: 1, method: "initialize" });
  expect(await failure("1")).toMatchObject({ code: "unsafe_url", message: expect.stringContaining(other.origin) });
  expect(closed).toMatchObject([{ code: "unsafe_url" }]);
  expect(other.seen).toEqual([]);
  expect(seen).toHaveLength(1);
});

test("the end of the stream is the end of the session, with what was in flight", async () => {
  const { origin, control } = await oldServer();
  const { send, message, failure, closed } = connect(entry(origin));
  send({ id: 1, method: "initialize" });
  await message(0);
  control.isDeaf = true;
  send({ id: 2, method: "tools/call" });
  send({ id: 3, method: "ping" });
  control.streams[0]?.end();
  expect(await failure("2")).toMatchObject({ code: "session_lost" });
  expect(await failure("3")).toMatchObject({ code: "session_lost" });
  expect(closed).toMatchObject([{ code: "session_lost" }]);
});

test("after a sleep a stream that still works is kept, and one that does not is given up", async () => {
  const { origin, control } = await oldServer();
  const { send, message, closed, upstream, messages } = connect(entry(origin));
  send({ id: 1, method: "initialize" });
  await message(0);
  upstream.resumed();
  send({ id: 2, method: "ping" });
  expect(JSON.parse(await message(1))).toMatchObject({ id: 2 });
  expect(closed).toEqual([]);
  expect(messages).toHaveLength(2);
  control.isDeaf = true;
  upstream.resumed();
  expect(await waitFor("the end", () => closed[0], 30_000)).toMatchObject({ code: "session_lost" });
});

test("a 401 of the stream is a challenge; the token goes to both ends", async () => {
  const tokens: (string | undefined)[] = [];
  let stream: ServerResponse | undefined;
  const { origin } = await serve((request, response, body) => {
    tokens.push(request.headers.authorization);
    if (request.headers.authorization !== "Bearer new")
      return void response.writeHead(401, { "www-authenticate": 'Bearer scope="a"' }).end();
    if (request.method === "GET") {
      stream = response.writeHead(200, { "content-type": "text/event-stream" });
      return void stream.write("event: endpoint\ndata: /m\n\n");
    }
    response.writeHead(202).end();
    stream?.write(`data: {"jsonrpc":"2.0","id":${(JSON.parse(body) as { id: number }).id},"result":{}}\n\n`);
  });
  let token = "old";
  const { send, message } = connect(entry(origin), {
    ...NOBODY,
    permit: async () => ({ token, headers: { authorization: `Bearer ${token}` } }),
    refused: async () => {
      token = "new";
      return "retry";
    },
  });
  send({ id: 1, method: "initialize" });
  expect(await message(0)).toContain('"id":1');
  expect(tokens).toEqual(["Bearer old", "Bearer new", "Bearer new"]);

  const nobody = connect(entry(origin));
  nobody.send({ id: 1, method: "initialize" });
  expect(await nobody.failure("1")).toMatchObject({ code: "sign_in_required" });
});

test("a request that the endpoint refuses fails alone; a broken answer fails its request", async () => {
  let stream: ServerResponse | undefined;
  const { origin } = await serve((request, response, body) => {
    if (request.method === "GET") {
      stream = response.writeHead(200, { "content-type": "text/event-stream" });
      return void stream.write("event: endpoint\ndata: m\n\n");
    }
    const { id } = JSON.parse(body) as { id: number };
    if (id === 2) return void response.writeHead(500).end();
    response.writeHead(202).end();
    stream?.write(
      id === 3 ? 'data: {"jsonrpc":"2.0","id":3,"result":{\n\n' : `data: {"jsonrpc":"2.0","id":${id},"result":{}}\n\n`,
    );
  });
  const { send, message, failure, closed } = connect(entry(origin));
  send({ id: 1, method: "initialize" });
  await message(0);
  send({ id: 2, method: "x" });
  expect(await failure("2")).toMatchObject({ code: "upstream_failed", message: expect.stringContaining("500") });
  send({ id: 3, method: "x" });
  expect(await failure("3")).toMatchObject({ code: "upstream_failed", message: expect.stringContaining("JSON-RPC") });
  send({ id: 4, method: "x" });
  expect(await message(1)).toContain('"id":4');
  expect(closed).toEqual([]);
});

test.each<[string, Handler, RegExp]>([
  [
    "a page",
    (_q, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<p>"),
    /no event stream/,
  ],
  ["a 404", (_q, response) => void response.writeHead(404).end(), /status 404/],
  ["a redirect", (_q, response) => void response.writeHead(302, { location: "https://x.example/" }).end(), /moved/],
  [
    "an endpoint that is no URL",
    (_q, response) =>
      void response
        .writeHead(200, { "content-type": "text/event-stream" })
        .write("event: endpoint\ndata: http://[\n\n"),
    /no URL/,
  ],
])("%s instead of the stream fails the handshake in words", async (_name, handler, words) => {
  const { origin } = await serve(handler);
  const { send, failure } = connect(entry(origin));
  send({ id: 1, method: "initialize" });
  expect((await failure("1")).message).toMatch(words);
});

test("auto: what takes no POST is asked for a stream, and the next session begins with that", async () => {
  const { origin, seen } = await oldServer();
  const server = entry(origin, "auto");
  const first = connect(server);
  first.send({ id: 1, method: "initialize" });
  expect(await first.message(0)).toContain('"id":1');
  const second = connect(server);
  second.send({ id: 7, method: "initialize" });
  expect(await second.message(0)).toContain('"id":7');
  expect(seen.map(({ method, path }) => `${method} ${path.split("?")[0]}`)).toEqual([
    "POST /sse",
    "GET /sse",
    "POST /messages",
    "GET /sse",
    "POST /messages",
  ]);
});

test("auto: where there is neither, the answer to the POST is what is told, and both are tried again", async () => {
  const { origin, seen } = await serve(
    (request, response) => void response.writeHead(request.method === "GET" ? 405 : 404).end(),
  );
  for (const _round of [1, 2]) {
    const { send, failure } = connect(entry(origin, "auto"));
    send({ id: 1, method: "initialize" });
    expect((await failure("1")).details).toEqual({ status: 404 });
  }
  expect(seen.map(({ method }) => method)).toEqual(["POST", "GET", "POST", "GET"]);
});

test("auto: an error in JSON-RPC is the server's answer, and a later 404 is no wish for another transport", async () => {
  const { origin, seen } = await serve((_request, response, body) => {
    const { id } = JSON.parse(body) as { id: number };
    if (id === 1)
      return void response.writeHead(400).end('{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}');
    response.writeHead(404).end();
  });
  const { send, message, failure } = connect(entry(origin, "auto"));
  send({ id: 1, method: "initialize" });
  expect(await message(0)).toContain("-32602");
  send({ id: 2, method: "tools/list" });
  expect((await failure("2")).details).toEqual({ status: 404 });
  expect(seen.map(({ method }) => method)).toEqual(["POST", "POST"]);
});
