/** The shim's session over real sockets, with a hub that the test speaks for. */
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { Connected } from "../../../shim/connect.ts";
import { LineSplitter } from "../../../shim/frame.ts";
import { AgentSession } from "../../../shim/resume.ts";
import { tempFolder } from "../../fixtures/children.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";

type Json = Record<string, unknown>;

async function start() {
  const folder = use(tempFolder("shim"));
  const path = join(folder.path, "pipe.sock");
  /** The hub's end of each connection, with what came over it. */
  const hubs: { socket: Socket; got: Json[]; say(message: Json): void }[] = [];
  const server = await new Promise<Server>((resolve) => {
    const one = createServer((socket) => {
      const got: Json[] = [];
      const lines = new LineSplitter(
        (line) => got.push(JSON.parse(line.toString()) as Json),
        () => {},
      );
      socket.on("data", (chunk: Buffer) => lines.push(chunk)).on("error", () => {});
      hubs.push({ socket, got, say: (message) => socket.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`) });
    }).listen(path, () => resolve(one));
  });
  use({ close: () => void server.close() });
  const reached: { next: () => Promise<Connected>; starts: number } = { next: () => open(), starts: 0 };
  const open = (): Promise<Connected> =>
    new Promise((resolve) => {
      const socket = dial(path, () => resolve({ kind: "open", socket: socket.pause() }));
    });
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const agent: Json[] = [];
  const lines = new LineSplitter(
    (line) => agent.push(JSON.parse(line.toString()) as Json),
    () => {},
  );
  stdout.on("data", (chunk: Buffer) => lines.push(chunk));
  let ended = 0;
  const session = new AgentSession({
    server: "github",
    home: folder.path,
    stdin,
    stdout,
    reach: async () => ({ kind: "absent", why: "nobody" }),
    reachOrStart: () => {
      reached.starts++;
      return reached.next();
    },
    onEnd: () => ended++,
  });
  const first = await open();
  if (first.kind !== "open") throw new Error("no hub");
  session.run(first.socket);
  use({ close: () => void stdin.end() });
  const hub = (n: number) => waitFor(`connection ${n}`, () => hubs[n]);
  return {
    agent,
    hub,
    reached,
    open,
    stdin,
    ended: () => ended,
    say: (message: Json) => stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`),
    answerTo: (id: unknown) =>
      waitFor(`an answer to ${JSON.stringify(id)}`, () => agent.find((message) => message.id === id)),
  };
}

const got = (hub: { got: Json[] }, count: number) =>
  waitFor(`${count} messages`, () => (hub.got.length >= count ? hub.got : undefined));

async function shakeHands(session: Awaited<ReturnType<typeof start>>) {
  session.say({ id: 0, method: "initialize", params: { clientInfo: { name: "claude" } } });
  const hub = await session.hub(0);
  await got(hub, 1);
  hub.say({ id: 0, result: { first: true } });
  await session.answerTo(0);
  session.say({ method: "notifications/initialized" });
  await got(hub, 2);
  return hub;
}

test("what was in flight is answered once; the next request starts a hub, which hears the handshake and then the request", async () => {
  const session = await start();
  const first = await shakeHands(session);
  session.say({ id: 1, method: "tools/call", params: { name: "pay" } });
  await got(first, 3);
  first.socket.destroy();
  expect(await session.answerTo(1)).toMatchObject({
    error: { code: -32010, data: { code: "hub_restarted", server: "github" } },
  });
  expect(session.reached.starts).toBe(0);

  session.say({ id: "two", method: "tools/list" });
  const second = await session.hub(1);
  expect(await got(second, 1)).toMatchObject([
    { id: 0, method: "initialize", params: { clientInfo: { name: "claude" } } },
  ]);
  second.say({ id: 0, result: { second: true } });
  expect((await got(second, 3)).slice(1)).toMatchObject([
    { method: "notifications/initialized" },
    { id: "two", method: "tools/list" },
  ]);
  second.say({ id: "two", result: {} });
  await session.answerTo("two");
  // The agent got each answer once, and the second handshake's not at all.
  expect(session.agent.map(({ id }) => id)).toEqual([0, 1, "two"]);
});

test("a handshake that the first hub never answered is made with the next one, and its answer is the agent's", async () => {
  const session = await start();
  session.say({ id: 7, method: "initialize", params: {} });
  const first = await session.hub(0);
  await got(first, 1);
  first.socket.destroy();
  const second = await session.hub(1);
  await got(second, 1);
  second.say({ id: 7, result: { late: true } });
  expect(await session.answerTo(7)).toMatchObject({ result: { late: true } });
});

test("when no hub can be had the request fails with the reason, and the one after that tries again", async () => {
  const session = await start();
  const first = await shakeHands(session);
  session.reached.next = async () => ({ kind: "absent", why: "the disk is full" });
  first.socket.destroy();
  // A request that is written before the shim sees the end is answered as one in flight.
  let id = 100;
  const refused = await waitFor("the reason", async () => {
    session.say({ id: ++id, method: "tools/list" });
    const { error } = (await session.answerTo(id)) as { error: { data: { code: string; message: string } } };
    return error.data.code === "hub_restarted" ? undefined : error.data;
  });
  expect(refused).toMatchObject({ code: "hub_unreachable", message: expect.stringContaining("the disk is full") });
  session.reached.next = session.open;
  session.say({ id: "again", method: "tools/list" });
  const second = await session.hub(1);
  await got(second, 1);
  second.say({ id: 0, result: {} });
  expect((await got(second, 3)).at(-1)).toMatchObject({ id: "again" });
});

test("the end of the agent's stdin is the end, once", async () => {
  const session = await start();
  await shakeHands(session);
  session.stdin.end();
  await waitFor("the end", () => (session.ended() > 0 ? true : undefined));
  expect(session.ended()).toBe(1);
});

test("what comes while the handshake is repeated follows it, however early it came", async () => {
  const session = await start();
  const first = await shakeHands(session);
  first.socket.destroy();
  await waitFor("a request that waits", async () => {
    session.say({ id: "early", method: "tools/list" });
    return session.reached.starts > 0 || undefined;
  });
  const second = await session.hub(1);
  await got(second, 1);
  session.say({ id: "late", method: "tools/call", params: { name: "pay" } });
  session.say({ method: "notifications/roots/list_changed" });
  session.say({ id: "last", method: "ping" });
  await waitFor("the agent's words to be read", () => (session.stdin.readableLength === 0 ? true : undefined));
  second.say({ id: 0, result: {} });
  const all = await waitFor("the last request", () =>
    second.got.some(({ id }) => id === "last") ? second.got : undefined,
  );
  expect(all.map(({ method }) => method).slice(0, 2)).toEqual(["initialize", "notifications/initialized"]);
  expect(all.map(({ id }) => id).slice(-2)).toEqual(["late", "last"]);
});

test("a request that is cancelled while no hub is there reaches none and is not answered", async () => {
  const session = await start();
  const first = await shakeHands(session);
  let letHubCome: () => void = () => {};
  const wait = new Promise<void>((resolve) => {
    letHubCome = resolve;
  });
  session.reached.next = async () => {
    await wait;
    return session.open();
  };
  first.socket.destroy();
  let id = 100;
  await waitFor("a request that waits", () => {
    session.say({ id: ++id, method: "tools/call", params: { name: "wait" } });
    return session.reached.starts > 0 || undefined;
  });
  session.say({ id: "pay", method: "tools/call", params: { name: "pay" } });
  session.say({ id: 7, method: "tools/call", params: { name: "refund" } });
  session.say({ method: "notifications/cancelled", params: { requestId: "pay", reason: "The user said stop." } });
  session.say({ method: "notifications/cancelled", params: { requestId: 7 } });
  session.say({ method: "notifications/cancelled", params: { requestId: "nobody's" } });
  session.say({ id: "last", method: "ping" });
  await waitFor("the agent's words to be read", () => (session.stdin.readableLength === 0 ? true : undefined));
  letHubCome();
  const second = await session.hub(1);
  await got(second, 1);
  second.say({ id: 0, result: {} });
  const all = await waitFor("the last request", () =>
    second.got.some((message) => message.id === "last") ? second.got : undefined,
  );
  expect(all.filter(({ method }) => method === "tools/call").map((message) => message.id)).toEqual([id]);
  // What is in flight when this hub goes is answered; the cancelled ones are not among it.
  second.socket.destroy();
  await session.answerTo("last");
  const answered = session.agent.map((message) => message.id);
  expect(answered).not.toContain("pay");
  expect(answered).not.toContain(7);
});

test("a question of the old session is withdrawn; its answer is not taken for one to the new session's", async () => {
  const session = await start();
  const first = await shakeHands(session);
  first.say({ id: 0, method: "elicitation/create", params: { message: "Delete the branch?" } });
  first.say({ id: "q", method: "ping" });
  await waitFor("the questions", () => session.agent.some(({ id }) => id === "q") || undefined);
  session.say({ id: "q", result: {} });
  await got(first, 3);
  first.socket.destroy();
  const notice = await waitFor("the withdrawal", () =>
    session.agent.find(({ method }) => method === "notifications/cancelled"),
  );
  expect(notice).toMatchObject({ params: { requestId: 0 } });

  session.say({ id: 5, method: "tools/list" });
  const second = await session.hub(1);
  await got(second, 1);
  second.say({ id: 0, result: {} });
  await got(second, 3);
  second.say({ id: 0, method: "elicitation/create", params: { message: "Send the money?" } });
  const asked = await waitFor("the new question", () =>
    session.agent.find(({ params }) => (params as Json | undefined)?.message === "Send the money?"),
  );
  // The first answer is to the question before: the agent did not heed the withdrawal.
  session.say({ id: 0, result: { action: "accept" } });
  session.say({ id: asked.id, result: { action: "decline" } });
  session.say({ id: "done", method: "ping" });
  const heard = await waitFor("the ping", () => (second.got.some(({ id }) => id === "done") ? second.got : undefined));
  expect(heard.filter(({ result }) => result !== undefined)).toMatchObject([{ id: 0, result: { action: "decline" } }]);
  expect(session.agent.filter(({ method }) => method === "notifications/cancelled")).toHaveLength(1);
});

const LISTEN_ID = "io.modelcontextprotocol/subscriptionId";

function acknowledge(hub: { say(message: Json): void }, id: unknown, notifications: Json): void {
  const params = { notifications, _meta: { [LISTEN_ID]: id } };
  hub.say({ method: "notifications/subscriptions/acknowledged", params });
}

test("an open listen goes on with the next hub: its acknowledgement is not repeated, what it may have missed is told", async () => {
  const session = await start();
  const filter = { toolsListChanged: true, resourcesListChanged: true, resourceSubscriptions: ["x:1"] };
  const listen = { id: "l", method: "subscriptions/listen", params: { notifications: filter } };
  session.say(listen);
  session.say({ id: 1, method: "tools/call", params: { name: "pay" } });
  const first = await session.hub(0);
  await got(first, 2);
  acknowledge(first, "l", filter);
  await waitFor("the acknowledgement", () => session.agent[0]);
  first.socket.destroy();
  expect(await session.answerTo(1)).toMatchObject({ error: { data: { code: "hub_restarted" } } });
  session.say({ id: 2, method: "tools/list" });
  const second = await session.hub(1);
  expect(await got(second, 2)).toMatchObject([listen, { id: 2, method: "tools/list" }]);
  acknowledge(second, "l", filter);
  second.say({ id: 2, result: {} });
  await session.answerTo(2);
  const told = session.agent.filter(({ method }) => method !== undefined);
  expect(told).toMatchObject([
    { method: "notifications/subscriptions/acknowledged" },
    { method: "notifications/tools/list_changed", params: { _meta: { [LISTEN_ID]: "l" } } },
    { method: "notifications/resources/list_changed", params: { _meta: { [LISTEN_ID]: "l" } } },
    { method: "notifications/resources/updated", params: { uri: "x:1", _meta: { [LISTEN_ID]: "l" } } },
  ]);
  expect(session.agent.some(({ id }) => id === "l")).toBe(false);
});

test("a listen that no hub acknowledged is made with the next one, and its acknowledgement is the agent's", async () => {
  const session = await start();
  session.say({ id: 3, method: "subscriptions/listen", params: { notifications: { toolsListChanged: true } } });
  const first = await session.hub(0);
  await got(first, 1);
  first.socket.destroy();
  const second = await session.hub(1);
  await got(second, 1);
  acknowledge(second, 3, { toolsListChanged: true });
  second.say({ id: "never asked", result: {} });
  await session.answerTo("never asked");
  expect(session.agent.map(({ method }) => method)).toEqual(["notifications/subscriptions/acknowledged", undefined]);
});

test("a listen that the agent cancelled, or the hub refused, is not made again", async () => {
  const session = await start();
  for (const id of [1, "two", 3]) session.say({ id, method: "subscriptions/listen", params: { notifications: {} } });
  const first = await session.hub(0);
  await got(first, 3);
  for (const id of [1, 3]) acknowledge(first, id, {});
  first.say({ id: "two", error: { code: -32602, message: "no" } });
  await session.answerTo("two");
  session.say({ method: "notifications/cancelled", params: { requestId: 1 } });
  await got(first, 4);
  first.socket.destroy();
  let id = 100;
  await waitFor("a request that waits", () => {
    session.say({ id: ++id, method: "tools/list" });
    return session.reached.starts > 0 || undefined;
  });
  const second = await session.hub(1);
  const heard = await waitFor("the request", () => (second.got.some((one) => one.id === id) ? second.got : undefined));
  expect(heard.filter(({ method }) => method === "subscriptions/listen").map((one) => one.id)).toEqual([3]);
});

test("the next hub hears of the log level and the subscriptions that hold, and the agent gets no second answer", async () => {
  const session = await start();
  const first = await shakeHands(session);
  session.say({ id: 1, method: "resources/subscribe", params: { uri: "x:1" } });
  session.say({ id: 2, method: "resources/subscribe", params: { uri: "x:2" } });
  session.say({ id: 3, method: "logging/setLevel", params: { level: "debug" } });
  await got(first, 5);
  for (const id of [1, 3]) first.say({ id, result: {} });
  first.say({ id: 2, error: { code: -32002, message: "no such resource" } });
  for (const id of [1, 2, 3]) await session.answerTo(id);
  session.say({ id: 4, method: "resources/subscribe", params: { uri: "x:4" } });
  await got(first, 6);
  first.socket.destroy();
  expect(await session.answerTo(4)).toHaveProperty("error");

  session.say({ id: 5, method: "tools/list" });
  const second = await session.hub(1);
  await got(second, 1);
  second.say({ id: 0, result: {} });
  const [, , level, subscription, ...rest] = await got(second, 5);
  expect(level).toMatchObject({ method: "logging/setLevel", params: { level: "debug" } });
  expect(subscription).toMatchObject({ method: "resources/subscribe", params: { uri: "x:1" } });
  expect(rest).toMatchObject([{ id: 5 }]);
  const before = session.agent.length;
  for (const { id } of [level, subscription] as Json[]) second.say({ id, result: {} });
  second.say({ id: 5, result: {} });
  await session.answerTo(5);
  expect(session.agent).toHaveLength(before + 1);
});
