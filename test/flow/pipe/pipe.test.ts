import { chmodSync, existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { GatehouseError } from "../../../main/errors.ts";
import { isAlive, newPipeAddress, newRecord, takeOwnership } from "../../../main/pipe/ownership.ts";
import { listen, type PipeOptions } from "../../../main/pipe/server.ts";
import { connectHub } from "../../../shim/connect.ts";
import { type HubRecord, readRecord, recordPath } from "../../../shim/endpoint.ts";
import { frame, newNonce } from "../../../shim/wire.ts";
import { makeHome } from "../../fixtures/home.ts";
import { use } from "../../fixtures/use.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A hub's end that echoes every line of a session, and counts the sessions opened. */
async function startPipe(home: string, overrides: Partial<PipeOptions> = {}) {
  const record = newRecord((await newPipeAddress(home)).path, "0.0.1", "headless");
  const opened: string[] = [];
  const pipe = await listen({
    record,
    log: silent,
    openSession({ target }, agent) {
      const server = target.kind === "server" ? target.server : target.kind;
      if (server === "nobody")
        throw new GatehouseError({ code: "unknown_server", server, message: "There is none.", suggestion: "Look." });
      opened.push(server);
      return { receive: (line) => agent.write(line), setPaused() {}, close: async () => {} };
    },
    openControl: () => ({ line() {}, closed() {} }),
    onCount() {},
    ...overrides,
  });
  use(pipe);
  return { record, opened, pipe };
}

const session = (server: string) =>
  ({ kind: "session", target: { kind: "server", server, account: "default" }, resume: false }) as const;

function firstData(path: string, write: string): Promise<{ data: string; closed: boolean }> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let data = "";
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      data += chunk.toString();
    });
    socket.on("close", () => resolve({ data, closed: true }));
    socket.write(write);
  });
}

test("who has the key gets a session that carries lines both ways, right behind the proof", async () => {
  const home = use(makeHome());
  const { record, opened } = await startPipe(home.path);
  const reached = await connectHub(record, "0.0.1", session("github"));
  if (reached.kind !== "open") throw new Error(reached.kind);
  const echoed = new Promise<string>((resolve) => {
    let text = "";
    reached.socket.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.endsWith("\n")) resolve(text);
    });
  });
  reached.socket.resume();
  reached.socket.write('{"id":1}\n');
  expect(await echoed).toBe('{"id":1}\n');
  expect(opened).toEqual(["github"]);
  reached.socket.destroy();
});

test("a refused session says why", async () => {
  const home = use(makeHome());
  const { record } = await startPipe(home.path);
  expect(await connectHub(record, "0.0.1", session("nobody"))).toMatchObject({
    kind: "refused",
    error: { code: "unknown_server", server: "nobody" },
  });
});

test("a client without the key opens nothing and learns nothing but the hub's version", async () => {
  const home = use(makeHome());
  const { record, opened } = await startPipe(home.path);
  const guessed = { ...record, key: newNonce() };
  expect(await connectHub(guessed, "0.0.1", session("github"))).toMatchObject({ kind: "absent" });

  const hello = frame({ gatehouse: 1, version: "0.0.1", nonce: newNonce() });
  const forged = frame({ proof: newNonce(), open: session("github") });
  const { data, closed } = await firstData(record.pipe, hello + forged);
  expect(closed).toBe(true);
  expect(data.trimEnd().split("\n")).toHaveLength(1);
  expect(data).not.toContain(record.key);
  expect(opened).toEqual([]);
});

test.each([
  ["a browser", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["text", "not json\n"],
  ["a list", "[]\n"],
  ["another protocol", '{"gatehouse":"99","nonce":"x"}\n'],
  ["a line without end", "x".repeat(70_000)],
])("%s gets no answer", async (_name, bytes) => {
  const home = use(makeHome());
  const { record } = await startPipe(home.path);
  expect(await firstData(record.pipe, bytes)).toEqual({ data: "", closed: true });
});

test("a squatted pipe gets no proof and no session out of the shim", async () => {
  const home = use(makeHome());
  const record = newRecord((await newPipeAddress(home.path)).path, "0.0.1", "app");
  const got: string[] = [];
  const squatter = await new Promise<Server>((resolve) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (chunk: Buffer) => {
        got.push(chunk.toString());
        socket.write(frame({ gatehouse: 1, version: "0.0.1", nonce: newNonce(), proof: newNonce() }));
      });
    }).listen(record.pipe, () => resolve(server));
  });
  use({ close: () => new Promise<void>((resolve) => void squatter.close(() => resolve())) });
  expect(await connectHub(record, "0.0.1", session("github"))).toMatchObject({ kind: "absent" });
  expect(got.join("")).not.toContain("open");
  expect(got.join("")).not.toContain(record.key);
});

test("a pipe that others may reach, or a record that others may read, is not used", async () => {
  const home = use(makeHome());
  const { record } = await startPipe(home.path);
  const ownership = await takeOwnership(home.path, record);
  expect(statSync(recordPath(home.path)).mode & 0o777).toBe(0o600);
  expect(readRecord(home.path)).toEqual(record);
  chmodSync(recordPath(home.path), 0o644);
  expect(readRecord(home.path)).toBeNull();
  await ownership?.release();
  expect(existsSync(recordPath(home.path))).toBe(false);
});

test("of many hubs that start at once exactly one gets the home", async () => {
  const home = use(makeHome());
  const pipes = await Promise.all(Array.from({ length: 8 }, () => startPipe(home.path)));
  const owners = await Promise.all(pipes.map(({ record }) => takeOwnership(home.path, record)));
  expect(owners.filter((owner) => owner !== null)).toHaveLength(1);
  const winner = pipes[owners.findIndex((owner) => owner !== null)]?.record;
  expect(readRecord(home.path)).toEqual(winner);
});

test("the record of a hub that died is taken over, by one, also when many try", async () => {
  const home = use(makeHome());
  const dead: HubRecord = newRecord(join(home.path, "pipe-dead.sock"), "0.0.1", "app");
  writeFileSync(recordPath(home.path), JSON.stringify(dead), { mode: 0o600 });
  expect(await isAlive(dead)).toBe(false);
  const pipes = await Promise.all(Array.from({ length: 8 }, () => startPipe(home.path)));
  const owners = await Promise.all(pipes.map(({ record }) => takeOwnership(home.path, record)));
  expect(owners.filter((owner) => owner !== null)).toHaveLength(1);
});

test("a record that is not one (empty, broken) does not keep a hub from starting", async () => {
  const home = use(makeHome());
  for (const content of ["", "{", "null", '{"wire":1}']) {
    writeFileSync(recordPath(home.path), content, { mode: 0o600 });
    const { record } = await startPipe(home.path);
    const ownership = await takeOwnership(home.path, record);
    expect(ownership).not.toBeNull();
    await ownership?.release();
  }
});

test("a long home has its pipe elsewhere, in a folder of this user alone", async () => {
  const address = await newPipeAddress(`/tmp/${"long".repeat(40)}`);
  expect(Buffer.byteLength(address.path)).toBeLessThan(104);
  expect(address.folder).not.toBeNull();
  use({ close: () => rmSync(address.folder as string, { recursive: true }) });
  expect(statSync(address.folder as string).mode & 0o777).toBe(0o700);
});
