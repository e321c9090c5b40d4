/** A session of the hub's own with a server, on a person's behalf: it ends with what it was for. */
import { type Peek, peek } from "../../shim/scan.ts";
import type { GatehouseError } from "../errors.ts";
import { METHOD_NOT_FOUND, parseMessage, record, resultLine, rpcErrorLine } from "../jsonrpc.ts";
import { sessionLost } from "../upstream/failures.ts";
import { VERSION } from "../version.ts";
import { ListRefused } from "./aggregate/lists.ts";
import { Link } from "./link.ts";
import { OpenCalls } from "./open-calls.ts";
import type { SessionHost } from "./session-host.ts";

/** As the hub introduces itself. */
const VISITOR = "Gatehouse";
const HANDSHAKE = {
  jsonrpc: "2.0",
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: VISITOR, version: VERSION },
  },
};

type Answer = Readonly<Record<string, unknown>>;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

export interface Visited {
  /** Result of the handshake. */
  readonly hello: Answer;
  /** The answer's `result`. Rejects with a GatehouseError, and with {@link ListRefused} for the server's own error. */
  ask(method: string, params: Answer): Promise<Answer>;
}

/** Runs `work` in a session with the server and ends that. Rejects as `work` does, and when there is no server. */
export async function visit<T>(host: SessionHost, work: (server: Visited) => Promise<T>): Promise<T> {
  const blocked = host.blocked();
  if (blocked !== null) throw blocked;
  const visitor = new Visitor(host);
  try {
    return await work(await visitor.begin());
  } finally {
    await visitor.close();
  }
}

class Visitor {
  readonly #host: SessionHost;
  readonly #link: Link;
  readonly #calls: OpenCalls;
  /** By JSON text of the id. */
  readonly #waiting = new Map<string, Waiting>();
  #begun: { resolve(server: Visited): void; reject(error: Error): void } | null = null;
  #count = 0;

  constructor(host: SessionHost) {
    this.#host = host;
    this.#calls = new OpenCalls(host.calls, () => VISITOR);
    this.#link = new Link(host, {
      connected: (hello) => this.#connected(hello),
      refused: () => {},
      message: (line, peeked) => this.#heard(line, peeked),
      untaken: (_line, { id }) => id !== null && this.#failed(id, sessionLost(host.name)),
      failed: (id, error) => this.#failed(id, error),
      lost: (error) => {
        this.#link.drop();
        this.#over(error);
      },
      down: (error) => this.#over(error),
    });
  }

  begin(): Promise<Visited> {
    return new Promise((resolve, reject) => {
      this.#begun = { resolve, reject };
      this.#link.introduce(HANDSHAKE, "legacy");
      this.#link.connect();
    });
  }

  async close(): Promise<void> {
    this.#over(sessionLost(this.#host.name));
    await this.#link.close();
  }

  #connected(hello: Answer): void {
    this.#host.learned({
      capabilities: record(hello.capabilities),
      serverInfo: record(hello.serverInfo),
      instructions: typeof hello.instructions === "string" ? hello.instructions : null,
    });
    this.#link.tell({ jsonrpc: "2.0", method: "notifications/initialized" });
    this.#begun?.resolve({ hello, ask: (method, params) => this.#ask(method, params) });
  }

  #ask(method: string, params: Answer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const id = String(++this.#count);
      if (this.#link.state !== "ready") return reject(this.#link.trouble ?? sessionLost(this.#host.name));
      this.#waiting.set(id, { resolve, reject });
      const line = Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: this.#count, method, params }));
      // What the window lists is no news to who looks at the window.
      if (method === "tools/call") this.#calls.began(id, method, line);
      this.#link.send(line, peek(line));
    });
  }

  #heard(line: Buffer, peeked: Peek): void {
    const { id, method } = peeked;
    if (id === null) return;
    if (method !== null) {
      // It was told that there is nobody to ask.
      const answer =
        method === "ping" ? resultLine(id, {}) : rpcErrorLine(id, METHOD_NOT_FOUND, "Nobody is there to answer that.");
      return this.#link.send(answer, peek(answer));
    }
    this.#calls.answered(id, line, peeked);
    const waiting = this.#take(id);
    const answer = parseMessage(line);
    if (answer?.error === undefined) waiting?.resolve(record(answer?.result));
    else waiting?.reject(new ListRefused(record(answer.error)));
  }

  #failed(id: string, error: GatehouseError): void {
    this.#calls.failed(id, error);
    this.#take(id)?.reject(error);
  }

  #take(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #over(error: GatehouseError): void {
    this.#begun?.reject(error);
    for (const id of [...this.#waiting.keys()]) this.#failed(id, error);
  }
}
