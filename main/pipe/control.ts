/** A terminal's or a second app's connection: calls of the contract, and events for whoever subscribed. */
import type { Events, SignInProgress } from "../../preload/api.ts";
import { METHODS } from "../../preload/api.ts";
import type { Newcomer } from "../../shim/versions.ts";
import { parseFrame } from "../../shim/wire.ts";
import type { Peer, Service } from "./server.ts";

/** What answers the calls; the same object that window and tray use. */
export interface Calls {
  call(method: string, params: unknown, onProgress: (progress: SignInProgress) => void): Promise<unknown>;
  on<E extends keyof Events>(event: E, listener: (value: Events[E]) => void): () => void;
  /** Another one wants this hub's place. Answers whether it gets it, and ends this hub then. */
  readonly onYield: (newcomer: Newcomer) => boolean;
}

const EVENTS: Record<keyof Events, true> = { snapshot: true, calls: true, records: true, log: true };

export function serveControl(peer: Peer, calls: Calls): Service {
  const unsubscribes: (() => void)[] = [];
  let isClosed = false;
  const write = (value: unknown): void => {
    if (!isClosed) peer.write(JSON.stringify(value));
  };
  return {
    line(line) {
      const message = parseFrame(line);
      if (message === null || typeof message.id !== "number" || typeof message.method !== "string") return peer.close();
      const { id, method, params } = message;
      if (method === "subscribe") {
        for (const event of eventsOf(params)) unsubscribes.push(calls.on(event, (value) => write({ event, value })));
        return write({ id, result: { ok: true, value: {} } });
      }
      if (method === "yield") return calls.onYield(newcomerOf(params)) ? undefined : peer.close();
      if (!(METHODS as readonly string[]).includes(method)) return peer.close();
      const onProgress = (value: SignInProgress): void => write({ event: "signInProgress", value });
      void calls.call(method, params, onProgress).then((result) => write({ id, result }));
    },
    closed() {
      isClosed = true;
      for (const unsubscribe of unsubscribes) unsubscribe();
    },
  };
}

/** Of every version there will be: what is not said is as it was in the first. */
function newcomerOf(params: unknown): Newcomer {
  const { role, version, wire } = (params ?? {}) as Readonly<Record<string, unknown>>;
  return {
    role: role === "headless" || role === "shim" ? role : "app",
    version: typeof version === "string" ? version : "",
    wire: typeof wire === "number" ? wire : 1,
  };
}

function eventsOf(params: unknown): (keyof Events)[] {
  const { events } = (params ?? {}) as { events?: unknown };
  if (!Array.isArray(events)) return [];
  return events.filter((event): event is keyof Events => typeof event === "string" && Object.hasOwn(EVENTS, event));
}
