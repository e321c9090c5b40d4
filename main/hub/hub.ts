/** All servers and sessions. Knows nothing of pipes, windows or how anybody signs in. */
import type { Target } from "../../shim/wire.ts";
import type { Config, RemoteServer } from "../config/types.ts";
import { GatehouseError } from "../errors.ts";
import { type HubDeps, ServerRuntime, type ServerView } from "./server-runtime.ts";
import type { Session } from "./session.ts";
import type { AgentPort } from "./session-host.ts";

/** An agent's open session, as the pipe holds it. */
export interface OpenSession {
  receive(line: Buffer): void;
  /** Whether what the agent is sent piles up. */
  setPaused(paused: boolean): void;
  close(): Promise<void>;
}

export class Hub {
  readonly #deps: HubDeps;
  readonly #servers = new Map<string, ServerRuntime>();
  /** What is wrong with the whole file: an unknown name may stand in it. */
  #broken: GatehouseError | null = null;

  constructor(deps: HubDeps) {
    this.#deps = deps;
  }

  /** Takes a configuration into force. Sessions of a server that is gone are told so and wait for its return. */
  apply(config: Config): void {
    this.#broken = config.error;
    const defined = new Set<string>();
    for (const [name, definition] of [...config.servers, ...config.invalid]) {
      defined.add(name);
      const server = this.#servers.get(name);
      if (server === undefined) this.#servers.set(name, new ServerRuntime(name, definition, this.#deps));
      else server.redefine(definition);
    }
    for (const [name, server] of this.#servers) {
      if (defined.has(name)) continue;
      if (server.view().agents.length === 0) this.#servers.delete(name);
      else server.redefine(unknownServer(name, [...defined]));
    }
    this.#deps.changed();
  }

  /** Throws `unknown_server`, whose details hold the names there are. */
  openSession(target: Target, agent: AgentPort, resumed: boolean): OpenSession {
    switch (target.kind) {
      case "server":
        return this.#openOne(this.#known(target.server), target.account, agent, resumed);
      case "all":
      case "url":
        throw notYet(target.kind);
    }
  }

  #openOne(server: ServerRuntime, account: string | null, agent: AgentPort, resumed: boolean): OpenSession {
    const session: Session = server.open(account, agent, resumed);
    return {
      receive: (line) => session.receive(line),
      setPaused: (paused) => session.setPaused(paused),
      close: () => server.release(session),
    };
  }

  /** Sessions of this server (and account, null: all) look again at what they may do. */
  wake(name: string, account: string | null): void {
    this.#servers.get(name)?.wake(account);
  }

  /** The account's grant allows more than before. */
  widened(name: string, account: string): void {
    this.#servers.get(name)?.widened(account);
  }

  /** The machine was asleep. */
  resumed(): void {
    for (const server of this.#servers.values()) server.resumed();
  }

  /** Remote servers that agents are connected to, with the accounts that they use. */
  inUse(): { readonly server: RemoteServer; readonly accounts: readonly string[] }[] {
    return [...this.#servers.values()]
      .map((server) => server.inUse())
      .filter((used) => used !== null)
      .filter(({ accounts }) => accounts.length > 0);
  }

  /** Agents that named no account are on another one now. */
  defaultChanged(name: string): void {
    this.#servers.get(name)?.defaultChanged();
  }

  view(name: string): ServerView | null {
    return this.#servers.get(name)?.view() ?? null;
  }

  runtime(name: string): ServerRuntime {
    return this.#known(name);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.close()));
  }

  #known(name: string): ServerRuntime {
    const server = this.#servers.get(name);
    if (server !== undefined) return server;
    throw this.#broken ?? unknownServer(name, [...this.#servers.keys()]);
  }
}

export function unknownServer(name: string, names: readonly string[]): GatehouseError {
  return new GatehouseError({
    code: "unknown_server",
    server: name,
    message: `There is no server “${name}”.`,
    suggestion:
      names.length === 0
        ? "No server is set up yet: add one in Gatehouse or in servers.json."
        : `The servers there are: ${names.join(", ")}.`,
    details: { servers: names },
  });
}

function notYet(kind: string): GatehouseError {
  return new GatehouseError({
    code: "unsupported",
    server: null,
    message: `Gatehouse cannot open a session with “${kind}” yet.`,
    suggestion: "Name one server: gatehouse connect <server>.",
  });
}
