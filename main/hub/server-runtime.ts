/** One server of `servers.json` while the hub runs: its sessions and what they learned. */
import type { BlockedTool } from "../../preload/api.ts";
import type { Calls } from "../activity/calls.ts";
import type { RemoteServer, ServerConfig } from "../config/types.ts";
import { GatehouseError } from "../errors.ts";
import type { Clock, Credentials, Log } from "../ports.ts";
import { signInRequired } from "../upstream/failures.ts";
import { openUpstream } from "../upstream/open.ts";
import type { Era, Upstream, UpstreamEvents } from "../upstream/upstream.ts";
import type { ApprovedTools } from "./control/approved-tools.ts";
import { Controlled } from "./control/controlled.ts";
import { notApproved, paused } from "./control/failures.ts";
import { ToolControl } from "./control/tool-control.ts";
import type { KnownServers } from "./known.ts";
import { Session } from "./session.ts";
import type { AgentPort, SessionHost } from "./session-host.ts";

/** Everything the hub asks about authorization. */
export interface Gate {
  credentials(server: RemoteServer, account: string): Credentials;
  /** Nobody is signed in, and the server is known to want it. */
  needsSignIn(server: RemoteServer, account: string): boolean;
  /** Grants cannot be read now: only asking the server tells what is wrong. */
  isVaultShut(): boolean;
  /** The server answered this account with 401 last, whether or not somebody is signed in. */
  isRefused(server: RemoteServer, account: string): boolean;
  /** The account that is meant by who names none. */
  defaultAccount(server: RemoteServer): string;
}

export interface HubDeps {
  readonly gate: Gate;
  readonly known: KnownServers;
  readonly approvals: ApprovedTools;
  readonly clock: Clock;
  readonly log: Log;
  /** The environment that stdio servers build on. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The person has paused everything: no server is reached. */
  readonly isPaused: () => boolean;
  /** Anything that the snapshot shows changed. */
  readonly changed: () => void;
  /** The address of a page at which a person can sign in; null: there is none to be had. */
  readonly signInPage: (server: string, account: string) => Promise<string | null>;
  readonly calls: Calls;
  /** Reads what is held for a server that stands in no file. Never rejects. Absent: nothing is. */
  readonly prepare?: (server: RemoteServer) => Promise<void>;
}

/** What is in force for a name: an entry, one that is wrong, or none any more. */
export type Definition = ServerConfig | GatehouseError;

/** A server's part of the snapshot, as far as sessions know it. */
export interface ServerView {
  readonly connecting: number;
  readonly ready: number;
  /** Why a session has no server. */
  readonly error: GatehouseError | null;
  /** The need to sign in, while there is one; that of the default account before any other. */
  readonly need: GatehouseError | null;
  /** Accounts that somebody must sign in to. */
  readonly needs: readonly string[];
  /** Accounts that agents are connected with. */
  readonly accounts: readonly string[];
  readonly tools: number | null;
  readonly blocked: readonly BlockedTool[];
  readonly agents: readonly string[];
  readonly asked: { readonly agent: string; readonly at: number; readonly tool: string | null } | null;
}

/** Of a server that has no accounts. */
const NO_ACCOUNT = "default";
/** A local program may have to be fetched by its package runner first. */
const STDIO_CONNECT_LIMIT = 120_000;
const HTTP_CONNECT_LIMIT = 30_000;
/** Seconds, for sessions whose entry has become invalid. */
const DEFAULT_TIMEOUT = 60;

interface Entry {
  readonly session: Session;
  /** Null: whichever is the default one. */
  readonly account: string | null;
}

export class ServerRuntime {
  readonly name: string;
  readonly #deps: HubDeps;
  #definition: Definition;
  readonly #sessions = new Set<Entry>();
  #tools: number | null = null;
  /** By account. */
  readonly #needs = new Map<string, GatehouseError>();
  #asked: ServerView["asked"] = null;
  /** Which tools agents get, and what became of those that changed. */
  readonly control: ToolControl;
  /** One error for as long as everything is paused. */
  #paused: GatehouseError | null = null;
  /** One error for as long as nobody has allowed the program to run. */
  #unapproved: GatehouseError | null = null;

  constructor(name: string, definition: Definition, deps: HubDeps) {
    this.name = name;
    this.#definition = definition;
    this.#deps = deps;
    this.control = new ToolControl(name, deps);
    this.#takeRules();
  }

  get definition(): Definition {
    return this.#definition;
  }

  /** All that decides what the server lists, as text. */
  get listedBy(): string {
    const definition = this.#definition;
    if (definition instanceof GatehouseError) return "";
    const where = definition.type === "stdio" ? [definition.command, ...definition.args] : [definition.url];
    return JSON.stringify([where, definition.tools]);
  }

  /** Whether a request of an agent has no answer yet. */
  get isBusy(): boolean {
    return [...this.#sessions].some(({ session }) => session.isBusy);
  }

  /** Whether an agent has a session. */
  get isUsed(): boolean {
    return this.#sessions.size > 0;
  }

  /** Takes a changed entry into force; sessions begin anew when it matters to them. */
  redefine(definition: Definition): void {
    const before = this.#definition;
    this.#definition = definition;
    this.#takeRules();
    if (sameConnection(before, definition)) return;
    this.#tools = null;
    this.wake(null);
  }

  #takeRules(): void {
    const definition = this.#definition;
    if (definition instanceof GatehouseError) {
      this.#unapproved = null;
      return;
    }
    this.control.define(definition, whereabouts(definition));
    const held = definition.type === "stdio" && definition.approved === false;
    const error = held ? notApproved(this.name, Object.keys(definition.env)) : null;
    const same = JSON.stringify(error?.details) === JSON.stringify(this.#unapproved?.details);
    if (!same || error === null || this.#unapproved === null) this.#unapproved = error;
  }

  /** `account`: null follows the default one, also when that becomes another. */
  open(account: string | null, agent: AgentPort, resumed: boolean): Session {
    const session: Session = new Session(this.#host(account), agent, resumed);
    this.#sessions.add({ session, account });
    return session;
  }

  async release(session: Session): Promise<void> {
    for (const entry of this.#sessions) if (entry.session === session) this.#sessions.delete(entry);
    await session.close();
    this.#deps.changed();
  }

  /** Somebody has to sign in to this account: the same error until that changes. */
  #currentNeed(account: string): GatehouseError | null {
    const remote = this.#remote();
    const { gate } = this.#deps;
    if (remote !== null && (gate.needsSignIn(remote, account) || gate.isRefused(remote, account)))
      return this.#needed(account, this.#signInRequired(account));
    this.#needs.delete(account);
    return null;
  }

  #signInRequired(account: string, cause?: GatehouseError): GatehouseError {
    return signInRequired(this.name, account === this.#accountOf(null) ? null : account, cause);
  }

  #accountOf(account: string | null): string {
    const remote = this.#remote();
    return account ?? (remote === null ? NO_ACCOUNT : this.#deps.gate.defaultAccount(remote));
  }

  #remote(): RemoteServer | null {
    const definition = this.#definition;
    return definition instanceof GatehouseError || definition.type === "stdio" ? null : definition;
  }

  /** What was found out by asking the server is more exact than what is known without. */
  #needed(account: string, error: GatehouseError, found = false): GatehouseError {
    const known = this.#needs.get(account);
    if (known !== undefined && !(found && known.code !== error.code)) return known;
    this.#needs.set(account, error);
    this.#report(error);
    return error;
  }

  /** The server itself has told the need. Its connection does not know what its account is called. */
  #found(account: string, cause: GatehouseError): GatehouseError {
    const unnamed = cause.code !== "sign_in_required" || account === this.#accountOf(null);
    return this.#needed(account, unnamed ? cause : this.#signInRequired(account, cause), true);
  }

  #report(error: GatehouseError): void {
    this.#deps.log.warn("server.error", { server: this.name, error });
  }

  /** Every session of the account (null: of all) begins anew. */
  wake(account: string | null): void {
    for (const entry of this.#sessions) {
      if (account === null || this.#accountOf(entry.account) === account) entry.session.wake();
    }
    this.#deps.changed();
  }

  /** The account's grant allows more. */
  widened(account: string): void {
    for (const entry of this.#sessions) if (this.#accountOf(entry.account) === account) entry.session.widened();
    this.#deps.changed();
  }

  resumed(): void {
    for (const { session } of this.#sessions) session.resumed();
  }

  /** Accounts with which agents use a remote server; null: it is none, or off. */
  inUse(): { readonly server: RemoteServer; readonly accounts: readonly string[] } | null {
    const server = this.#remote();
    if (server === null || !server.enabled || this.#deps.isPaused()) return null;
    return { server, accounts: [...new Set([...this.#sessions].map(({ account }) => this.#accountOf(account)))] };
  }

  /** Another account is meant by who names none: what was said of the need under its name is out of date. */
  defaultChanged(): void {
    this.#needs.clear();
    for (const entry of this.#sessions) if (entry.account === null) entry.session.wake();
    this.#deps.changed();
  }

  async close(): Promise<void> {
    const sessions = [...this.#sessions];
    this.#sessions.clear();
    await Promise.all(sessions.map(({ session }) => session.close()));
  }

  view(): ServerView {
    const entries = [...this.#sessions].filter(({ session }) => session.state !== "new");
    const sessions = entries.map(({ session }) => session);
    const accounts = [...new Set(entries.map(({ account }) => this.#accountOf(account)))];
    const needs = [...new Set([this.#accountOf(null), ...accounts])].filter((name) => this.#currentNeed(name) !== null);
    return {
      connecting: sessions.filter(({ state }) => state === "connecting").length,
      ready: sessions.filter(({ state }) => state === "ready").length,
      error: this.#unapproved ?? sessions.find(({ error }) => error !== null)?.error ?? null,
      need: needs[0] === undefined ? null : this.#currentNeed(needs[0]),
      needs,
      accounts,
      tools: this.#tools,
      blocked: this.control.blocked(),
      agents: sessions.map(({ agentName }) => agentName),
      asked: this.#asked,
    };
  }

  /** For a session of the hub's own, on a person's behalf: no agent's. It is shown the blocked tools too. */
  visited(account: string): SessionHost {
    return this.#host(account, true);
  }

  /** Opens a server session for whoever needs one, outside any agent's. */
  upstream(account: string, events: UpstreamEvents, era: Era, showsBlocked = false): Upstream {
    const server = this.#definition;
    const blocked = this.#off();
    if (blocked !== null) throw blocked;
    if (server instanceof GatehouseError) throw server;
    const { clock, log, env, gate, known } = this.#deps;
    const at = whereabouts(server);
    return new Controlled({
      server: this.name,
      tools: this.control,
      showsBlocked,
      events,
      limit: () => this.#requestLimit(),
      open: (controlled) =>
        openUpstream({
          server,
          era,
          memory: { get: () => known.era(this.name, at), set: (found) => known.setEra(this.name, at, found) },
          events: controlled,
          credentials: () => gate.credentials(this.#remote() as RemoteServer, account),
          clock,
          log,
          env,
        }),
    });
  }

  /** Milliseconds. */
  #requestLimit(): number {
    const definition = this.#definition;
    return (definition instanceof GatehouseError ? DEFAULT_TIMEOUT : definition.timeout) * 1000;
  }

  #off(): GatehouseError | null {
    const definition = this.#definition;
    this.#paused = this.#deps.isPaused() ? (this.#paused ?? paused(this.name)) : null;
    if (this.#paused !== null) return this.#paused;
    if (definition instanceof GatehouseError) return definition;
    if (definition.enabled) return this.#unapproved;
    return new GatehouseError({
      code: "server_disabled",
      server: this.name,
      message: `${this.name} is turned off.`,
      suggestion: 'Turn it on in Gatehouse, or set "enabled": true in servers.json.',
    });
  }

  #host(of: string | null, showsBlocked = false): SessionHost {
    const { deps, name } = { deps: this.#deps, name: this.name };
    const account = (): string => this.#accountOf(of);
    const url = (): string | null => this.#remote()?.url ?? null;
    const isLocal = (): boolean => !(this.#definition instanceof GatehouseError) && this.#definition.type === "stdio";
    return {
      name,
      get connectLimit() {
        return isLocal() ? STDIO_CONNECT_LIMIT : HTTP_CONNECT_LIMIT;
      },
      blocked: () => {
        const off = this.#off();
        if (off !== null) return off;
        const remote = this.#remote();
        if (remote === null || !deps.gate.needsSignIn(remote, account()) || deps.gate.isVaultShut()) return null;
        // Its open list stays usable, and it says itself which call wants a sign-in.
        if (deps.known.opensWithoutSignIn(name, remote.url)) return null;
        return this.#needed(account(), this.#signInRequired(account()));
      },
      open: (events, era) => this.upstream(account(), events, era, showsBlocked),
      known: () => {
        const at = url();
        return at === null ? null : deps.known.server(name, at);
      },
      learned: (known) => {
        const at = url();
        if (at !== null) deps.known.learned(name, at, known);
      },
      opensWithoutSignIn: (does) => {
        const at = url();
        if (at !== null) deps.known.setOpensWithoutSignIn(name, at, does);
      },
      listedTools: (count) => {
        if (this.#tools === count) return;
        this.#tools = count;
        deps.changed();
      },
      need: (cause) => this.#found(account(), cause),
      signInPage: () => deps.signInPage(name, account()),
      report: (error) => this.#report(error),
      asked: (agent, tool) => {
        this.#asked = { agent, tool, at: deps.clock.now() };
        deps.changed();
      },
      changed: deps.changed,
      calls: {
        get keepsArguments() {
          return deps.calls.keepsArguments;
        },
        get account() {
          return account();
        },
        server: name,
        add: (call) => deps.calls.add(call),
      },
    };
  }
}

/** What tells one server from another that has its name. */
function whereabouts(server: ServerConfig): string {
  return server.type === "stdio" ? JSON.stringify([server.command, ...server.args]) : server.url;
}

/** Whether a session can go on with the changed entry: only what reaches the server counts. */
function sameConnection(a: Definition, b: Definition): boolean {
  if (a instanceof GatehouseError || b instanceof GatehouseError) {
    return a instanceof GatehouseError && b instanceof GatehouseError && a.message === b.message;
  }
  return JSON.stringify({ ...a, tools: null, timeout: 0 }) === JSON.stringify({ ...b, tools: null, timeout: 0 });
}
