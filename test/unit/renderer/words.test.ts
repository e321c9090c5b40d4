import { describe, expect, test } from "vitest";
import { agentSnippet, agentsText, facts, placeOf } from "../../../renderer/describe.ts";
import { dateOf, relativeTime, timeLeft } from "../../../renderer/time.ts";
import * as made from "../../fixtures-window/snapshots.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();

describe("times", () => {
  test.each([
    [0, "just now"],
    [-44, "just now"],
    [-60, "1 minute ago"],
    [-125, "2 minutes ago"],
    [-50 * 60, "1 hour ago"],
    [-3 * 3600, "3 hours ago"],
    [-23 * 3600, "yesterday"],
    [-5 * 86_400, "5 days ago"],
    [10, "in a moment"],
    [42 * 60, "in 42 minutes"],
    [25 * 3600, "tomorrow"],
  ])("%d seconds from now is %j", (seconds, words) => {
    expect(relativeTime(at(seconds), NOW)).toBe(words);
  });

  test("long ago is a day, with its year when that is another", () => {
    expect(relativeTime("2026-03-04T12:00:00Z", NOW)).toBe("on 4 March");
    expect(dateOf("2025-03-04T12:00:00Z", NOW)).toBe("4 March 2025");
  });

  test("what is no time says so instead of NaN", () => {
    expect(relativeTime("soon", NOW)).toBe("at an unknown time");
    expect(dateOf("soon", NOW)).toBe("an unknown day");
    expect(timeLeft("soon", NOW)).toBe("less than a minute left");
  });

  test("what is left", () => {
    expect([timeLeft(at(281), NOW), timeLeft(at(60), NOW), timeLeft(at(-5), NOW)]).toEqual([
      "5 minutes left",
      "1 minute left",
      "less than a minute left",
    ]);
  });
});

describe("the small print", () => {
  test("who asked, when a sign-in is needed; the last failure before it", () => {
    const server = { ...made.needing(), asked: { agent: "Claude", at: at(-125) } };
    expect(facts(server, NOW)).toEqual(["Claude asked 2 minutes ago"]);
    expect(facts({ ...server, error: made.error({ code: "authorization_denied" }) }, NOW)).toEqual([
      "Access was denied",
      "Claude asked 2 minutes ago",
    ]);
  });

  test("account, tools and agents of one that works", () => {
    expect(facts(made.signedIn(), NOW)).toEqual(["octo-anna", "38 tools", "used by Claude, Cursor"]);
    expect(facts(made.local(), NOW)).toEqual(["on this computer", "11 tools", "used by Claude"]);
    expect(facts({ ...made.server("open"), tools: 1 }, NOW)).toEqual(["mcp.open.example", "1 tool"]);
    expect(facts(made.server("acme", { ad_hoc: true, tools: 1 }), NOW).at(-1)).toBe("set up by an agent");
  });

  test("three agents by name, more by number; without names by number", () => {
    const server = { ...made.signedIn(), agents: 5, agent_names: ["a", "b", "c", "d", "e"] };
    expect(agentsText(server)).toBe("used by a, b, c and 2 more");
    expect(agentsText({ ...server, agent_names: [] })).toBe("5 agents");
    expect(agentsText({ ...server, agents: 0, agent_names: [] })).toBeNull();
  });

  test("the address is the host with its port; one that is none is shown as it is", () => {
    expect(placeOf({ ...made.unused(), url: "https://h.example:8443/x" })).toBe("h.example:8443");
    expect(placeOf({ ...made.unused(), url: "not an address" })).toBe("not an address");
    expect(placeOf({ ...made.unused(), url: null })).toBeNull();
  });

  test("the agent's settings are JSON whatever the name is", () => {
    expect(JSON.parse(agentSnippet('R&D "x"', ["/a b/node", "/g.cjs"]))).toEqual({
      mcpServers: { 'R&D "x"': { command: "/a b/node", args: ["/g.cjs", "connect", 'R&D "x"'] } },
    });
  });
});
