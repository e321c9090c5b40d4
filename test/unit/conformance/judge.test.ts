import { describe, expect, test } from "vitest";
import { type Check, judge } from "../../conformance/judge.ts";
import { page } from "../../conformance/page.ts";
import { readSets } from "../../conformance/sets.ts";

const good: Check = { id: "a", name: "A", status: "SUCCESS" };
const answered = { ended: "answered" } as const;

describe("a scenario", () => {
  test("passes with a check that succeeded and an answer", () => {
    expect(judge("tools_call", [good, { id: "b", name: "B", status: "INFO" }], answered)).toEqual([]);
  });

  test.each(["FAILURE", "WARNING", "SKIPPED"] as const)("fails for one check that is a %s", (status) => {
    expect(judge("tools_call", [good, { id: "b", name: "B", status }], answered)).toHaveLength(1);
  });

  test("fails when nothing was found", () => {
    expect(judge("tools_call", [], answered)).toEqual(["no check succeeded"]);
  });

  test.each([
    null,
    { ended: "refused", code: "sign_in_required" } as const,
    { ended: "broken", why: "no answer" } as const,
  ])("fails when the agent behind got no answer", (end) => {
    expect(judge("tools_call", [good], end)).toHaveLength(1);
  });

  test("that must be refused passes with the right error only", () => {
    const refused = (code: string) => judge("auth/iss-wrong-issuer", [good], { ended: "refused", code });
    expect(refused("issuer_mismatch")).toEqual([]);
    expect(refused("callback_timeout")).toHaveLength(1);
    expect(judge("auth/iss-wrong-issuer", [good], answered)).toHaveLength(1);
  });

  test("of the modern era need not send what that era does not have", () => {
    const handshake: Check = { id: "h", name: "ClientMcpMethodHeader_initialize", status: "SKIPPED" };
    expect(judge("http-standard-headers", [good, handshake], answered)).toEqual([]);
  });
});

const items = (count: number, ending = "") =>
  Array.from({ length: count }, (_, at) => `  - s${at}${ending}`).join("\n");
const listing = (count: number) =>
  `Required:\n\nServer scenarios (a):\n  - server\n\nClient scenarios (b):\n${items(count)}\n\nRun, never scored:\n  extension (7):\n${items(6, " [client]")}\n    - t [server]\n  pending (1):\n    - p [client]\n`;
const clients =
  "Client scenarios:\n  - old-1 [2025-03-26]\n  - new [2025-11-25,2026-07-28]\n  - old-2 [2025-03-26,2025-06-18]\n";

describe("the sets", () => {
  test("are read from what the suite prints", () => {
    const sets = readSets(clients, { "2025-11-25": listing(18), "2026-07-28": listing(32) });
    expect(sets.map(({ name, scenarios }) => [name, scenarios.length])).toEqual([
      ["2025-11-25", 18],
      ["backcompat", 2],
      ["extensions", 6],
      ["2026-07-28", 32],
    ]);
    expect(sets[1]?.scenarios).toEqual(["old-1", "old-2"]);
    expect(sets[2]?.scenarios[0]).toBe("s0");
  });

  test("must be whole", () => {
    expect(() => readSets(clients, { "2025-11-25": listing(17), "2026-07-28": listing(32) })).toThrow(/17 .* not 18/);
    expect(() => readSets("", { "2025-11-25": listing(18), "2026-07-28": listing(32) })).toThrow(/backcompat/);
  });
});

test("the page tells what failed", () => {
  const text = page("1.2.3", [
    { set: "backcompat", scenario: "auth/old", agent: "legacy", wrong: [] },
    { set: "backcompat", scenario: "auth/older", agent: "legacy", wrong: ["failure: x"] },
    { set: "2026-07-28", scenario: "tools_call", agent: "legacy", wrong: ["failure: y"] },
    { set: "2026-07-28", scenario: "tools_call", agent: "modern", wrong: [] },
  ]);
  expect(text).toContain("conformance@1.2.3");
  expect(text).toMatch(/\| backcompat \|.*\| legacy \| yes \| 1 of 2 \|/);
  expect(text).toContain("| `auth/older` | failed |");
  expect(text).toMatch(/\| 2026-07-28 \|.*\| modern \| .* \| 1 of 32 \|/);
  expect(text).toContain("| `tools_call` | failed | passed |");
});
