/** Gatehouses of several versions on one machine: who serves whom, who makes way, and what the agents notice. */
import { writeFileSync } from "node:fs";
import { createServer, connect as dial, type Socket } from "node:net";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { type HubOptions, startHub } from "../../../main/app.ts";
import { newPipeAddress, newRecord } from "../../../main/pipe/ownership.ts";
import { connectHub } from "../../../shim/connect.ts";
import { type HubRecord, readRecord, recordPath } from "../../../shim/endpoint.ts";
import { LineSplitter } from "../../../shim/frame.ts";
import { reachHub } from "../../../shim/launch.ts";
import { AgentSession } from "../../../shim/resume.ts";
import { frame, newNonce, OLDEST_WIRE, type Open, proof, WIRE_VERSION } from "../../../shim/wire.ts";
import { startAgent } from "../../fixtures/agent.ts";
import { type Home, makeHome } from "../../fixtures/home.ts";
import { runCli, startHeadlessHub } from "../../fixtures/program.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { PLAIN } from "../hub/parts.ts";

type Json = Record<string, unknown>;

const OLD = "0.0.9";
const NEW = "99.0.0";

async function place() {
  const acme = use(await startProtectedServer());
  const home = use(makeHome({ acme: { url: acme.url } }));
  return { acme, home };
}

/** A hub of another version, in this process; it closes when it yields, as programs do. */
async function hubOf(home: Home, version: string, options: Partial<HubOptions> = {}): Promise<HubRecord> {
  const env = { GATEHOUSE_HOME: home.path, GATEHOUSE_VAULT: "memory" };
  const browser = { open: async () => {} };
  const yields = (): void => void hub?.close("quit");
  const hub = await startHub({ env, browser, version, role: "headless", onYield: yields, ...options });
  if (hub === null) throw new Error("a hub runs here already");
  use({ close: () => hub.close("quit") });
  return readRecord(home.path) as HubRecord;
}

/** An agent behind a shim of another version. */
async function agentOf(home: Home, version: string) {
  const open = (resume: boolean): Open => ({
    kind: "session",
    target: { kind: "server", server: "acme", account: null },
    resume,
  });
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const said: Json[] = [];
  const lines = new LineSplitter(
    (line) => said.push(JSON.parse(line.toString()) as Json),
    () => {},
  );
  stdout.on("data", (chunk: Buffer) => lines.push(chunk));
  const reach = () => reachHub(home.path, version, open(true));
  const first = await reachHub(home.path, version, open(false));
  if (first.kind !== "open") throw new Error(first.kind);
  const session = new AgentSession({
    server: "acme",
    home: home.path,
    stdin,
    stdout,
    reach,
    reachOrStart: () => waitFor("a hub", async () => ((await reach()).kind === "open" ? reach() : undefined)),
    onEnd() {},
  });
  session.run(first.socket);
  use({ close: () => void stdin.end() });
  const say = (message: Json): void => void stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const answer = (id: number) => waitFor(`answer ${id}`, () => said.find((message) => message.id === id));
  say({
    id: 0,
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "old", version: "1" } },
  });
  await answer(0);
  say({ method: "notifications/initialized" });
  return {
    say,
    answer,
    call: (id: number, name: string, args: Json) =>
      say({ id, method: "tools/call", params: { name, arguments: args } }),
  };
}

test("a newer shim's hub takes the place of an older one; a call under way ends well, and agents go on", async () => {
  const { acme, home } = await place();
  const old = await hubOf(home, OLD, { launched: true });
  const agent = await agentOf(home, OLD);
  agent.call(1, "slow", { steps: 6, step_ms: 200 });
  await waitFor("the call to run", () => (acme.calls.some(({ tool }) => tool === "slow") ? true : undefined));

  const newcomer = use(await startAgent({ home: home.path, env: PLAIN, server: "acme" }));
  expect(await newcomer.callText("add", { a: 1, b: 1 })).toBe("2");
  const now = readRecord(home.path);
  expect(now?.pid).not.toBe(old.pid);
  expect(now?.yields).toBe(true);
  expect(await agent.answer(1)).toMatchObject({ result: { content: [{ type: "text" }] } });
  // Yesterday's shim goes on with the new hub.
  agent.call(2, "add", { a: 2, b: 3 });
  expect(await agent.answer(2)).toMatchObject({ result: { content: [{ text: "5" }] } });
  expect(acme.calls.filter(({ tool }) => tool === "slow")).toHaveLength(1);
});

test.each([
  ["an older app", { role: "app" } as const],
  ["an older hub that a person started", {}],
])("a newer shim uses %s as it is", async (_what, options) => {
  const { home } = await place();
  const old = await hubOf(home, OLD, options);
  const agent = use(await startAgent({ home: home.path, env: PLAIN, server: "acme" }));
  expect(await agent.callText("add", { a: 1, b: 1 })).toBe("2");
  expect(readRecord(home.path)).toEqual(old);
});

test("a newer hub that a person starts takes the place of an older app; an older one does not", async () => {
  const { home } = await place();
  const app = await hubOf(home, OLD, { role: "app" });
  const hub = use(await startHeadlessHub({ home: home.path, env: PLAIN }));
  await waitFor("the newer hub", () => (readRecord(home.path)?.pid === hub.pid ? true : undefined));
  expect(app.pid).not.toBe(hub.pid);
  const browser = { open: async () => {} };
  const env = { GATEHOUSE_HOME: home.path, GATEHOUSE_VAULT: "memory" };
  expect(await startHub({ env, browser, version: OLD, role: "headless" })).toBeNull();
  expect(readRecord(home.path)?.pid).toBe(hub.pid);
});

test("yesterday's shim is served by a newer hub, which stays", async () => {
  const { home } = await place();
  const hub = await hubOf(home, NEW, { launched: true });
  const agent = use(await startAgent({ home: home.path, env: PLAIN, server: "acme" }));
  expect(await agent.callText("add", { a: 1, b: 1 })).toBe("2");
  expect(readRecord(home.path)).toEqual(hub);
});

/** The frozen part of the protocol, spoken by hand with another number. */
function speak(
  record: HubRecord,
  wire: unknown,
  open: Json,
): Promise<{ socket: Socket; hello: Json; answer: Json | null }> {
  return new Promise((resolve) => {
    const socket = use(closable(dial(record.pipe))).socket;
    const nonce = newNonce();
    let hello: Json = {};
    const lines = new LineSplitter(
      (line) => {
        const message = JSON.parse(line.toString()) as Json;
        if (!("proof" in message)) return resolve({ socket, hello, answer: message });
        hello = message;
        expect(message.proof).toBe(proof(record.key, "hub", nonce, String(message.nonce)));
        socket.write(frame({ proof: proof(record.key, "client", nonce, String(message.nonce)), open }));
      },
      () => {},
    );
    socket.on("data", (chunk: Buffer) => lines.push(chunk));
    socket.on("close", () => resolve({ socket, hello, answer: null }));
    socket.write(frame({ gatehouse: wire, version: "77.0.0", nonce }));
  });
}

function closable(socket: Socket) {
  socket.on("error", () => {});
  return { socket, close: () => void socket.destroy() };
}

test("a client of a later protocol gets no session and is told whose turn it is; it may ask the hub to make way", async () => {
  const { home } = await place();
  const record = await hubOf(home, OLD, { launched: true });
  const wire = WIRE_VERSION + 1;
  // A shape of target that this version has never seen.
  const session = await speak(record, wire, { kind: "session", target: { kind: "constellation" }, resume: false });
  expect(session.hello).toMatchObject({ gatehouse: WIRE_VERSION, version: OLD });
  expect(session.answer).toMatchObject({
    ok: false,
    error: {
      code: "unsupported",
      message: expect.stringMatching(/77\.0\.0.*0\.0\.9/),
      suggestion: expect.stringContaining("Quit Gatehouse"),
    },
  });

  const control = await speak(record, wire, { kind: "control" });
  expect(control.answer).toEqual({ ok: true, value: {} });
  control.socket.write(frame({ id: 1, method: "yield", params: { role: "shim", version: "77.0.0", wire } }));
  await waitFor("the hub to go", () => (readRecord(home.path) === null ? true : undefined));
});

test("a client of a protocol that is served no more is told to start anew", async () => {
  const { home } = await place();
  const record = await hubOf(home, NEW);
  const target = { kind: "server", server: "acme", account: null };
  const { answer } = await speak(record, OLDEST_WIRE - 1, { kind: "session", target, resume: true });
  expect(answer).toMatchObject({
    ok: false,
    error: { code: "unsupported", suggestion: expect.stringContaining("Start the agent again") },
  });
});

test.each([[-1], [1.5], ["1"], [null]])("a hello with the number %j is nobody's", async (wire) => {
  const { home } = await place();
  const record = await hubOf(home, OLD);
  expect((await speak(record, wire, { kind: "control" })).answer).toBeNull();
});

test("an older app that cannot serve this shim is not ended; the person is told what to do", async () => {
  const { home } = await place();
  const { path } = await newPipeAddress(home.path);
  const server = createServer(() => expect.unreachable("nothing can come of a connection")).listen(path);
  use({ close: () => void server.close() });
  const record = { ...newRecord(path, OLD, "app"), wire: 0 };
  writeFileSync(recordPath(home.path), JSON.stringify(record), { mode: 0o600 });
  const { code, stdout, stderr } = await runCli(["connect", "acme"], { home: home.path, env: PLAIN });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(`The running Gatehouse ${OLD} is older than the`);
  expect(stderr).toContain("Quit Gatehouse, start the newer one");
});

test("a hub of a later protocol decides itself, and its words reach the person", async () => {
  const { home } = await place();
  const { path } = await newPipeAddress(home.path);
  const record = { ...newRecord(path, NEW, "app"), wire: WIRE_VERSION + 6 };
  const error = {
    code: "unsupported",
    server: null,
    message: "This agent's Gatehouse is too old for 99.0.0.",
    suggestion: "Start the agent again.",
    correlation_id: "c",
  };
  const server = createServer((socket) => {
    const hubNonce = newNonce();
    const lines = new LineSplitter(
      (line) => {
        const { nonce } = JSON.parse(line.toString()) as { nonce?: string };
        if (nonce === undefined) return void socket.end(frame({ ok: false, error }));
        const { wire: gatehouse, version } = record;
        socket.write(frame({ gatehouse, version, nonce: hubNonce, proof: proof(record.key, "hub", nonce, hubNonce) }));
      },
      () => {},
    );
    socket.on("data", (chunk: Buffer) => lines.push(chunk)).on("error", () => {});
  }).listen(path);
  use({ close: () => void server.close() });
  writeFileSync(recordPath(home.path), JSON.stringify(record), { mode: 0o600 });
  const { code, stderr } = await runCli(["connect", "acme"], { home: home.path, env: PLAIN });
  expect(code).toBe(1);
  expect(stderr).toContain(`${error.message}\n${error.suggestion}`);
  expect(await connectHub(record, NEW, { kind: "control" })).toMatchObject({ kind: "refused", error });
});
