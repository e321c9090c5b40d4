/** A real hub and agents that speak to its pipe byte by byte, without a shim that would smooth anything. */
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { connectHub } from "../../../shim/connect.ts";
import { readRecord } from "../../../shim/endpoint.ts";
import { LineSplitter } from "../../../shim/frame.ts";
import { makeHome } from "../../fixtures/home.ts";
import { startHeadlessHub } from "../../fixtures/program.ts";
import { waitFor } from "../../fixtures/wait.ts";
import { PLAIN } from "../hub/parts.ts";

export interface Message {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly result?: { readonly text?: string };
  readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly code?: string } };
}

export interface RawAgent {
  readonly socket: Socket;
  readonly received: Message[];
  write(bytes: string | Buffer): void;
  send(message: object): void;
  /** Calls a tool; resolves with the id. */
  call(tool: string): number;
  answer(id: number | string | null, timeoutMs?: number): Promise<Message>;
}

export interface HostileWorld {
  readonly hubPid: number;
  connect(): Promise<RawAgent>;
  /** Bytes that the hub occupies now. Linux only. */
  hubMemory(): number;
  close(): Promise<void>;
}

/** A hub with one server, `bad`. */
export async function startWorld(entry: Readonly<Record<string, unknown>>): Promise<HostileWorld> {
  const home = makeHome({ bad: entry });
  const hub = await startHeadlessHub({ home: home.path, env: { ...PLAIN, GATEHOUSE_LOG_LEVEL: "info" } });
  const sockets: Socket[] = [];
  return {
    hubPid: hub.pid,
    hubMemory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${hub.pid}/status`, "utf8"))?.[1]) * 1024,
    async connect() {
      const record = readRecord(home.path);
      if (record === null) throw new Error("there is no hub");
      const target = { kind: "server", server: "bad", account: null } as const;
      const reached = await connectHub(record, record.version, { kind: "session", target, resume: false });
      if (reached.kind !== "open") throw new Error(`the hub is ${reached.kind}`);
      sockets.push(reached.socket);
      return await handshake(reached.socket);
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await hub.stop();
      await home.close();
    },
  };
}

async function handshake(socket: Socket): Promise<RawAgent> {
  const received: Message[] = [];
  let ids = 0;
  const lines = new LineSplitter(
    (line) => void received.push(JSON.parse(line.toString("utf8")) as Message),
    () => {},
  );
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => lines.push(chunk));
  socket.resume();
  const agent: RawAgent = {
    socket,
    received,
    write: (bytes) => void socket.write(bytes),
    send: (message) => void socket.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`),
    call(tool) {
      agent.send({ id: ++ids, method: "tools/call", params: { name: tool, arguments: {} } });
      return ids;
    },
    answer: (id, timeoutMs) =>
      waitFor(
        `the answer to ${id}`,
        () => received.find((one) => one.id === id && one.method === undefined),
        timeoutMs,
      ),
  };
  const clientInfo = { name: "raw", version: "1" };
  agent.send({
    id: "hi",
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo },
  });
  await agent.answer("hi");
  agent.send({ method: "notifications/initialized" });
  return agent;
}
