/** What is noted of an agent's requests. */
import { beforeEach, expect, test } from "vitest";
import { toolBlocked } from "../../../main/hub/control/failures.ts";
import { Session } from "../../../main/hub/session.ts";
import { badAnswer, signInRequired } from "../../../main/upstream/failures.ts";
import { type Json, World } from "./scripted.ts";

let world: World;
let session: Session;

const say = (message: Json): void => session.receive(Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message })));
const answer = (message: Json): void => world.upstream.say({ jsonrpc: "2.0", ...message });
const call = (id: unknown, name = "add", args: Json = {}): void =>
  say({ id, method: "tools/call", params: { name, arguments: args } });
const noted = (): unknown[] =>
  world.calls.map(({ method, target, outcome, code }) => [method, target, outcome, code].join(" "));

function begin(): void {
  session = new Session(world.host, world.port, false);
  const clientInfo = { name: "claude", title: "Claude" };
  say({ id: 0, method: "initialize", params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo } });
  if (world.blocked === null) world.upstream.accept({ tools: {}, prompts: {}, resources: {} });
  say({ method: "notifications/initialized" });
}

beforeEach(() => {
  world = new World();
});

test("each request once, with its target, its sizes and how it ended", () => {
  begin();
  call(1);
  answer({ id: 1, result: { content: [{ type: "text", text: '"isError":true' }] } });
  answer({ id: 1, result: {} });
  call(2);
  answer({ id: 2, result: { content: [], isError: true } });
  call("three", 'a"b');
  answer({ id: "three", error: { code: -32602, message: "no" } });
  say({ id: 4, method: "prompts/get", params: { name: "greet" } });
  answer({ id: 4, result: {} });
  say({ id: 5, method: "resources/read", params: { uri: "acme://motto" } });
  answer({ id: 5, result: {} });
  say({ id: 6, method: "tools/list" });
  answer({ id: 6, result: { tools: [] } });
  say({ id: 7, method: "ping" });
  answer({ id: 7, result: {} });
  expect(noted()).toEqual([
    "tools/call add done ",
    "tools/call add failed ",
    'tools/call a"b failed -32602',
    "prompts/get greet done ",
    "resources/read acme://motto done ",
    "tools/list  done ",
  ]);
  expect(world.calls[0]).toMatchObject({
    server: "github",
    account: "default",
    agent: "Claude",
    requestBytes: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "add", arguments: {} },
    }).length,
    responseBytes: JSON.stringify(world.agent.find(({ id }) => id === 1)).length,
    arguments: null,
  });
});

test("what the server never answered is failed, blocked or cancelled, and says with which code", async () => {
  begin();
  call(1);
  world.upstream.events.failed("1", toolBlocked("github", "add", "denied"));
  call(2);
  say({ method: "notifications/cancelled", params: { requestId: 2 } });
  answer({ id: 2, result: {} });
  call(3);
  world.upstream.events.failed("3", signInRequired("github"));
  call(4);
  world.upstream.events.closed(badAnswer("github", "ended"));
  call(5);
  call(6);
  await session.close();
  expect(noted()).toEqual([
    "tools/call add blocked tool_blocked",
    "tools/call add cancelled ",
    "tools/call add failed sign_in_required",
    "tools/call add failed upstream_failed",
    "tools/call add cancelled ",
    "tools/call add cancelled ",
  ]);
});

test("while somebody has to sign in, too", () => {
  world.blocked = signInRequired("github");
  begin();
  say({ id: 1, method: "tools/list" });
  expect(noted()).toEqual(["tools/list  failed sign_in_required"]);
});

test("arguments are noted only where that is switched on, without secrets, cut", () => {
  begin();
  world.keepsArguments = true;
  call(1, "add", { a: 1, password: "hunter2-hunter2", text: "x".repeat(5_000) });
  answer({ id: 1, result: {} });
  world.keepsArguments = false;
  call(2, "add", { a: 1 });
  answer({ id: 2, result: {} });
  const [first, second] = world.calls;
  expect(first?.arguments).toMatch(/^{"a":1,"password":"\[redacted\]","text":"x{1900}/);
  expect(first?.arguments?.length).toBeLessThan(2_100);
  expect(second?.arguments).toBeNull();
});
