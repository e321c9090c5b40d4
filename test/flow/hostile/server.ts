/** An MCP server written by hand on bare sockets, so that it can answer in ways that no HTTP library would. */
import { createServer, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";

interface Call {
  readonly id: number | string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What a tool does to the connection that its call came on. */
export type Mischief = (socket: Socket, call: Call) => unknown;

export interface HostileServer {
  readonly url: string;
  /** How often a message with this method, or a call of this tool, came. */
  count(name: string): number;
  /** All messages as they came. */
  readonly heard: Record<string, unknown>[];
  /** The connection that the next message comes on is closed under it. */
  cutNext(): void;
  /** Lets the calls of the tool `slow` that came so far end. */
  release(): void;
  close(): Promise<void>;
}

/** `tools`: by name, beside `echo` (answers at once) and `slow` (waits for `release`). */
export async function startHostileServer(tools: Readonly<Record<string, Mischief>>): Promise<HostileServer> {
  const heard: Record<string, unknown>[] = [];
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  const held: (() => void)[] = [];
  let isCutting = false;
  const take = (socket: Socket, head: string, body: string): void => {
    if (!head.startsWith("POST ")) return reply(socket, 405, "");
    let message: Record<string, unknown>;
    try {
      message = JSON.parse(body) as Record<string, unknown>;
    } catch {
      return reply(socket, 400, '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}');
    }
    heard.push(message);
    const { id, method = "answer", params = {} } = message as Partial<Call>;
    const tool = method === "tools/call" ? String(params.name) : method;
    counts.set(tool, (counts.get(tool) ?? 0) + 1);
    if (isCutting) {
      isCutting = false;
      return void socket.destroy();
    }
    if (id === undefined || method === "answer") return reply(socket, 202, "");
    if (method === "server/discover") return reply(socket, 400, "");
    const result = (value: object): void => reply(socket, 200, JSON.stringify({ jsonrpc: "2.0", id, result: value }));
    if (method === "initialize")
      return result({
        protocolVersion: "2025-06-18",
        capabilities: { tools: {} },
        serverInfo: { name: "hostile", version: "1" },
      });
    if (tool === "slow") return void held.push(() => result({ text: "slow" }));
    const mischief = method === "tools/call" ? tools[tool] : undefined;
    if (mischief === undefined) return result({ text: tool });
    void mischief(socket, { id, method, params });
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    let chunks: Buffer[] = [];
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      for (;;) {
        const data = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
        chunks = [data];
        const end = data.indexOf("\r\n\r\n");
        if (end === -1) return;
        const head = data.toString("latin1", 0, end);
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        if (data.length < end + 4 + length) return;
        chunks = [data.subarray(end + 4 + length)];
        take(socket, head, data.toString("utf8", end + 4, end + 4 + length));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    count: (name) => counts.get(name) ?? 0,
    heard,
    cutNext: () => {
      isCutting = true;
    },
    release: () => {
      for (const answer of held.splice(0)) answer();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A well-formed answer, unless `headers` lie. */
export function reply(
  socket: Socket,
  status: number,
  body: string | Buffer,
  headers: readonly string[] = JSON_TYPE,
): void {
  const bytes = Buffer.from(body as string);
  socket.write(`HTTP/1.1 ${status} X\r\n${[...headers, `content-length: ${bytes.length}`].join("\r\n")}\r\n\r\n`);
  socket.write(bytes);
}

const JSON_TYPE = ["content-type: application/json"];

/** Begins an event stream, of which the connection's end is the end. */
export function events(socket: Socket, text: string | Buffer = ""): void {
  socket.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n");
  socket.write(text);
}

/** The answer to a call, as JSON text. */
export function answer(call: Call, text = "fine"): string {
  return JSON.stringify({ jsonrpc: "2.0", id: call.id, result: { text } });
}

/** Writes `chunk` as often as the other side takes it, up to `total` bytes. Resolves with the bytes written. */
export async function pour(socket: Socket, chunk: Buffer, total: number): Promise<number> {
  let written = 0;
  while (written < total && !socket.destroyed) {
    written += chunk.length;
    if (socket.write(chunk)) await turn();
    else
      await new Promise<void>((resolve) => {
        const go = (): void => {
          socket.off("drain", go);
          socket.off("close", go);
          resolve();
        };
        socket.on("drain", go);
        socket.on("close", go);
      });
  }
  return written;
}
