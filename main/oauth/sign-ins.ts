/** All sign-ins of the hub: flows under way, grants at hand, sign-out. The one door of this folder. */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Revocation } from "../../preload/api.ts";
import { type Activity, memoryActivity } from "../activity/activity.ts";
import type { RemoteServer } from "../config/types.ts";
import { asGatehouseError, GatehouseError } from "../errors.ts";
import { createSafeFetch, type Resolve, type SafeFetch } from "../http/fetch.ts";
import type { Browser, Challenge, Clock, Credentials, Log } from "../ports.ts";
import { KnownAccounts, UNNAMED } from "../vault/known-accounts.ts";
import type { Grant, GrantKey, Vault } from "../vault/types.ts";
import { Accounts, type Change } from "./accounts.ts";
import { endpointOf } from "./current-endpoint.ts";
import { Flows } from "./flows.ts";
import { isUnattended } from "./grant-types.ts";
import { KeepFresh } from "./keep-fresh.ts";
import { Origins } from "./origins.ts";
import { Refresher } from "./refresh.ts";
import { beginRenaming } from "./renaming.ts";
import { revokeToken } from "./token-endpoint.ts";
import { TokenSource } from "./token-source.ts";
import type { AuthStatus, InUse, Renaming, SignInOptions, SignInOutcome, SignIns } from "./types.ts";

export interface SignInsParts {
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly browser: Browser;
  /** Ours, told to servers that are probed. */
  readonly version: string;
  /** Which accounts there are; default: none yet, and remembered only here. */
  readonly known?: KnownAccounts;
  /** Default: remembered only here. */
  readonly activity?: Activity;
  /** Host names to addresses; default: the system's. */
  readonly resolve?: Resolve;
  /** Between two questions whether a device code was entered, in milliseconds; default: the system's timer. */
  readonly pollPause?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Keeps other processes from renewing the same grant until the returned function is called; default: nobody does. */
  readonly lock?: (key: GrantKey, signal: AbortSignal) => Promise<() => Promise<void>>;
}

const REVOCATION_LIMIT_MS = 5_000;
/** What a refresh under way gets at the end: cutting it off could lose a rotated refresh token. */
const LAST_REFRESH_LIMIT_MS = 3_000;

export function createSignIns(parts: SignInsParts): SignIns {
  return new AllSignIns(parts);
}

class AllSignIns implements SignIns {
  readonly #parts: SignInsParts;
  readonly #accounts: Accounts;
  readonly #origins: Origins;
  readonly #keepFresh: KeepFresh;
  readonly #tokens: TokenSource;
  readonly #flows: Flows;
  readonly #end = new AbortController();

  constructor(parts: SignInsParts) {
    this.#parts = parts;
    const activity = parts.activity ?? memoryActivity(parts.clock);
    this.#accounts = new Accounts(parts.vault, parts.known ?? new KnownAccounts(), parts.clock);
    this.#origins = new Origins(parts.clock);
    const fetchFor = (server: RemoteServer): SafeFetch => this.#fetchFor(server);
    const refresher = new Refresher({
      activity,
      accounts: this.#accounts,
      clock: parts.clock,
      log: parts.log,
      origins: this.#origins,
      fetchFor,
      lock: parts.lock ?? (async () => async () => {}),
      signal: this.#end.signal,
    });
    this.#keepFresh = new KeepFresh({ accounts: this.#accounts, clock: parts.clock, refresher });
    this.#tokens = new TokenSource({
      accounts: this.#accounts,
      clock: parts.clock,
      origins: this.#origins,
      refresher,
    });
    const { vault, clock, log, browser, version, pollPause } = parts;
    const common = { accounts: this.#accounts, origins: this.#origins, activity, fetchFor };
    this.#flows = new Flows({ ...common, vault, clock, log, browser, version, pollPause });
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

  signIn(server: RemoteServer, account: string, options: SignInOptions): Promise<SignInOutcome> {
    return this.#flows.signIn(server, account, options);
  }

  async submitCallback(server: string, account: string, url: string): Promise<void> {
    this.#flows.submit(server, account, url);
  }

  cancel(server: string, account: string, noBrowser = false): boolean {
    return this.#flows.cancel(server, account, noBrowser);
  }

  async signOut(
    server: RemoteServer,
    name: string,
    keepRemote: boolean,
  ): Promise<{ wasSignedIn: boolean; revocation: Revocation }> {
    const { log } = this.#parts;
    const account = this.#accounts.of(server, name);
    await this.#flows.end(server, name);
    await account.refreshing?.catch(() => {});
    await this.#accounts.load(account);
    const grant = account.unsaved ?? account.grant;
    if (grant === null) {
      if (account.ended) await this.#accounts.remove(account);
      return { wasSignedIn: false, revocation: "nothing" };
    }
    await this.#accounts.remove(account);
    // Else the next refusal would have it back at once.
    if (isUnattended(server)) this.#accounts.refuse(server, account, null);
    const revocation = keepRemote ? "kept" : await this.#revoke(server, grant);
    log.info("sign_out.done", { server: server.name, account: name, revocation });
    return { wasSignedIn: true, revocation };
  }

  /** RFC 7009 §2.1: the refresh token first, which should take its access tokens with it. */
  async #revoke(server: RemoteServer, grant: Grant): Promise<Revocation> {
    if (grant.revocation_endpoint === null) return "not_supported";
    const fetch = this.#fetchFor(server);
    const signal = AbortSignal.timeout(REVOCATION_LIMIT_MS);
    const run = { server: server.name, requestId: randomUUID() };
    const endpoint = await endpointOf(run, server, grant, this.#origins).catch(() => null);
    if (endpoint === null) return "failed";
    const results = [];
    if (grant.refresh_token !== null) {
      results.push(await revokeToken(endpoint, grant.refresh_token, "refresh_token", fetch, signal));
    }
    results.push(await revokeToken(endpoint, grant.access_token, "access_token", fetch, signal));
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
    await this.#flows.endAll(server);
    for (const { key } of this.#accounts.held(server)) await this.removeAccount(server, key.account);
  }

  async beginRenaming(from: RemoteServer, to: RemoteServer): Promise<Renaming> {
    await this.#flows.endAll(from);
    return beginRenaming(this.#accounts, from, to);
  }

  status(server: RemoteServer, also: readonly string[] = []): AuthStatus {
    const accounts = this.#accounts.all(server, [...also, ...this.#flows.accountsOf(server)]);
    const challenged = accounts.find((account) => account.challenge !== null);
    return {
      accounts: accounts.map((account) => this.#accounts.status(server, account)),
      signIn: this.#flows.status(accounts),
      challenge: challenged === undefined ? null : this.#accounts.challenge(server, challenged),
      error: accounts.find((account) => account.error !== null)?.error ?? null,
    };
  }

  use(inUse: readonly InUse[]): void {
    this.#keepFresh.use(inUse);
  }

  resumed(): void {
    this.#keepFresh.resumed();
  }

  onChange(listener: (change: Change) => void): () => void {
    return this.#accounts.onChange(listener);
  }

  async close(): Promise<void> {
    this.#keepFresh.close();
    const flows = this.#flows.cancelAll();
    const refreshes = [...this.#accounts.every()].map((account) => account.refreshing);
    const limit = new AbortController();
    await Promise.race([
      Promise.allSettled(refreshes),
      pause(LAST_REFRESH_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => {}),
    ]);
    limit.abort();
    this.#end.abort();
    await Promise.allSettled([flows, ...refreshes]);
    await this.#flows.close();
  }

  #fetchFor(server: RemoteServer): SafeFetch {
    const { authorization_server, metadata_url, authorization_endpoint, token_endpoint, idp } = server.auth;
    const endpoints = [authorization_endpoint, token_endpoint, server.auth.device_authorization_endpoint];
    const configured = [server.url, authorization_server, metadata_url, ...endpoints, idp?.issuer, idp?.token_endpoint];
    const { resolve } = this.#parts;
    const fetch = createSafeFetch({
      server: server.name,
      configured: configured.filter((url) => url !== undefined),
      ...(resolve === undefined ? {} : { resolve }),
    });
    return this.#origins.listening(fetch);
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
