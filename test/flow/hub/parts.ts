/** A hub in plain Node with its servers, for tests that need no desktop: vault in memory, the sign-in clicked by fetch. */
import type {
  ActivityRecord,
  Answer,
  ErrorObject,
  Method,
  Params,
  Result,
  ServerStatus,
  Snapshot,
} from "../../../preload/api.ts";
import type { CallRecord } from "../../../preload/api-activity.ts";
import { connectHub } from "../../../shim/connect.ts";
import { openControl } from "../../../shim/control.ts";
import { readRecord } from "../../../shim/endpoint.ts";
import { type Agent, startAgent } from "../../fixtures/agent.ts";
import {
  ACCOUNTS,
  type AuthorizationServer,
  type AuthorizationServerOptions,
  startAuthorizationServer,
} from "../../fixtures/authorization-server.ts";
import { type Home, makeHome } from "../../fixtures/home.ts";
import { clickThrough } from "../../fixtures/oauth-client.ts";
import { runCli, startCli } from "../../fixtures/program.ts";
import {
  type ProtectedServer,
  type ProtectedServerOptions,
  startProtectedServer,
} from "../../fixtures/protected-server.ts";
import { use } from "../../fixtures/use.ts";
import { waitFor } from "../../fixtures/wait.ts";

/** No desktop, no keychain of the person's, no browser that could open. */
export const PLAIN: NodeJS.ProcessEnv = {
  GATEHOUSE_VAULT: "memory",
  GATEHOUSE_BROWSER: "/bin/false",
  GATEHOUSE_LOG_LEVEL: "debug",
  DISPLAY: undefined,
  WAYLAND_DISPLAY: undefined,
};

export interface World {
  readonly as: AuthorizationServer;
  readonly acme: ProtectedServer;
  readonly home: Home;
  connect(server?: string, clientName?: string): Promise<Agent>;
  cli(args: readonly string[], stdin?: string): ReturnType<typeof runCli>;
  status(): Promise<Snapshot>;
  server(name?: string): Promise<ServerStatus>;
  /** `gatehouse login --no-browser`, its URL clicked through by fetch. Resolves with exit code and stderr. */
  login(decision?: "allow" | "deny"): Promise<{ code: number | string; stderr: string }>;
}

/** Home with the protected server `acme`; everything is closed with the test. */
export async function makeWorld(
  more: Readonly<Record<string, unknown>> = {},
  authorization: AuthorizationServerOptions = {},
  resource: Omit<ProtectedServerOptions, "issuer"> = {},
): Promise<World> {
  const as = use(await startAuthorizationServer(authorization));
  const acme = use(await startProtectedServer({ ...resource, issuer: as }));
  const home = use(makeHome({ acme: { url: acme.url }, ...more }));
  const options = { home: home.path, env: PLAIN };
  const cli: World["cli"] = (args, stdin) => runCli(args, { ...options, ...(stdin === undefined ? {} : { stdin }) });
  const status = async (): Promise<Snapshot> => JSON.parse((await cli(["status", "--json"])).stdout) as Snapshot;
  return {
    as,
    acme,
    home,
    cli,
    status,
    connect: async (server = "acme", clientName = "Claude") =>
      use(await startAgent({ ...options, server, clientName })),
    async server(name = "acme") {
      const found = (await status()).servers.find((one) => one.name === name);
      if (found === undefined) throw new Error(`no server ${name} in the status`);
      return found;
    },
    async login(decision = "allow") {
      const running = use(startCli(["login", "acme", "--no-browser"], options));
      const [url] = await running.waitForStderr(/https?:\/\/\S+\/authorize\?\S+/);
      const end = await clickThrough(new URL(url), { user: "ada", password: ACCOUNTS.ada ?? "", decision });
      await fetch(end);
      return { code: await running.exited, stderr: running.stderr() };
    },
  };
}

/** What the window has of the hub: its calls, and the lists that events bring. */
export interface Desk {
  call<M extends Method>(method: M, params: Params<M>): Promise<Result<Answer<M>>>;
  /** The answer; throws the error object. */
  get<M extends Method>(method: M, params: Params<M>): Promise<Answer<M>>;
  readonly calls: CallRecord[];
  readonly records: ActivityRecord[];
}

export async function openDesk(home: Home): Promise<Desk> {
  const record = await waitFor("the hub's record", () => readRecord(home.path) ?? undefined);
  const reached = await connectHub(record, record.version, { kind: "control" });
  if (reached.kind !== "open") throw new Error(`the hub is ${reached.kind}`);
  const heard: Pick<Desk, "calls" | "records"> = { calls: [], records: [] };
  const control = openControl(reached.socket, (event, value) => {
    if (event === "calls") heard.calls.push(...(value as CallRecord[]));
    if (event === "records") heard.records.push(...(value as ActivityRecord[]));
  });
  use({ close: () => control.close() });
  await control.subscribe(["calls", "records"]);
  const call: Desk["call"] = async (method, params) => (await control.call(method, params)) as never;
  return {
    ...heard,
    call,
    async get(method, params) {
      const result = await call(method, params);
      if (result.ok) return result.value;
      throw result.error;
    },
  };
}

/** The error object that an agent got instead of an answer. */
export async function failure(call: Promise<unknown>): Promise<ErrorObject> {
  try {
    await call;
  } catch (error) {
    return (error as { data: ErrorObject }).data;
  }
  throw new Error("the call worked");
}

/** The error object that a call of the window's got. */
export async function failed<M extends Method>(desk: Desk, method: M, params: Params<M>): Promise<ErrorObject> {
  const result = await desk.call(method, params);
  if (result.ok) throw new Error(`${method} worked`);
  return result.error;
}
