/** An agent that does not read: what is meant for it stays with the server, not in the hub, and others go on. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder } from "../../fixtures/children.ts";
import { use } from "../../fixtures/use.ts";
import { sleep, waitFor } from "../../fixtures/wait.ts";
import { type HostileWorld, type RawAgent, startWorld } from "./parts.ts";
import { answer, events, pour, reply, startHostileServer } from "./server.ts";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const NOTICE = Buffer.from(
  `{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"${"x".repeat(MIB / 16)}"}}`,
);

/** Counts bytes instead of reading messages, and stops when it is told to. */
function stall(agent: RawAgent) {
  const { socket } = agent;
  const taken = { bytes: 0, end: "" };
  socket.removeAllListeners("data");
  socket.pause();
  socket.on("data", (chunk: Buffer) => {
    taken.bytes += chunk.length;
    taken.end = (taken.end + chunk.toString("latin1")).slice(-200);
  });
  return taken;
}

/** The most that the hub grew by, from now on. */
function watchMemory(world: HostileWorld) {
  const before = world.hubMemory();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, world.hubMemory());
  }, 20);
  use({ close: () => clearInterval(timer) });
  return () => most - before;
}

async function steady(read: () => number): Promise<number> {
  let before = -1;
  return await waitFor(
    "it to stand still",
    async () => {
      const now = read();
      if (now === before) return now;
      before = now;
      await sleep(500);
      return undefined;
    },
    50_000,
  );
}

test.skipIf(process.platform !== "linux")(
  "1 GiB of an event stream through an agent that reads in fits: the hub stays small, another agent is served",
  { timeout: 180_000 },
  async () => {
    let poured = 0;
    const event = Buffer.concat([Buffer.from("data: "), NOTICE, Buffer.from("\n\n")]);
    const server = use(
      await startHostileServer({
        flood: async (socket, call) => {
          events(socket);
          while (poured < GIB && !socket.destroyed) poured += await pour(socket, event, event.length * 16);
          socket.end(`data: ${answer(call, "end of flood")}\n\n`);
        },
      }),
    );
    const world = use(await startWorld({ url: server.url }));
    const [agent, other] = [await world.connect(), await world.connect()];
    const growth = watchMemory(world);
    const taken = stall(agent);
    agent.call("flood");
    const held = await steady(() => poured);
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThan(64 * MIB);
    for (let n = 0; n < 50; n++) {
      expect(await other.answer(other.call("echo"))).toMatchObject({ result: { text: "echo" } });
    }
    for (const goal of [0.25, 0.5, 0.75]) {
      agent.socket.resume();
      await waitFor("a part of it", () => (taken.bytes > goal * GIB ? true : undefined), 60_000);
      agent.socket.pause();
      await steady(() => poured);
      expect(await other.answer(other.call("echo"))).toMatchObject({ result: { text: "echo" } });
    }
    agent.socket.resume();
    await waitFor("the end", () => (taken.end.includes("end of flood") ? true : undefined), 60_000);
    expect(taken.bytes).toBeGreaterThan(GIB);
    expect(growth()).toBeLessThan(100 * MIB);
  },
);

test.skipIf(process.platform !== "linux")(
  "100 answers of 10 MiB each to an agent that does not read: the hub stays small, and all arrive in the end",
  { timeout: 180_000 },
  async () => {
    const text = "y".repeat(10 * MIB);
    const server = use(await startHostileServer({ big: (socket, call) => reply(socket, 200, answer(call, text)) }));
    const world = use(await startWorld({ url: server.url }));
    const [agent, other] = [await world.connect(), await world.connect()];
    const growth = watchMemory(world);
    const taken = stall(agent);
    for (let n = 0; n < 100; n++) agent.call("big");
    await waitFor("all calls", () => (server.count("big") === 100 ? true : undefined), 60_000);
    for (let n = 0; n < 50; n++) {
      expect(await other.answer(other.call("echo"))).toMatchObject({ result: { text: "echo" } });
    }
    await sleep(1_000);
    expect(growth()).toBeLessThan(100 * MIB);
    agent.socket.resume();
    await waitFor("all answers", () => (taken.bytes > 1000 * MIB ? true : undefined), 120_000);
  },
);

test.skipIf(process.platform !== "linux")(
  "1 GiB from a local program to an agent that does not read stays with the program",
  { timeout: 180_000 },
  async () => {
    const folder = use(tempFolder("flood"));
    const script = join(folder.path, "flood.cjs");
    const marks = join(folder.path, "written");
    writeFileSync(
      script,
      `const fs = require("fs");
       const line = Buffer.from(${JSON.stringify(NOTICE.toString())} + "\\n");
       let written = 0;
       function flood() {
         while (written < ${GIB}) {
           written += line.length;
           if (!process.stdout.write(line)) { fs.writeFileSync(${JSON.stringify(marks)}, String(written)); return void process.stdout.once("drain", flood); }
         }
         process.stdout.write('{"jsonrpc":"2.0","id":1,"result":{"text":"end of flood"}}\\n');
       }
       require("readline").createInterface({ input: process.stdin }).on("line", (text) => {
         const { id, method, params } = JSON.parse(text);
         if (method === "initialize") console.log(JSON.stringify({ jsonrpc: "2.0", id, result: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "f", version: "1" } } }));
         else if (method === "tools/call" && params.name === "flood") flood();
         else if (id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, result: { text: "echo" } }));
       });`,
    );
    const world = use(await startWorld({ type: "stdio", command: process.execPath, args: [script] }));
    const [agent, other] = [await world.connect(), await world.connect()];
    const growth = watchMemory(world);
    const taken = stall(agent);
    agent.call("flood");
    for (let n = 0; n < 50; n++) {
      expect(await other.answer(other.call("echo"))).toMatchObject({ result: { text: "echo" } });
    }
    await sleep(1_000);
    agent.socket.resume();
    await waitFor("the end", () => (taken.end.includes("end of flood") ? true : undefined), 120_000);
    expect(taken.bytes).toBeGreaterThan(GIB);
    expect(growth()).toBeLessThan(100 * MIB);
  },
);
