/** A server that is a program on this computer: one child a session, newline-framed JSON-RPC on its stdin and stdout. */
import type { ChildProcess } from "node:child_process";
import { statSync } from "node:fs";
import { LineSplitter, NEWLINE } from "../../shim/frame.ts";
import { type Peek, peek } from "../../shim/scan.ts";
import type { StdioServer } from "../config/types.ts";
import type { GatehouseError } from "../errors.ts";
import type { Log } from "../ports.ts";
import { endTreeOnWindows, mergeEnvironment, startProgram, withoutOurs } from "../program.ts";
import { within } from "../within.ts";
import { cannotStart, exited, noFolder, sessionLost } from "./failures.ts";
import type { Upstream, UpstreamEvents } from "./upstream.ts";

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

export class StdioChild implements Upstream {
  readonly #options: StdioOptions;
  readonly #child: ChildProcess;
  readonly #inFlight = new Set<string>();
  readonly #exited: Promise<void>;
  #closed = false;
  #lastWords: string | null = null;

  constructor(options: StdioOptions) {
    this.#options = options;
    const { server } = options;
    this.#child = start(server, mergeEnvironment(withoutOurs(options.env), server.env));
    this.#exited = new Promise((resolve) => {
      this.#child.once("error", (error) => {
        this.#over(() => notStarted(server, error));
        resolve();
      });
      this.#child.once("exit", (code, signal) => {
        resolve();
        // What it said last is still in the pipe; a grandchild that holds the pipe open must not hold us up.
        const over = (): void => this.#over(() => exited(server.name, signal ?? `exit code ${code}`, this.#lastWords));
        const timer = setTimeout(over, LAST_WORDS);
        this.#child.once("close", () => {
          clearTimeout(timer);
          over();
        });
      });
    });
    const lines = new LineSplitter(
      (line) => this.#fromChild(line),
      () => options.log.warn("upstream.line_too_long", { server: server.name }),
    );
    this.#child.stdout?.on("data", (chunk: Buffer) => lines.push(chunk));
    this.#child.stdin?.on("error", () => {});
    const words = new LineSplitter(
      (line) => {
        this.#lastWords = withoutHidden(server, line.toString("utf8")).slice(0, 500);
        options.log.debug("upstream.stderr", { server: server.name, text: this.#lastWords });
      },
      () => {},
      64 * 1024,
    );
    this.#child.stderr?.on("data", (chunk: Buffer) => words.push(chunk));
  }

  send(message: Buffer, peeked: Peek): void {
    const { stdin } = this.#child;
    if (this.#closed || stdin === null || stdin.destroyed) {
      if (peeked.id !== null && peeked.method !== null)
        this.#options.events.failed(peeked.id, sessionLost(this.#options.server.name));
      return;
    }
    if (peeked.id !== null && peeked.method !== null) this.#inFlight.add(peeked.id);
    stdin.cork();
    stdin.write(message);
    stdin.write(NEWLINE);
    stdin.uncork();
  }

  negotiated(): void {}

  resumed(): void {}

  setPaused(paused: boolean): void {
    if (paused) this.#child.stdout?.pause();
    else this.#child.stdout?.resume();
  }

  async close(): Promise<void> {
    if (this.#closed) return this.#exited;
    this.#closed = true;
    const grace = this.#options.grace ?? GRACE;
    this.#child.stdin?.end();
    if (await within(grace, this.#exited)) return;
    this.#signal("SIGTERM");
    if (await within(grace, this.#exited)) return;
    this.#signal("SIGKILL");
    await this.#exited;
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    if (process.platform === "win32") return endTreeOnWindows(this.#child);
    try {
      process.kill(-pid, signal);
    } catch {
      // It went by itself.
    }
  }

  #fromChild(line: Buffer): void {
    if (this.#closed) return;
    const message = peek(line);
    if (!message.ok) {
      this.#options.log.debug("upstream.noise", { server: this.#options.server.name });
      return;
    }
    if (message.isAnswer && message.id !== null) this.#inFlight.delete(message.id);
    this.#options.events.message(line, message);
  }

  #over(error: () => ReturnType<typeof exited>): void {
    if (this.#closed) return;
    this.#closed = true;
    const why = error();
    for (const id of this.#inFlight) this.#options.events.failed(id, why);
    this.#inFlight.clear();
    this.#options.events.closed(why);
  }
}

function start(server: StdioServer, env: StdioOptions["env"]): ChildProcess {
  try {
    return startProgram(server.command, server.args, {
      stdio: ["pipe", "pipe", "pipe"],
      env,
      windowsHide: true,
      // A group of its own, so that the whole tree ends with it.
      detached: process.platform !== "win32",
      ...(server.cwd === null ? {} : { cwd: server.cwd }),
    });
  } catch (error) {
    throw notStarted(server, error);
  }
}

/** The system has one code for a missing program and a missing folder. */
function notStarted(server: StdioServer, error: unknown): GatehouseError {
  const { name, command, cwd } = server;
  return cwd === null || isFolder(cwd)
    ? cannotStart(name, withoutHidden(server, command), error)
    : noFolder(name, withoutHidden(server, cwd), error);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Shorter values would take innocent words apart. */
const SHORTEST_SECRET = 4;

/** Text of or about the program, without what `${…}` stands for in its entry. */
function withoutHidden(server: StdioServer, text: string): string {
  const secrets = (server.hidden ?? []).filter((part) => part.length >= SHORTEST_SECRET);
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, "…"), text);
}
