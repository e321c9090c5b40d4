/** A hub in plain Node with its servers, for tests that need no desktop: vault in memory, the sign-in clicked by fetch. */
import type { ErrorObject, ServerStatus, Snapshot } from "../../../preload/api.ts";
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

/** The error object that an agent got instead of an answer. */
export async function failure(call: Promise<unknown>): Promise<ErrorObject> {
  try {
    await call;
  } catch (error) {
    return (error as { data: ErrorObject }).data;
  }
  throw new Error("the call worked");
}
