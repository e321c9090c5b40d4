import { describe, expect, test } from "vitest";
import { namedLogger, ServerQuestions } from "../../../../main/hub/aggregate/questions.ts";
import { peek } from "../../../../shim/scan.ts";

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const read = (line: Buffer | null | undefined): unknown => (line ? JSON.parse(line.toString()) : line);
const ask = (id: unknown, params: unknown = {}) =>
  bytes({ jsonrpc: "2.0", id, method: "sampling/createMessage", params });

describe("questions of two servers under the same id", () => {
  const both = () => {
    const questions = new ServerQuestions<string>();
    const shown = ["a", "b"].map((member) => {
      const line = questions.asked(member, ask(1, { _meta: { progressToken: 1 } }), "1");
      return read(line) as { id: string; params: { _meta: { progressToken: unknown } } };
    });
    return { questions, shown };
  };

  test("get ids of their own, and each answer goes to its server once", () => {
    const { questions, shown } = both();
    expect(shown[0]?.id).not.toBe(shown[1]?.id);
    const answer = bytes({ jsonrpc: "2.0", id: shown[1]?.id, result: { n: 1.0 } });
    const passed = questions.answered(answer, peek(answer).id ?? "");
    expect(passed?.member).toBe("b");
    expect(read(passed?.line)).toEqual({ jsonrpc: "2.0", id: 1, result: { n: 1 } });
    expect(questions.answered(answer, peek(answer).id ?? "")).toBeNull();
  });

  test("have progress tokens of their own", () => {
    const { questions, shown } = both();
    const token = shown[0]?.params._meta.progressToken;
    const progress = { method: "notifications/progress", params: { progressToken: token, progress: 1 } };
    const passed = questions.progressed(bytes(progress));
    expect(passed?.member).toBe("a");
    expect(read(passed?.line)).toMatchObject({ params: { progressToken: 1 } });
    expect(questions.progressed(bytes({ ...progress, params: { progressToken: 1 } }))).toBeNull();
  });

  test("are taken back by their own server only", () => {
    const { questions, shown } = both();
    const notice = bytes({ method: "notifications/cancelled", params: { requestId: 1, reason: "x" } });
    expect(read(questions.cancelled("b", notice))).toMatchObject({ params: { requestId: shown[1]?.id, reason: "x" } });
    expect(questions.cancelled("b", notice)).toBeNull();
    expect(questions.left("a").map(read)).toMatchObject([{ params: { requestId: shown[0]?.id } }]);
    expect(questions.left("a")).toEqual([]);
  });
});

test.each([
  [
    { level: "info", logger: "db", data: 1 },
    { level: "info", logger: "acme/db", data: 1 },
  ],
  [
    { level: "info", data: 1 },
    { logger: "acme", level: "info", data: 1 },
  ],
  [{}, { logger: "acme" }],
  [{ logger: 7 }, { logger: 7 }],
])("the logger of %j carries the server's name", (params, named) => {
  expect(read(namedLogger("acme", bytes({ method: "notifications/message", params })))).toMatchObject({
    params: named,
  });
});
