/** A server that is a program on this computer: one child a session, newline-framed JSON-RPC on its stdin and stdout. */
import type { ChildProcess } from "node:child_process";
import { LineSplitter, MAX_LINE, NEWLINE } from "../../shim/frame.ts";
import type { Peek } from "../../shim/scan.ts";
import type { StdioServer } from "../config/types.ts";
import { asGatehouseError, type GatehouseError } from "../errors.ts";
import { loginPath } from "../login-path.ts";
import type { Log } from "../ports.ts";
import { badAnswer, exited, sessionLost, tooLarge } from "./failures.ts";
import { idAhead, likelyIds, messagesIn } from "./incoming.ts";
import { endRest, endServer, notStarted, startServer, withoutHidden } from "./stdio-program.ts";
import type { Upstream, UpstreamEvents } from "./upstream.ts";
import { Valve } from "./valve.ts";

export interface StdioOptions {
  readonly server: StdioServer;
  readonly events: UpstreamEvents;
  readonly log: Log;
  /** The environment that the child builds on; ours is not the child's business. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds between the steps of the ladder: end of stdin, SIGTERM, SIGKILL (on Windows: end of stdin, end). */
  readonly grace?: number;
}

const GRACE = 2_000;
/** Milliseconds that the output of an ended child may still take to arrive. */
const LAST_WORDS = 500;

/** Bytes that a child may leave unread. */
const MOST_UNREAD = 2 * MAX_LINE;

interface Running {
  readonly child: ChildProcess;
  readonly exited: Promise<void>;
}

export class StdioChild implements Upstream {
  readonly #options: StdioOptions;
  readonly #inFlight = new Set<string>();
  readonly #valve = new Valve();
  #running: Running | null = null;
  /** What waits for the child to be started. */
  #waiting: Buffer[] = [];
  #closed = false;
  #lastWords: string | null = null;

  constructor(options: StdioOptions) {
    this.#options = options;
    const { env, server } = options;
    const path = "PATH" in server.env ? null : loginPath(env);
    if (path === null) this.#start(env);
    else void path.then((found) => this.#startLater(found === null ? env : { ...env, PATH: found }));
  }

  send(message: Buffer, peeked: Peek): void {
    const isRequest = peeked.id !== null && peeked.method !== null;
    const stdin = this.#running?.child.stdin;
    if (this.#closed || stdin === null || stdin?.destroyed === true) {
      if (isRequest) this.#options.events.failed(peeked.id as string, sessionLost(this.#options.server.name));
      return;
    }
    if (isRequest) this.#inFlight.add(peeked.id as string);
    if (this.#running === null) return void this.#waiting.push(message);
    this.#write(message);
  }

  negotiated(): void {}

  resumed(): void {}

  setPaused(paused: boolean): void {
    this.#valve.set(paused);
  }

  async close(): Promise<void> {
    const isFirst = !this.#closed;
    this.#closed = true;
    if (this.#running === null) return;
    const { child, exited } = this.#running;
    if (isFirst) await endServer(child, exited, this.#grace);
    else await exited;
  }

  get #grace(): number {
    return this.#options.grace ?? GRACE;
  }

  #startLater(env: StdioOptions["env"]): void {
    if (this.#closed) return;
    try {
      this.#start(env);
    } catch (error) {
      return this.#over(asGatehouseError(error, this.#options.server.name));
    }
    for (const message of this.#waiting.splice(0)) this.#write(message);
  }

  #start(env: StdioOptions["env"]): void {
    const { server, log } = this.#options;
    const child = startServer(server, env);
    const gone = new Promise<void>((resolve) => {
      child.once("error", (error) => {
        this.#over(notStarted(server, error));
        resolve();
      });
      child.once("exit", (code, signal) => {
        resolve();
        // What it said last is still in the pipe; a grandchild that holds the pipe open must not hold us up.
        const over = (): void => this.#over(exited(server.name, signal ?? `exit code ${code}`, this.#lastWords));
        const timer = setTimeout(over, LAST_WORDS);
        child.once("close", () => {
          clearTimeout(timer);
          over();
        });
      });
    });
    this.#running = { child, exited: gone };
    const lines = new LineSplitter(
      (line) => this.#fromChild(line),
      (head) => this.#tooLong(head),
    );
    if (child.stdout !== null) this.#valve.through(child.stdout);
    child.stdout?.on("data", (chunk: Buffer) => lines.push(chunk));
    child.stdin?.on("error", () => {});
    const words = new LineSplitter(
      (line) => {
        this.#lastWords = withoutHidden(server, line.toString("utf8")).slice(0, 500);
        log.info("upstream.stderr", { server: server.name, text: this.#lastWords });
      },
      () => {},
      64 * 1024,
    );
    child.stderr?.on("data", (chunk: Buffer) => words.push(chunk));
  }

  #write(message: Buffer): void {
    const stdin = this.#running?.child.stdin;
    if (stdin === undefined || stdin === null) return;
    // Requests are counted by the session; what wants no answer is lost on a program that reads nothing.
    if (stdin.writableLength > MOST_UNREAD) return;
    stdin.cork();
    stdin.write(message);
    stdin.write(NEWLINE);
    stdin.uncork();
  }

  #fromChild(line: Buffer): void {
    if (this.#closed) return;
    const said = messagesIn(line);
    if (said.length === 0) {
      this.#options.log.debug("upstream.noise", { server: this.#options.server.name });
      const id = likelyIds(line).find((each) => this.#inFlight.has(each));
      if (id !== undefined) this.#fail(id, badAnswer(this.#options.server.name, "sent an answer that is not JSON-RPC"));
    }
    for (const { line: message, peeked } of said) {
      if (this.#closed) return;
      if (peeked.isAnswer && peeked.id !== null) this.#inFlight.delete(peeked.id);
      this.#options.events.message(message, peeked, null);
    }
  }

  /** Where nothing says whose answer it was, it may have been anybody's in this session. */
  #tooLong(head: Buffer): void {
    if (this.#closed) return;
    const { name } = this.#options.server;
    this.#options.log.warn("upstream.line_too_long", { server: name });
    const named = idAhead(head);
    const ids = named !== null && this.#inFlight.has(named) ? [named] : [...this.#inFlight];
    for (const id of ids) this.#fail(id, tooLarge(name));
  }

  #fail(id: string, error: GatehouseError): void {
    this.#inFlight.delete(id);
    this.#options.events.failed(id, error);
  }

  #over(why: GatehouseError): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#running !== null) void endRest(this.#running.child, this.#grace);
    for (const id of this.#inFlight) this.#options.events.failed(id, why);
    this.#inFlight.clear();
    this.#options.events.closed(why);
  }
}
