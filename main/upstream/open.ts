/** Chooses the transport for a server, and what stands between the agent's era and the server's. */
import type { ServerConfig } from "../config/types.ts";
import type { Clock, Credentials, Log } from "../ports.ts";
import { EitherEra } from "./modern/either-era.ts";
import { ModernHttp } from "./modern/http.ts";
import { SharedChild } from "./modern/shared-child.ts";
import { reachLegacy } from "./reach.ts";
import { StdioChild } from "./stdio-child.ts";
import type { Era, EraMemory, Upstream, UpstreamEvents } from "./upstream.ts";

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

/** Milliseconds that a server may take to say whether it is of the modern era. */
const LOCAL_PATIENCE = 5_000;
const REMOTE_PATIENCE = 10_000;

/** Opens a session with a server. Throws a GatehouseError when that cannot even be tried. */
export function openUpstream(options: OpenOptions): Upstream {
  const { server, events, clock, log, env } = options;
  const { era, memory } = options;
  const { name, protocol } = server;
  const common = { name, protocol, era, memory, events };
  if (server.type === "stdio") {
    const child = new SharedChild((heard) => new StdioChild({ server, events: heard, log, env }));
    const wires = { isLocal: true, legacy: child.attach, modern: child.attach, patience: LOCAL_PATIENCE };
    return new EitherEra({ ...common, wires });
  }
  const reach = { server, credentials: options.credentials(), clock, log };
  const wires = {
    isLocal: false,
    legacy: (heard: UpstreamEvents) => reachLegacy({ ...reach, events: heard }),
    modern: (heard: UpstreamEvents) => new ModernHttp({ ...reach, events: heard }),
    patience: REMOTE_PATIENCE,
  };
  // That transport is older than the modern era.
  return new EitherEra({ ...common, protocol: server.type === "sse" ? "legacy" : protocol, wires });
}
