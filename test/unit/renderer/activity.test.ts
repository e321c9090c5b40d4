/** Sign-ins and calls as one list: its order, what it holds, what is shown of it, and what is written out. */
import { describe, expect, test } from "vitest";
import type { ActivityRecord } from "../../../preload/api.ts";
import type { CallRecord } from "../../../preload/api-activity.ts";
import { asCsv, asJson, fileName } from "../../../renderer/activity/export.ts";
import { EMPTY_FEED, nextFeed } from "../../../renderer/activity/feed.ts";
import { ANY, choices, filtered, isAny } from "../../../renderer/activity/filter.ts";
import { callRow, MAX_ROWS, merged, oldestCall, recordRow } from "../../../renderer/activity/rows.ts";

const at = (second: number): string => new Date(Date.UTC(2026, 10, 30, 12, 0, second)).toISOString();

const call = (id: number, parts: Partial<CallRecord> = {}): CallRecord => ({
  id,
  server: "github",
  account: "default",
  agent: "Claude",
  method: "tools/call",
  target: "search",
  started_at: at(id),
  ms: 10,
  request_bytes: 1,
  response_bytes: 2,
  outcome: "done",
  code: null,
  ...parts,
});

const record = (id: string, second: number, parts: Partial<ActivityRecord> = {}): ActivityRecord => ({
  request_id: id,
  correlation_id: null,
  server: "linear",
  account: "default",
  kind: "sign_in",
  outcome: "done",
  code: null,
  started_at: at(second - 1),
  ended_at: at(second),
  steps: [],
  ...parts,
});

describe("the list", () => {
  test("is in the order in which things ended, each of them once", () => {
    const rows = merged(
      [callRow(call(5)), callRow(call(1))],
      [recordRow(record("r", 3)), callRow(call(5)), callRow(call(2, { ms: 60_000 }))],
    );
    expect(rows.map(({ key }) => key)).toEqual(["call 2", "call 5", "record r", "call 1"]);
    expect(oldestCall(rows)).toBe(1);
    expect(oldestCall([recordRow(record("r", 3))])).toBeNull();
  });

  test("holds so many and no more, the newest", () => {
    const many = Array.from({ length: MAX_ROWS }, (_, n) => callRow(call(n + 1)));
    const rows = merged(many, [callRow(call(MAX_ROWS + 1))]);
    expect(rows).toHaveLength(MAX_ROWS);
    expect(rows[0]?.key).toBe(`call ${MAX_ROWS + 1}`);
  });

  test("a sign-in that a person gave up has not failed", () => {
    expect(recordRow(record("r", 3, { outcome: "failed", code: "sign_in_cancelled" })).outcome).toBe("cancelled");
    expect(recordRow(record("r", 3, { outcome: "failed", code: "callback_timeout" })).outcome).toBe("failed");
  });

  test("stands still and goes on without losing what came meanwhile", () => {
    const first = nextFeed(EMPTY_FEED, { kind: "loaded", rows: [callRow(call(1))], more: true });
    const still = nextFeed(nextFeed(first, { kind: "live", live: false }), { kind: "came", rows: [callRow(call(2))] });
    expect([still.rows.length, still.held?.length]).toEqual([1, 1]);
    const again = nextFeed(still, { kind: "live", live: true });
    expect(again.rows.map(({ key }) => key)).toEqual(["call 2", "call 1"]);
    expect(again.held).toBeNull();
    expect(nextFeed(again, { kind: "live", live: true })).toBe(again);
  });
});

describe("the filter", () => {
  const rows = [
    callRow(call(3, { arguments: '{"q":"Needle"}' })),
    callRow(call(2, { agent: null, outcome: "failed", code: "timeout" })),
    recordRow(record("abc-request", 1)),
  ];
  const keys = (filter: Partial<typeof ANY>): string[] => filtered(rows, { ...ANY, ...filter }).map(({ key }) => key);

  test("each part narrows it down; text looks in everything", () => {
    expect(keys({ server: "linear" })).toEqual(["record abc-request"]);
    expect(keys({ agent: "Claude" })).toEqual(["call 3"]);
    expect(keys({ kind: "call", outcome: "failed" })).toEqual(["call 2"]);
    expect(keys({ text: " needle " })).toEqual(["call 3"]);
    expect(keys({ text: "TIMEOUT" })).toEqual(["call 2"]);
    expect(keys({ text: "abc-req" })).toEqual(["record abc-request"]);
    expect(filtered(rows, { ...ANY, text: "  " })).toBe(rows);
    expect(isAny({ ...ANY, text: "  " })).toBe(true);
  });

  test("offers what there is", () => {
    expect(choices(rows)).toEqual({ servers: ["github", "linear"], agents: ["Claude"] });
  });
});

describe("the files", () => {
  test("a table that a spreadsheet takes for text, RFC 4180", () => {
    const text = asCsv([
      callRow(call(1, { target: '=1+"2"', agent: "@a,b" })),
      recordRow(record("r", 3, { account: "a\nb" })),
    ]);
    expect(text.split("\r\n")).toEqual([
      "time,kind,server,account,agent,method,target,outcome,code,ms,request_bytes,response_bytes,request_id",
      `2026-11-30T12:00:01.010Z,call,github,default,"'@a,b",tools/call,"'=1+""2""",done,,10,1,2,`,
      `2026-11-30T12:00:03.000Z,sign_in,linear,"a\nb",,,,done,,1000,,,r`,
      "",
    ]);
  });

  test("JSON holds the records as they are", () => {
    expect(JSON.parse(asJson([callRow(call(1)), recordRow(record("r", 3))]))).toEqual([
      { kind: "call", ...call(1) },
      record("r", 3),
    ]);
    expect(fileName("json", Date.UTC(2026, 10, 30))).toBe("gatehouse-activity-2026-11-30.json");
  });
});
