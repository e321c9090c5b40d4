/** All sign-ins of the hub: flows under way, grants at hand, sign-out. The one door of this folder. */
import { setTimeout as pause } from "node:timers/promises";
import type { Revocation } from "../../preload/api.ts";
import { type Activity, memoryActivity, type Recording } from "../activity/activity.ts";
import type { Steps } from "../activity/recording.ts";
import type { RemoteServer } from "../config/types.ts";
import { asGatehouseError, GatehouseError } from "../errors.ts";
import { createSafeFetch, type Resolve, type SafeFetch } from "../http/fetch.ts";
import type { Browser, Challenge, Clock, Credentials, Log } from "../ports.ts";
import { KnownAccounts, UNNAMED } from "../vault/known-accounts.ts";
import type { Grant, Vault } from "../vault/types.ts";
import { type Account, Accounts, type Change } from "./accounts.ts";
import { SignInFlow } from "./flow.ts";
import { nothingWaits } from "./loopback.ts";
import { withEvidence } from "./problem.ts";
import { beginRenaming } from "./renaming.ts";
import { revokeToken } from "./token-endpoint.ts";
import { TokenSource } from "./token-source.ts";
import type { AuthStatus, Renaming, SignInOptions, SignInOutcome, SignIns } from "./types.ts";

export interface SignInsParts {
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly browser: Browser;
  /** Ours, told to servers that are probed. */
  readonly version: string;
  /** Default: remembered only here. */
  readonly activity?: Activity;
  /** Which accounts there are; default: none yet, and remembered only here. */
  readonly known?: KnownAccounts;
  /** Host names to addresses; default: the system's. */
  readonly resolve?: Resolve;
}

const DEFAULT_CALLBACK_TIMEOUT_S = 300;
const REVOCATION_LIMIT_MS = 5_000;
/** What a refresh under way gets at the end: cutting it off could lose a rotated refresh token. */
const LAST_REFRESH_LIMIT_MS = 3_000;

export function createSignIns(parts: SignInsParts): SignIns {
  return new AllSignIns(parts);
}

class AllSignIns implements SignIns {
  readonly #parts: SignInsParts;
  readonly #accounts: Accounts;
  readonly #activity: Activity;
  readonly #tokens: TokenSource;
  readonly #flows = new Map<string, { flow: SignInFlow; ended: Promise<Grant> }>();
  readonly #endedStates = new Set<string>();
  readonly #end = new AbortController();

  constructor(parts: SignInsParts) {
    this.#parts = parts;
    this.#activity = parts.activity ?? memoryActivity(parts.clock);
    this.#accounts = new Accounts(parts.vault, parts.known ?? new KnownAccounts(), parts.clock);
    this.#tokens = new TokenSource({
      activity: this.#activity,
      accounts: this.#accounts,
      clock: parts.clock,
      log: parts.log,
      fetchFor: (server) => this.#fetchFor(server),
      signal: this.#end.signal,
    });
  }

  async load(servers: readonly RemoteServer[]): Promise<void> {
    for (const server of servers) {
      try {
        await this.#accounts.load(this.#accounts.of(server, UNNAMED));
        for (const account of this.#accounts.held(server)) await this.#accounts.load(account);
      } catch (thrown) {
        const { code } = asGatehouseError(thrown, server.name);
        this.#parts.log.warn("sign_ins.load_failed", { server: server.name, code });
      }
    }
  }

  credentials(server: RemoteServer, account: string): Credentials {
    return this.#tokens.credentials(server, account);
  }

  challenged(server: RemoteServer, account: string, challenge: Challenge): void {
    const known = this.#accounts.of(server, account);
    known.challenge = challenge;
    this.#accounts.changed(known, "status");
  }

  async signIn(server: RemoteServer, account: string, options: SignInOptions): Promise<SignInOutcome> {
    const id = flowId(server.name, account);
    let running = this.#flows.get(id);
    if (running === undefined) {
      const recording = this.#activity.begin({ server: server.name, account, kind: "sign_in" });
      const flow = this.#startFlow(server, account, options, recording.steps);
      running = { flow, ended: this.#ended(id, flow, this.#accounts.of(server, account), recording) };
      this.#flows.set(id, running);
    } else running.flow.join(options.openBrowser, options.onProgress);
    const grant = await running.ended;
    return { account, scope: grant.scope };
  }

  #startFlow(server: RemoteServer, name: string, options: SignInOptions, steps: Steps): SignInFlow {
    const { vault, clock, log, browser, version } = this.#parts;
    const account = this.#accounts.of(server, name);
    const flow: SignInFlow = new SignInFlow(
      {
        clock,
        log,
        browser,
        version,
        fetchFor: (of) => steps.recording(this.#fetchFor(of)),
        checkVault: async () => void (await vault.get(account.key)),
        store: (grant) => this.#accounts.signedIn(account, grant),
        endedStates: this.#endedStates,
      },
      {
        server,
        account: name,
        challenge: account.challenge,
        previous: account.grant,
        openBrowser: options.openBrowser,
        timeoutS: options.timeoutS ?? server.auth.callback_timeout ?? DEFAULT_CALLBACK_TIMEOUT_S,
        onStatus: () => {
          steps.waiting(flow.status().step === "waiting");
          this.#accounts.changed(account, "status");
        },
      },
      options.onProgress,
    );
    return flow;
  }

  /** The flow's outcome, once everybody who looks sees that it has ended. */
  async #ended(id: string, flow: SignInFlow, account: Account, recording: Recording): Promise<Grant> {
    const { log } = this.#parts;
    const fields = { server: account.key.server, account: account.key.account, request_id: flow.run.requestId };
    try {
      const grant = await flow.outcome;
      recording.end(flow.run.requestId, null);
      log.info("sign_in.done", fields);
      return grant;
    } catch (thrown) {
      const error = withEvidence(asGatehouseError(thrown, account.key.server), recording.steps.evidence());
      const { code, correlationId, details } = error;
      recording.end(flow.run.requestId, error);
      log.warn("sign_in.failed", { ...fields, code, correlation_id: correlationId, details });
      if (code !== "sign_in_cancelled") account.error = error.toObject();
      throw error;
    } finally {
      this.#flows.delete(id);
      this.#accounts.changed(account, "status");
    }
  }

  async submitCallback(server: string, account: string, url: string): Promise<void> {
    const running = this.#flows.get(flowId(server, account));
    if (running === undefined) throw nothingWaits({ server });
    running.flow.submit(url);
  }

  cancel(server: string, account: string): boolean {
    const running = this.#flows.get(flowId(server, account));
    running?.flow.cancel();
    return running !== undefined;
  }

  async signOut(
    server: RemoteServer,
    name: string,
    keepRemote: boolean,
  ): Promise<{ wasSignedIn: boolean; revocation: Revocation }> {
    const { log } = this.#parts;
    const account = this.#accounts.of(server, name);
    await this.#cancelled(server, name);
    await account.refreshing?.catch(() => {});
    await this.#accounts.load(account);
    const grant = account.unsaved ?? account.grant;
    if (grant === null) {
      if (account.ended) await this.#accounts.remove(account);
      return { wasSignedIn: false, revocation: "nothing" };
    }
    await this.#accounts.remove(account);
    const revocation = keepRemote ? "kept" : await this.#revoke(server, grant);
    log.info("sign_out.done", { server: server.name, account: name, revocation });
    return { wasSignedIn: true, revocation };
  }

  /** RFC 7009 §2.1: the refresh token first, which should take its access tokens with it. */
  async #revoke(server: RemoteServer, grant: Grant): Promise<Revocation> {
    if (grant.revocation_endpoint === null) return "not_supported";
    const fetch = this.#fetchFor(server);
    const signal = AbortSignal.timeout(REVOCATION_LIMIT_MS);
    const results = [];
    if (grant.refresh_token !== null) {
      results.push(await revokeToken(grant, grant.refresh_token, "refresh_token", fetch, signal));
    }
    results.push(await revokeToken(grant, grant.access_token, "access_token", fetch, signal));
    if (results.includes("failed")) return "failed";
    return results.includes("revoked") ? "revoked" : "not_supported";
  }

  isSignedIn(server: RemoteServer, account: string): boolean {
    return this.#accounts.isSignedIn(server, this.#accounts.of(server, account));
  }

  isRefused(server: RemoteServer, account: string): boolean {
    return this.#accounts.of(server, account).challenge?.status === 401;
  }

  defaultAccount(server: RemoteServer): string {
    return this.#accounts.defaultName(server);
  }

  async setDefaultAccount(server: RemoteServer, name: string): Promise<void> {
    const account = this.#accounts.of(server, name);
    if (name !== UNNAMED && !this.#accounts.held(server).includes(account)) throw unknownAccount(server, name);
    await this.#accounts.choose(account);
  }

  async removeAccount(server: RemoteServer, name: string): Promise<void> {
    await this.signOut(server, name, false);
    await this.#accounts.forget(this.#accounts.of(server, name));
  }

  async removeAllAccounts(server: RemoteServer): Promise<void> {
    for (const name of this.#signingIn(server)) await this.#cancelled(server, name);
    for (const { key } of this.#accounts.held(server)) await this.removeAccount(server, key.account);
  }

  async beginRenaming(from: RemoteServer, to: RemoteServer): Promise<Renaming> {
    for (const name of this.#signingIn(from)) await this.#cancelled(from, name);
    return beginRenaming(this.#accounts, from, to);
  }

  #signingIn(server: RemoteServer): string[] {
    return [...this.#flows.values()]
      .filter(({ flow }) => flow.run.server === server.name)
      .map(({ flow }) => flow.status().account);
  }

  async #cancelled(server: RemoteServer, name: string): Promise<void> {
    const running = this.#flows.get(flowId(server.name, name));
    running?.flow.cancel();
    await running?.ended.catch(() => {});
  }

  status(server: RemoteServer, also: readonly string[] = []): AuthStatus {
    const accounts = this.#accounts.all(server, [...also, ...this.#signingIn(server)]);
    const running = accounts.map(({ key }) => this.#flows.get(flowId(key.server, key.account))).find(Boolean);
    const challenge = accounts.find((account) => account.challenge !== null)?.challenge ?? null;
    return {
      accounts: accounts.map((account) => this.#accounts.status(server, account)),
      signIn: running?.flow.status() ?? null,
      challenge:
        challenge === null
          ? null
          : {
              status: challenge.status,
              error: challenge.error,
              scope: challenge.scope,
              at: new Date(challenge.at).toISOString(),
            },
      error: accounts.find((account) => account.error !== null)?.error ?? null,
    };
  }

  onChange(listener: (change: Change) => void): () => void {
    return this.#accounts.onChange(listener);
  }

  async close(): Promise<void> {
    const flows = [...this.#flows.values()];
    for (const { flow } of flows) flow.cancel();
    const refreshes = [...this.#accounts.every()].map((account) => account.refreshing);
    const limit = new AbortController();
    await Promise.race([
      Promise.allSettled(refreshes),
      pause(LAST_REFRESH_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => {}),
    ]);
    limit.abort();
    this.#end.abort();
    await Promise.allSettled([...flows.map(({ ended }) => ended), ...refreshes]);
  }

  #fetchFor(server: RemoteServer): SafeFetch {
    const { authorization_server, metadata_url, authorization_endpoint, token_endpoint } = server.auth;
    const configured = [server.url, authorization_server, metadata_url, authorization_endpoint, token_endpoint];
    const { resolve } = this.#parts;
    return createSafeFetch({
      server: server.name,
      configured: configured.filter((url) => url !== undefined),
      ...(resolve === undefined ? {} : { resolve }),
    });
  }
}

function unknownAccount(server: RemoteServer, name: string): GatehouseError {
  return new GatehouseError({
    code: "invalid_request",
    server: server.name,
    message: `There is no account “${name}” at ${server.name}.`,
    suggestion: `Sign in to it first: gatehouse login ${server.name} --account ${name}`,
  });
}

function flowId(server: string, account: string): string {
  return JSON.stringify([server, account]);
}
