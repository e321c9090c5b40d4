/** What the sign-in core asks of the world, as literals for tests. */

import type { AuthConfig, RemoteServer } from "../../../main/config/types.ts";
import { GatehouseError } from "../../../main/errors.ts";
import { createSignIns, type SignInsParts } from "../../../main/oauth/sign-ins.ts";
import type { SignIns } from "../../../main/oauth/types.ts";
import type { Browser, Challenge, Credentials, Log } from "../../../main/ports.ts";
import type { Grant, GrantKey, Vault } from "../../../main/vault/types.ts";
import {
  ACCOUNTS,
  type AuthorizationServer,
  type AuthorizationServerOptions,
  startAuthorizationServer,
} from "../../fixtures/authorization-server.ts";
import { clickThrough } from "../../fixtures/oauth-client.ts";
import { type ProtectedServer, startProtectedServer } from "../../fixtures/protected-server.ts";
import { use } from "../../fixtures/use.ts";

export class MemoryVault implements Vault {
  readonly kind = "memory";
  readonly entries = new Map<string, string>();
  /** Calls that must fail, by name. */
  readonly failing = new Set<"get" | "put" | "delete">();
  /** What happened, in order. */
  readonly journal: string[] = [];

  status() {
    return { kind: this.kind, state: "ok" } as const;
  }
  async get(key: GrantKey): Promise<Grant | null> {
    this.#failWhenTold("get");
    const text = this.entries.get(JSON.stringify(key));
    return text === undefined ? null : JSON.parse(text);
  }
  async put(key: GrantKey, grant: Grant): Promise<void> {
    // A store takes its time; whoever does not wait for it is found out.
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.#failWhenTold("put");
    this.entries.set(JSON.stringify(key), JSON.stringify(grant));
    this.journal.push(`put ${grant.access_token}`);
  }
  async delete(key: GrantKey): Promise<boolean> {
    this.#failWhenTold("delete");
    return this.entries.delete(JSON.stringify(key));
  }
  only(): Grant {
    const [text] = this.entries.values();
    if (text === undefined || this.entries.size !== 1) throw new Error(`${this.entries.size} entries`);
    return JSON.parse(text);
  }
  #failWhenTold(name: "get" | "put" | "delete"): void {
    if (!this.failing.has(name)) return;
    throw new GatehouseError({ code: "vault_unavailable", message: `No ${name} today.`, suggestion: "Unlock it." });
  }
}

/** Goes through login and consent and follows the last redirect home, whose page it keeps. */
export class PersonAtBrowser implements Browser {
  readonly opened: URL[] = [];
  #last: Promise<{ status: number; text: string }> | undefined;
  decision: "allow" | "deny" = "allow";
  /** Changes the address that the browser comes home with. */
  onTheWayHome: (home: URL) => URL = (home) => home;

  async open(url: URL): Promise<void> {
    this.opened.push(url);
    this.#last = this.#visit(url);
    await this.#last;
  }

  /** What the browser shows in the end. */
  async page(): Promise<{ status: number; text: string }> {
    if (this.#last === undefined) throw new Error("the browser was never opened");
    return this.#last;
  }

  async #visit(url: URL): Promise<{ status: number; text: string }> {
    const person = { user: "ada", password: ACCOUNTS.ada ?? "", decision: this.decision };
    const page = await fetch(this.onTheWayHome(await clickThrough(url, person)));
    return { status: page.status, text: await page.text() };
  }
}

const quietLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

export class TestClock {
  ahead = 0;
  now(): number {
    return Date.now() + this.ahead;
  }
}

export function remoteServer(url: string, auth: AuthConfig = {}): RemoteServer {
  return {
    name: "notes",
    enabled: true,
    protocol: "auto",
    tools: { allow: ["*"], deny: [] },
    timeout: 60,
    type: "auto",
    url,
    headers: {},
    auth,
  };
}

export interface Rig {
  readonly vault: MemoryVault;
  readonly browser: PersonAtBrowser;
  readonly clock: TestClock;
  readonly signIns: SignIns;
}

/** Sign-ins on literals. Inside a running test; closed when it ends. */
export function makeRig(
  parts: Partial<Pick<SignInsParts, "browser" | "resolve" | "lock" | "pollPause">> & { vault?: MemoryVault } = {},
): Rig {
  const vault = parts.vault ?? new MemoryVault();
  const browser = new PersonAtBrowser();
  const clock = new TestClock();
  const signIns = use(createSignIns({ clock, log: quietLog, browser, version: "0.0.0", ...parts, vault }));
  return { vault, browser, clock, signIns };
}

/** An authorization server, a protected server of its, and sign-ins. Inside a running test; closed when it ends. */
export async function makeWorld(
  options: AuthorizationServerOptions = {},
  auth: AuthConfig = {},
  parts: Parameters<typeof makeRig>[0] = {},
): Promise<Rig & { as: AuthorizationServer; resource: ProtectedServer; server: RemoteServer }> {
  const as = use(await startAuthorizationServer(options));
  const resource = use(await startProtectedServer({ issuer: as, dpop: options.dpop ?? false }));
  return { as, resource, server: remoteServer(resource.url, auth), ...makeRig(parts) };
}

/** A resource's refusal of the token that a request carried. */
export const REFUSED: Challenge = {
  status: 401,
  scheme: "bearer",
  resourceMetadata: null,
  scope: null,
  error: "invalid_token",
  errorDescription: null,
  at: 0,
};

/** The access token that a request would carry now. */
export async function tokenOf(credentials: Credentials): Promise<string | null> {
  const { token } = await credentials.permit("POST", new URL("https://mcp.example/mcp"));
  return token;
}

/** The code with which a promise rejects. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await errorOf(promise);
  return error.code;
}

export async function errorOf(promise: Promise<unknown>): Promise<GatehouseError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof GatehouseError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}
