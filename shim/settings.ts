/**
 * What an agent of the legacy era has set on its server session, and takes to hold for as long as it runs: the level of
 * log messages, and the resources that it subscribed to. Every later session has to be told of it.
 */
import type { Peek } from "./scan.ts";

const SUBSCRIBE = "resources/subscribe";
const UNSUBSCRIBE = "resources/unsubscribe";
const LEVEL = "logging/setLevel";

export interface Setting {
  readonly method: string;
  readonly params: unknown;
}

export class Settings {
  #level: Setting | null = null;
  /** By URI, in the order of the requests. */
  readonly #subscriptions = new Map<string, Setting>();
  /** Requests to subscribe that have no answer yet, by JSON text of their id. */
  readonly #asked = new Map<string, { readonly uri: string; readonly setting: Setting }>();

  /** A request of the agent's. */
  fromAgent(line: Buffer, { id, method }: Peek): void {
    if (id === null || (method !== SUBSCRIBE && method !== UNSUBSCRIBE && method !== LEVEL)) return;
    const params = paramsOf(line);
    if (params === null) return;
    const setting = { method, params };
    if (method === LEVEL) this.#level = setting;
    else if (typeof params.uri !== "string") return;
    else if (method === SUBSCRIBE) this.#asked.set(id, { uri: params.uri, setting });
    else this.#subscriptions.delete(params.uri);
  }

  /** Whether the answer to this request (JSON text of its id) has to be looked into. */
  awaits(id: string): boolean {
    return this.#asked.has(id);
  }

  /** The answer that the agent gets. */
  answered(line: Buffer, { id }: Peek): void {
    const asked = id === null ? undefined : this.#asked.get(id);
    if (id === null || asked === undefined) return;
    this.#asked.delete(id);
    if (!isError(line)) this.#subscriptions.set(asked.uri, asked.setting);
  }

  /** The request got no answer of the server's. */
  failed(id: string): void {
    this.#asked.delete(id);
  }

  /** The agent begins anew. */
  clear(): void {
    this.#level = null;
    this.#subscriptions.clear();
    this.#asked.clear();
  }

  /** The requests that a new session has to be sent. */
  all(): Setting[] {
    return [...(this.#level === null ? [] : [this.#level]), ...this.#subscriptions.values()];
  }
}

function paramsOf(line: Buffer): { readonly uri?: unknown } | null {
  const { params } = read(line) as { params?: unknown };
  return typeof params === "object" && params !== null ? params : null;
}

function isError(line: Buffer): boolean {
  return (read(line) as { error?: unknown }).error !== undefined;
}

/** What is not JSON inside says nothing. */
function read(line: Buffer): object {
  try {
    return (JSON.parse(line.toString("utf8")) ?? {}) as object;
  } catch {
    return {};
  }
}
