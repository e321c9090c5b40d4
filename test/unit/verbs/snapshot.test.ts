import { expect, test } from "vitest";
import type { Config, RemoteServer } from "../../../main/config/types.ts";
import { GatehouseError } from "../../../main/errors.ts";
import type { ServerView } from "../../../main/hub/server-runtime.ts";
import type { AuthStatus } from "../../../main/oauth/types.ts";
import { DEFAULT_SETTINGS } from "../../../main/settings.ts";
import { type SnapshotSources, takeSnapshot } from "../../../main/verbs/snapshot.ts";
import type { ServerState } from "../../../preload/api.ts";

const error = new GatehouseError({ code: "upstream_unreachable", server: "s", message: "m.", suggestion: "s." });
const need = new GatehouseError({ code: "sign_in_required", server: "s", message: "n.", suggestion: "s." });
const SERVER: RemoteServer = {
  name: "s",
  type: "auto",
  url: "https://s.example/mcp",
  headers: {},
  auth: {},
  enabled: true,
  protocol: "auto",
  tools: { allow: ["*"], deny: [] },
  timeout: 60,
};
const VIEW: ServerView = {
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
const AUTH: AuthStatus = { accounts: [], signIn: null, challenge: null, error: null };

function stateOf(given: {
  paused?: boolean;
  server?: Partial<RemoteServer>;
  view?: Partial<ServerView>;
  auth?: Partial<AuthStatus>;
}) {
  const server = { ...SERVER, ...given.server };
  const config: Config = {
    path: "/servers.json",
    servers: new Map([["s", server]]),
    invalid: new Map(),
    settings: DEFAULT_SETTINGS,
    settingsError: null,
    error: null,
  };
  const sources = {
    version: "1",
    startedAt: 0,
    clock: { now: () => 2_499 },
    agentCommand: ["/node", "/shim"],
    vault: { status: () => ({ kind: "memory", state: "ok" }) },
    config: () => config,
    hub: { view: () => ({ ...VIEW, ...given.view }), adHocServers: () => [] },
    signIns: { status: () => ({ ...AUTH, ...given.auth }) },
    isPaused: () => given.paused ?? false,
    catalogueId: (url: string) => (url === SERVER.url ? "known" : null),
    approvalsError: () => null,
  } as unknown as SnapshotSources;
  const snapshot = takeSnapshot(sources);
  expect(snapshot.hub).toMatchObject({ version: "1", uptime_s: 2 });
  return snapshot.servers[0];
}

const signIn = { account: "default", step: "waiting", started_at: "", deadline: "" } as const;

test.each<[ServerState, Parameters<typeof stateOf>[0]]>([
  ["idle", {}],
  ["disabled", { server: { enabled: false }, view: { ready: 1, need } }],
  ["signing_in", { view: { need }, auth: { signIn } }],
  ["sign_in_required", { view: { ready: 1, need } }],
  ["ready", { view: { ready: 1, connecting: 1, error } }],
  ["failing", { view: { connecting: 1, error } }],
  ["connecting", { view: { connecting: 1 } }],
])("%s", (state, given) => {
  expect(stateOf(given)?.state).toBe(state);
});

test("while everything is paused nothing is needed, and nothing has failed", () => {
  expect(stateOf({ paused: true, view: { need, error } })).toMatchObject({ state: "idle", error: null });
  expect(stateOf({ paused: true, server: { enabled: false } })?.state).toBe("disabled");
  expect(stateOf({ paused: true, auth: { signIn } })?.state).toBe("signing_in");
});

test("a client ID that has been entered since answers the sign-in that failed for want of one", () => {
  const wanting = new GatehouseError({ code: "client_id_required", server: "s", message: "m.", suggestion: "s." });
  const failed = { error: wanting.toObject() };
  expect(stateOf({ view: { need }, auth: failed })?.error?.code).toBe("client_id_required");
  expect(stateOf({ view: { need }, auth: failed, server: { auth: { client_id: "c" } } })?.error?.code).toBe(
    "sign_in_required",
  );
});

test("the catalogue is asked by URL", () => {
  expect(stateOf({})?.catalogue).toBe("known");
  expect(stateOf({ server: { url: "https://other.example/mcp" } })?.catalogue).toBeNull();
});

test("the error shown is what explains the state", () => {
  const denied = { ...error.toObject(), code: "authorization_denied" as const };
  expect(stateOf({ view: { error } })?.error).toEqual(error.toObject());
  expect(stateOf({ view: { need } })?.error).toEqual(need.toObject());
  expect(stateOf({ view: { need }, auth: { error: denied } })?.error).toEqual(denied);
  expect(stateOf({ auth: { signIn, error: denied } })?.error).toBeNull();
});

test("agents are counted each and named once", () => {
  expect(stateOf({ view: { agents: ["Cursor", "Claude", "Cursor"] } })).toMatchObject({
    agents: 3,
    agent_names: ["Claude", "Cursor"],
  });
});
