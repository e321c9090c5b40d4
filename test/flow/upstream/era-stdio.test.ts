/** Programs on this computer of every era, with agents of every era. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import type { StdioServer } from "../../../main/config/types.ts";
import { EitherEra } from "../../../main/upstream/modern/either-era.ts";
import { SharedChild } from "../../../main/upstream/modern/shared-child.ts";
import { StdioChild } from "../../../main/upstream/stdio-child.ts";
import type { Era } from "../../../main/upstream/upstream.ts";
import { peek } from "../../../shim/scan.ts";
import { tempFolder } from "../../fixtures/children.ts";
import { repoRoot } from "../../fixtures/root.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { type Message, MODERN_META, meet, silent } from "./met.ts";

const SDK = pathToFileURL(join(repoRoot, "node_modules", "@modelcontextprotocol", "server", "dist")).href;
const ZOD = pathToFileURL(join(repoRoot, "node_modules", "zod", "index.js")).href;

/** As the SDK builds one. `legacy`: what becomes of an `initialize`. */
const sdkServer = (legacy: "serve" | "reject"): string => `
import { McpServer, inputRequired, acceptedContent } from "${SDK}/index.mjs";
import { serveStdio } from "${SDK}/stdio.mjs";
import { z } from "${ZOD}";
serveStdio(() => {
  const server = new McpServer({ name: "sdk", version: "1" }, { capabilities: { tools: { listChanged: true } } });
  const say = (text) => ({ content: [{ type: "text", text }] });
  server.registerTool("echo", { inputSchema: z.object({ text: z.string() }) }, ({ text }) => say(text));
  server.registerTool("sure", { inputSchema: z.object({}) }, (_args, ctx) => {
    const given = ctx.mcpReq.inputResponses;
    if (given === undefined) return inputRequired({ inputRequests: { a: inputRequired.elicit({ message: "Sure?", requestedSchema: z.object({ ok: z.boolean() }) }) } });
    return say(String(acceptedContent(given, "a")?.ok));
  });
  server.registerTool("grow", { inputSchema: z.object({}) }, () => {
    server.registerTool("new", { inputSchema: z.object({}) }, () => say("new"));
    return say("grown");
  });
  server.registerTool("slow", { inputSchema: z.object({}) }, async (_args, ctx) => {
    await new Promise((resolve) => ctx.mcpReq.signal.addEventListener("abort", resolve));
    process.stderr.write("left alone\\n");
    return say("late");
  });
  return server;
}, { legacy: "${legacy}" });
`;

/** Speaks the legacy era only; `otherwise` is done about whatever comes before the handshake. */
const oldServer = (otherwise: string): string => `
import { createInterface } from "node:readline";
const say = (m) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...m }) + "\\n");
createInterface({ input: process.stdin }).on("line", (line) => {
  const m = JSON.parse(line);
  if (m.method === "initialize") say({ id: m.id, result: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "old", version: "1" } } });
  else if (m.method === "tools/list") say({ id: m.id, result: { tools: [] } });
  else if (m.method === "server/discover") { ${otherwise} }
});`;

function program(script: string, given: Partial<StdioServer> = {}): StdioServer {
  const folder = use(tempFolder("era"));
  const path = join(folder.path, "server.mjs");
  writeFileSync(path, script);
  const server = {
    name: "s",
    type: "stdio",
    protocol: "auto",
    command: process.execPath,
    args: [path],
    env: {},
    cwd: null,
  };
  return { ...server, ...given } as unknown as StdioServer;
}

const text = ({ result = {} }: Message): string => (result.content as { text: string }[])[0]?.text ?? "";
const echo = { name: "echo", arguments: { text: "hello" } };

describe("a program of the modern era only", () => {
  test("serves a legacy agent, whose questions and changes arrive", async () => {
    const { shake, ask, heard, eras } = meet(program(sdkServer("reject")), {
      answer: () => ({ action: "accept", content: { ok: true } }),
    });
    expect((await shake()).result).toMatchObject({ protocolVersion: "2025-06-18", serverInfo: { name: "sdk" } });
    expect(eras).toEqual(["modern"]);
    expect((await ask("tools/call", echo)).result).toEqual({ content: [{ type: "text", text: "hello" }] });
    expect(text(await ask("tools/call", { name: "sure", arguments: {} }))).toBe("true");
    await ask("tools/call", { name: "grow", arguments: {} });
    const { params = {} } = await heard("notifications/tools/list_changed");
    expect(JSON.stringify(params)).not.toContain("subscriptionId");
  });

  test("serves a modern agent as it is", async () => {
    const { shake, ask, eras, received } = meet(program(sdkServer("reject")), { era: "modern" });
    await shake();
    expect(eras).toEqual(["modern"]);
    expect((await ask("tools/call", { ...echo, _meta: MODERN_META })).result).toMatchObject({ resultType: "complete" });
    const needed = await ask("tools/call", { name: "sure", arguments: {}, _meta: MODERN_META });
    expect(needed.result).toMatchObject({ resultType: "input_required" });
    await ask("tools/call", { name: "grow", arguments: {}, _meta: MODERN_META });
    await waitFor("the change", () => received.find(({ method }) => method === "notifications/tools/list_changed"));
    expect(received.some(({ method }) => method === "notifications/subscriptions/acknowledged")).toBe(false);
  });

  test("hears that a call is cancelled", async () => {
    const { shake, send, ask, received } = meet(program(sdkServer("reject")));
    await shake();
    send({ id: "c", method: "tools/call", params: { name: "slow", arguments: {} } });
    send({ method: "notifications/cancelled", params: { requestId: "c" } });
    expect(text(await ask("tools/call", echo))).toBe("hello");
    expect(received.some(({ id, method }) => id === "c" && method === undefined)).toBe(false);
  });
});

describe("a program of both eras", () => {
  test.each<[Era, string[]]>([
    ["legacy", ["legacy"]],
    ["modern", ["modern"]],
  ])("serves a %s agent in its own", async (era, eras) => {
    const met = meet(program(sdkServer("serve")), { era });
    expect((await met.shake()).result).toMatchObject({ serverInfo: { name: "sdk" } });
    expect(met.eras).toEqual(eras);
    const { result } = await met.ask("tools/call", { ...echo, ...(era === "modern" ? { _meta: MODERN_META } : {}) });
    expect(result?.resultType).toBe(era === "modern" ? "complete" : undefined);
  });
});

describe("a program of the legacy era only", () => {
  test.each([
    ["refuses the question", "say({ id: m.id, error: { code: -32601, message: 'no' } });"],
    ["ends when it is asked", "process.exit(3);"],
  ])("that %s serves a modern agent", async (_what, otherwise) => {
    const { shake, ask, eras, closed } = meet(program(oldServer(otherwise)), { era: "modern" });
    expect((await shake()).result).toMatchObject({ serverInfo: { name: "old" } });
    expect((await ask("tools/list", { _meta: MODERN_META })).result).toMatchObject({ resultType: "complete" });
    expect(eras).toEqual(["legacy"]);
    expect(closed).toEqual([]);
  });

  test("that does not answer the question serves a modern agent, and what it is stays open", async () => {
    const server = program(oldServer(""));
    const messages: Message[] = [];
    const eras: unknown[] = [];
    const child = new SharedChild(
      (events) => new StdioChild({ server, events, log: silent, env: process.env, grace: 200 }),
    );
    const upstream = use(
      new EitherEra({
        name: "s",
        protocol: "auto",
        era: "modern",
        memory: { get: () => null, set: (era) => void eras.push(era) },
        events: {
          message: (line) => void messages.push(JSON.parse(line.toString()) as Message),
          untaken() {},
          failed() {},
          closed() {},
        },
        wires: { isLocal: true, legacy: child.attach, modern: child.attach, patience: 50 },
      }),
    );
    const line = Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: {} }));
    upstream.send(line, peek(line));
    const answer = await waitFor("the answer", () => messages[0]);
    expect(answer).toMatchObject({ id: 1, result: { serverInfo: { name: "old" } } });
    expect(eras).toEqual([]);
  });

  test("is not asked by a legacy agent", async () => {
    const { shake, ask, closed } = meet(program(oldServer("process.exit(3);")));
    await shake();
    expect((await ask("tools/list")).result).toEqual({ tools: [] });
    expect(closed).toEqual([]);
  });

  test("of which the configuration says that it is modern is an error", async () => {
    const refuse = "say({ id: m.id, error: { code: -32601, message: 'no' } });";
    const { shake } = meet(program(oldServer(refuse), { protocol: "2026-07-28" }), { era: "modern" });
    await expect(shake()).rejects.toMatchObject({ code: "upstream_failed" });
  });
});
