/** Chooses the transport for a server, and what stands between the agent's era and the server's. */
import type { ServerConfig } from "../config/types.ts";
import type { Clock, Credentials, Log } from "../ports.ts";
import { reachLegacy } from "./reach.ts";
import { StdioChild } from "./stdio-child.ts";
import type { Era, Upstream, UpstreamEvents } from "./upstream.ts";

/** What is remembered of how a server speaks, from one connection to the next. */
export interface EraMemory {
  /** Null: nobody has found out yet, or what was found out no longer holds. */
  get(): Era | null;
  set(era: Era | null): void;
}

export interface OpenOptions {
  readonly server: ServerConfig;
  /** The agent's. */
  readonly era: Era;
  readonly memory: EraMemory;
  readonly events: UpstreamEvents;
  /** Asked for remote servers only. */
  credentials(): Credentials;
  readonly clock: Clock;
  readonly log: Log;
  /** The environment that stdio servers build on. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Opens a session with a server. Throws a GatehouseError when that cannot even be tried. */
export function openUpstream(options: OpenOptions): Upstream {
  const { server, events, clock, log, env } = options;
  if (server.type === "stdio") return new StdioChild({ server, events, log, env });
  return reachLegacy({ server, credentials: options.credentials(), events, clock, log });
}
