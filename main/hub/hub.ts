/** All servers and sessions. Knows nothing of pipes, windows or how anybody signs in. */
import type { Target } from "../../shim/wire.ts";
import { readAdHoc } from "../config/ad-hoc.ts";
import type { Config, RemoteServer } from "../config/types.ts";
import { GatehouseError } from "../errors.ts";
import { AdHocServers } from "./ad-hoc.ts";
import type { RememberedLists } from "./aggregate/remembered.ts";
import { Together } from "./aggregate/together.ts";
import type { ToolControl } from "./control/tool-control.ts";
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
  readonly #adHoc: AdHocServers;
  /** Agents that have all servers as one. */
  readonly #together: Together;
  /** Names in the configuration's order. */
  #order: readonly string[] = [];
  /** What is wrong with the whole file: an unknown name may stand in it. */
  #broken: GatehouseError | null = null;

  constructor(deps: HubDeps, lists: RememberedLists) {
    this.#deps = deps;
    this.#adHoc = new AdHocServers(deps);
    this.#together = new Together(
      () => this.#order.map((name) => this.#servers.get(name)).filter((server) => server !== undefined),
      lists,
      deps.log,
    );
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
    this.#order = [...defined];
    this.#together.configured();
    for (const [name, server] of this.#servers) {
      if (defined.has(name)) continue;
      if (server.view().agents.length === 0) this.#servers.delete(name);
      else server.redefine(unknownServer(name, [...defined]));
    }
    this.#deps.changed();
  }

  /** Throws `unknown_server`, whose details hold the names there are, and for a URL what {@link readAdHoc} throws. */
  openSession(target: Target, agent: AgentPort, resumed: boolean): OpenSession {
    switch (target.kind) {
      case "server":
        return this.#openOne(this.#known(target.server), target.account, agent, resumed);
      case "url":
        return this.#adHoc.open(readAdHoc(target.entry), agent, resumed);
      case "all":
        return this.#together.open(target.lazy, agent, resumed);
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
    for (const server of this.#named(name)) server.wake(account);
  }

  /** Everything was paused, or goes on. */
  pauseChanged(): void {
    for (const server of this.#all()) server.wake(null);
  }

  /** The account's grant allows more than before. */
  widened(name: string, account: string): void {
    for (const server of this.#named(name)) server.widened(account);
  }

  /** The machine was asleep. */
  resumed(): void {
    for (const server of this.#all()) server.resumed();
  }

  /** Remote servers that agents are connected to, with the accounts that they use. */
  inUse(): { readonly server: RemoteServer; readonly accounts: readonly string[] }[] {
    return this.#all()
      .map((server) => server.inUse())
      .filter((used) => used !== null)
      .filter(({ accounts }) => accounts.length > 0);
  }

  /** Agents that named no account are on another one now. */
  defaultChanged(name: string): void {
    for (const server of this.#named(name)) server.defaultChanged();
  }

  view(name: string): ServerView | null {
    return this.#servers.get(name)?.view() ?? this.#adHoc.view(name);
  }

  runtime(name: string): ServerRuntime {
    return this.#named(name)[0] ?? this.#known(name);
  }

  /** Of every server of this name; more than one only where they stand in no file. Throws `unknown_server`. */
  controls(name: string): ToolControl[] {
    const named = this.#named(name);
    return (named.length === 0 ? [this.#known(name)] : named).map(({ control }) => control);
  }

  /** Whether a request of an agent has no answer yet. */
  get isBusy(): boolean {
    return this.#all().some((server) => server.isBusy);
  }

  async close(): Promise<void> {
    await this.#together.close();
    await Promise.all(this.#all().map((server) => server.close()));
  }

  /** Takes in a server that stands in no file, by its entry; answers its name. Throws as {@link readAdHoc}. */
  admit(entry: Readonly<Record<string, unknown>>): string {
    return this.#adHoc.admit(readAdHoc(entry)).name;
  }

  /** A server that stands in no file; null: there is none of this name. */
  adHoc(name: string): RemoteServer | null {
    return this.#adHoc.named(name);
  }

  /** All servers that were named by their URL, used or not. */
  adHocServers(): readonly RemoteServer[] {
    return this.#adHoc.servers();
  }

  #all(): ServerRuntime[] {
    return [...this.#servers.values(), ...this.#adHoc.runtimes()];
  }

  #named(name: string): ServerRuntime[] {
    const server = this.#servers.get(name);
    return server === undefined ? this.#adHoc.runtimes(name) : [server];
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
