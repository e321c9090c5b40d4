/**
 * The `subscriptions/listen` requests of an agent (MCP 2026-07-28), which outlive the hub: a new one is told of them, and
 * the agent of what it may have missed meanwhile.
 */
import { cancelledId, type Peek } from "./scan.ts";

const LISTEN = "subscriptions/listen";
const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";
const SUBSCRIPTION_ID = "io.modelcontextprotocol/subscriptionId";
const KINDS = ["tools", "prompts", "resources"];

interface Listen {
  readonly line: Buffer;
  /** The agent was told that it is open. */
  isOpen: boolean;
}

export class Listens {
  /** By JSON text of the request's id. */
  readonly #kept = new Map<string, Listen>();

  /** A line of the agent's. Answers the id of a listen that it ended with it. */
  fromAgent(line: Buffer, { id, method }: Peek): string | null {
    if (method === LISTEN && id !== null) this.#kept.set(id, { line, isOpen: false });
    // The era before this one knows no listens.
    else if (method === "initialize") this.#kept.clear();
    else if (method === "notifications/cancelled" && this.#kept.size > 0) {
      const ended = cancelledId(line);
      if (ended !== null && this.#kept.delete(ended)) return ended;
    }
    return null;
  }

  /** What the agent gets for a line of the hub's; null: the line itself. */
  fromHub(line: Buffer, { id, method }: Peek): Buffer[] | null {
    if (this.#kept.size === 0) return null;
    if (method === null && id !== null) this.#kept.delete(id);
    if (method !== ACKNOWLEDGED) return null;
    const found = acknowledgement(line);
    const listen = found === null ? undefined : this.#kept.get(found.id);
    if (found === null || listen === undefined) return null;
    const wasOpen = listen.isOpen;
    listen.isOpen = true;
    return wasOpen ? missed(found) : null;
  }

  has(id: string): boolean {
    return this.#kept.has(id);
  }

  /** The agent knows that it is open, and waits for no answer. */
  isOpen(id: string): boolean {
    return this.#kept.get(id)?.isOpen === true;
  }

  forget(id: string): void {
    this.#kept.delete(id);
  }

  /** What a new hub is to hear. */
  lines(): Buffer[] {
    return [...this.#kept.values()].map(({ line }) => line);
  }
}

interface Acknowledgement {
  readonly id: string;
  readonly filter: Readonly<Record<string, unknown>>;
}

function acknowledgement(line: Buffer): Acknowledgement | null {
  try {
    const { params } = JSON.parse(line.toString("utf8")) as {
      params?: { _meta?: Record<string, unknown>; notifications?: Record<string, unknown> };
    };
    const id = JSON.stringify(params?._meta?.[SUBSCRIPTION_ID]) as string | undefined;
    return id === undefined ? null : { id, filter: params?.notifications ?? {} };
  } catch {
    return null;
  }
}

/** Anything may have changed while there was no hub: one notification for each thing that the listen asked for. */
function missed({ id, filter }: Acknowledgement): Buffer[] {
  const meta = `"_meta":{"${SUBSCRIPTION_ID}":${id}}`;
  const notice = (method: string, params: string): Buffer =>
    Buffer.from(`{"jsonrpc":"2.0","method":"notifications/${method}","params":{${params}}}`);
  const { resourceSubscriptions: uris } = filter;
  return [
    ...KINDS.filter((kind) => filter[`${kind}ListChanged`] === true).map((kind) =>
      notice(`${kind}/list_changed`, meta),
    ),
    ...(Array.isArray(uris) ? uris : []).map((uri) =>
      notice("resources/updated", `"uri":${JSON.stringify(uri)},${meta}`),
    ),
  ];
}
