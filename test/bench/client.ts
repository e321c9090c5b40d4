/** The bench's agent: raw JSON-RPC without an SDK, the same for every peer, so that nothing but the peer differs. */
import { type ChildProcess, spawn } from "node:child_process";
import { Agent, request as httpRequest } from "node:http";
import type { Duplex, Readable, Writable } from "node:stream";

export interface Client {
  /** Id of the process that stands between, if one does. */
  readonly pid: number | null;
  /** Resolves with the bytes of the answer, parsed by nobody; rejects when the peer goes away. */
  request(method: string, params?: object): Promise<Buffer>;
  notify(method: string): void;
  /** Reads no answers, until told to go on. */
  stall(stalled: boolean): void;
  close(): Promise<void>;
}

const PROTOCOL = "2025-11-25";

/** Makes the handshake. */
export async function handshake(client: Client): Promise<void> {
  const clientInfo = { name: "bench", version: "1.0.0" };
  must(await client.request("initialize", { protocolVersion: PROTOCOL, capabilities: {}, clientInfo }));
  client.notify("notifications/initialized");
}

/** The answer again, when it is a result. */
export function must(answer: Buffer): Buffer {
  if (answer.length < 4096 && answer.includes('"error"')) throw new Error(`the peer answered ${answer.toString()}`);
  return answer;
}

interface Waiting {
  resolve(answer: Buffer): void;
  reject(error: Error): void;
}

/** JSON-RPC over lines, to `output` and from `input`. */
class Lines {
  readonly #waiting = new Map<number, Waiting>();
  readonly #output: Writable;
  #chunks: Buffer[] = [];
  #next = 0;
  #gone: Error | null = null;

  constructor(input: Readable, output: Writable) {
    this.#output = output;
    input.on("data", (chunk: Buffer) => this.#push(chunk));
    // That its pipe is closed says less than how it ended, which is told next.
    output.on("error", (error: NodeJS.ErrnoException) => error.code === "EPIPE" || this.fail(error));
  }

  request(method: string, params?: object): Promise<Buffer> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      if (this.#gone !== null) return reject(this.#gone);
      this.#waiting.set(id, { resolve, reject });
      this.#output.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    });
  }

  notify(method: string): void {
    this.#output.write(`${JSON.stringify({ jsonrpc: "2.0", method })}\n`);
  }

  fail(error: Error): void {
    this.#gone = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      this.#chunks.push(chunk.subarray(start, end));
      this.#line(this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks));
      this.#chunks = [];
      start = end + 1;
    }
    if (start < chunk.length) this.#chunks.push(chunk.subarray(start));
  }

  #line(line: Buffer): void {
    const id = idOf(line);
    const waiting = id === null ? undefined : this.#waiting.get(id);
    if (id === null || waiting === undefined) return;
    this.#waiting.delete(id);
    waiting.resolve(line);
  }
}

/** The id stands near one end of a message, whoever wrote it. */
export function idOf(line: Buffer): number | null {
  for (const end of [line.subarray(0, 80), line.subarray(-80)]) {
    const id = /"id":\s?(\d+)/.exec(end.toString("latin1"))?.[1];
    if (id !== undefined) return Number(id);
  }
  return null;
}

/** Starts a stdio server. */
export function startClient(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Client {
  const child: ChildProcess = spawn(command, [...args], { env, stdio: ["pipe", "pipe", "pipe"] });
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error("the peer has no pipes");
  const lines = new Lines(stdout, stdin);
  let said = "";
  stderr.on("data", (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-2000);
  });
  const exited = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      lines.fail(error);
      resolve();
    });
    child.on("exit", () => {
      lines.fail(new Error(`the peer ended; it wrote: ${said}`));
      resolve();
    });
  });
  return {
    pid: child.pid ?? null,
    request: (method, params) => lines.request(method, params),
    notify: (method) => lines.notify(method),
    stall: (stalled) => (stalled ? stdout.pause() : stdout.resume()),
    async close() {
      stdin.end();
      const force = setTimeout(() => child.kill("SIGKILL"), 3_000);
      await exited;
      clearTimeout(force);
    },
  };
}

/** On a connection that is open already, such as the pipe of a hub. */
export function clientOn(socket: Duplex): Client {
  const lines = new Lines(socket, socket);
  socket.on("close", () => lines.fail(new Error("the peer hung up")));
  return {
    pid: null,
    request: (method, params) => lines.request(method, params),
    notify: (method) => lines.notify(method),
    stall: (stalled) => (stalled ? socket.pause() : socket.resume()),
    close: async () => void socket.destroy(),
  };
}

/** Speaks HTTP to the server itself. */
export function directClient(url: string): Client {
  const agent = new Agent({ keepAlive: true });
  const session: Record<string, string> = {};
  let next = 0;
  const post = (message: object): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const body = Buffer.from(JSON.stringify(message));
      const headers = {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "content-length": body.length,
        ...session,
      };
      httpRequest(url, { method: "POST", agent, headers }, (answer) => {
        const id = answer.headers["mcp-session-id"];
        if (typeof id === "string") session["mcp-session-id"] = id;
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
      })
        .on("error", reject)
        .end(body);
    });
  return {
    pid: null,
    request: (method, params) => post({ jsonrpc: "2.0", id: next++, method, params }),
    notify: (method) => void post({ jsonrpc: "2.0", method }).catch(() => {}),
    stall: () => {},
    close: async () => agent.destroy(),
  };
}
