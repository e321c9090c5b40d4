/** Agents that have all servers as one. */
import type { Log } from "../../ports.ts";
import { ModernAgent } from "../../upstream/modern/modern-agent.ts";
import type { Upstream, UpstreamEvents } from "../../upstream/upstream.ts";
import { LazyTools } from "../lazy/lazy-tools.ts";
import type { ServerRuntime } from "../server-runtime.ts";
import { Session } from "../session.ts";
import type { AgentPort, SessionHost } from "../session-host.ts";
import { AggregateTools } from "./aggregate-tools.ts";
import { AllServers } from "./all-servers.ts";
import type { RememberedLists } from "./remembered.ts";

/** As all servers together are called. */
const NAME = "gatehouse";
/** Milliseconds; the answer comes at once. */
const CONNECT_LIMIT = 30_000;

type Opened = Pick<Session, "receive" | "setPaused" | "close">;

export class Together {
  readonly #servers: () => readonly ServerRuntime[];
  readonly #remembered: RememberedLists;
  readonly #log: Log;
  readonly #open = new Set<AllServers>();
  readonly #sessions = new Set<Session>();

  /** `servers`: all that are configured, in order; also those that are off. */
  constructor(servers: () => readonly ServerRuntime[], remembered: RememberedLists, log: Log) {
    this.#servers = servers;
    this.#remembered = remembered;
    this.#log = log;
  }

  /** `isLazy`: three tools that find, describe and call the others. */
  open(isLazy: boolean, agent: AgentPort, resumed: boolean): Opened {
    const session = new Session(this.#host(isLazy), agent, resumed);
    this.#sessions.add(session);
    return {
      receive: (line) => session.receive(line),
      setPaused: (paused) => session.setPaused(paused),
      close: async () => {
        this.#sessions.delete(session);
        await session.close();
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close()));
    this.#sessions.clear();
  }

  /** Servers were added, turned off, taken away. */
  configured(): void {
    for (const all of this.#open) all.configured();
  }

  #host(isLazy: boolean): SessionHost {
    return {
      name: NAME,
      connectLimit: CONNECT_LIMIT,
      blocked: () => null,
      open: (events, era) =>
        era === "legacy"
          ? this.#allServers(isLazy, events)
          : new ModernAgent({ events, open: (legacy) => this.#allServers(isLazy, legacy) }),
      known: () => null,
      // Every server's own session tells what concerns it.
      learned: () => {},
      opensWithoutSignIn: () => {},
      listedTools: () => {},
      need: (cause) => cause,
      asked: () => {},
      report: () => {},
      changed: () => {},
      calls: null,
    };
  }

  #allServers(isLazy: boolean, events: UpstreamEvents): Upstream {
    const all: AllServers = new AllServers({
      name: NAME,
      servers: this.#servers,
      remembered: this.#remembered,
      events,
      log: this.#log,
      tools: (servers) => (isLazy ? new LazyTools(servers) : new AggregateTools(servers)),
      closed: () => this.#open.delete(all),
    });
    this.#open.add(all);
    return all;
  }
}
