import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { GatehouseError } from "../../../../main/errors.ts";
import { ApprovedTools } from "../../../../main/hub/control/approved-tools.ts";
import { Controlled } from "../../../../main/hub/control/controlled.ts";
import { ToolControl } from "../../../../main/hub/control/tool-control.ts";
import type { Upstream, UpstreamEvents } from "../../../../main/upstream/upstream.ts";
import { peek } from "../../../../shim/scan.ts";

type Json = Record<string, unknown>;
const NOBODY = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const PLACE = "https://acme.example/mcp";

/** A server session that the test speaks for. */
class Scripted implements Upstream {
  readonly sent: Json[] = [];
  readonly events: UpstreamEvents;
  closed = false;
  constructor(events: UpstreamEvents) {
    this.events = events;
  }
  send(message: Buffer): void {
    this.sent.push(JSON.parse(message.toString()) as Json);
  }
  negotiated(): void {}
  resumed(): void {}
  setPaused(): void {}
  async close(): Promise<void> {
    this.closed = true;
  }
  say(message: Json | string, about?: string): void {
    const line = Buffer.from(typeof message === "string" ? message : JSON.stringify(message));
    this.events.message(line, peek(line), about);
  }
}

let tools: ToolControl;
let inner: Scripted;
let got: Json[];
let failed: [string, GatehouseError][];
let session: Controlled;
let limit: number;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  limit = 10_000;
  got = [];
  failed = [];
  const approvals = ApprovedTools.inMemory(NOBODY);
  tools = new ToolControl("acme", { approvals, clock: { now: () => 0 }, log: NOBODY, changed: () => {} });
  tools.define({ tools: { allow: ["*"], deny: ["delete_*"] } }, PLACE);
  session = new Controlled({
    server: "acme",
    tools,
    limit: () => limit,
    events: {
      message: (line) => void got.push(JSON.parse(line.toString()) as Json),
      untaken: () => {},
      failed: (id, error) => void failed.push([id, error]),
      closed: () => {},
    },
    open: (events) => {
      inner = new Scripted(events);
      return inner;
    },
  });
});
afterEach(async () => {
  await session.close();
  vi.useRealTimers();
});

function send(message: Json | string): void {
  const line = Buffer.from(typeof message === "string" ? message : JSON.stringify(message));
  session.send(line, peek(line));
}
const request = (id: unknown, method: string, params: Json = {}): Json => ({ jsonrpc: "2.0", id, method, params });
const answer = (id: unknown, result: Json = {}): Json => ({ jsonrpc: "2.0", id, result });
const call = (id: unknown, name: string, meta: Json = {}): Json =>
  request(id, "tools/call", { name, arguments: {}, _meta: meta });

describe("tools", () => {
  test("a blocked call does not reach the server, another does", () => {
    send(call(1, "delete_all"));
    send(call(2, "get"));
    expect(inner.sent).toEqual([call(2, "get")]);
    expect(failed).toMatchObject([["1", { code: "tool_blocked" }]]);
    expect(vi.getTimerCount()).toBe(1);
  });

  test("every page of the list is without blocked tools, whichever way the server writes the id", () => {
    for (const [id, spelled] of [
      [1, "1"],
      [2, "2.0"],
      ["c", '"\\u0063"'],
    ] as const) {
      send(request(id, "tools/list"));
      inner.say(`{"jsonrpc":"2.0","id":${spelled},"result":{"tools":[{"name":"delete_all"},{"name":"get"}]}}`);
    }
    expect(got.map(({ result }) => result)).toEqual(Array.from({ length: 3 }, () => ({ tools: [{ name: "get" }] })));
  });

  test("an agent that writes its id strangely gets its answer all the same", () => {
    send('{"jsonrpc":"2.0","id":1.0,"method":"tools/list"}');
    inner.say(answer(1, { tools: [{ name: "get" }] }));
    expect(got).toHaveLength(1);
    send('{"jsonrpc":"2.0","id":2.0,"method":"tools/list"}');
    vi.advanceTimersByTime(limit);
    expect(failed.map(([id]) => id)).toEqual(["2.0"]);
  });

  test("an answer to something else is not looked into", () => {
    send(request(1, "resources/read"));
    inner.say(answer(1, { tools: [{ name: "delete_all" }] }));
    expect(got[0]?.result).toEqual({ tools: [{ name: "delete_all" }] });
  });

  test("a list that cannot be read is an error of that request", () => {
    send(request(1, "tools/list"));
    inner.say('{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":x}]}}');
    expect(failed).toMatchObject([["1", { code: "upstream_failed" }]]);
    expect(got).toEqual([]);
  });

  test("agents hear of other rules once the server session stands, and know that they may", async () => {
    send(request(0, "initialize"));
    const rules = (deny: string[]) => tools.define({ tools: { allow: ["*"], deny } }, PLACE);
    rules(["a"]);
    expect(got).toEqual([]);
    inner.say(answer(0, { protocolVersion: "2025-06-18", capabilities: { tools: { x: 1 }, prompts: {} } }));
    expect(got.pop()?.result).toMatchObject({ capabilities: { tools: { x: 1, listChanged: true }, prompts: {} } });
    session.negotiated("2025-06-18");
    rules(["b"]);
    expect(got).toEqual([{ jsonrpc: "2.0", method: "notifications/tools/list_changed" }]);
    await session.close();
    rules(["c"]);
    expect(got).toHaveLength(1);
  });

  test("a server without tools is not said to have some", () => {
    send(request(0, "initialize"));
    const result = { protocolVersion: "2025-06-18", capabilities: { prompts: {} } };
    inner.say(answer(0, result));
    expect(got[0]?.result).toEqual(result);
  });
});

describe("time-outs", () => {
  const cancelled = () => inner.sent.filter(({ method }) => method === "notifications/cancelled");

  test("a request without a sign of life is cancelled at the server, and its late answer dropped", () => {
    send(call("a", "get"));
    vi.advanceTimersByTime(9_999);
    expect(failed).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(failed).toMatchObject([
      ['"a"', { code: "timeout", server: "acme", details: { method: "tools/call", timeout_s: 10 } }],
    ]);
    expect(cancelled()).toMatchObject([{ params: { requestId: "a" } }]);
    inner.say(answer("a"));
    expect(got).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    send(call("a", "get"));
    inner.say(answer("a", { again: true }));
    expect(got).toMatchObject([{ result: { again: true } }]);
  });

  test("a request that timed out does not fail a second time with its connection", () => {
    send(call(1, "get"));
    vi.advanceTimersByTime(limit);
    inner.events.failed("1", failed[0]?.[1] as GatehouseError);
    expect(failed).toHaveLength(1);
  });

  test("progress of it counts as life, progress of another does not", () => {
    send(call(1, "slow", { progressToken: "p1" }));
    send(call(2, "slow", { progressToken: 2 }));
    for (let n = 0; n < 5; n++) {
      vi.advanceTimersByTime(4_000);
      inner.say({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: "p1", progress: n } });
    }
    expect(failed.map(([id]) => id)).toEqual(["2"]);
    vi.advanceTimersByTime(10_000);
    expect(failed.map(([id]) => id)).toEqual(["2", "1"]);
  });

  test("any message that the server sends about it counts", () => {
    send(call(1, "slow"));
    vi.advanceTimersByTime(6_000);
    inner.say({ jsonrpc: "2.0", method: "notifications/message", params: {} }, "1");
    vi.advanceTimersByTime(9_999);
    expect(failed).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(failed).toHaveLength(1);
  });

  test("no time runs while a question to the person is open, nor right after its answer", () => {
    send(call(1, "ask"));
    inner.say(request("q", "elicitation/create"), "1");
    send(call(2, "slow"));
    vi.advanceTimersByTime(60_000);
    expect(failed.map(([id]) => id)).toEqual(["2"]);
    send({ jsonrpc: "2.0", id: "q", result: { action: "accept" } });
    vi.advanceTimersByTime(9_000);
    inner.say(request("r", "sampling/createMessage"));
    vi.advanceTimersByTime(60_000);
    inner.say({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "r" } });
    vi.advanceTimersByTime(9_999);
    expect(failed).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(failed).toHaveLength(2);
  });

  test("what waits by its nature has no limit", () => {
    send(request(1, "subscriptions/listen"));
    send(request(2, "tasks/result"));
    send(request(3, "initialize"));
    expect(vi.getTimerCount()).toBe(0);
  });

  test("one timer for all requests, and none any more once it finds all answered or taken back", () => {
    for (let id = 0; id < 100; id++) send(call(id, "get"));
    expect(vi.getTimerCount()).toBe(1);
    for (let id = 0; id < 99; id++) inner.say(answer(id));
    expect(vi.getTimerCount()).toBe(1);
    send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 99 } });
    vi.advanceTimersByTime(100_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(failed).toEqual([]);
  });

  test("time in which the machine slept or the agent read nothing does not count", () => {
    send(call(1, "get"));
    vi.advanceTimersByTime(9_000);
    session.resumed();
    vi.advanceTimersByTime(9_000);
    session.setPaused(true);
    vi.advanceTimersByTime(100_000);
    session.setPaused(false);
    vi.advanceTimersByTime(9_999);
    expect(failed).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(failed).toHaveLength(1);
  });

  test("another limit of the entry holds for what is under way", () => {
    send(call(1, "get"));
    limit = 30_000;
    vi.advanceTimersByTime(29_999);
    expect(failed).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(failed).toHaveLength(1);
  });

  test("nothing comes after the end", async () => {
    send(call(1, "get"));
    await session.close();
    vi.advanceTimersByTime(100_000);
    expect([failed, inner.closed, vi.getTimerCount()]).toEqual([[], true, 0]);
  });
});
