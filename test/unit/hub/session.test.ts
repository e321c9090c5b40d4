import { beforeEach, describe, expect, test } from "vitest";
import { GatehouseError } from "../../../main/errors.ts";
import { Session } from "../../../main/hub/session.ts";
import { badAnswer, insufficientScope, signInRequired } from "../../../main/upstream/failures.ts";
import { peek } from "../../../shim/scan.ts";
import { type Json, type ScriptedUpstream, World } from "./scripted.ts";

let world: World;
let session: Session;

const say = (message: Json): void => session.receive(Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message })));
const initialize = (): void =>
  say({
    id: 0,
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: { roots: {} }, clientInfo: { name: "claude" } },
  });
const initialized = (): void => say({ method: "notifications/initialized" });
const upstream = (): ScriptedUpstream => world.upstream;
const answerTo = (id: unknown): Json | undefined => world.agent.find((message) => message.id === id);
const resultOf = <T>(id: unknown): T => (answerTo(id) as { result: T }).result;
const changes = (): unknown[] =>
  world.agent.map(({ method }) => method).filter((method) => String(method).endsWith("list_changed"));

beforeEach(() => {
  world = new World();
  session = new Session(world.host, world.port, false);
});

describe("while the server can be reached", () => {
  test("the handshake is the server's own, under the agent's id, and what follows passes untouched", () => {
    initialize();
    expect(upstream().sent[0]).toMatchObject({
      method: "initialize",
      params: { clientInfo: { name: "claude" }, capabilities: { roots: {} } },
    });
    upstream().accept({ tools: {}, experimental: { odd: 1 } });
    expect(answerTo(0)?.result).toMatchObject({
      capabilities: { tools: {}, experimental: { odd: 1 } },
      serverInfo: { name: "real" },
    });
    expect(upstream().version).toBe("2025-06-18");
    initialized();
    say({ id: "a", method: "future/method", params: { deep: [1, { x: null }] } });
    expect(upstream().sent.slice(1)).toEqual([
      { jsonrpc: "2.0", method: "notifications/initialized" },
      { jsonrpc: "2.0", id: "a", method: "future/method", params: { deep: [1, { x: null }] } },
    ]);
    upstream().say({ jsonrpc: "2.0", id: "a", result: { unknown: true } });
    expect(answerTo("a")).toEqual({ jsonrpc: "2.0", id: "a", result: { unknown: true } });
    expect(changes()).toEqual([]);
  });

  test("a credential of the agent's own in _meta does not reach the server", () => {
    initialize();
    upstream().accept();
    initialized();
    say({
      id: 1,
      method: "tools/call",
      params: { name: "add", _meta: { authorization: "Bearer x", progressToken: 1 } },
    });
    expect(upstream().sent.at(-1)).toMatchObject({ id: 1, params: { name: "add", _meta: { progressToken: 1 } } });
    expect(JSON.stringify(upstream().sent)).not.toContain("Bearer");
  });

  test("a subscription that the server took is made again with the next server session, until it is given up", () => {
    initialize();
    upstream().accept({ resources: { subscribe: true } });
    initialized();
    const subscribe = (id: number, uri: string, answer: Json): void => {
      say({ id, method: "resources/subscribe", params: { uri } });
      upstream().say({ jsonrpc: "2.0", id, ...answer });
    };
    const again = (): unknown[] => upstream().sent.filter(({ method }) => method === "resources/subscribe");
    subscribe(1, "x:1", { result: {} });
    subscribe(2, "x:2", { error: { code: -32002, message: "no such resource" } });
    subscribe(3, "x:3", { result: {} });
    say({ id: 4, method: "resources/subscribe", params: { uri: "x:4" } });
    upstream().events.closed(badAnswer("github", "ended"));
    expect(answerTo(4)).toHaveProperty("error");
    session.wake();
    upstream().accept({ resources: { subscribe: true } });
    expect(again()).toMatchObject([{ params: { uri: "x:1" } }, { params: { uri: "x:3" } }]);
    const { id } = again()[0] as { id: unknown };
    upstream().say({ jsonrpc: "2.0", id, result: {} });
    expect(answerTo(id)).toBeUndefined();
    upstream().say({ jsonrpc: "2.0", method: "notifications/resources/updated", params: { uri: "x:3" } });
    expect(world.agent.at(-1)).toMatchObject({ method: "notifications/resources/updated", params: { uri: "x:3" } });

    say({ id: 5, method: "resources/unsubscribe", params: { uri: "x:1" } });
    upstream().say({ jsonrpc: "2.0", id: 5, result: {} });
    session.wake();
    upstream().accept({ resources: { subscribe: true } });
    expect(again()).toMatchObject([{ params: { uri: "x:3" } }]);
    session.wake();
    upstream().accept({ tools: {} });
    expect(again()).toEqual([]);
  });

  test("a request that came before the handshake was done waits for it", () => {
    initialize();
    say({ id: 1, method: "tools/list" });
    expect(upstream().sent).toHaveLength(1);
    upstream().accept();
    expect(upstream().sent.at(-1)).toMatchObject({ id: 1, method: "tools/list" });
  });

  test("a session that the server ends fails what was in flight, once, and comes back with list_changed", () => {
    initialize();
    upstream().accept();
    initialized();
    say({ id: 1, method: "tools/call", params: { name: "add" } });
    const first = upstream();
    first.events.closed(
      new GatehouseError({ code: "session_lost", server: "github", message: "gone.", suggestion: "again" }),
    );
    expect(answerTo(1)).toMatchObject({ error: { code: -32010, data: { code: "session_lost", server: "github" } } });
    expect(first.closed).toBe(true);
    say({ id: 2, method: "tools/list" });
    expect(world.upstreams).toHaveLength(2);
    upstream().accept();
    expect(upstream().sent.map(({ method }) => method)).toEqual([
      "initialize",
      "notifications/initialized",
      "tools/list",
    ]);
    expect(changes()).toHaveLength(3);
    first.say({ jsonrpc: "2.0", id: 2, result: "from the dead" });
    expect(answerTo(2)).toBeUndefined();
  });
});

describe("while somebody has to sign in", () => {
  beforeEach(() => {
    world.blocked = signInRequired("github");
    initialize();
    initialized();
  });

  test("the handshake is answered at once, without asking the server", () => {
    expect(world.upstreams).toHaveLength(0);
    expect(answerTo(0)?.result).toMatchObject({
      protocolVersion: "2025-06-18",
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: "github" },
    });
  });

  test("there is one tool, whose call says what to click; other calls fail with the same object; lists are empty", () => {
    say({ id: 1, method: "tools/list" });
    say({ id: 2, method: "tools/call", params: { name: "sign_in", arguments: {} } });
    say({ id: 3, method: "tools/call", params: { name: "add", arguments: {} } });
    say({ id: 4, method: "prompts/list" });
    say({ id: 5, method: "resources/read", params: { uri: "x:y" } });
    say({ id: 6, method: "ping" });
    expect(resultOf<{ tools: Json[] }>(1).tools.map(({ name }) => name)).toEqual(["sign_in"]);
    const told = resultOf<{ structuredContent: Json }>(2).structuredContent;
    expect(told).toMatchObject({
      code: "sign_in_required",
      server: "github",
      suggestion: expect.stringContaining("Sign in to github"),
    });
    expect(answerTo(3)).toMatchObject({
      error: { data: { code: "sign_in_required", server: "github", correlation_id: told.correlation_id } },
    });
    expect(answerTo(4)?.result).toEqual({ prompts: [] });
    expect(answerTo(5)).toMatchObject({ error: { data: { code: "sign_in_required" } } });
    expect(answerTo(6)?.result).toEqual({});
    expect(new Set(world.asked)).toEqual(new Set(["claude"]));
  });

  test("after the sign-in the same agent is told, and gets the server's own tools", () => {
    say({ id: 1, method: "tools/list" });
    world.blocked = null;
    session.wake();
    expect(changes()).toEqual([]);
    upstream().accept();
    expect(changes()).toEqual([
      "notifications/tools/list_changed",
      "notifications/prompts/list_changed",
      "notifications/resources/list_changed",
    ]);
    expect(upstream().sent[0]).toMatchObject({ method: "initialize", params: { clientInfo: { name: "claude" } } });
    say({ id: 2, method: "tools/list" });
    expect(upstream().sent.at(-1)).toMatchObject({ id: 2, method: "tools/list" });
    say({ id: 3, method: "prompts/list" });
    expect(answerTo(3)?.result).toEqual({ prompts: [] });
    say({ id: 4, method: "tools/call", params: { name: "sign_in" } });
    expect(answerTo(4)).toMatchObject({ result: { isError: false } });
  });
});

test("a sign-out ends the server session, tells the agent, and its next call says who has to sign in", () => {
  initialize();
  upstream().accept();
  initialized();
  world.blocked = signInRequired("github");
  session.wake();
  expect(upstream().closed).toBe(true);
  expect(changes()).toHaveLength(3);
  say({ id: 1, method: "tools/call", params: { name: "add" } });
  expect(answerTo(1)).toMatchObject({ error: { data: { code: "sign_in_required", server: "github" } } });
});

test("a request that a lost server session did not take is made again, once, behind a new handshake", () => {
  initialize();
  upstream().accept();
  initialized();
  const loseWith = (message: Json): void => {
    const line = Buffer.from(JSON.stringify(message));
    const gone = upstream();
    gone.events.untaken(line, peek(line));
    gone.events.closed(
      new GatehouseError({ code: "session_lost", server: "github", message: "gone.", suggestion: "again" }),
    );
  };
  const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "pay" } };
  say(call);
  loseWith(call);
  expect(answerTo(1)).toBeUndefined();
  upstream().accept();
  expect(upstream().sent.at(-1)).toEqual(call);
  loseWith(call);
  expect(answerTo(1)).toMatchObject({ error: { data: { code: "session_lost" } } });
});

test("a server whose list is open and whose call wants a sign-in keeps its list", () => {
  initialize();
  upstream().accept();
  initialized();
  say({ id: 1, method: "tools/call", params: { name: "private" } });
  upstream().events.failed("1", signInRequired("github"));
  expect(answerTo(1)).toMatchObject({ error: { data: { code: "sign_in_required" } } });
  say({ id: 2, method: "tools/list" });
  expect(upstream().sent.at(-1)).toMatchObject({ id: 2, method: "tools/list" });
  expect(world.opens).toEqual([true]);
});

test("a server that cannot be reached costs an error on the call, and the next call tries again", () => {
  initialize();
  upstream().events.failed(JSON.stringify(upstream().sent[0]?.id), badAnswer("github", "is not well"));
  expect(answerTo(0)?.result).toBeDefined();
  initialized();
  say({ id: 1, method: "tools/call", params: { name: "add" } });
  expect(world.upstreams).toHaveLength(2);
  upstream().events.failed(JSON.stringify(upstream().sent[0]?.id), badAnswer("github", "is not well"));
  expect(answerTo(1)).toMatchObject({ error: { data: { code: "upstream_failed" } } });
  return session.close();
});

test("an agent that outlived the hub is told to list again, in every state", () => {
  session = new Session(world.host, world.port, true);
  initialize();
  upstream().accept();
  initialized();
  expect(changes()).toHaveLength(3);
  world.agent.length = 0;
  world.blocked = signInRequired("github");
  session = new Session(world.host, world.port, true);
  initialize();
  initialized();
  expect(changes()).toHaveLength(3);
});

test("a server session that ends takes its questions with it; an answer to one reaches no later session", () => {
  initialize();
  upstream().accept();
  initialized();
  upstream().say({ jsonrpc: "2.0", id: 0, method: "elicitation/create", params: { message: "Delete the branch?" } });
  session.wake();
  expect(world.agent).toContainEqual(
    expect.objectContaining({ method: "notifications/cancelled", params: expect.objectContaining({ requestId: 0 }) }),
  );
  upstream().accept();
  upstream().say({ jsonrpc: "2.0", id: 0, method: "elicitation/create", params: { message: "Send the money?" } });
  const asked = world.agent.find(({ params }) => (params as Json | undefined)?.message === "Send the money?");
  say({ id: 0, result: { action: "accept" } });
  say({ id: asked?.id, result: { action: "decline" } });
  expect(upstream().sent.filter(({ result }) => result !== undefined)).toMatchObject([
    { id: 0, result: { action: "decline" } },
  ]);
  upstream().say({ jsonrpc: "2.0", id: 1, method: "elicitation/create", params: {} });
  const other = world.agent.at(-1)?.id;
  upstream().say({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1, reason: "late" } });
  expect(world.agent.at(-1)).toMatchObject({ params: { requestId: other, reason: "late" } });
});

test("messages whose inside is not JSON harm nobody, from either side", () => {
  initialize();
  const garbage = (text: string): void => {
    const line = Buffer.from(text);
    upstream().events.message(line, peek(line));
  };
  const id = JSON.stringify(upstream().sent[0]?.id);
  garbage(`{"jsonrpc":"2.0","id":${id},"result":{nonsense}}`);
  expect(answerTo(0)?.result).toBeDefined();
  initialized();
  session.receive(Buffer.from('{"method":"notifications/cancelled","params":{nonsense}}'));
  session.receive(Buffer.from('{"id":7,"method":"logging/setLevel","params":{nonsense}}'));
  upstream().accept({ tools: {}, logging: {} });
  say({ id: 8, method: "tools/list" });
  garbage('{"jsonrpc":"2.0","id":8,"result":{nonsense}}');
  // The agent is the one to say that it cannot read its answer.
  expect(world.agent.at(-1)).toEqual({ text: '{"jsonrpc":"2.0","id":8,"result":{nonsense}}' });
  return session.close();
});

test("a log level outlives the server session, and the answer to its repetition is not the agent's", () => {
  initialize();
  upstream().accept({ logging: {} });
  initialized();
  say({ id: 1, method: "logging/setLevel", params: { level: "debug" } });
  upstream().say({ jsonrpc: "2.0", id: 1, result: {} });
  session.wake();
  upstream().accept({ logging: {} });
  const again = upstream().sent.find(({ method }) => method === "logging/setLevel");
  expect(again).toMatchObject({ params: { level: "debug" } });
  world.agent.length = 0;
  upstream().say({ jsonrpc: "2.0", id: again?.id, result: {} });
  expect(world.agent).toEqual([]);
});

test("noise before and instead of a handshake is answered, not passed on", () => {
  session.receive(Buffer.from("not json"));
  say({ id: 1, method: "server/discover" });
  say({ id: 2, method: "tools/list" });
  expect(world.agent).toMatchObject([
    { id: null, error: { code: -32700 } },
    { id: 1, error: { code: -32602 } },
    { id: 2, error: { code: -32600 } },
  ]);
  expect(world.upstreams).toHaveLength(0);
});

describe("when things change under it", () => {
  test("a wider grant keeps the server session, and tells the agent that the lists may be longer", () => {
    initialize();
    upstream().accept();
    initialized();
    session.widened();
    expect(world.upstreams).toHaveLength(1);
    expect(upstream().closed).toBe(false);
    expect(changes()).toHaveLength(3);
    say({ id: 5, method: "tools/call" });
    expect(upstream().sent.at(-1)).toMatchObject({ id: 5 });
  });

  test("a wider grant brings a session back that could not do without it", () => {
    initialize();
    upstream().events.failed(
      String(JSON.stringify(upstream().sent[0]?.id)),
      insufficientScope("github", { scope: "a", tool: null, given: false }),
    );
    expect(session.state).toBe("down");
    session.widened();
    expect(world.upstreams).toHaveLength(2);
    upstream().accept();
    expect(session.state).toBe("ready");
  });

  test("after a sleep a session that is up asks anew what waits, and one that waits to try again tries now", () => {
    initialize();
    upstream().accept();
    session.resumed();
    expect(upstream().resumptions).toBe(1);
    upstream().events.closed(badAnswer("github", "is away"));
    upstream().events.failed("x", badAnswer("github", "is away"));
    const before = world.upstreams.length;
    session.resumed();
    expect(world.upstreams.length).toBe(before + 1);
  });

  test("an agent whose call lacks access is named, with the tool", () => {
    initialize();
    upstream().accept();
    say({ id: 6, method: "tools/call", params: { name: "delete" } });
    upstream().events.failed("6", insufficientScope("github", { scope: "a", tool: "delete", given: false }));
    expect(world.asked).toEqual(["claude: delete"]);
    expect(answerTo(6)).toMatchObject({ error: { data: { code: "insufficient_scope" } } });
  });
});
