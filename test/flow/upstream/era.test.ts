/** How it is found out which era a server speaks, and what becomes of servers that behave oddly. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import type { Credentials } from "../../../main/ports.ts";
import { listen } from "../../fixtures/listen.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { type Meeting, type Message, MODERN_META, meet, NOBODY, remote } from "./met.ts";

interface Got extends Message {
  readonly headers: IncomingMessage["headers"];
}

type Handler = (got: Got, answer: Answering, response: ServerResponse) => void;

interface Answering {
  json(body: object, status?: number): void;
  result(result: object): void;
  error(code: number, data?: object, status?: number): void;
}

const DISCOVERED = {
  resultType: "complete",
  supportedVersions: ["2026-07-28"],
  capabilities: { tools: {} },
  serverInfo: { name: "hand-written", version: "1" },
};
const HELLO = { protocolVersion: "2025-06-18", capabilities: {}, serverInfo: { name: "old", version: "1" } };

async function serve(handler: Handler, meeting: Meeting = {}, given: Parameters<typeof remote>[1] = {}) {
  const got: Got[] = [];
  const server = await listen((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      if (request.method !== "POST") return void response.writeHead(405).end();
      const message = { ...(JSON.parse(body) as Message), headers: request.headers };
      got.push(message);
      if (message.id === undefined) return void response.writeHead(202).end();
      const json = (more: object, status = 200): void =>
        void response
          .writeHead(status, { "content-type": "application/json" })
          .end(JSON.stringify({ jsonrpc: "2.0", id: message.id, ...more }));
      handler(
        message,
        {
          json,
          result: (result) => json({ result }),
          error: (code, data, status = 400) => json({ error: { code, message: `error ${code}`, data } }, status),
        },
        response,
      );
    });
  });
  use({ close: () => server.stop() });
  const methods = () => got.map(({ method }) => method);
  return { ...meet(remote(`${server.origin}/mcp`, given), meeting), got, methods };
}

/** Answers discovery, and everything else by `handler`. */
const modern =
  (handler: Handler): Handler =>
  (got, answer, response) =>
    got.method === "server/discover" ? answer.result(DISCOVERED) : handler(got, answer, response);

const legacy: Handler = ({ method }, answer) => {
  if (method === "initialize") answer.result(HELLO);
  else if (method === "tools/list") answer.result({ tools: [] });
  else answer.error(-32000);
};

const call = { name: "t", arguments: {} };

describe("a server that nobody knows", () => {
  test.each<[string, Handler]>([
    ["refuses the question", legacy],
    [
      "answers it with a page",
      (got, answer, response) =>
        got.method === "server/discover"
          ? void response.writeHead(200, { "content-type": "text/html" }).end("<p>no</p>")
          : legacy(got, answer, response),
    ],
    [
      "answers it with something else",
      (got, answer, response) => (got.method === "server/discover" ? answer.result({}) : legacy(got, answer, response)),
    ],
    [
      "has no such method",
      (got, answer, response) =>
        got.method === "server/discover" ? answer.error(-32601, {}, 200) : legacy(got, answer, response),
    ],
    [
      "breaks off",
      (got, answer, response) =>
        got.method === "server/discover"
          ? void response.writeHead(200, { "content-type": "text/event-stream" }).end("data: {")
          : legacy(got, answer, response),
    ],
  ])("and %s is a legacy one", async (_what, handler) => {
    const { shake, ask, eras, methods } = await serve(handler);
    expect((await shake()).result).toEqual(HELLO);
    expect((await ask("tools/list")).result).toEqual({ tools: [] });
    expect(eras).toEqual(["legacy"]);
    expect(new Set(methods())).toEqual(
      new Set(["server/discover", "initialize", "notifications/initialized", "tools/list"]),
    );
  });

  test("is asked in the agent's name, with whole metadata", async () => {
    const { shake, got } = await serve(modern(() => {}));
    await shake();
    expect(got[0]).toMatchObject({
      method: "server/discover",
      params: { _meta: MODERN_META },
      headers: { "mcp-protocol-version": "2026-07-28", "mcp-method": "server/discover" },
    });
  });

  test("and lists versions of both eras is spoken to in the agent's own", async () => {
    const both: Handler = (got, answer, response) =>
      got.method === "server/discover"
        ? answer.result({ ...DISCOVERED, supportedVersions: ["2026-07-28", "2025-11-25"] })
        : legacy(got, answer, response);
    const old = await serve(both);
    expect((await old.shake()).result).toEqual(HELLO);
    expect(old.eras).toEqual(["both"]);
    const agent = await serve(both, { era: "modern" });
    expect((await agent.shake()).result).toMatchObject({ serverInfo: { name: "hand-written" } });
    expect(agent.methods()).not.toContain("initialize");
  });

  test("and lists a version of the legacy era that it then refuses is spoken to in the modern one", async () => {
    const { shake, ask } = await serve(({ method }, answer) => {
      if (method === "server/discover")
        answer.result({ ...DISCOVERED, supportedVersions: ["2026-07-28", "2025-11-25"] });
      else if (method === "initialize") answer.error(-32600);
      else answer.result({ resultType: "complete", tools: [] });
    });
    expect((await shake()).result).toMatchObject({ serverInfo: { name: "hand-written" } });
    expect((await ask("tools/list")).result).toEqual({ tools: [] });
  });

  test("and knows no version that we know is an error with both lists", async () => {
    const { shake } = await serve((_got, answer) =>
      answer.error(-32022, { supported: ["2031-01-01"], requested: "x" }),
    );
    await expect(shake()).rejects.toMatchObject({
      code: "upstream_failed",
      details: { supported: ["2031-01-01"], known: ["2026-07-28"] },
    });
  });

  test("and wants a sign-in for everything ends the connect so, the era open", async () => {
    const challenges: string[] = [];
    const credentials: Credentials = {
      ...NOBODY,
      refused: async (_used, challenge) => {
        challenges.push(challenge.scope ?? "");
        return "sign_in";
      },
    };
    const { shake, eras } = await serve(
      (_got, _answer, response) => void response.writeHead(401, { "www-authenticate": 'Bearer scope="a b"' }).end(),
      { credentials },
    );
    await expect(shake()).rejects.toMatchObject({ code: "sign_in_required" });
    expect(eras).toEqual([]);
    expect(new Set(challenges)).toEqual(new Set(["a b"]));
  });

  test("of which the configuration says that it is modern gets no initialize", async () => {
    const { shake, methods } = await serve(legacy, {}, { protocol: "2026-07-28" });
    await expect(shake()).rejects.toMatchObject({ code: "upstream_failed" });
    expect(methods()).toEqual(["server/discover"]);
  });
});

describe("a server that is remembered", () => {
  test("as legacy is not asked", async () => {
    const { shake, methods } = await serve(legacy, { remembered: "legacy" });
    await shake();
    expect(methods()).not.toContain("server/discover");
  });

  test("as one of both is asked nothing by a legacy agent, and what it is by a modern one", async () => {
    const both: Handler = (got, answer) =>
      got.method === "server/discover"
        ? answer.result({ ...DISCOVERED, supportedVersions: ["2026-07-28", "2025-11-25"] })
        : answer.result(HELLO);
    const old = await serve(both, { remembered: "both" });
    await old.shake();
    expect(old.methods()[0]).toBe("initialize");
    const recent = await serve(both, { remembered: "both", era: "modern" });
    await recent.shake();
    expect(recent.methods()).toEqual(["server/discover"]);
    expect([...old.eras, ...recent.eras].filter((era) => era !== "both")).toEqual([]);
  });

  test("as legacy and is modern now is found out", async () => {
    const { shake, eras, methods } = await serve(
      modern((_got, answer) => answer.error(-32601, {}, 404)),
      { remembered: "legacy" },
    );
    expect((await shake()).result).toMatchObject({ serverInfo: { name: "hand-written" } });
    expect(methods()).toEqual(["initialize", "server/discover"]);
    expect(eras).toEqual([null, "modern"]);
  });

  test("as modern and is legacy now is found out", async () => {
    const { shake, eras } = await serve(legacy, { remembered: "modern" });
    expect((await shake()).result).toEqual(HELLO);
    expect(eras).toEqual([null, "legacy"]);
  });

  test("as legacy and refuses everything says why it refuses the handshake", async () => {
    const { shake } = await serve((_got, answer) => answer.error(-32603, { mine: 1 }, 500), { remembered: "legacy" });
    expect((await shake()).error).toMatchObject({ code: -32603, data: { mine: 1 } });
  });
});

describe("a modern server", () => {
  test("may refuse even the version that it names, once", async () => {
    let refusals = 0;
    const { shake, ask, got } = await serve(({ method }, answer) => {
      if (refusals++ % 2 === 0) return answer.error(-32022, { supported: ["2026-07-28"], requested: "2026-07-28" });
      answer.result(method === "server/discover" ? DISCOVERED : { tools: [] });
    });
    await shake();
    expect((await ask("tools/list")).result).toEqual({ tools: [] });
    expect(got.map(({ method }) => method)).toEqual(["server/discover", "server/discover", "tools/list", "tools/list"]);
  });

  test("that refuses it for ever ends with its own error", async () => {
    const { shake, got } = await serve((_got, answer) =>
      answer.error(-32022, { supported: ["2026-07-28"], requested: "2026-07-28" }),
    );
    expect((await shake()).error).toMatchObject({ code: -32022 });
    expect(got).toHaveLength(2);
  });

  test("that asks for ever is stopped after sixteen rounds", async () => {
    const { shake, ask, got } = await serve(
      modern((_got, answer) => answer.result({ resultType: "input_required", requestState: "again" })),
    );
    await shake();
    await expect(ask("prompts/get", { name: "t" })).rejects.toMatchObject({ code: "upstream_failed" });
    expect(got.filter(({ method }) => method === "prompts/get")).toHaveLength(17);
  });

  test.each([
    ["a state beyond all measure", { requestState: "x".repeat(5 * 1024 * 1024) }, "upstream_failed"],
    ["nothing at all", {}, "upstream_failed"],
    ["what no agent can be asked", { inputRequests: { a: { method: "tools/call" } } }, "unsupported"],
    [
      "a URL of an agent that knows forms only",
      { inputRequests: { a: { method: "elicitation/create", params: { mode: "url" } } } },
      "unsupported",
    ],
  ])("that needs %s fails the call", async (_what, needs, code) => {
    const { shake, ask, received } = await serve(
      modern((_got, answer) => answer.result({ resultType: "input_required", ...needs })),
    );
    await shake();
    await expect(ask("prompts/get", { name: "t" })).rejects.toMatchObject({ code });
    expect(received.filter(({ method }) => method !== undefined)).toEqual([]);
  });

  test("that needs a URL visited names it to an agent that can, as that era does", async () => {
    const url = { method: "elicitation/create", params: { mode: "url", url: "https://a.example/", message: "Go" } };
    const { shake, ask, received } = await serve(
      modern(({ params = {} }, answer) =>
        answer.result(
          params.inputResponses === undefined ? { resultType: "input_required", inputRequests: { url } } : {},
        ),
      ),
      { capabilities: { elicitation: { url: {} } }, answer: () => ({ action: "accept" }) },
    );
    await shake();
    expect((await ask("prompts/get", { name: "t" })).result).toEqual({});
    const [question] = received.filter(({ method }) => method === "elicitation/create");
    expect(question?.params).toEqual({ ...url.params, elicitationId: expect.any(String) });
  });

  test("that answers in a way that is not known fails the request", async () => {
    const { shake, ask } = await serve(modern((_got, answer) => answer.result({ resultType: "riddle" })));
    await shake();
    await expect(ask("tools/list")).rejects.toMatchObject({ code: "upstream_failed" });
  });

  test("whose stream breaks gets a call once, and anything else once more", async () => {
    const { shake, ask, got } = await serve(
      modern(({ method, id }, answer, response) => {
        if (method === "tools/list" && id === "gatehouse-list-1") return answer.result({ tools: [] });
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(': ping\n\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\ndata: {"id"');
        response.end();
      }),
    );
    await shake();
    await expect(ask("tools/call", call)).rejects.toMatchObject({ code: "upstream_failed" });
    await expect(ask("resources/read", { uri: "a:b" })).rejects.toMatchObject({ code: "upstream_failed" });
    const count = (wanted: string): number => got.filter(({ method }) => method === wanted).length;
    expect([count("tools/call"), count("resources/read")]).toEqual([1, 2]);
  });

  test.each<[string, Handler]>([
    [
      "a page",
      (_got, _answer, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<p>hello</p>"),
    ],
    ["nothing", (_got, _answer, response) => void response.writeHead(202).end()],
    ["the answer to something else", (_got, answer) => answer.json({ id: "other", result: {} })],
    ["a redirect", (_got, _answer, response) => void response.writeHead(302, { location: "/elsewhere" }).end()],
    ["a status alone", (_got, _answer, response) => void response.writeHead(503).end()],
  ])("that answers a request with %s fails that request", async (_what, handler) => {
    const { shake, ask } = await serve(modern(handler));
    await shake();
    await expect(ask("tools/list")).rejects.toMatchObject({ code: "upstream_failed" });
  });

  test("that finds an error before it reads the id has its error given to the request", async () => {
    const { shake, ask } = await serve(
      modern((_got, answer) => answer.json({ id: null, error: { code: -32700, message: "unreadable" } }, 400)),
    );
    await shake();
    expect((await ask("tools/list")).error).toMatchObject({ code: -32700 });
  });

  test("that finds the headers of a call wrong gets it once more, with those of a new list", async () => {
    let region = "Area";
    const { shake, ask, got } = await serve(
      modern(({ method, headers, params }, answer) => {
        if (method === "tools/list") {
          const inputSchema = { type: "object", properties: { r: { type: "string", "x-mcp-header": region } } };
          return answer.result({ resultType: "complete", tools: [{ name: "t", inputSchema }] });
        }
        const { arguments: args } = params as { arguments: { r: unknown } };
        if (headers[`mcp-param-${region.toLowerCase()}`] !== args.r) return answer.error(-32020);
        answer.result({ resultType: "complete", content: [] });
      }),
    );
    await shake();
    await ask("tools/list");
    region = "Region";
    expect((await ask("tools/call", { name: "t", arguments: { r: "eu" } })).result).toEqual({ content: [] });
    expect(got.map(({ method }) => method)).toEqual([
      "server/discover",
      "tools/list",
      "tools/call",
      "tools/list",
      "tools/call",
    ]);
    region = "Never";
    const other = { name: "t", arguments: { r: 7 } };
    expect((await ask("tools/call", other)).error).toMatchObject({ code: -32020 });
  });

  test("whose listen ends at once is asked again, later and later, and everything else goes on", async () => {
    const { shake, ask, got } = await serve(({ method }, answer, response) => {
      if (method === "server/discover")
        return answer.result({ ...DISCOVERED, capabilities: { tools: { listChanged: true } } });
      if (method !== "subscriptions/listen") return answer.result({ resultType: "complete", tools: [] });
      response.writeHead(200, { "content-type": "text/event-stream" }).end();
    });
    await shake();
    const listens = () => got.filter(({ method }) => method === "subscriptions/listen");
    await waitFor("a second listen", () => listens()[1]);
    expect((await ask("tools/list")).result).toEqual({ tools: [] });
    expect(listens().length).toBeLessThan(5);
  });

  test("that knows no listen is not asked again", async () => {
    const { shake, upstream, got, ask } = await serve(({ method }, answer) => {
      if (method === "server/discover")
        return answer.result({ ...DISCOVERED, capabilities: { tools: { listChanged: true } } });
      if (method === "subscriptions/listen") return answer.error(-32601, {}, 404);
      answer.result({ resultType: "complete", tools: [] });
    });
    await shake();
    const listens = () => got.filter(({ method }) => method === "subscriptions/listen").length;
    await waitFor("the listen", () => listens() || undefined);
    // Whether its refusal has come is not seen from here, so a first try may still meet it.
    for (let round = 0; round < 5; round++) {
      await ask("tools/list");
      upstream.resumed();
    }
    await ask("tools/list");
    expect(listens()).toBeLessThan(5);
  });

  test("keeps the digits of what passes through", async () => {
    const { shake, send, lines, answerTo } = await serve(
      modern(
        (_got, _answer, response) =>
          void response
            .writeHead(200, { "content-type": "application/json" })
            .end('{"jsonrpc":"2.0","id":"n","result":{"resultType":"complete","n":12345678901234567890,"f":1.0}}'),
      ),
    );
    await shake();
    send({ id: "n", method: "x/y" });
    await answerTo("n");
    expect(lines.at(-1)).toBe('{"jsonrpc":"2.0","id":"n","result":{"n":12345678901234567890,"f":1.0}}');
  });
});
