/** What one server lists: fetched with all its pages, held for as long as it is true, and what stands in meanwhile. */
import { METHOD_NOT_FOUND, record } from "../../jsonrpc.ts";
import { within } from "../../within.ts";

export type ListKind = "tools" | "prompts" | "resources" | "templates";

/** A tool, prompt, resource or template as its server gave it. */
export type Item = Readonly<Record<string, unknown>>;

interface ListForm {
  readonly method: string;
  /** Member of the result. */
  readonly key: string;
  /** Member of the server's capabilities. */
  readonly capability: string;
}

export const LISTS: Readonly<Record<ListKind, ListForm>> = {
  tools: { method: "tools/list", key: "tools", capability: "tools" },
  prompts: { method: "prompts/list", key: "prompts", capability: "prompts" },
  resources: { method: "resources/list", key: "resources", capability: "resources" },
  templates: { method: "resources/templates/list", key: "resourceTemplates", capability: "resources" },
};

/** Milliseconds that an agent's list waits for one server. */
const PATIENCE = 2_000;
const MOST_PAGES = 100;
const MOST_ITEMS = 10_000;

export interface ListSource {
  /** The answer's `result`; rejects with {@link ListRefused} for a JSON-RPC error. */
  ask(method: string, params: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Resolves with the server's capabilities. */
  capabilities(): Promise<Readonly<Record<string, unknown>>>;
  /** Whether a list that came now is the server's own, and not what the hub says in its place. */
  isOwn(kind: ListKind, items: readonly Item[]): boolean;
  /** The server's own list is known now. */
  learned(): void;
  /** A list came too late for who asked, and is another than the one that stood in. */
  late(kind: ListKind): void;
}

export class ListRefused extends Error {
  readonly code: number;
  /** Its `message`. */
  readonly text: string;
  /** `data.code` of an error of ours; null: the server's own. */
  readonly reason: string | null;

  constructor(error: Readonly<Record<string, unknown>>) {
    super("The list was refused.");
    this.text = typeof error.message === "string" ? error.message : "";
    this.code = Number(error.code);
    const { code } = record(error.data);
    this.reason = typeof code === "string" ? code : null;
  }
}

interface Fetch {
  readonly items: Promise<readonly Item[]>;
  readonly since: number;
}

export class Lists {
  readonly #source: ListSource;
  /** The last that is known, perhaps out of date. */
  readonly #known: Partial<Record<ListKind, readonly Item[]>>;
  readonly #fetching = new Map<ListKind, Fetch>();
  /** When the walk began that what is known comes from, as `performance.now()`. */
  readonly #seen = new Map<ListKind, number>();
  /** Known and not said to have changed since. */
  readonly #fresh = new Set<ListKind>();

  constructor(source: ListSource, known: Readonly<Partial<Record<ListKind, readonly Item[]>>>) {
    this.#source = source;
    this.#known = { ...known };
  }

  get all(): Readonly<Partial<Record<ListKind, readonly Item[]>>> {
    return this.#known;
  }

  /** Null: nobody has ever seen it. */
  known(kind: ListKind): readonly Item[] | null {
    return this.#known[kind] ?? null;
  }

  isFresh(kind: ListKind): boolean {
    return this.#fresh.has(kind);
  }

  changed(kind: ListKind): void {
    this.#fresh.delete(kind);
    this.#fetching.delete(kind);
  }

  /** All pages, one walk at a time. */
  fetch(kind: ListKind): Promise<readonly Item[]> {
    return this.#start(kind).items;
  }

  /** What the server answers within a short while, else what it listed last. */
  async soon(kind: ListKind): Promise<readonly Item[]> {
    const { items, since } = this.#start(kind);
    const wait = PATIENCE - (performance.now() - since);
    try {
      if (await within(wait, items)) return await items;
    } catch {
      return this.known(kind) ?? [];
    }
    const shown = this.known(kind) ?? [];
    void items.then(
      (late) => JSON.stringify(late) !== JSON.stringify(shown) && this.#source.late(kind),
      // It tells by itself when it is there again.
      () => {},
    );
    return shown;
  }

  #start(kind: ListKind): Fetch {
    const running = this.#fetching.get(kind);
    if (running !== undefined) return running;
    const fetch: Fetch = { items: allPages(kind, this.#source), since: performance.now() };
    this.#fetching.set(kind, fetch);
    const end = (): boolean => {
      const isCurrent = this.#fetching.get(kind) === fetch;
      if (isCurrent) this.#fetching.delete(kind);
      return isCurrent;
    };
    fetch.items.then((items) => {
      // One that was said to have changed meanwhile is better than none, and worse than a later one.
      const isCurrent = end();
      if (!this.#source.isOwn(kind, items) || (this.#seen.get(kind) ?? 0) > fetch.since) return;
      this.#seen.set(kind, fetch.since);
      this.#known[kind] = items;
      if (isCurrent) this.#fresh.add(kind);
      this.#source.learned();
    }, end);
    return fetch;
  }
}

/** Every page of a list; nothing where the server has no such list. `takes`: default what an agent can take. */
export async function allPages(
  kind: ListKind,
  { ask, capabilities }: Pick<ListSource, "ask" | "capabilities">,
  takes: (kind: ListKind, item: Item) => boolean = isFit,
): Promise<readonly Item[]> {
  const { method, key, capability } = LISTS[kind];
  if ((await capabilities())[capability] === undefined) return [];
  const items: Item[] = [];
  const seen = new Set<string>();
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES && items.length < MOST_ITEMS; page++) {
    const result = await onePage(ask, method, cursor);
    const found = result[key];
    items.push(...(Array.isArray(found) ? (found as unknown[]) : []).map(record).filter((item) => takes(kind, item)));
    const { nextCursor } = result;
    // A server that gives the same cursor again would have us walk for ever.
    if (typeof nextCursor !== "string" || seen.has(nextCursor)) break;
    seen.add(nextCursor);
    cursor = nextCursor;
  }
  return items.slice(0, MOST_ITEMS);
}

async function onePage(
  ask: ListSource["ask"],
  method: string,
  cursor: string | null,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await ask(method, cursor === null ? {} : { cursor });
  } catch (error) {
    if (error instanceof ListRefused && error.reason === null && error.code === METHOD_NOT_FOUND) return {};
    throw error;
  }
}

/**
 * Whether an agent can take it. Many refuse a whole list for one entry that is not as MCP wants it, and in this list are
 * those of other servers too.
 */
export function isFit(kind: ListKind, item: Item): boolean {
  const isText = (name: string): boolean => typeof item[name] === "string" && item[name] !== "";
  if (!["title", "description", "mimeType"].every((name) => item[name] === undefined || typeof item[name] === "string"))
    return false;
  switch (kind) {
    case "tools":
      return isText("name") && record(item.inputSchema).type === "object";
    case "prompts":
      return isText("name");
    case "resources":
      return isText("name") && isText("uri");
    case "templates":
      return isText("name") && isText("uriTemplate");
  }
}
