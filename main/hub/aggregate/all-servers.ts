/**
 * All servers as one that an agent can talk to: the upstream of a session whose server is the hub itself. Each server
 * behind it has a session of its own, with ids of its own; what they list is put together, what is asked of one goes to
 * that one alone.
 */
import { cancelledId, type Peek, peek } from "../../../shim/scan.ts";
import { METHOD_NOT_FOUND, notificationLine, parseMessage, record } from "../../jsonrpc.ts";
import type { Log } from "../../ports.ts";
import type { Upstream, UpstreamEvents } from "../../upstream/upstream.ts";
import { INVALID_PARAMS } from "../modern.ts";
import { initializeResult, type KnownServer } from "../provisional.ts";
import type { ServerRuntime } from "../server-runtime.ts";
import { AgentRequests } from "./agent-requests.ts";
import { jsonAt, textAt, withJsonAt } from "./edit.ts";
import { introduction } from "./introduction.ts";
import { LISTS, type ListKind } from "./lists.ts";
import { Member } from "./member.ts";
import { serverPart, splitName } from "./names.ts";
import { namedLogger, ServerQuestions } from "./questions.ts";
import type { RememberedLists } from "./remembered.ts";
import { ResourceRequests } from "./resource-requests.ts";
import { combineResources } from "./resources.ts";
import { type AgentRequest, exposed, findNamed, type Servers, type ToolFace } from "./tools.ts";

/** Milliseconds within which changes of lists are told once. */
const QUIET = 100;

export interface AllServersOptions {
  readonly name: string;
  /** All that are configured, in order; also those that are off. */
  readonly servers: () => readonly ServerRuntime[];
  readonly remembered: RememberedLists;
  readonly events: UpstreamEvents;
  readonly log: Log;
  readonly tools: (servers: Servers) => ToolFace;
  readonly closed: () => void;
}

export class AllServers implements Upstream {
  readonly #options: AllServersOptions;
  readonly #tools: ToolFace;
  #members = new Map<string, Member>();
  /** Parameters of the agent's `initialize`; null: it has not come. */
  #handshake: Readonly<Record<string, unknown>> | null = null;
  #isListening = false;
  #isPaused = false;
  #isClosed = false;
  #level: string | null = null;
  readonly #requests: AgentRequests;
  readonly #questions = new ServerQuestions<Member>();
  readonly #resources: ResourceRequests;
  readonly #changed = new Set<string>();
  #quiet: NodeJS.Timeout | undefined;

  constructor(options: AllServersOptions) {
    this.#options = options;
    this.#requests = new AgentRequests((answer) => this.#say(answer), options.log);
    this.#tools = options.tools({ members: () => this.#all(), absence: (name) => this.#absence(name) });
    this.#resources = new ResourceRequests(
      () => this.#all(),
      () => this.#started(),
    );
  }

  send(line: Buffer, { id, method }: Peek): void {
    if (this.#isClosed) return;
    if (method === null) {
      const passed = id === null ? null : this.#questions.answered(line, id);
      return passed?.member.pass(passed.line);
    }
    if (id === null) return this.#notified(method, line);
    this.#requested(method, this.#requests.begin(id, line));
  }

  /** The configuration changed: servers come and go. */
  configured(): void {
    if (this.#handshake === null || this.#isClosed) return;
    const before = this.#members;
    this.#members = new Map();
    let joined = false;
    for (const runtime of this.#options.servers()) {
      if (!isOn(runtime)) continue;
      const member = before.get(runtime.name);
      before.delete(runtime.name);
      joined ||= member === undefined;
      this.#members.set(runtime.name, member ?? this.#join(runtime, this.#handshake));
    }
    if (!joined && before.size === 0) return;
    for (const member of before.values()) {
      for (const notice of this.#questions.left(member)) this.#say(notice);
      void member.close();
    }
    this.#announce("tools");
    this.#announce("prompts");
    this.#announce("resources");
  }

  negotiated(): void {}

  /** Each server's own session is told by its server. */
  resumed(): void {}

  setPaused(paused: boolean): void {
    this.#isPaused = paused;
    for (const member of this.#all()) member.setPaused(paused);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#quiet);
    this.#requests.clear();
    this.#options.closed();
    await Promise.all(this.#all().map((member) => member.close()));
  }

  #all(): readonly Member[] {
    return [...this.#members.values()];
  }

  #started(): readonly Member[] {
    return this.#tools.startsLate ? this.#all().filter((member) => member.isStarted) : this.#all();
  }

  #join(runtime: ServerRuntime, handshake: Readonly<Record<string, unknown>>): Member {
    const member = new Member({
      runtime,
      handshake,
      remembered: this.#options.remembered,
      isPaused: () => this.#isPaused,
      level: () => this.#level,
      said: (from, line) => this.#heard(from, line),
      late: (_from, kind) => this.#announce(kind === "templates" ? "resources" : kind),
    });
    if (!this.#tools.startsLate) member.start();
    this.#resources.joined(member);
    return member;
  }

  #notified(method: string, line: Buffer): void {
    switch (method) {
      case "notifications/initialized":
        // Every server has been told, or is when its handshake is done.
        this.#isListening = true;
        return this.#tellChanges();
      case "notifications/cancelled": {
        const id = cancelledId(line);
        return id === null ? undefined : this.#requests.cancel(id, line);
      }
      case "notifications/progress": {
        const passed = this.#questions.progressed(line);
        return passed?.member.pass(passed.line);
      }
      default:
        for (const member of this.#started()) member.pass(line);
    }
  }

  #requested(method: string, request: AgentRequest): void {
    switch (method) {
      case "initialize":
        return this.#initialize(request);
      case "ping":
        return request.result({});
      case "tools/list":
        return request.until(this.#tools.list(request));
      case "tools/call":
        return request.until(this.#tools.call(request, textAt(request.line, ["params", "name"]) ?? ""));
      case "prompts/list":
        return request.until(this.#listPrompts(request));
      case "prompts/get":
        return request.until(this.#named(request, ["params", "name"]));
      case "resources/list":
        return request.until(this.#listResources(request, "resources"));
      case "resources/templates/list":
        return request.until(this.#listResources(request, "templates"));
      case "resources/read":
      case "resources/subscribe":
      case "resources/unsubscribe":
        return this.#resources.request(request, method);
      case "completion/complete":
        if (textAt(request.line, ["params", "ref", "type"]) === "ref/resource")
          return this.#resources.complete(request);
        return request.until(this.#named(request, ["params", "ref", "name"]));
      case "logging/setLevel":
        return this.#setLevel(request);
      default: {
        // What we do not know may be meant for one server: where there is only one, it is.
        const [only, ...others] = this.#all();
        if (only !== undefined && others.length === 0) return request.forward(only, request.line);
        return request.error(METHOD_NOT_FOUND, `All servers as one have no ${method}.`);
      }
    }
  }

  #initialize(request: AgentRequest): void {
    const params = record(parseMessage(request.line)?.params);
    this.#handshake = params;
    this.configured();
    // Nothing has changed for who has seen nothing yet.
    this.#changed.clear();
    const known: KnownServer = introduction(this.#options.name, this.#all(), this.#tools.startsLate);
    request.result(initializeResult(this.#options.name, params.protocolVersion, known, null));
  }

  async #listPrompts(request: AgentRequest): Promise<void> {
    const lists = await this.#lists("prompts");
    request.result({ prompts: lists.flatMap(({ member, items }) => exposed(member, items)) });
  }

  async #listResources(request: AgentRequest, kind: "resources" | "templates"): Promise<void> {
    request.result({ [LISTS[kind].key]: combineResources(kind, await this.#lists(kind)) });
  }

  #lists(kind: ListKind) {
    return Promise.all(
      this.#all().map(async (member) => {
        const waits = this.#tools.startsLate && !member.isStarted;
        return { member, items: waits ? (member.lists.known(kind) ?? []) : await member.lists.soon(kind) };
      }),
    );
  }

  async #named(request: AgentRequest, path: readonly string[]): Promise<void> {
    const name = textAt(request.line, path) ?? "";
    const found = await findNamed(this.#all(), "prompts", name);
    if (found === null) return request.error(INVALID_PARAMS, this.#absence(name));
    request.forward(found.member, withJsonAt(request.line, path, JSON.stringify(found.name)));
  }

  #setLevel(request: AgentRequest): void {
    const level = jsonAt(request.line, ["params", "level"]);
    if (level === null) return request.error(INVALID_PARAMS, "logging/setLevel needs a level.");
    this.#level = level;
    for (const member of this.#all()) member.setLevel(level);
    request.result({});
  }

  /** A server speaks by itself. */
  #heard(member: Member, line: Buffer): void {
    const { id, method } = peek(line);
    if (this.#isClosed || method === null) return;
    if (id !== null) return this.#say(this.#questions.asked(member, line, id), this.#requests.newestAt(member));
    switch (method) {
      case "notifications/tools/list_changed":
        member.lists.changed("tools");
        return this.#announce("tools");
      case "notifications/prompts/list_changed":
        member.lists.changed("prompts");
        return this.#announce("prompts");
      case "notifications/resources/list_changed":
        member.lists.changed("resources");
        member.lists.changed("templates");
        return this.#announce("resources");
      case "notifications/resources/updated":
        return this.#say(this.#resources.updated(member, line));
      case "notifications/message":
        return this.#say(namedLogger(member.name, line));
      case "notifications/cancelled": {
        const notice = this.#questions.cancelled(member, line);
        if (notice !== null) this.#say(notice);
        return;
      }
      default:
        this.#say(line, this.#requests.newestAt(member));
    }
  }

  #announce(list: "tools" | "prompts" | "resources"): void {
    // The three tools of lazy mode stay the same.
    if (list === "tools" && this.#tools.startsLate) return;
    this.#changed.add(list);
    this.#tellChanges();
  }

  /** Many changes at once are one. */
  #tellChanges(): void {
    if (!this.#isListening || this.#changed.size === 0) return;
    this.#quiet ??= setTimeout(() => {
      this.#quiet = undefined;
      for (const list of this.#changed) this.#say(notificationLine(`notifications/${list}/list_changed`));
      this.#changed.clear();
    }, QUIET);
  }

  #say(line: Buffer, about: string | null = null): void {
    if (!this.#isClosed) this.#options.events.message(line, peek(line), about);
  }

  #absence(name: string): string {
    const part = splitName(name)?.part ?? null;
    const runtime = this.#options.servers().find((server) => serverPart(server.name) === part);
    if (part === null || runtime === undefined) return `Unknown name “${name}”: no server of that name is set up.`;
    if (!isOn(runtime))
      return `Unknown name “${name}”: the server “${runtime.name}” is turned off or not set up rightly.`;
    return `Unknown name “${name}”: the server “${runtime.name}” has nothing of that name.`;
  }
}

function isOn({ definition }: ServerRuntime): boolean {
  return !(definition instanceof Error) && definition.enabled;
}
