import { expect, test } from "vitest";
import { Calls, type EndedCall, recordOf } from "../../../main/activity/calls.ts";

const call = (more: Partial<EndedCall> = {}): EndedCall => ({
  id: 0,
  server: "s",
  account: "default",
  agent: "Claude",
  method: "tools/call",
  target: "add",
  endedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  ms: 678.04,
  requestBytes: 10,
  responseBytes: 20,
  outcome: "done",
  code: null,
  arguments: null,
  ...more,
});

test("the newest come first, by server and agent, page by page, and the oldest make room", () => {
  const added: number[] = [];
  const calls = new Calls({ keepsArguments: () => false, added: ({ id }) => added.push(id) });
  expect(calls.find({})).toEqual([]);
  for (let n = 0; n < 5_003; n++) calls.add(call({ target: `t${n}`, server: n % 2 === 0 ? "even" : "odd" }));
  expect(added).toHaveLength(5_003);
  expect(calls.find({ limit: 2 }).map(({ id, target }) => [id, target])).toEqual([
    [5_002, "t5002"],
    [5_001, "t5001"],
  ]);
  expect(calls.find({ limit: 2, before: 5_001 }).map(({ id }) => id)).toEqual([5_000, 4_999]);
  expect(calls.find({ server: "odd", limit: 2 }).map(({ id }) => id)).toEqual([5_001, 4_999]);
  expect(calls.find({ agent: "Cursor" })).toEqual([]);
  expect(calls.find({ before: 3, limit: 5 })).toEqual([]);
  expect(calls.find({ before: 9_999_999, limit: 10_000 }).at(-1)?.id).toBe(3);
});

test("a record has times as people and programs read them, and nothing hidden or secret in its texts", () => {
  expect(recordOf(call({ target: "a\u202eb" }))).toEqual({
    id: 0,
    server: "s",
    account: "default",
    agent: "Claude",
    method: "tools/call",
    target: "a\\u{202E}b",
    started_at: "2026-01-02T03:04:04.999Z",
    ms: 678,
    request_bytes: 10,
    response_bytes: 20,
    outcome: "done",
    code: null,
  });
  const { target } = recordOf(call({ target: "https://ada:pw@acme.example/a?token=very-secret" }));
  expect(target).toBe("https://acme.example/a?[redacted]");
  expect(recordOf(call({ arguments: '{"a":1}' })).arguments).toBe('{"a":1}');
});
