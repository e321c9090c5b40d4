/** Agents of the modern era with servers of the legacy one. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { StdioServer } from "../../../main/config/types.ts";
import { tempFolder } from "../../fixtures/children.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { type Message, MODERN_META, meet } from "./met.ts";

/** Answers with what it was sent; asks when a call says so. */
const LEGACY = `
const say = (m) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...m }) + "\\n");
const waiting = new Map();
let outside;
let visits = 0;
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const m = JSON.parse(line);
  const arg = m.params?.arguments ?? {};
  const text = (value, id = m.id) => say({ id, result: { content: [{ type: "text", text: JSON.stringify(value) }] } });
  if (m.method === "initialize") say({ id: m.id, result: { protocolVersion: m.params.protocolVersion, capabilities: { tools: {}, logging: {} }, serverInfo: { name: "old", version: "1" } } });
  else if (m.method === "server/discover") say({ id: m.id, error: { code: -32601, message: "what?" } });
  else if (m.method === "logging/setLevel") { say({ id: m.id, result: {} }); say({ method: "notifications/message", params: { level: m.params.level, data: "level" } }); }
  else if (m.method === "tools/list") say({ id: m.id, result: { tools: [] } });
  else if (m.method === "notifications/cancelled") say({ method: "notifications/message", params: { level: "error", data: { cancelled: waiting.has(m.params.requestId) } } });
  else if (m.method === "tools/call" && m.params.name === "ask") {
    const questions = arg.questions;
    const call = { id: m.id, left: new Set(questions.map((_, n) => "q" + m.id + n)), got: [] };
    waiting.set(m.id, call);
    questions.forEach((method, n) => say({ id: "q" + m.id + n, method, params: { n } }));
  }
  else if (m.method === "tools/call" && m.params.name === "outside") { text("asked"); say({ id: "out", method: "roots/list" }); }
  else if (m.method === undefined && m.id === "out") outside = m.error;
  else if (m.method === "tools/call" && m.params.name === "visit" && visits++ === 0) say({ id: m.id, error: { code: -32042, message: "visit", data: { elicitations: [{ mode: "url", elicitationId: "e", url: "https://a.example/", message: "Go there" }] } } });
  else if (m.method === "tools/call" && m.params.name === "report") text(outside ?? null);
  else if (m.method === undefined) {
    for (const call of waiting.values()) if (call.left.delete(m.id)) { call.got.push(m.result ?? m.error); if (call.left.size === 0) text(call.got, call.id); }
  }
  else if (m.id !== undefined) text({ method: m.method, params: m.params });
});`;

function legacyServer(script = LEGACY): StdioServer {
  const folder = use(tempFolder("legacy"));
  const path = join(folder.path, "server.cjs");
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
  return server as unknown as StdioServer;
}

async function start() {
  const met = meet(legacyServer(), { era: "modern" });
  await met.shake();
  const call = (name: string, args: object, more: object = {}) =>
    met.ask("tools/call", { name, arguments: args, _meta: MODERN_META, ...more });
  return { ...met, call };
}

const said = ({ result = {} }: Message): unknown =>
  JSON.parse((result.content as { text: string }[])[0]?.text ?? "null") as unknown;

test("requests lose what only the modern era says, results get what it wants", async () => {
  const { call, ask, eras } = await start();
  const meta = { ...MODERN_META, progressToken: 3, traceparent: "00-1-2-00", "x-api-key": "k" };
  const answer = await call("plain", { n: 1.5 }, { _meta: meta });
  expect(answer.result).toMatchObject({ resultType: "complete" });
  expect(answer.result).not.toHaveProperty("ttlMs");
  expect(said(answer)).toEqual({
    method: "tools/call",
    params: { name: "plain", arguments: { n: 1.5 }, _meta: { progressToken: 3, traceparent: "00-1-2-00" } },
  });
  expect((await ask("tools/list", { _meta: MODERN_META })).result).toEqual({
    tools: [],
    resultType: "complete",
    ttlMs: 0,
    cacheScope: "private",
  });
  expect(eras).toEqual(["legacy"]);
});

test("a question during a call ends it; the next try answers the question and gets the call's result", async () => {
  const { call } = await start();
  const needed = await call("ask", { questions: ["elicitation/create"] });
  expect(needed.result).toMatchObject({ resultType: "input_required", requestState: expect.any(String) });
  const { inputRequests, requestState } = needed.result as {
    inputRequests: Record<string, object>;
    requestState: string;
  };
  const [[key, question] = ["", {}], ...others] = Object.entries(inputRequests);
  expect(question).toEqual({ method: "elicitation/create", params: { n: 0 } });
  expect(others).toEqual([]);
  const response = { action: "accept", content: { a: 1 } };
  const done = await call("ask", {}, { requestState, inputResponses: { [key]: response } });
  expect(said(done)).toEqual([response]);
  const again = await call("ask", {}, { requestState, inputResponses: { [key]: response } });
  expect(again.error).toMatchObject({ code: -32602, message: expect.stringContaining("requestState") });
});

test("questions that are left, or came later, are asked in the next round", async () => {
  const { call } = await start();
  const answers: object[] = [];
  let answer = await call("ask", { questions: ["elicitation/create", "roots/list", "sampling/createMessage"] });
  for (let round = 0; answer.result?.resultType === "input_required" && round < 5; round++) {
    const { inputRequests, requestState } = answer.result as unknown as { inputRequests: object; requestState: string };
    const response = { round };
    answers.push(response);
    const inputResponses = { [Object.keys(inputRequests)[0] ?? ""]: response };
    answer = await call("ask", {}, { requestState, inputResponses });
  }
  expect(said(answer)).toEqual(answers);
  expect(answers).toHaveLength(3);
});

test("a URL that must be visited first is asked for, and the next try is the call made anew", async () => {
  const { call } = await start();
  const needed = await call("visit", { n: 1 });
  const { inputRequests, requestState } = needed.result as unknown as { inputRequests: object; requestState: string };
  expect(Object.values(inputRequests)).toEqual([
    { method: "elicitation/create", params: { mode: "url", url: "https://a.example/", message: "Go there" } },
  ]);
  const inputResponses = { [Object.keys(inputRequests)[0] ?? ""]: { action: "accept" } };
  const done = await call("visit", { n: 1 }, { requestState, inputResponses });
  expect(said(done)).toEqual({ method: "tools/call", params: { name: "visit", arguments: { n: 1 } } });
});

test("a state that nobody gave is refused, also for another method", async () => {
  const { call, ask } = await start();
  expect((await call("ask", {}, { requestState: "made up" })).error).toMatchObject({ code: -32602 });
  const needed = await call("ask", { questions: ["roots/list"] });
  const { requestState } = needed.result as { requestState: string };
  const other = await ask("prompts/get", { name: "x", requestState, _meta: MODERN_META });
  expect(other.error).toMatchObject({ code: -32602 });
});

test("a question outside every call is answered with an error", async () => {
  const { call } = await start();
  await call("outside", {});
  const error = await waitFor(
    "the answer that the server got",
    async () => said(await call("report", {})) ?? undefined,
  );
  expect(error).toMatchObject({
    code: expect.any(Number),
    message: expect.stringContaining("while one of its requests"),
  });
});

test("a log level goes to the server when it changes; without one there are no log messages", async () => {
  const { call, received } = await start();
  await call("plain", {});
  const wanting = (level: string) => ({ _meta: { ...MODERN_META, "io.modelcontextprotocol/logLevel": level } });
  await call("plain", {}, wanting("info"));
  await call("plain", {}, wanting("info"));
  await call("plain", {}, wanting("error"));
  const levels = received.filter(({ method }) => method === "notifications/message").map(({ params }) => params?.level);
  expect(levels).toEqual(["info", "error"]);
  expect(received.filter(({ id, method }) => method === undefined && typeof id === "string")).toEqual([]);
});

test("a cancelled try reaches the server under the id that it knows", async () => {
  const { send, received } = await start();
  const wanting = { ...MODERN_META, "io.modelcontextprotocol/logLevel": "debug" };
  send({ id: "open", method: "tools/call", params: { name: "ask", arguments: { questions: [] }, _meta: wanting } });
  send({ id: "c", method: "tools/call", params: { name: "ask", arguments: { questions: [] }, _meta: wanting } });
  send({ method: "notifications/cancelled", params: { requestId: "c" } });
  const told = await waitFor("the server's word", () =>
    received.find(({ params }) => (params?.data as { cancelled?: boolean } | undefined)?.cancelled !== undefined),
  );
  expect(told.params?.data).toEqual({ cancelled: true });
});
