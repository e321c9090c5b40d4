/** The one object that tray, window and terminal draw, put together from what configuration, hub and sign-ins know. */
import type { ServerState, ServerStatus, Snapshot } from "../../preload/api.ts";
import type { Config, ServerConfig, StdioServer } from "../config/types.ts";
import type { GatehouseError } from "../errors.ts";
import type { Hub } from "../hub/hub.ts";
import type { ServerView } from "../hub/server-runtime.ts";
import type { AuthStatus, SignIns } from "../oauth/types.ts";
import type { Clock } from "../ports.ts";
import { shownSettings } from "../settings.ts";
import type { Vault } from "../vault/types.ts";
import { visible } from "../visible.ts";

export interface SnapshotSources {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly clock: Clock;
  readonly agentCommand: readonly string[];
  readonly vault: Vault;
  readonly config: () => Config;
  readonly hub: Hub;
  readonly signIns: SignIns;
  readonly isPaused: () => boolean;
  /** Its id in the catalogue by a server's URL; null: not in it, or not known yet. */
  readonly catalogueId: (url: string) => string | null;
  /** Why it is not known which tools were approved. */
  readonly approvalsError: () => GatehouseError | null;
}

const NOBODY: ServerView = {
  connecting: 0,
  ready: 0,
  error: null,
  need: null,
  needs: [],
  accounts: [],
  tools: null,
  blocked: [],
  agents: [],
  asked: null,
};

export function takeSnapshot(sources: SnapshotSources): Snapshot {
  const config = sources.config();
  const approvalsError = sources.approvalsError();
  return {
    hub: {
      version: sources.version,
      pid: process.pid,
      uptime_s: Math.max(0, Math.round((sources.clock.now() - sources.startedAt) / 1000)),
      vault: sources.vault.status(),
      agent_command: sources.agentCommand,
      ...(approvalsError === null ? {} : { approvals_error: approvalsError.toObject() }),
    },
    config: { path: config.path, error: (config.error ?? config.settingsError)?.toObject() ?? null },
    settings: shownSettings(config.settings),
    paused: sources.isPaused(),
    servers: [
      ...[...config.servers.values()].map((server) => definedServer(server, sources)),
      ...[...config.invalid].map(([name, error]) => invalidServer(name, error)),
      ...sources.hub
        .adHocServers()
        .map((server) => definedServer(server, sources))
        .filter(({ agents, sign_in }) => agents > 0 || sign_in !== null)
        .map((server) => ({ ...server, ad_hoc: true as const })),
    ],
  };
}

function definedServer(server: ServerConfig, sources: SnapshotSources): ServerStatus {
  const view = sources.hub.view(server.name) ?? NOBODY;
  const auth = server.type === "stdio" ? null : sources.signIns.status(server, view.accounts);
  const paused = sources.isPaused();
  const state = stateOf(server.enabled, paused, view, auth);
  return {
    name: server.name,
    type: server.type,
    url: server.type === "stdio" ? null : (server.shownUrl ?? server.url),
    command: server.type === "stdio" ? commandOf(server) : null,
    state,
    accounts: (auth?.accounts ?? []).map((account) => ({ ...account, needed: view.needs.includes(account.name) })),
    error: paused ? null : errorOf(state, view, isAnswered(server, auth) ? null : auth),
    catalogue: server.type === "stdio" ? null : sources.catalogueId(server.url),
    tools: view.tools,
    agents: view.agents.length,
    agent_names: [...new Set(view.agents)].sort(),
    challenge: auth?.challenge ?? null,
    sign_in: auth?.signIn ?? null,
    asked: askedOf(view),
    blocked_tools: view.blocked,
  };
}

/** What is to be judged by its looks has nothing hidden in it. */
function commandOf(server: StdioServer): string {
  const command = server.shownCommand ?? [server.command, ...server.args].join(" ");
  return server.approved === false ? visible(command) : command;
}

function askedOf({ asked }: ServerView): ServerStatus["asked"] {
  if (asked === null) return null;
  const { agent, at, tool } = asked;
  return { agent, at: new Date(at).toISOString(), ...(tool === null ? {} : { tool }) };
}

function stateOf(enabled: boolean, paused: boolean, view: ServerView, auth: AuthStatus | null): ServerState {
  if (!enabled) return "disabled";
  if (auth !== null && auth.signIn !== null) return "signing_in";
  // Nothing is needed as long as nothing is reached.
  if (paused) return "idle";
  if (view.need !== null) return "sign_in_required";
  if (view.ready > 0) return "ready";
  if (view.error !== null) return "failing";
  return view.connecting > 0 ? "connecting" : "idle";
}

/** The last sign-in failed for want of a client ID that the entry has got since: the next one is another matter. */
function isAnswered(server: ServerConfig, auth: AuthStatus | null): boolean {
  const given = server.type === "stdio" ? undefined : server.auth?.client_id;
  return auth?.error?.code === "client_id_required" && given !== undefined;
}

/** The error that explains the state: what keeps the connection from working, the last sign-in's, or the need for one. */
function errorOf(state: ServerState, view: ServerView, auth: AuthStatus | null): ServerStatus["error"] {
  if (state === "failing") return view.error?.toObject() ?? null;
  if (state === "signing_in" || state === "disabled") return null;
  return auth?.error ?? view.need?.toObject() ?? null;
}

function invalidServer(name: string, error: GatehouseError): ServerStatus {
  return {
    name,
    type: "auto",
    url: null,
    command: null,
    state: "failing",
    accounts: [],
    error: error.toObject(),
    catalogue: null,
    tools: null,
    agents: 0,
    agent_names: [],
    challenge: null,
    sign_in: null,
    asked: null,
    blocked_tools: [],
  };
}
