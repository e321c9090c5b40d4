/**
 * One agent's session, which outlives the hub: keeps the first handshake and the ids in flight, answers what was in
 * flight when the pipe broke, and goes on with the next hub without the agent noticing more than that.
 */
import { type FSWatcher, watch } from "node:fs";
import type { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import type { Connected } from "./connect.ts";
import { hubRestarted, tooLarge, unreachable } from "./failures.ts";
import { LineSplitter, MAX_LINE, writeLine, writeParts } from "./frame.ts";
import { Listens } from "./listens.ts";
import { Questions } from "./questions.ts";
import { answerAhead, batchOf, cancelledId, peek } from "./scan.ts";
import { Settings } from "./settings.ts";
import type { WireError } from "./wire.ts";

/** JSON-RPC error code of everything that Gatehouse itself answers; `error.data.code` tells which. */
const GATEHOUSE_ERROR = -32010;
const PARSE_ERROR = -32700;
const OPEN_LIST = 0x5b;

/** Bytes held for the hub while there is none. */
const MAX_QUEUE = 64 * 1024 * 1024;

export interface SessionOptions {
  readonly server: string;
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** The folder whose `hub.json` tells that a hub is back. */
  readonly home: string;
  /** Only looks for a running hub. */
  reach(): Promise<Connected>;
  /** Starts one if need be. */
  reachOrStart(): Promise<Connected>;
  /** Called once when the agent is gone. */
  onEnd(): void;
}

export class AgentSession {
  readonly #options: SessionOptions;
  #socket: Socket | null = null;
  #initialize: { line: Buffer; id: string } | null = null;
  #initialized: Buffer | null = null;
  /** Requests of the agent that nobody has answered yet. */
  readonly #inFlight = new Set<string>();
  readonly #questions = new Questions();
  readonly #listens = new Listens();
  readonly #settings = new Settings();
  /** The hub has not heard of the listens and settings that an earlier one held. */
  #catchUpDue = false;
  /** Ids of requests of the shim's own, whose answers are nobody's. */
  readonly #ours = new Set<string>();
  #sent = 0;
  /** Frames that wait for a hub. */
  #queue: Buffer[] = [];
  #queued = 0;
  /** The answer to a replayed handshake is not the agent's. */
  #swallow: string | null = null;
  #connecting = false;
  /** The hub's record changed while a connection was being tried. */
  #lookAgain = false;
  #watcher: FSWatcher | null = null;
  #ended = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Takes over a session that is open, and pumps until the agent's stdin ends. */
  run(socket: Socket): void {
    const { stdin, stdout } = this.#options;
    const lines = new LineSplitter(
      (line) => this.#fromAgent(line),
      () => this.#answer("null", PARSE_ERROR, tooLarge(this.#options.server)),
    );
    // What comes in one piece goes on in one.
    stdin.on("data", (chunk: Buffer) => {
      const socket = this.#socket;
      socket?.cork();
      lines.push(chunk);
      socket?.uncork();
    });
    stdin.on("end", () => this.#end());
    stdin.on("close", () => this.#end());
    stdin.on("error", () => this.#end());
    stdout.on("error", () => this.#end());
    stdout.on("drain", () => this.#socket?.resume());
    this.#attach(socket);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#watcher?.close();
    this.#socket?.end();
    this.#options.onEnd();
  }

  #fromAgent(line: Buffer): void {
    // Each message of a batch is one by itself from here on: it is answered, resumed or taken back alone.
    const batch = line[0] === OPEN_LIST ? batchOf(line) : null;
    if (batch !== null) {
      for (const message of batch) this.#fromAgent(message);
      return;
    }
    const message = peek(line);
    if (message.method === "initialize" && message.id !== null) {
      this.#initialize = { line, id: message.id };
      this.#settings.clear();
    } else if (message.method === "notifications/initialized") this.#initialized = line;
    const isRequest = message.ok && message.method !== null && message.id !== null;
    if (isRequest) this.#inFlight.add(message.id as string);
    this.#settings.fromAgent(line, message);
    const ended = this.#listens.fromAgent(line, message);
    if (ended !== null) this.#inFlight.delete(ended);
    const passed = this.#questions.fromAgent(line, message);
    if (passed === null) return;
    // While the handshake is being repeated, requests wait: some servers refuse what comes before `initialized`.
    const isReady = this.#socket !== null && (this.#swallow === null || message.method === "initialize");
    if (isReady) return this.#send(passed);
    // Answers and notifications belong to a conversation that ended with the old hub.
    if (!isRequest || message.method === "initialize") {
      if (message.method === "initialize") void this.#reconnect(true);
      if (message.method === "notifications/cancelled") this.#takeBack(cancelledId(line));
      return;
    }
    if (this.#queued + line.length > MAX_QUEUE) {
      this.#inFlight.delete(message.id as string);
      return this.#answer(message.id as string, GATEHOUSE_ERROR, tooLarge(this.#options.server));
    }
    this.#queue.push(line);
    this.#queued += line.length;
    void this.#reconnect(true);
  }

  /** A request that still waits here is neither sent nor answered (MCP 2025-11-25 cancellation). */
  #takeBack(id: string | null): void {
    if (id === null) return;
    const at = this.#queue.findIndex((line) => peek(line).id === id);
    const [line] = at === -1 ? [] : this.#queue.splice(at, 1);
    if (line === undefined) return;
    this.#queued -= line.length;
    this.#inFlight.delete(id);
  }

  #send(line: Buffer): void {
    const socket = this.#socket;
    if (socket === null) return;
    if (!writeLine(socket, line)) this.#options.stdin.pause();
  }

  #fromHub(line: Buffer): void {
    const message = peek(line);
    if (message.id !== null && message.method === null) {
      if (message.id === this.#swallow) {
        this.#swallow = null;
        if (this.#initialized !== null) this.#send(this.#initialized);
        return this.#flush();
      }
      if (this.#ours.delete(message.id)) return;
      this.#inFlight.delete(message.id);
      this.#settings.answered(line, message);
    }
    const instead = this.#listens.fromHub(line, message);
    if (instead === null) return this.#write(this.#questions.toAgent(line, message));
    for (const notice of instead) this.#write(notice);
  }

  /** An answer that is long and of no interest here goes on as it came; true: it has. */
  #longFromHub(parts: readonly Buffer[]): boolean {
    const [head, tail] = [parts[0], parts.at(-1)];
    const id = head === undefined || tail === undefined ? null : answerAhead(head, tail);
    if (id === null || id === this.#swallow || this.#ours.has(id)) return false;
    if (this.#settings.awaits(id) || this.#listens.has(id)) return false;
    this.#inFlight.delete(id);
    if (!writeParts(this.#options.stdout, parts)) this.#socket?.pause();
    return true;
  }

  #write(line: Buffer): void {
    const { stdout } = this.#options;
    if (!writeLine(stdout, line)) this.#socket?.pause();
  }

  #attach(socket: Socket): void {
    this.#socket = socket;
    this.#watcher?.close();
    this.#watcher = null;
    const lines = new LineSplitter(
      (line) => this.#fromHub(line),
      () => {},
      MAX_LINE,
      (parts) => this.#longFromHub(parts),
    );
    const { stdin, stdout } = this.#options;
    socket.on("drain", () => stdin.resume());
    socket.on("data", (chunk: Buffer) => {
      stdout.cork();
      lines.push(chunk);
      stdout.uncork();
    });
    socket.on("error", () => {});
    socket.on("close", () => this.#detached(socket));
    socket.resume();
  }

  #detached(socket: Socket): void {
    if (this.#socket !== socket || this.#ended) return;
    this.#socket = null;
    this.#swallow = null;
    this.#ours.clear();
    this.#options.stdin.resume();
    for (const notice of this.#questions.withdraw()) this.#write(notice);
    const waiting = new Set(this.#queue.map((line) => peek(line).id));
    for (const id of this.#inFlight) {
      if (waiting.has(id)) continue;
      // An unanswered handshake is simply made again: nothing was run.
      if (id === this.#initialize?.id) {
        void this.#reconnect(true);
        continue;
      }
      if (this.#listens.has(id)) {
        if (!this.#listens.isOpen(id)) void this.#reconnect(true);
        continue;
      }
      this.#inFlight.delete(id);
      this.#answer(id, GATEHOUSE_ERROR, hubRestarted(this.#options.server));
    }
    if (this.#queue.length > 0) void this.#reconnect(true);
    this.#awaitHub();
  }

  /** A hub that comes back by itself (the person started the app again) is joined without being asked for. */
  #awaitHub(): void {
    this.#watcher?.close();
    try {
      this.#watcher = watch(this.#options.home, (_event, name) => {
        if (name !== "hub.json" && name !== null) return;
        this.#lookAgain = true;
        void this.#reconnect(false);
      });
      this.#watcher.on("error", () => {});
    } catch {
      // Without a watch the next request of the agent finds the hub.
    }
    void this.#reconnect(false);
  }

  async #reconnect(start: boolean): Promise<void> {
    if (this.#connecting || this.#socket !== null || this.#ended) return;
    this.#connecting = true;
    this.#lookAgain = false;
    const reached = await (start ? this.#options.reachOrStart() : this.#options.reach());
    this.#connecting = false;
    if (this.#ended) {
      if (reached.kind === "open") reached.socket.destroy();
      return;
    }
    if (reached.kind !== "open") {
      // While only looking, requests may have come in: those want a start.
      if (!start && this.#queue.length > 0) return this.#reconnect(true);
      if (!start && this.#lookAgain) return this.#reconnect(false);
      if (start)
        this.#failQueue(reached.kind === "refused" ? reached.error : unreachable(this.#options.server, reached.why));
      return;
    }
    this.#attach(reached.socket);
    this.#catchUpDue = true;
    const initialize = this.#initialize;
    if (initialize !== null) this.#send(initialize.line);
    // Answered by an earlier hub: the new one's answer is nobody's, and what waits comes behind it.
    if (initialize !== null && !this.#inFlight.has(initialize.id)) this.#swallow = initialize.id;
    else this.#flush();
  }

  #flush(): void {
    if (this.#catchUpDue) this.#catchUp();
    for (const waiting of this.#queue.splice(0)) this.#send(waiting);
    this.#queued = 0;
  }

  #catchUp(): void {
    this.#catchUpDue = false;
    for (const { method, params } of this.#settings.all()) {
      const id = `gatehouse-again-${++this.#sent}`;
      this.#ours.add(JSON.stringify(id));
      this.#send(Buffer.from(JSON.stringify({ jsonrpc: "2.0", id, method, params })));
    }
    const waiting = new Set(this.#queue);
    for (const line of this.#listens.lines()) if (!waiting.has(line)) this.#send(line);
  }

  #failQueue(error: WireError): void {
    this.#queue = [];
    this.#queued = 0;
    for (const id of this.#inFlight) {
      // A listen that is open waits for a hub as the agent does, for no answer.
      if (this.#listens.isOpen(id)) continue;
      this.#listens.forget(id);
      this.#inFlight.delete(id);
      this.#answer(id, GATEHOUSE_ERROR, error);
    }
  }

  /** `id` is JSON text, as it came. */
  #answer(id: string, code: number, error: WireError): void {
    this.#settings.failed(id);
    const body = JSON.stringify({ code, message: `${error.message} ${error.suggestion}`, data: error });
    this.#write(Buffer.from(`{"jsonrpc":"2.0","id":${id},"error":${body}}`));
  }
}
