/** A hub with a grant that ends every moment, agents that never rest, and a count of what went wrong for them. */
import { join } from "node:path";
import { openVault } from "../../../main/vault/index.ts";
import type { Grant, GrantKey } from "../../../main/vault/types.ts";
import type { ErrorObject } from "../../../preload/api.ts";
import type { Agent } from "../../fixtures/agent.ts";
import { startAgent } from "../../fixtures/agent.ts";
import { type Home, makeHome } from "../../fixtures/home.ts";
import { type ProtectedServer, startProtectedServer } from "../../fixtures/protected-server.ts";
import {
  type RotatingServer,
  type RotatingServerOptions,
  startRotatingServer,
} from "../../fixtures/rotating-server.ts";
import { use } from "../../fixtures/use.ts";
import { sleep } from "../../fixtures/wait.ts";
import { PLAIN } from "../hub/parts.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
/** Grants must outlive the hub here. */
const ENV: NodeJS.ProcessEnv = { ...PLAIN, GATEHOUSE_VAULT: "file", GATEHOUSE_LOG_LEVEL: "info" };

/** Where grants rest: puts the first one there, and tells which environment hubs find it in. */
export interface Store {
  readonly env: NodeJS.ProcessEnv;
  put(key: GrantKey, grant: Grant): Promise<void>;
}

export interface Load {
  readonly as: RotatingServer;
  readonly acme: ProtectedServer;
  readonly home: Home;
  connect(name?: string): Promise<Agent>;
}

/** Somebody has signed in to `acme` before: the grant lies in the vault, `store` or a file. */
export async function makeLoad(options: RotatingServerOptions, store: Store | null = null): Promise<Load> {
  const as = use(await startRotatingServer(options));
  const acme = use(await startProtectedServer({ issuer: as }));
  const home = use(makeHome({ acme: { url: acme.url } }));
  const paths = { vaultFile: join(home.path, "vault.enc"), vaultKey: join(home.path, "vault.key") };
  const { env, put } = store ?? fileStore(paths);
  const now = Date.now();
  await put(
    { server: "acme", account: "default", origin: new URL(acme.url).origin },
    {
      v: 1,
      issuer: as.issuer,
      token_endpoint: as.tokenEndpoint,
      revocation_endpoint: null,
      resource: acme.url,
      client: {
        source: "dynamic",
        client_id: "load",
        token_endpoint_auth_method: "none",
        redirect_uri: "http://127.0.0.1/callback",
      },
      access_token: as.first.accessToken,
      refresh_token: as.first.refreshToken,
      id_token: null,
      scope: "mcp:tools",
      expires_at: now + options.lifetimeMs,
      obtained_at: now,
      signed_in_at: now,
    },
  );
  return {
    as,
    acme,
    home,
    connect: async (name = "Claude") =>
      use(await startAgent({ home: home.path, env, server: "acme", clientName: name })),
  };
}

function fileStore(paths: { readonly vaultFile: string; readonly vaultKey: string }): Store {
  const vault = openVault({ paths, env: { GATEHOUSE_VAULT: "file" }, log: quiet });
  return { env: ENV, put: (key, grant) => vault.put(key, grant) };
}

export interface Tally {
  calls: number;
  /** Calls that failed, by the error's code. */
  readonly failures: Map<string, number>;
}

/** Every agent calls, waits `pauseMs`, and calls again, until `until` (milliseconds since the epoch). */
export async function keepCalling(agents: readonly Agent[], until: number, pauseMs: number): Promise<Tally> {
  const tally: Tally = { calls: 0, failures: new Map() };
  await Promise.all(
    agents.map(async (agent, number) => {
      await sleep((number * pauseMs) / agents.length);
      for (let turn = 0; Date.now() < until; turn++) {
        tally.calls += 1;
        const code = await codeOfCall(agent, turn, number);
        if (code !== null) tally.failures.set(code, (tally.failures.get(code) ?? 0) + 1);
        await sleep(pauseMs);
      }
    }),
  );
  return tally;
}

/** Null: it worked. */
export async function codeOfCall(agent: Agent, a: number, b: number): Promise<string | null> {
  try {
    const sum = await agent.callText("add", { a, b });
    return sum === String(a + b) ? null : "wrong_answer";
  } catch (error) {
    return (error as { data?: ErrorObject }).data?.code ?? String(error);
  }
}

/** A number from the environment, for `npm run load`. */
export function configured(name: string, short: number): number {
  return Number(process.env[name] ?? short);
}
