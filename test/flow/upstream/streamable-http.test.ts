/** The transport against servers that answer in every way that servers do. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import type { RemoteServer } from "../../../main/config/types.ts";
import type { GatehouseError } from "../../../main/errors.ts";
import { type Challenge, type Credentials, NO_PERMIT, type Permit } from "../../../main/ports.ts";
import { StreamableHttp } from "../../../main/upstream/streamable-http.ts";
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
const bearer = (token: string): Permit => ({ token, headers: { authorization: `Bearer ${token}` } });

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function connect(handler: Handler, given: { credentials?: Credentials; headers?: Record<string, string> } = {}) {
  const requests: { method: string; headers: IncomingMessage["headers"]; body: string }[] = [];
  const server = await new Promise<Server>((resolve) => {
    const one = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on("end", () => {
        requests.push({ method: request.method ?? "", headers: request.headers, body });
        handler(request, response, body);
      });
    }).listen(0, "127.0.0.1", () => resolve(one));
  });
  const messages: string[] = [];
  const failures = new Map<string, GatehouseError>();
  const closed: GatehouseError[] = [];
  const config = {
    name: "s",
    type: "auto",
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp?team=a`,
    headers: given.headers ?? {},
  } as RemoteServer;
  const upstream = new StreamableHttp({
    server: config,
    credentials: given.credentials ?? NOBODY,
    clock: { now: () => Date.now() },
    log: silent,
    events: {
      untaken() {},
      message: (line) => void messages.push(line.toString()),
      failed: (id, error) => void failures.set(id, error),
      closed: (error) => void closed.push(error),
    },
  });
  use({
    close: async () => {
      await upstream.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  });
  const send = (message: object): void => {
    const line = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    upstream.send(line, peek(line));
  };
  const failure = (id: string): Promise<GatehouseError> => waitFor("the failure", () => failures.get(id));
  return { upstream, requests, messages, failures, closed, send, failure };
}

const json = (response: ServerResponse, status: number, text: string): void =>
  void response.writeHead(status, { "content-type": "application/json" }).end(text);

test("a pretty-printed JSON answer arrives as one line with the same meaning", async () => {
  const value = { jsonrpc: "2.0", id: 1, result: { text: "a\nb", list: [1, 2] } };
  const { send, messages } = await connect((_request, response) => json(response, 200, JSON.stringify(value, null, 2)));
  send({ id: 1, method: "x" });
  const line = await waitFor("the answer", () => messages[0]);
  expect(line).not.toContain("\n");
  expect(JSON.parse(line)).toEqual(value);
});

test("an event stream brings notifications and the answer, in order", async () => {
  const { send, messages } = await connect((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    response.write(': hi\r\n\r\nevent: message\r\ndata: {"jsonrpc":"2.0","method":"notifications/progress"}\r\n\r\n');
    response.end('id: 9\r\ndata: {"jsonrpc":"2.0",\r\ndata: "id":"a","result":{}}\r\n\r\n');
  });
  send({ id: "a", method: "x" });
  await waitFor("both", () => (messages.length === 2 ? true : undefined));
  expect(messages.map((line) => JSON.parse(line) as object)).toEqual([
    { jsonrpc: "2.0", method: "notifications/progress" },
    { jsonrpc: "2.0", id: "a", result: {} },
  ]);
});

test.each<[string, Handler, RegExp]>([
  ["202 to a request", (_q, response) => void response.writeHead(202).end(), /never answered/],
  ["an answer that is not JSON", (_q, response) => json(response, 200, "<html>"), /not JSON-RPC/],
  [
    "a stream that ends early",
    (_q, response) => void response.writeHead(200, { "content-type": "text/event-stream" }).end(": x\n\n"),
    /before the answer/,
  ],
  ["a broken connection", (request) => void request.socket.destroy(), /was cut/],
  [
    "a redirect",
    (_q, response) => void response.writeHead(307, { location: "https://elsewhere.example/mcp?token=x" }).end(),
    /moved/,
  ],
  ["a plain 500", (_q, response) => void response.writeHead(500).end("oops"), /status 500/],
  ["a 403 without insufficient_scope", (_q, response) => void response.writeHead(403).end(), /status 403/],
])("%s fails the request with words, and nothing else", async (_name, handler, words) => {
  const { send, failure, closed, messages } = await connect(handler);
  send({ id: 1, method: "x" });
  const error = await failure("1");
  expect(error.message).toMatch(words);
  expect(error).toMatchObject({ server: "s", suggestion: expect.stringMatching(/./) });
  expect(JSON.stringify(error.toObject())).not.toContain("token=x");
  expect(closed).toEqual([]);
  expect(messages).toEqual([]);
});

test("an error status whose body is the JSON-RPC answer is the answer", async () => {
  const body = '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"bad"}}';
  const { send, messages } = await connect((_request, response) => json(response, 400, body));
  send({ id: 1, method: "x" });
  expect(await waitFor("the answer", () => messages[0])).toBe(body);
});

test("session and protocol version go along on every request; close says DELETE", async () => {
  const { upstream, send, requests, closed, messages } = await connect((request, response, body) => {
    if (request.method !== "POST") return void response.writeHead(405).end();
    const { id, method } = JSON.parse(body) as { id?: number; method: string };
    if (method === "initialize") response.setHeader("mcp-session-id", "s-1");
    if (id === undefined) return void response.writeHead(202).end();
    json(response, 200, JSON.stringify({ jsonrpc: "2.0", id, result: {} }));
  });
  send({ id: 1, method: "initialize" });
  await waitFor("the handshake", () => messages[0]);
  upstream.negotiated("2025-06-18");
  send({ method: "notifications/initialized" });
  await waitFor("the GET stream", () => requests.find(({ method }) => method === "GET"));
  send({ id: 2, method: "x" });
  await waitFor("the answer", () => messages[1]);
  for (const { headers, method } of requests.slice(1)) {
    expect(headers).toMatchObject({ "mcp-session-id": "s-1", "mcp-protocol-version": "2025-06-18" });
    if (method === "POST") expect(headers.accept).toBe("application/json, text/event-stream");
  }
  expect(requests[0]?.headers).not.toHaveProperty("mcp-session-id");
  await upstream.close();
  expect(requests.at(-1)).toMatchObject({ method: "DELETE", headers: { "mcp-session-id": "s-1" } });
  expect(closed).toEqual([]);
});

test("a stream that the server ends before the answer is resumed where it ended, not earlier than asked", async () => {
  const times: number[] = [];
  const { send, messages, requests } = await connect((request, response) => {
    times.push(performance.now());
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (request.method === "POST") return void response.end("id: e1\nretry: 300\ndata:\n\n");
    if (times.length === 2)
      return void response.end('id: e2\ndata: {"jsonrpc":"2.0","method":"notifications/progress"}\n\n');
    response.end('id: e3\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n');
  });
  send({ id: 1, method: "x" });
  await waitFor("the answer", () => (messages.length === 2 ? true : undefined));
  expect(requests.map(({ method, headers }) => [method, headers["last-event-id"]])).toEqual([
    ["POST", undefined],
    ["GET", "e1"],
    ["GET", "e2"],
  ]);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(295);
});

test("a stream that cannot be resumed fails its request, once", async () => {
  const { send, failure, requests } = await connect((request, response) => {
    if (request.method === "GET") return void response.writeHead(405).end();
    response.writeHead(200, { "content-type": "text/event-stream" }).end("id: e1\nretry: 1\ndata:\n\n");
  });
  send({ id: 1, method: "x" });
  expect(await failure("1")).toMatchObject({ code: "upstream_failed" });
  expect(requests).toHaveLength(2);
});

test("a forgotten session is told once", async () => {
  let lost = false;
  const { send, closed, messages } = await connect((_request, response) => {
    if (lost) return void response.writeHead(404).end();
    response.setHeader("mcp-session-id", "s-1");
    json(response, 200, '{"jsonrpc":"2.0","id":1,"result":{}}');
  });
  send({ id: 1, method: "initialize" });
  await waitFor("the handshake", () => messages[0]);
  lost = true;
  send({ id: 2, method: "x" });
  expect(await waitFor("the end", () => closed[0])).toMatchObject({ code: "session_lost" });
});

test("a refused token is replaced once and the same request sent again; the challenge is handed over as parsed", async () => {
  const challenges: Challenge[] = [];
  const accepted: string[] = [];
  let token = "old";
  const credentials: Credentials = {
    ...NOBODY,
    permit: async () => bearer(token),
    refused: async (_used, challenge) => {
      challenges.push(challenge);
      token = "new";
      return "retry";
    },
    accepted: (used) => void accepted.push(used),
  };
  const { send, messages, requests } = await connect(
    (request, response) => {
      if (request.headers.authorization !== "Bearer new") {
        return void response
          .writeHead(401, {
            "www-authenticate": 'Bearer error="invalid_token", scope="a b", resource_metadata="https://x.example/m"',
          })
          .end();
      }
      json(response, 200, '{"jsonrpc":"2.0","id":1,"result":{}}');
    },
    { credentials },
  );
  send({ id: 1, method: "x" });
  await waitFor("the answer", () => messages[0]);
  expect(requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer old", "Bearer new"]);
  expect(requests[0]?.body).toBe(requests[1]?.body);
  expect(challenges).toMatchObject([
    { status: 401, error: "invalid_token", scope: "a b", resourceMetadata: "https://x.example/m" },
  ]);
  expect(accepted).toEqual(["new"]);
});

test("a token that is refused again and again ends in sign_in_required, not in a loop", async () => {
  const credentials: Credentials = { ...NOBODY, permit: async () => bearer("t"), refused: async () => "retry" };
  const { send, failure, requests } = await connect((_request, response) => void response.writeHead(401).end(), {
    credentials,
  });
  send({ id: 1, method: "x" });
  expect(await failure("1")).toMatchObject({ code: "sign_in_required", server: "s" });
  expect(requests).toHaveLength(2);
});

test("a proof that lacks the server's nonce is made anew once with it, and no token is replaced for that", async () => {
  const heard: (string | null)[] = [];
  let made = 0;
  const credentials: Credentials = {
    ...NOBODY,
    permit: async () => ({ token: "t", headers: { authorization: "DPoP t", dpop: `proof-${++made}` } }),
    refused: () => Promise.reject(new Error("must not be asked")),
    heard: (_url, { nonce }) => void heard.push(nonce),
  };
  const { send, messages, requests, failure } = await connect(
    (request, response, body) => {
      if (request.headers.dpop === "proof-1" || body.includes('"id":2')) {
        const challenge = 'Bearer realm="x", DPoP error="use_dpop_nonce"';
        return void response.writeHead(401, { "www-authenticate": challenge, "dpop-nonce": `n-${made}` }).end();
      }
      json(response, 200, '{"jsonrpc":"2.0","id":1,"result":{}}');
    },
    { credentials },
  );
  send({ id: 1, method: "x" });
  await waitFor("the answer", () => messages[0]);
  expect(requests.map(({ headers }) => headers.dpop)).toEqual(["proof-1", "proof-2"]);
  expect(heard).toEqual(["n-1"]);
  send({ id: 2, method: "x" });
  expect(await failure("2")).toMatchObject({ code: "upstream_failed", message: expect.stringContaining("nonce") });
  expect(requests).toHaveLength(4);
});

test("a proof goes out once: when the server closes the kept connection under it, the next try has another", async () => {
  let made = 0;
  const credentials: Credentials = {
    ...NOBODY,
    permit: async () => ({ token: "t", headers: { authorization: "DPoP t", dpop: `proof-${++made}` } }),
  };
  const { send, messages, requests } = await connect(
    (request, response, body) => {
      if (request.headers.dpop === "proof-2") return void request.socket.destroy();
      json(response, 200, `{"jsonrpc":"2.0","id":${(JSON.parse(body) as { id: number }).id},"result":{}}`);
    },
    { credentials },
  );
  send({ id: 1, method: "x" });
  await waitFor("the first answer", () => messages[0]);
  send({ id: 2, method: "x" });
  await waitFor("the second answer", () => messages[1]);
  expect(requests.map(({ headers }) => headers.dpop)).toEqual(["proof-1", "proof-2", "proof-3"]);
});

test("after a sleep the standing stream is opened anew, from where it was; one that there is not stays away", async () => {
  let open = 0;
  const { upstream, send, requests, messages } = await connect((request, response, body) => {
    if (request.method !== "GET") {
      const { id } = JSON.parse(body) as { id?: number };
      return id === undefined
        ? void response.writeHead(202).end()
        : json(response, 200, `{"jsonrpc":"2.0","id":${id}}`);
    }
    open += 1;
    if (open === 3) return void response.writeHead(405).end();
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`id: e-${open}\ndata: {"jsonrpc":"2.0","method":"m-${open}"}\n\n`);
  });
  const gets = () => requests.filter(({ method }) => method === "GET");
  upstream.resumed();
  send({ method: "notifications/initialized" });
  await waitFor("the stream", () => messages[0]);
  expect(gets()).toHaveLength(1);
  upstream.resumed();
  await waitFor("the stream again", () => messages[1]);
  expect(gets()[1]?.headers["last-event-id"]).toBe("e-1");
  upstream.resumed();
  await waitFor("the last try", () => (gets().length === 3 ? true : undefined));
  expect(gets()[2]?.headers["last-event-id"]).toBe("e-2");
  await new Promise((resolve) => setTimeout(resolve, 50));
  upstream.resumed();
  send({ id: 1, method: "x" });
  await waitFor("an answer", () => messages[2]);
  expect(gets()).toHaveLength(3);
});

test("insufficient_scope is told with the scope, quoted", async () => {
  const { send, failure } = await connect((_request, response) => {
    response.writeHead(403, { "www-authenticate": 'Bearer error="insufficient_scope", scope="repo\\"write"' }).end();
  });
  send({ id: 1, method: "x" });
  expect(await failure("1")).toMatchObject({
    code: "insufficient_scope",
    message: expect.stringContaining('“repo"write”'),
    suggestion: expect.stringContaining("Allow more access to s"),
  });
});

test("a configured Authorization header stands alone: no token beside it, no sign-in offered when it is refused", async () => {
  const { send, failure, requests } = await connect((_request, response) => void response.writeHead(401).end(), {
    headers: { AUTHORIZATION: "Bearer static" },
    credentials: { ...NOBODY, permit: () => Promise.reject(new Error("must not be asked")) },
  });
  send({ id: 1, method: "x" });
  expect(await failure("1")).toMatchObject({
    code: "upstream_failed",
    message: expect.stringContaining("Authorization header"),
  });
  expect(requests[0]?.headers.authorization).toBe("Bearer static");
});

test("nobody there is upstream_unreachable, with the reason in words", async () => {
  const failed: GatehouseError[] = [];
  const upstream = new StreamableHttp({
    server: { name: "s", type: "auto", url: "http://127.0.0.1:9/mcp", headers: {} } as unknown as RemoteServer,
    credentials: NOBODY,
    clock: { now: () => 0 },
    log: silent,
    events: { message() {}, untaken() {}, closed() {}, failed: (_id, error) => void failed.push(error) },
  });
  const line = Buffer.from('{"jsonrpc":"2.0","id":5,"method":"x"}');
  upstream.send(line, peek(line));
  expect(await waitFor("the failure", () => failed[0])).toMatchObject({
    code: "upstream_unreachable",
    message: expect.stringContaining("nothing listens there"),
  });
});

test("nothing overtakes `notifications/initialized`, however slowly the server takes it, or if it does not", async () => {
  let take: () => void = () => {};
  const { send, requests, messages } = await connect((request, response, body) => {
    if (request.method !== "POST") return void response.writeHead(405).end();
    const { id, method } = JSON.parse(body) as { id?: number; method: string };
    if (method !== "notifications/initialized") return json(response, 200, `{"jsonrpc":"2.0","id":${id},"result":{}}`);
    take = () => void response.writeHead(requests.length > 4 ? 500 : 202).end();
  });
  const methods = (): string[] =>
    requests.flatMap(({ body }) => (body === "" ? [] : [(JSON.parse(body) as { method: string }).method]));
  for (const round of [1, 2]) {
    send({ method: "notifications/initialized" });
    send({ id: round * 10, method: "tools/list" });
    send({ method: "notifications/roots/list_changed" });
    await waitFor(
      "the notification",
      () => methods().filter((one) => one.endsWith("initialized")).length === round || undefined,
    );
    const before = methods();
    expect(before.at(-1)).toBe("notifications/initialized");
    take();
    await waitFor("what waited", () => (methods().length === before.length + 2 ? true : undefined));
    await waitFor("the answer", () => messages[round - 1]);
  }
});

test("a call whose kept connection is cut is not made twice; a list is", async () => {
  let cut = false;
  const { send, requests, messages, failure } = await connect((request, response, body) => {
    if (cut) {
      cut = false;
      return void request.socket.destroy();
    }
    const { id } = JSON.parse(body) as { id: number };
    json(response, 200, `{"jsonrpc":"2.0","id":${id},"result":{}}`);
  });
  const answered = (count: number) => waitFor("the answer", () => (messages.length === count ? true : undefined));
  send({ id: 1, method: "ping" });
  await answered(1);
  cut = true;
  send({ id: 2, method: "tools/list" });
  await answered(2);
  expect(requests).toHaveLength(3);
  cut = true;
  send({ id: 3, method: "tools/call", params: { name: "pay" } });
  expect(await failure("3")).toMatchObject({
    code: "upstream_failed",
    suggestion: "Check whether it took effect, then call again.",
  });
  expect(requests).toHaveLength(4);
});

test("a server that takes no notifications is not sent them without end, and still answers requests", async () => {
  const { send, requests, messages } = await connect((_request, response, body) => {
    const { id } = JSON.parse(body) as { id?: number };
    if (id !== undefined) json(response, 200, `{"jsonrpc":"2.0","id":${id},"result":{}}`);
  });
  for (let n = 0; n < 3_000; n++) send({ method: "notifications/progress", params: { n } });
  send({ id: 1, method: "ping" });
  await waitFor("the answer", () => messages[0], 30_000);
  expect(requests.length).toBeGreaterThan(500);
  expect(requests.length).toBeLessThan(1_100);
});

test("a call waits for the GET stream, where the server may ask during it; a list does not, and a call taken back is not made", async () => {
  let openStream: (() => void) | null = null;
  const { upstream, send, requests, messages } = await connect((request, response, body) => {
    if (request.method !== "POST") {
      openStream = () => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.flushHeaders();
      };
      return;
    }
    const { id } = JSON.parse(body) as { id?: number };
    if (id === undefined) return void response.writeHead(202).end();
    json(response, 200, JSON.stringify({ jsonrpc: "2.0", id, result: {} }));
  });
  const posted = () =>
    requests.filter(({ method }) => method === "POST").map(({ body }) => JSON.parse(body) as { id?: number });
  send({ id: 1, method: "initialize" });
  await waitFor("the handshake", () => messages[0]);
  upstream.negotiated("2025-06-18");
  send({ method: "notifications/initialized" });
  await waitFor("the GET stream", () => openStream ?? undefined);
  send({ id: 2, method: "tools/call" });
  send({ id: 3, method: "tools/call" });
  send({ method: "notifications/cancelled", params: { requestId: 2 } });
  send({ id: 4, method: "tools/list" });
  await waitFor("the list", () => messages[1]);
  expect(posted().map(({ id }) => id)).not.toContain(2);
  (openStream as (() => void) | null)?.();
  await waitFor("the call's answer", () => messages[2]);
  // Posted in the order in which they were let go.
  expect(posted().map(({ id }) => id)).toEqual([1, undefined, 4, 3]);
});
