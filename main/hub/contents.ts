/** What servers offer, asked on a person's behalf and held for a while; what stands in when a server cannot be asked. */
import type { ServerContents } from "../../preload/api-config.ts";
import { asGatehouseError, GatehouseError, quoteRemote } from "../errors.ts";
import { record } from "../jsonrpc.ts";
import { allPages, type Item, isFit, type ListKind, ListRefused } from "./aggregate/lists.ts";
import type { RememberedLists } from "./aggregate/remembered.ts";
import { listedPrompt, listedResource, listedTool, shownName } from "./listed.ts";
import type { ServerRuntime } from "./server-runtime.ts";
import { type Visited, visit } from "./visit.ts";

/** Milliseconds for which a server is not asked again, unless that is wanted. */
const FRESH = 60_000;
const KINDS = ["tools", "prompts", "resources", "templates"] as const satisfies readonly ListKind[];
/** Characters of JSON that a tool's result may have to be shown. */
const LONGEST_RESULT = 8 * 1024 * 1024;

type Lists = Readonly<Partial<Record<ListKind, readonly Item[]>>>;

interface Seen {
  readonly lists: Lists;
  /** Why a list is missing, or not of now. */
  readonly error: GatehouseError | null;
  /** On the clock of `performance.now()`. */
  readonly at: number;
}

export class Contents {
  readonly #remembered: RememberedLists;
  /** By runtime, as long as it is the same server; then by account. */
  readonly #seen = new WeakMap<ServerRuntime, { readonly by: string; readonly accounts: Map<string, Seen> }>();
  readonly #running = new Map<string, Promise<Seen>>();

  constructor(remembered: RememberedLists) {
    this.#remembered = remembered;
  }

  /** Asks the server when it can be asked without a person, else tells what it listed last, and why. Never rejects. */
  async list(server: ServerRuntime, account: string, refresh: boolean): Promise<ServerContents> {
    const before = this.#before(server, account);
    const isFresh = before !== undefined && before.error === null && performance.now() - before.at < FRESH;
    const seen = isFresh && !refresh ? before : await this.#ask(server, account);
    const fallback = { ...this.#fromEarlier(server), ...before?.lists };
    return shown(server, { ...fallback, ...seen.lists }, seen.error);
  }

  /** Calls a tool as the person. Throws what keeps it from an answer; a result that is an error is a result. */
  async try(
    server: ServerRuntime,
    account: string,
    tool: string,
    args: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly ms: number; readonly result: unknown }> {
    const known = this.#before(server, account)?.lists.tools ?? server.control.remembered();
    // It is named as it is shown; the server knows it as it is.
    const name = known.find((one) => shownName(one) === tool)?.name ?? tool;
    return visit(server.visited(account), async ({ ask }) => {
      const since = performance.now();
      try {
        const result = await ask("tools/call", { name, arguments: args });
        if (JSON.stringify(result).length > LONGEST_RESULT) throw tooLong(server.name);
        return { ms: Math.round(performance.now() - since), result };
      } catch (error) {
        throw error instanceof ListRefused ? refusal(server.name, "the call", error) : error;
      }
    });
  }

  #before(server: ServerRuntime, account: string): Seen | undefined {
    const seen = this.#seen.get(server);
    return seen?.by === server.listedBy ? seen.accounts.get(account) : undefined;
  }

  /** One walk at a time. */
  #ask(server: ServerRuntime, account: string): Promise<Seen> {
    const key = JSON.stringify([server.name, account, server.listedBy]);
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const asking = this.#walk(server, account).finally(() => this.#running.delete(key));
    this.#running.set(key, asking);
    return asking;
  }

  async #walk(server: ServerRuntime, account: string): Promise<Seen> {
    const by = server.listedBy;
    try {
      const seen = await visit(server.visited(account), (visited) => everyList(server.name, visited));
      const accounts = this.#seen.get(server);
      if (accounts?.by === by) accounts.accounts.set(account, seen);
      else this.#seen.set(server, { by, accounts: new Map([[account, seen]]) });
      this.#remember(server, by, seen.lists);
      return seen;
    } catch (error) {
      return { lists: {}, error: asGatehouseError(error, server.name), at: performance.now() };
    }
  }

  /** Tools are the change guard's to remember. */
  #remember(server: ServerRuntime, by: string, { tools: _tools, ...lists }: Lists): void {
    const before = this.#remembered.get(server.name, by);
    const fit = Object.entries(lists).map(([kind, items]) => [
      kind,
      items.filter((item) => isFit(kind as ListKind, item)),
    ]);
    this.#remembered.set(server.name, by, { ...before, lists: { ...before.lists, ...Object.fromEntries(fit) } });
  }

  /** What was listed before this hub's time, or to agents. */
  #fromEarlier(server: ServerRuntime): Lists {
    const { lists } = this.#remembered.get(server.name, server.listedBy);
    const tools = server.control.remembered();
    return tools.length === 0 ? lists : { ...lists, tools };
  }
}

/** A list that fails does not keep the others from being told. */
async function everyList(server: string, { hello, ask }: Visited): Promise<Seen> {
  const lists: Partial<Record<ListKind, readonly Item[]>> = {};
  let error: GatehouseError | null = null;
  const capabilities = async () => record(hello.capabilities);
  for (const kind of KINDS) {
    try {
      lists[kind] = await allPages(kind, { ask, capabilities }, () => true);
    } catch (thrown) {
      error ??=
        thrown instanceof ListRefused ? refusal(server, `its ${kind}`, thrown) : asGatehouseError(thrown, server);
    }
  }
  return { lists, error, at: performance.now() };
}

function shown(server: ServerRuntime, lists: Lists, error: GatehouseError | null): ServerContents {
  const { tools, prompts, resources, templates } = lists;
  return {
    server: server.name,
    tools:
      tools?.filter(({ name }) => typeof name === "string").map((tool) => listedTool(tool, server.control)) ?? null,
    prompts: prompts?.map(listedPrompt) ?? null,
    resources:
      resources === undefined && templates === undefined
        ? null
        : [
            ...(resources ?? []).map((resource) => listedResource(resource, false)),
            ...(templates ?? []).map((template) => listedResource(template, true)),
          ],
    error: error?.toObject() ?? null,
  };
}

function refusal(server: string, what: string, { code, text }: ListRefused): GatehouseError {
  return new GatehouseError({
    code: "upstream_failed",
    server,
    message: `${server} refused ${what}: ${quoteRemote(text)} (${code}).`,
    suggestion: "Try again; if it stays, its operator has to look.",
    details: { code },
  });
}

function tooLong(server: string): GatehouseError {
  return new GatehouseError({
    code: "too_large",
    server,
    message: `The result from ${server} is too long to be shown here.`,
    suggestion: "Ask for less, or use the tool from an agent.",
  });
}
