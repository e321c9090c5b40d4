/** The `subscriptions/listen` requests that an agent has open (MCP 2026-07-28 basic/patterns/subscriptions). */
import { record } from "../jsonrpc.ts";
import { SUBSCRIPTION_ID } from "./modern.ts";

const KINDS = {
  toolsListChanged: "notifications/tools/list_changed",
  promptsListChanged: "notifications/prompts/list_changed",
  resourcesListChanged: "notifications/resources/list_changed",
} as const;
const UPDATED = "notifications/resources/updated";
const CHANGES: ReadonlySet<string> = new Set([...Object.values(KINDS), UPDATED]);

interface Listen {
  /** Methods of the notifications without parameters that it asked for. */
  readonly kinds: ReadonlySet<string>;
  readonly uris: readonly string[];
}

export class Listens {
  /** By JSON text of the request's id. */
  readonly #open = new Map<string, Listen>();

  /** Whether a notification reaches a modern agent through its listens only. */
  static carries(method: string): boolean {
    return CHANGES.has(method);
  }

  /**
   * Holds the request. Answers the acknowledgement, its first message; null: the filter is not one.
   * `subscribes`: whether updates of single resources can be had.
   */
  open(id: string, params: unknown, subscribes: boolean): Buffer | null {
    const filter = record(params).notifications;
    if (typeof filter !== "object" || filter === null || Array.isArray(filter)) return null;
    const { resourceSubscriptions, ...flags } = filter as Record<string, unknown>;
    const honoured: Record<string, unknown> = {};
    for (const name of Object.keys(KINDS)) {
      const wanted = flags[name];
      if (wanted !== undefined && typeof wanted !== "boolean") return null;
      if (wanted === true) honoured[name] = true;
    }
    const uris: unknown[] = Array.isArray(resourceSubscriptions) ? resourceSubscriptions : [];
    if (resourceSubscriptions !== undefined && !Array.isArray(resourceSubscriptions)) return null;
    if (!uris.every((uri) => typeof uri === "string")) return null;
    if (subscribes && uris.length > 0) honoured.resourceSubscriptions = uris;
    this.#open.set(id, {
      kinds: new Set(Object.entries(KINDS).flatMap(([name, method]) => (honoured[name] === true ? [method] : []))),
      uris: uris as string[],
    });
    return tagged("notifications/subscriptions/acknowledged", { notifications: honoured }, id);
  }

  /** False: there is no such one. */
  end(id: string | null): boolean {
    return id !== null && this.#open.delete(id);
  }

  has(id: string): boolean {
    return this.#open.has(id);
  }

  clear(): void {
    this.#open.clear();
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** URIs of all resources whose updates are wanted. */
  uris(): Set<string> {
    return new Set([...this.#open.values()].flatMap(({ uris }) => uris));
  }

  /** A change as each listen that asked for it is to get it. `params`: of the server's notification. */
  deliver(method: string, params: unknown): Buffer[] {
    const { uri } = record(params);
    const wants = ({ kinds, uris }: Listen): boolean =>
      method === UPDATED ? typeof uri === "string" && uris.some((one) => isPartOf(uri, one)) : kinds.has(method);
    return [...this.#open].flatMap(([id, listen]) => (wants(listen) ? [tagged(method, record(params), id)] : []));
  }
}

/** A server may tell of a part of the resource that was subscribed to (MCP 2025-11-25 schema, ResourceUpdatedNotification). */
function isPartOf(uri: string, whole: string): boolean {
  return uri === whole || (uri.startsWith(whole) && (whole.endsWith("/") || /^[/?#]/u.test(uri.slice(whole.length))));
}

function tagged(method: string, params: Readonly<Record<string, unknown>>, id: string): Buffer {
  const _meta = { ...record(params._meta), [SUBSCRIPTION_ID]: JSON.parse(id) as unknown };
  return Buffer.from(JSON.stringify({ jsonrpc: "2.0", method, params: { ...params, _meta } }));
}
