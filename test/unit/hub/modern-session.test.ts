/** An agent of the modern era (MCP 2026-07-28) in front of a session. */
import { beforeEach, describe, expect, test } from "vitest";
import { GatehouseError } from "../../../main/errors.ts";
import { Session } from "../../../main/hub/session.ts";
import { signInRequired } from "../../../main/upstream/failures.ts";
import { type Json, World } from "./scripted.ts";

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "cursor", version: "2" },
  "io.modelcontextprotocol/clientCapabilities": { elicitation: {} },
};
const SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId";

let world: World;
let session: Session;

const say = (message: Json): void => session.receive(Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message })));
const ask = (id: unknown, method: string, params: Json = {}): void =>
  say({ id, method, params: { ...params, _meta: META } });
const listen = (id: unknown, notifications: Json): void => ask(id, "subscriptions/listen", { notifications });
const answerTo = (id: unknown): Json | undefined => world.agent.find((message) => message.id === id);
const resultOf = (id: unknown): Json => answerTo(id)?.result as Json;
const notices = (): [unknown, unknown][] =>
  world.agent
    .filter(({ method }) => method !== undefined)
    .map(({ method, params }) => [method, ((params as Json)._meta as Json)[SUBSCRIPTION]]);
const lost = (): GatehouseError =>
  new GatehouseError({ code: "session_lost", server: "github", message: "gone.", suggestion: "again" });

beforeEach(() => {
  world = new World();
  session = new Session(world.host, world.port, false);
});

describe("while the server can be reached", () => {
  test("a credential of the agent's own in _meta does not reach the server", () => {
    const secret = { "com.example/access_token": "s3cret", authorization: "Bearer s3cret" };
    say({ id: 1, method: "tools/call", params: { name: "add", _meta: { ...META, ...secret } } });
    world.upstream.accept({ tools: {} });
    expect(world.upstream.sent.at(-1)).toMatchObject({ id: 1, params: { name: "add", _meta: META } });
    expect(JSON.stringify(world.upstream.sent)).not.toContain("s3cret");
  });

  test("what the agent says of itself in its first request becomes the server session's handshake", () => {
    ask("d", "server/discover");
    expect(world.upstream.era).toBe("modern");
    expect(world.upstream.sent).toEqual([
      expect.objectContaining({
        method: "initialize",
        params: {
          protocolVersion: "2025-11-25",
          clientInfo: { name: "cursor", version: "2" },
          capabilities: { elicitation: {} },
        },
      }),
    ]);
    world.upstream.accept({ tools: {}, logging: {} });
    expect(world.upstream.sent.at(-1)).toEqual({ jsonrpc: "2.0", method: "notifications/initialized" });
    expect(resultOf("d")).toEqual({
      resultType: "complete",
      supportedVersions: ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"],
      capabilities: { tools: { listChanged: true }, logging: {} },
      ttlMs: 0,
      cacheScope: "private",
      _meta: { "io.modelcontextprotocol/serverInfo": { name: "real", version: "1" } },
    });
    expect(session.agentName).toBe("cursor");
    // The second time it is known.
    ask("e", "server/discover");
    expect(resultOf("e")).toEqual(resultOf("d"));
    expect(world.upstreams).toHaveLength(1);
  });

  test("a request needs no discover before it, and passes byte for byte both ways", () => {
    ask(1, "tools/call", { name: "add", arguments: { a: 1 } });
    expect(world.upstream.sent).toHaveLength(1);
    world.upstream.accept();
    expect(world.upstream.sent.at(-1)).toEqual({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "add", arguments: { a: 1 }, _meta: META },
    });
    const result = { resultType: "input_required", requestState: "opaque" };
    world.upstream.say({ jsonrpc: "2.0", id: 1, result });
    expect(answerTo(1)).toEqual({ jsonrpc: "2.0", id: 1, result });
  });

  test("a request that is not made as the era wants is refused and reaches no server", () => {
    ask(1, "tools/list");
    world.upstream.accept();
    const before = world.upstream.sent.length;
    const bad = (id: unknown, meta: unknown): void => say({ id, method: "tools/list", params: { _meta: meta } });
    bad(2, { ...META, "io.modelcontextprotocol/protocolVersion": "1900-01-01" });
    bad(3, { ...META, "io.modelcontextprotocol/clientCapabilities": true });
    bad(4, { ...META, "io.modelcontextprotocol/clientInfo": "cursor" });
    bad(5, undefined);
    say({ id: 6, method: "tools/list" });
    session.receive(Buffer.from('{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{nonsense}}'));
    expect(answerTo(2)?.error).toMatchObject({
      code: -32022,
      data: { requested: "1900-01-01", supported: expect.arrayContaining(["2026-07-28", "2025-11-25"]) },
    });
    for (const id of [3, 4, 5, 6]) expect(answerTo(id)?.error).toMatchObject({ code: -32602 });
    expect(answerTo(7)?.error).toMatchObject({ code: -32700 });
    expect(world.upstream.sent).toHaveLength(before);
  });

  test("white space and the order of members do not matter", () => {
    const meta = Object.fromEntries(Object.entries(META).reverse());
    session.receive(
      Buffer.from(JSON.stringify({ params: { _meta: meta }, method: "tools/list", id: 1, jsonrpc: "2.0" }, null, 1)),
    );
    world.upstream.accept();
    expect(world.upstream.sent.at(-1)).toMatchObject({ id: 1, method: "tools/list" });
  });
});

describe("subscriptions/listen", () => {
  test("is acknowledged with its id before anything else, and told only what it asked for", () => {
    ask("d", "server/discover");
    world.upstream.accept({ tools: {}, resources: { subscribe: true } });
    listen("a", { toolsListChanged: true, promptsListChanged: false });
    listen(2, { resourcesListChanged: true, resourceSubscriptions: ["file:///one"] });
    expect(world.agent.slice(1)).toEqual([
      {
        jsonrpc: "2.0",
        method: "notifications/subscriptions/acknowledged",
        params: { notifications: { toolsListChanged: true }, _meta: { [SUBSCRIPTION]: "a" } },
      },
      {
        jsonrpc: "2.0",
        method: "notifications/subscriptions/acknowledged",
        params: {
          notifications: { resourcesListChanged: true, resourceSubscriptions: ["file:///one"] },
          _meta: { [SUBSCRIPTION]: 2 },
        },
      },
    ]);
    world.agent.length = 0;
    for (const list of ["tools", "prompts", "resources"])
      world.upstream.say({ jsonrpc: "2.0", method: `notifications/${list}/list_changed` });
    for (const uri of ["file:///one", "file:///one/part", "file:///onerous", "file:///two"])
      world.upstream.say({ jsonrpc: "2.0", method: "notifications/resources/updated", params: { uri } });
    expect(notices()).toEqual([
      ["notifications/tools/list_changed", "a"],
      ["notifications/resources/list_changed", 2],
      ["notifications/resources/updated", 2],
      ["notifications/resources/updated", 2],
    ]);
    expect(world.agent.at(-1)).toMatchObject({ params: { uri: "file:///one/part" } });
  });

  test("other notifications of the server go to the agent as they are", () => {
    ask(1, "tools/call", { name: "slow" });
    world.upstream.accept();
    world.agent.length = 0;
    const progress = { jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: 1, progress: 0.5 } };
    world.upstream.say(progress);
    expect(world.agent).toEqual([progress]);
  });

  test("keeps the server's resource subscriptions to what is wanted, also with the next server session", () => {
    ask("d", "server/discover");
    world.upstream.accept({ resources: { subscribe: true } });
    const asked = () =>
      world.upstream.sent.flatMap(({ method, params }) =>
        String(method).startsWith("resources/") ? [`${method} ${(params as Json).uri}`] : [],
      );
    listen("a", { resourceSubscriptions: ["x:1", "x:2"] });
    listen("b", { resourceSubscriptions: ["x:2", "x:3"] });
    expect(asked()).toEqual(["resources/subscribe x:1", "resources/subscribe x:2", "resources/subscribe x:3"]);
    const { id } = world.upstream.sent.at(-1) ?? {};
    world.agent.length = 0;
    world.upstream.say({ jsonrpc: "2.0", id, result: {} });
    expect(world.agent).toEqual([]);
    say({ method: "notifications/cancelled", params: { requestId: "a" } });
    expect(asked().slice(3)).toEqual(["resources/unsubscribe x:1"]);
    expect(world.upstream.sent.some(({ method }) => method === "notifications/cancelled")).toBe(false);
    world.upstream.events.closed(lost());
    ask(5, "tools/list");
    world.upstream.accept({ resources: { subscribe: true } });
    expect(asked()).toEqual(["resources/subscribe x:2", "resources/subscribe x:3"]);
    world.agent.length = 0;
    world.upstream.say({ jsonrpc: "2.0", method: "notifications/resources/updated", params: { uri: "x:1" } });
    expect(notices()).toEqual([]);
  });

  test("promises no updates of resources that the server cannot give", () => {
    ask("d", "server/discover");
    world.upstream.accept({ resources: {} });
    listen("a", { resourceSubscriptions: ["x:1"], resourcesListChanged: true });
    expect(world.agent.at(-1)).toMatchObject({ params: { notifications: { resourcesListChanged: true } } });
    expect(JSON.stringify(world.agent.at(-1))).not.toContain("x:1");
    expect(world.upstream.sent.some(({ method }) => method === "resources/subscribe")).toBe(false);
  });

  test("under the id of one that is open is refused, which goes on", () => {
    ask("d", "server/discover");
    world.upstream.accept();
    listen("a", { toolsListChanged: true });
    listen("a", { promptsListChanged: true });
    expect(world.agent.at(-1)).toMatchObject({ id: null, error: { code: -32600 } });
    world.agent.length = 0;
    for (const list of ["tools", "prompts"])
      world.upstream.say({ jsonrpc: "2.0", method: `notifications/${list}/list_changed` });
    expect(notices()).toEqual([["notifications/tools/list_changed", "a"]]);
  });

  test("without a proper filter is refused", () => {
    ask("d", "server/discover");
    world.upstream.accept();
    for (const [id, filter] of Object.entries({
      a: undefined,
      b: [],
      c: { toolsListChanged: "yes" },
      e: { resourceSubscriptions: "x:1" },
      f: { resourceSubscriptions: [1] },
    })) {
      ask(id, "subscriptions/listen", { notifications: filter });
      expect(answerTo(id)?.error).toMatchObject({ code: -32602 });
    }
    world.agent.length = 0;
    world.upstream.say({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
    expect(world.agent).toEqual([]);
  });
});

describe("while somebody has to sign in", () => {
  beforeEach(() => {
    world.blocked = signInRequired("github");
  });

  test("discover and listens are answered at once; the list has the sign-in tool; all in the era's form", () => {
    ask("d", "server/discover");
    listen("l", { toolsListChanged: true, resourceSubscriptions: ["x:1"] });
    ask(1, "tools/list");
    ask(2, "tools/call", { name: "sign_in", arguments: {} });
    ask(3, "tools/call", { name: "add", arguments: {} });
    expect(world.upstreams).toHaveLength(0);
    expect(resultOf("d")).toMatchObject({
      resultType: "complete",
      capabilities: { tools: { listChanged: true }, resources: { subscribe: true } },
      instructions: expect.stringContaining("Sign in to github"),
      ttlMs: 0,
    });
    expect(world.agent[1]).toMatchObject({
      method: "notifications/subscriptions/acknowledged",
      params: { notifications: { toolsListChanged: true, resourceSubscriptions: ["x:1"] } },
    });
    expect(resultOf(1)).toMatchObject({
      resultType: "complete",
      ttlMs: 0,
      cacheScope: "private",
      tools: [{ name: "sign_in" }],
    });
    expect(resultOf(2)).toMatchObject({
      resultType: "complete",
      structuredContent: { code: "sign_in_required", server: "github" },
    });
    expect(resultOf(2)).not.toHaveProperty("ttlMs");
    expect(answerTo(3)?.error).toMatchObject({ data: { code: "sign_in_required" } });
    expect(new Set(world.asked)).toEqual(new Set(["cursor"]));
  });

  test("after the sign-in the listens are told, each what it asked for", () => {
    ask("d", "server/discover");
    listen("l", { toolsListChanged: true });
    listen("m", { promptsListChanged: true });
    world.agent.length = 0;
    world.blocked = null;
    session.wake();
    expect(notices()).toEqual([]);
    world.upstream.accept();
    expect(notices()).toEqual([
      ["notifications/tools/list_changed", "l"],
      ["notifications/prompts/list_changed", "m"],
    ]);
  });

  test("a listen that comes only after the change is told of it", () => {
    ask(1, "tools/list");
    world.blocked = null;
    session.wake();
    world.upstream.accept();
    world.agent.length = 0;
    listen("l", { toolsListChanged: true });
    expect(notices()).toEqual([
      ["notifications/subscriptions/acknowledged", "l"],
      ["notifications/tools/list_changed", "l"],
    ]);
  });
});

test("a listen that goes on with a new hub has been told by the shim, and is told of what comes then", () => {
  session = new Session(world.host, world.port, true);
  listen("l", { toolsListChanged: true });
  world.upstream.accept();
  expect(notices()).toEqual([["notifications/subscriptions/acknowledged", "l"]]);
  world.blocked = signInRequired("github");
  session.wake();
  expect(notices().slice(1)).toEqual([["notifications/tools/list_changed", "l"]]);
});

describe("an agent that changes the era", () => {
  test("from modern to legacy is served by a new server session, and its listens are no more", () => {
    ask("d", "server/discover");
    world.upstream.accept();
    listen("l", { toolsListChanged: true });
    const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "cursor", version: "2" } };
    say({ id: 0, method: "initialize", params });
    expect(world.upstreams[0]?.closed).toBe(true);
    expect(world.upstream.era).toBe("legacy");
    world.upstream.accept();
    expect(answerTo(0)?.result).toMatchObject({ protocolVersion: "2025-06-18", capabilities: { tools: {} } });
    expect(world.upstream.sent.map(({ method }) => method)).toEqual(["initialize"]);
    say({ method: "notifications/initialized" });
    say({ id: 1, method: "tools/list" });
    expect(world.upstream.sent.at(-1)).toMatchObject({ id: 1, method: "tools/list" });
    world.agent.length = 0;
    world.upstream.say({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
    expect(world.agent).toEqual([{ jsonrpc: "2.0", method: "notifications/tools/list_changed" }]);
  });

  test("from legacy to modern is served, with or without a discover", () => {
    say({ id: 0, method: "initialize", params: { protocolVersion: "2025-06-18", capabilities: {} } });
    world.upstream.accept();
    say({ method: "notifications/initialized" });
    ask(1, "tools/list");
    expect(world.upstreams).toHaveLength(2);
    expect(world.upstream.era).toBe("modern");
    world.upstream.accept();
    expect(world.upstream.sent.at(-1)).toMatchObject({ id: 1, method: "tools/list" });
  });

  test("gets no answer of the new era's server to what waited in the old one", () => {
    ask(1, "tools/list");
    say({ id: 0, method: "initialize", params: { protocolVersion: "2025-06-18", capabilities: {} } });
    expect(answerTo(1)?.error).toMatchObject({ data: { code: "session_lost" } });
    world.upstream.accept();
    expect(world.upstream.sent.map(({ method }) => method)).toEqual(["initialize"]);
  });

  test("does not do so by an argument that looks like the era's own", () => {
    say({ id: 0, method: "initialize", params: { protocolVersion: "2025-06-18", capabilities: {} } });
    world.upstream.accept();
    say({ method: "notifications/initialized" });
    say({ id: 1, method: "tools/call", params: { name: "relay", arguments: { _meta: META } } });
    expect(world.upstreams).toHaveLength(1);
    expect(world.upstream.sent.at(-1)).toMatchObject({ id: 1, method: "tools/call" });
  });
});

test("a version that nobody speaks opens no server session, and leaves the agent free to begin again", () => {
  say({
    id: 1,
    method: "server/discover",
    params: { _meta: { ...META, "io.modelcontextprotocol/protocolVersion": "2031-01-01" } },
  });
  expect(answerTo(1)?.error).toMatchObject({ code: -32022, data: { requested: "2031-01-01" } });
  expect(world.upstreams).toHaveLength(0);
  say({ id: 2, method: "initialize", params: { protocolVersion: "2025-06-18", capabilities: {} } });
  world.upstream.accept();
  expect(answerTo(2)?.result).toBeDefined();
});
