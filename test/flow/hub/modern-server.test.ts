/** Agents of both eras, each with its own SDK, in front of servers of the modern one. */
import { expect, test } from "vitest";
import { startAgent } from "../../fixtures/agent.ts";
import { makeHome } from "../../fixtures/home.ts";
import { startModernAgent } from "../../fixtures/modern-agent.ts";
import { startModernServer } from "../../fixtures/modern-server.ts";
import { startHeadlessHub } from "../../fixtures/program.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { PLAIN } from "./parts.ts";

const CAPABILITIES = { elicitation: {}, roots: {} };
const SURE = { action: "accept" as const, content: { sure: true } };

test("each lists, calls, is asked and hears of changes; the server hears who it is", async () => {
  const server = use(await startModernServer());
  const home = use(makeHome({ s: { url: server.url } }));
  const there = { home: home.path, env: PLAIN };
  use(await startHeadlessHub(there));
  const asked = { capabilities: { elicitation: {} }, onElicit: () => SURE };
  const old = use(await startAgent({ ...there, ...asked, server: "s", clientName: "old-agent" }));
  const modern = use(
    await startModernAgent({
      ...there,
      server: "s",
      clientName: "new-agent",
      capabilities: CAPABILITIES,
      onElicit: () => SURE,
    }),
  );
  for (const agent of [old, modern]) {
    expect(await agent.toolNames()).toContain("routed");
    expect(await agent.toolNames()).not.toContain("misrouted");
    expect(await agent.callText("routed", { region: "eu" })).toBe("eu");
    expect(await agent.callText("sure")).toBe("true");
    const before = agent.changed.tools;
    await waitFor("tools/list_changed", () => {
      server.notify.toolsChanged();
      return agent.changed.tools > before ? true : undefined;
    });
  }
  const clients = new Set(
    server.seen.map(
      ({ params }) => (params._meta as Record<string, { name?: string }>)["io.modelcontextprotocol/clientInfo"]?.name,
    ),
  );
  expect([...clients]).toEqual(expect.arrayContaining(["old-agent", "new-agent"]));
  expect(server.seen.every(({ headers, method }) => headers["mcp-method"] === method)).toBe(true);
});
