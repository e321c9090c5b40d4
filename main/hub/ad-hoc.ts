/** Servers that stand in no file: known while the hub runs, shown while an agent uses them. */
import type { AdHocServer } from "../config/ad-hoc.ts";
import type { RemoteServer } from "../config/types.ts";
import { ApprovedTools } from "./control/approved-tools.ts";
import { type HubDeps, ServerRuntime, type ServerView } from "./server-runtime.ts";
import type { AgentPort } from "./session-host.ts";

/** Servers that nobody uses any more and that the terminal or a stale window may still name. */
const MAX_UNUSED = 64;

interface Entry {
  readonly server: RemoteServer;
  readonly runtime: ServerRuntime;
  /** Settled when it is known whether somebody is signed in. */
  readonly ready: Promise<void>;
  isReady: boolean;
}

export class AdHocServers {
  readonly #deps: HubDeps;
  /** By id; the latest last. Several may have one name: they share its sign-in and differ in what is no part of that. */
  readonly #entries = new Map<string, Entry>();

  constructor(deps: HubDeps) {
    // Of such a server nothing is remembered but the grant.
    this.#deps = { ...deps, approvals: ApprovedTools.inMemory(deps.log) };
  }

  admit({ server, id }: AdHocServer): ServerRuntime {
    return this.#admit(server, id).runtime;
  }

  /** The agent's lines wait until it is known whether somebody is signed in. */
  open({ server, id }: AdHocServer, agent: AgentPort, resumed: boolean): OpenedLater {
    const entry = this.#admit(server, id);
    return new OpenedLater(entry.runtime, agent, resumed, entry.isReady ? null : entry.ready);
  }

  /** The latest that has this name. */
  named(name: string): RemoteServer | null {
    return [...this.#entries.values()].reverse().find(({ server }) => server.name === name)?.server ?? null;
  }

  runtimes(name: string | null = null): ServerRuntime[] {
    const entries = [...this.#entries.values()].filter(({ server }) => name === null || server.name === name);
    return entries.map(({ runtime }) => runtime);
  }

  /** One of each name. */
  servers(): RemoteServer[] {
    return [...new Map([...this.#entries.values()].map(({ server }) => [server.name, server])).values()];
  }

  view(name: string): ServerView | null {
    const views = this.runtimes(name).map((runtime) => runtime.view());
    return views.length === 0 ? null : views.reduce(together);
  }

  #admit(server: RemoteServer, id: string): Entry {
    let entry = this.#entries.get(id);
    if (entry === undefined) {
      const ready = this.#deps.prepare?.(server) ?? Promise.resolve();
      const made: Entry = {
        server,
        runtime: new ServerRuntime(server.name, server, this.#deps),
        ready,
        isReady: false,
      };
      void ready.then(() => {
        made.isReady = true;
      });
      entry = made;
    }
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    const unused = [...this.#entries].filter(([each, { runtime }]) => each !== id && !runtime.isUsed);
    for (const [old] of unused.slice(0, Math.max(0, unused.length - MAX_UNUSED))) this.#entries.delete(old);
    return entry;
  }
}

/** A session that begins as soon as its server's grants are read. */
class OpenedLater {
  readonly #runtime: ServerRuntime;
  readonly #early: Buffer[] = [];
  #session: ReturnType<ServerRuntime["open"]> | null = null;
  #isPaused = false;
  #closed = false;

  constructor(runtime: ServerRuntime, agent: AgentPort, resumed: boolean, ready: Promise<void> | null) {
    this.#runtime = runtime;
    const begin = (): void => {
      if (this.#closed) return;
      const session = runtime.open(null, agent, resumed);
      this.#session = session;
      if (this.#isPaused) session.setPaused(true);
      for (const line of this.#early.splice(0)) session.receive(line);
    };
    if (ready === null) begin();
    else void ready.then(begin);
  }

  receive(line: Buffer): void {
    if (this.#session === null) this.#early.push(line);
    else this.#session.receive(line);
  }

  setPaused(paused: boolean): void {
    this.#isPaused = paused;
    this.#session?.setPaused(paused);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#session !== null) await this.#runtime.release(this.#session);
  }
}

function together(one: ServerView, other: ServerView): ServerView {
  return {
    ...one,
    connecting: one.connecting + other.connecting,
    ready: one.ready + other.ready,
    error: one.error ?? other.error,
    need: one.need ?? other.need,
    needs: [...new Set([...one.needs, ...other.needs])],
    accounts: [...new Set([...one.accounts, ...other.accounts])],
    tools: other.tools ?? one.tools,
    blocked: [...one.blocked, ...other.blocked],
    agents: [...one.agents, ...other.agents],
    asked: latest(one.asked, other.asked),
  };
}

function latest(one: ServerView["asked"], other: ServerView["asked"]): ServerView["asked"] {
  return one === null || (other !== null && other.at > one.at) ? other : one;
}
