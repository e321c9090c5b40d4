/** Agents of both eras with servers of the modern era, and of both, that the SDK built. */
import { describe, expect, test } from "vitest";
import { startModernServer } from "../../fixtures/modern-server.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { type Message, MODERN_META, meet, remote } from "./met.ts";

const text = ({ result = {} }: Message): string => (result.content as { text: string }[])[0]?.text ?? "";

describe("a legacy agent", () => {
  test("has its handshake answered out of server/discover, and every request carries what it said of itself", async () => {
    const server = use(await startModernServer());
    const { shake, ask, eras } = meet(remote(server.url));
    expect((await shake()).result).toMatchObject({
      protocolVersion: "2025-06-18",
      serverInfo: { name: "modern", version: "1.2.3" },
      instructions: "Be brief.",
      capabilities: { tools: { listChanged: true } },
    });
    expect(eras).toEqual(["modern"]);
    const answer = await ask("tools/call", {
      name: "echo",
      arguments: { text: "hello" },
      _meta: { mine: 1, accessToken: "x" },
    });
    expect(answer.result).toEqual({ content: [{ type: "text", text: "hello" }] });
    expect(server.seen.map(({ method }) => method)).not.toContain("initialize");
    for (const { headers, method, params } of server.seen) {
      expect(headers["mcp-method"]).toBe(method);
      expect(headers["mcp-protocol-version"]).toBe("2026-07-28");
      expect(headers["mcp-session-id"]).toBeUndefined();
      expect(params._meta).toMatchObject({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { name: "tester", version: "1" },
        "io.modelcontextprotocol/clientCapabilities": { elicitation: {}, roots: {} },
      });
    }
    const call = server.seen.find(({ method }) => method === "tools/call");
    expect(call?.headers["mcp-name"]).toBe("echo");
    expect(call?.params._meta).toMatchObject({ mine: 1 });
    expect(call?.body).not.toContain("accessToken");
  });

  test("of a version that is not known gets the newest of its era", async () => {
    const server = use(await startModernServer());
    const { shake } = meet(remote(server.url), { protocolVersion: "2023-01-01" });
    expect((await shake()).result).toMatchObject({ protocolVersion: "2025-11-25" });
  });

  test("gets lists and resources without what only the modern era knows; invalid tools are left out", async () => {
    const server = use(await startModernServer());
    const { shake, ask } = meet(remote(server.url));
    await shake();
    const { result = {} } = await ask("tools/list", {});
    expect(Object.keys(result)).toEqual(["tools"]);
    const names = (result.tools as { name: string }[]).map(({ name }) => name);
    expect(names).toContain("routed");
    expect(names).not.toContain("misrouted");
    expect((await ask("resources/read", { uri: "note://1" })).result).toEqual({
      contents: [{ uri: "note://1", text: "a note" }],
    });
    expect(Object.keys((await ask("prompts/get", { name: "hello" })).result ?? {})).toEqual(["messages"]);
  });

  test("is asked what the server needs to go on, all at once, and gets the result of its one request", async () => {
    const server = use(await startModernServer());
    const questions: Message[] = [];
    const { shake, ask } = meet(remote(server.url), {
      answer: (question) => {
        questions.push(question);
        return question.method === "roots/list"
          ? { roots: [{ uri: "file:///here" }] }
          : { action: "accept", content: { sure: true } };
      },
    });
    await shake();
    const answer = await ask("tools/call", { name: "deploy", arguments: { target: "moon" } });
    expect(text(answer)).toBe('moon: deployed, state of moon, {"roots":[{"uri":"file:///here"}]}');
    expect(questions.map(({ method }) => method)).toEqual(["elicitation/create", "roots/list"]);
    const calls = server.seen.filter(({ method }) => method === "tools/call");
    expect(calls).toHaveLength(2);
    expect(new Set(calls.map(({ body }) => (JSON.parse(body) as Message).id)).size).toBe(2);
    await ask("tools/call", { name: "echo", arguments: { text: "unrelated" } });
    expect(server.seen.at(-1)?.params).not.toHaveProperty("requestState");
    expect(server.seen.at(-1)?.params).not.toHaveProperty("inputResponses");
  });

  test("may answer a question with an error: an elicitation counts as cancelled, for anything else the call fails", async () => {
    const server = use(await startModernServer());
    const refusal = { code: -32603, message: "no" };
    const first = meet(remote(server.url), {
      answer: ({ method }) => (method === "roots/list" ? { roots: [] } : refusal),
    });
    await first.shake();
    const call = { name: "deploy", arguments: { target: "moon" } };
    expect(text(await first.ask("tools/call", call))).toContain("left");
    const second = meet(remote(server.url), {
      answer: ({ method }) => (method === "roots/list" ? refusal : undefined),
    });
    await second.shake();
    await expect(second.ask("tools/call", call)).rejects.toMatchObject({ code: "upstream_failed" });
    // The question that is still open is taken back.
    await second.heard("notifications/cancelled");
  });

  test("that cannot answer is told so", async () => {
    const server = use(await startModernServer());
    const { shake, ask } = meet(remote(server.url), { capabilities: { elicitation: {} } });
    await shake();
    // The server of the SDK sees by itself what the agent cannot do, and says so in its own words.
    const { error } = await ask("tools/call", { name: "deploy", arguments: { target: "moon" } });
    expect(error).toMatchObject({ code: expect.any(Number), message: expect.stringMatching(/roots/) });
  });

  test("that cancels while it is asked hears no more of it, and is told to forget the questions", async () => {
    const server = use(await startModernServer());
    const { shake, send, ask, received, heard } = meet(remote(server.url));
    await shake();
    send({ id: "c", method: "tools/call", params: { name: "deploy", arguments: { target: "moon" } } });
    const question = await heard("elicitation/create");
    send({ method: "notifications/cancelled", params: { requestId: "c" } });
    await heard("notifications/cancelled");
    send({ id: question.id, result: { action: "accept", content: { sure: true } } });
    expect(text(await ask("tools/call", { name: "echo", arguments: { text: "next" } }))).toBe("next");
    expect(server.seen.filter(({ params }) => params.name === "deploy")).toHaveLength(1);
    expect(received.some(({ id, method }) => id === "c" && method === undefined)).toBe(false);
  });

  test("that cancels a running call cuts its connection", async () => {
    const server = use(await startModernServer());
    const { shake, send } = meet(remote(server.url));
    await shake();
    send({ id: "c", method: "tools/call", params: { name: "slow", arguments: {} } });
    await waitFor("the call", () => server.seen.find(({ params }) => params.name === "slow"));
    send({ method: "notifications/cancelled", params: { requestId: "c" } });
    await waitFor("the end of the call", () => (server.aborted === 1 ? true : undefined));
  });

  test("gets log messages of the level that it set, and progress under its own token", async () => {
    const server = use(await startModernServer());
    const { shake, ask, received } = meet(remote(server.url));
    await shake();
    await ask("tools/call", { name: "busy", arguments: {} });
    expect(received.filter(({ method }) => method === "notifications/message")).toEqual([]);
    expect((await ask("logging/setLevel", { level: "debug" })).result).toEqual({});
    await ask("tools/call", { name: "busy", arguments: {}, _meta: { progressToken: "p" } });
    expect(received.find(({ method }) => method === "notifications/message")).toMatchObject({ about: "4" });
    expect(received.find(({ method }) => method === "notifications/progress")?.params).toMatchObject({
      progressToken: "p",
    });
    expect(server.seen.some(({ method }) => method === "logging/setLevel")).toBe(false);
    expect((await ask("ping")).result).toEqual({});
  });

  test("hears of changed lists and of the resources that it subscribed to, in the words of its era", async () => {
    const server = use(await startModernServer());
    const { shake, ask, received, heard, upstream } = meet(remote(server.url));
    await shake();
    const listens = () => server.seen.filter(({ method }) => method === "subscriptions/listen");
    await waitFor("a listen", () => listens()[0]);
    expect(listens()[0]?.params.notifications).toEqual({
      toolsListChanged: true,
      promptsListChanged: true,
      resourcesListChanged: true,
    });
    await waitFor("a change", () => {
      server.notify.toolsChanged();
      return received.find(({ method }) => method === "notifications/tools/list_changed");
    });
    expect((await heard("notifications/tools/list_changed")).params ?? {}).toEqual({});
    expect((await ask("resources/subscribe", { uri: "note://1" })).result).toEqual({});
    await waitFor("an update", () => {
      server.notify.resourceUpdated("note://1");
      return received.find(({ method }) => method === "notifications/resources/updated");
    });
    expect((await heard("notifications/resources/updated")).params).toEqual({ uri: "note://1" });
    await ask("resources/unsubscribe", { uri: "note://1" });
    await waitFor("a listen without it", () => (listens().length === 3 ? true : undefined));
    expect(listens()[2]?.params.notifications).not.toHaveProperty("resourceSubscriptions");
    const before = listens().length;
    upstream.resumed();
    await waitFor("a listen after sleep", () => (listens().length > before ? true : undefined));
    expect(received.some(({ method }) => method === "notifications/subscriptions/acknowledged")).toBe(false);
  });

  test("has parameters repeated in headers, also when it calls before it lists", async () => {
    const server = use(await startModernServer());
    const { shake, ask } = meet(remote(server.url));
    await shake();
    const call = (region: string) => ask("tools/call", { name: "routed", arguments: { region, other: "x" } });
    expect(text(await call("eu"))).toBe("eu");
    expect(text(await call(" 世界 "))).toBe(" 世界 ");
    const methods = server.seen.map(({ method }) => method).filter((method) => method !== "subscriptions/listen");
    expect(methods).toEqual(["server/discover", "tools/list", "tools/call", "tools/call"]);
    const headers = server.seen
      .filter(({ method }) => method === "tools/call")
      .map((one) => one.headers["mcp-param-region"]);
    expect(headers).toEqual(["eu", `=?base64?${Buffer.from(" 世界 ").toString("base64")}?=`]);
  });
});

describe("a modern agent", () => {
  test("reaches a modern server with its messages as they are", async () => {
    const server = use(await startModernServer());
    const { shake, ask, lines, send, answerTo } = meet(remote(server.url), { era: "modern" });
    expect((await shake()).result).toMatchObject({ serverInfo: { name: "modern" } });
    send({ id: "x", method: "tools/call", params: { name: "echo", arguments: { text: "a  b" }, _meta: MODERN_META } });
    expect((await answerTo("x")).result).toMatchObject({ resultType: "complete" });
    const call = server.seen.find(({ method }) => method === "tools/call");
    expect(call?.body).toBe(
      JSON.stringify({
        jsonrpc: "2.0",
        id: "x",
        method: "tools/call",
        params: { name: "echo", arguments: { text: "a  b" }, _meta: MODERN_META },
      }),
    );
    const needed = await ask("tools/call", { name: "deploy", arguments: { target: "moon" }, _meta: MODERN_META });
    expect(needed.result).toMatchObject({ resultType: "input_required", requestState: "state of moon" });
    expect(lines.some((line) => line.includes('"ttlMs"'))).toBe(false);
    expect((await ask("tools/list", { _meta: MODERN_META })).result).toHaveProperty("ttlMs");
  });

  test("forwards no credential that it put into its metadata", async () => {
    const server = use(await startModernServer());
    const { shake, ask } = meet(remote(server.url), { era: "modern" });
    await shake();
    const meta = { ...MODERN_META, Authorization: "Bearer x", "example.com/refreshToken": "x", maxTokens: 7 };
    const { result } = await ask("tools/call", { name: "echo", arguments: { text: "a" }, _meta: meta });
    expect(result).toMatchObject({ resultType: "complete" });
    expect(server.seen.at(-1)?.params._meta).toEqual({ ...MODERN_META, maxTokens: 7 });
  });

  test("has the hub listen in its name", async () => {
    const server = use(await startModernServer());
    const { shake, ask, received } = meet(remote(server.url), { era: "modern" });
    await shake();
    expect((await ask("resources/subscribe", { uri: "note://1" })).result).toEqual({});
    await waitFor("an update", () => {
      server.notify.resourceUpdated("note://1");
      return received.find(({ method }) => method === "notifications/resources/updated");
    });
  });
});

describe("a server of both eras", () => {
  test("that does not say so is spoken to in the modern one", async () => {
    const server = use(await startModernServer({ isDual: true }));
    const { shake, ask, eras } = meet(remote(server.url));
    expect((await shake()).result).toMatchObject({ serverInfo: { name: "modern" } });
    expect(text(await ask("tools/call", { name: "echo", arguments: { text: "x" } }))).toBe("x");
    expect(server.seen.map(({ method }) => method)).not.toContain("initialize");
    expect(eras).toEqual(["modern"]);
  });

  test("that has become a modern one only is found out", async () => {
    const server = use(await startModernServer());
    const { shake, eras } = meet(remote(server.url), { remembered: "both" });
    expect((await shake()).result).toMatchObject({ serverInfo: { name: "modern" } });
    expect(eras).toEqual([null, "modern"]);
  });

  test("is not asked what it is when the configuration says it", async () => {
    const server = use(await startModernServer({ isDual: true }));
    const legacy = meet(remote(server.url, { protocol: "legacy" }));
    await legacy.shake();
    await legacy.ask("tools/list");
    expect(server.seen.map(({ method }) => method)).not.toContain("server/discover");
    const seen = server.seen.length;
    const modern = meet(remote(server.url, { protocol: "2026-07-28" }));
    await modern.shake();
    await modern.ask("tools/list", {});
    expect(server.seen.slice(seen).map(({ method }) => method)).not.toContain("initialize");
  });
});
