/** What is known of each server × account while the hub runs: the grant, read once from the vault, and how it fares. */
import type { ChallengeStatus, ErrorObject } from "../../preload/api.ts";
import type { RemoteServer } from "../config/types.ts";
import type { Clock } from "../ports.ts";
import { type KnownAccounts, UNNAMED } from "../vault/known-accounts.ts";
import type { Grant, GrantKey, Vault } from "../vault/types.ts";
import { type Account, asNew, newAccount, withoutGrant } from "./account.ts";
import { isOfConfiguration, isUnattended } from "./grant-types.ts";
import type { KnownAccount } from "./types.ts";

export type Change = { server: string; account: string; kind: "grant" | "scope" | "default" | "status" };

const VAULT_PAUSE_MS = 30_000;

export class Accounts {
  readonly #accounts = new Map<string, Account>();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #vault: Vault;
  readonly #known: KnownAccounts;
  readonly #clock: Clock;

  constructor(vault: Vault, known: KnownAccounts, clock: Clock) {
    this.#vault = vault;
    this.#known = known;
    this.#clock = clock;
  }

  of(server: RemoteServer, name: string): Account {
    const key: GrantKey = { server: server.name, account: name, origin: new URL(server.url).origin };
    const id = JSON.stringify([key.server, key.account, key.origin]);
    let account = this.#accounts.get(id);
    if (account === undefined) {
      account = newAccount(key);
      this.#accounts.set(id, account);
    }
    return account;
  }

  /** The account that is meant when none is named. */
  defaultName(server: RemoteServer): string {
    return this.#known.chosen(placeOf(server)) ?? UNNAMED;
  }

  /** Every account that may hold a grant. */
  held(server: RemoteServer): Account[] {
    const { origin } = placeOf(server);
    const names = new Set(this.#known.names({ server: server.name, origin }));
    for (const { key, grant, ended } of this.#accounts.values()) {
      if (key.server === server.name && key.origin === origin && (grant !== null || ended)) names.add(key.account);
    }
    return [...names].map((name) => this.of(server, name));
  }

  /** What a person should see: the default account first, those that there are, and those of `also`. */
  all(server: RemoteServer, also: readonly string[]): Account[] {
    const first = this.of(server, this.defaultName(server));
    const { origin } = first.key;
    const failed = [...this.#accounts.values()].filter(
      ({ key, error }) => key.server === server.name && key.origin === origin && error !== null,
    );
    const others = new Set([...this.held(server), ...failed, ...also.map((name) => this.of(server, name))]);
    others.delete(first);
    return [first, ...[...others].sort((a, b) => a.key.account.localeCompare(b.key.account))];
  }

  every(): Iterable<Account> {
    return this.#accounts.values();
  }

  /** Reads the grant unless that was done. Throws what the vault throws, and tries again the next time. */
  async load(account: Account): Promise<void> {
    if (account.loaded) return;
    account.loading ??= this.#read(account).finally(() => {
      account.loading = null;
    });
    await account.loading;
  }

  /**
   * The same for a request that does not wait for a person: a vault that failed a moment ago is not asked again, because a
   * locked one takes its time and may prompt. Answers what the vault threw, or null.
   */
  async loadOrTell(account: Account): Promise<unknown> {
    const { unread } = account;
    if (!account.loaded && unread !== null && this.#clock.now() - unread.at < VAULT_PAUSE_MS) return unread.error;
    try {
      await this.load(account);
      return null;
    } catch (error) {
      account.unread = { error, at: this.#clock.now() };
      return error;
    }
  }

  async #read(account: Account): Promise<void> {
    const grant = await this.#vault.get(account.key);
    if (account.loaded) return;
    account.loaded = true;
    account.grant = grant;
    if (grant === null) return;
    await this.#known.add(account.key);
    this.changed(account, "grant");
  }

  /** A sign-in's grant, durable when this resolves. Throws what the vault throws; nothing has changed then. */
  async signedIn(account: Account, grant: Grant): Promise<void> {
    await this.#known.add(account.key);
    await this.#vault.put(account.key, grant);
    if (await this.#isFirst(account)) await this.#known.choose(account.key);
    const { grant: before, challenge } = account;
    // Calls in flight need not end because the same account has another token.
    const goesOn = before !== null && (challenge?.status === 403 || before.issuer === grant.issuer);
    Object.assign(account, asNew(), { grant, challenge: null } satisfies Partial<Account>);
    this.changed(account, goesOn ? "scope" : "grant");
  }

  /** The first account of a server is the one that agents mean when they name none. */
  async #isFirst({ key }: Account): Promise<boolean> {
    if (key.account === UNNAMED || this.#known.chosen(key) !== null) return false;
    const unnamed = this.#vault.get({ ...key, account: UNNAMED });
    return unnamed.then(
      (grant) => grant === null,
      () => false,
    );
  }

  async choose(account: Account): Promise<void> {
    if (account.key.account === (this.#known.chosen(account.key) ?? UNNAMED)) return;
    await this.#known.choose(account.key);
    this.changed(account, "default");
  }

  /** Its name goes too. Only after {@link remove}. */
  async forget(account: Account): Promise<void> {
    const wasChosen = this.#known.chosen(account.key) === account.key.account;
    await this.#known.remove(account.key);
    Object.assign(account, asNew(), { challenge: null } satisfies Partial<Account>);
    this.changed(account, wasChosen ? "default" : "status");
  }

  /** A refresh's grant, durable when this resolves. Throws what the vault throws and keeps the grant for the next try. */
  async refreshed(account: Account, grant: Grant): Promise<void> {
    account.unsaved = grant;
    // Tokens that need no person may be the first of their account.
    if (account.grant === null) await this.#known.add(account.key);
    await this.#vault.put(account.key, grant);
    if (account.unsaved !== grant) return;
    Object.assign(account, asNew(), { grant } satisfies Partial<Account>);
    this.changed(account, "status");
  }

  /** A grant that comes from another key, durable when this resolves. Nobody is told yet. Throws what the vault throws. */
  async plant(account: Account, grant: Grant | null): Promise<void> {
    await this.#known.add(account.key);
    if (grant !== null) await this.#vault.put(account.key, grant);
    Object.assign(account, asNew(), { grant, challenge: null } satisfies Partial<Account>);
  }

  /** The opposite. */
  async uproot(account: Account): Promise<void> {
    Object.assign(account, asNew(), { grant: null, challenge: null } satisfies Partial<Account>);
    await this.#vault.delete(account.key);
    await this.#known.remove(account.key);
  }

  /**
   * Takes over what another process has stored meanwhile, and its sign-out. Answers whether there is another grant now.
   * Throws what the vault throws.
   */
  async adopt(account: Account): Promise<boolean> {
    const { grant } = account;
    const stored = await this.#vault.get(account.key);
    if (account.grant !== grant || stored?.access_token === grant?.access_token) return false;
    Object.assign(account, asNew(), { grant: stored } satisfies Partial<Account>);
    this.changed(account, stored === null ? "grant" : "status");
    return stored !== null;
  }

  /** Deletes the grant here. Throws what the vault throws; the grant stays then. */
  async remove(account: Account): Promise<void> {
    const { grant } = account;
    // Gone here first: a refresh that ends meanwhile must not write it anew.
    account.grant = null;
    try {
      await this.#vault.delete(account.key);
    } catch (error) {
      account.grant = grant;
      throw error;
    }
    if (account.key.account === UNNAMED) await this.#known.remove(account.key);
    Object.assign(account, asNew(), withoutGrant(account));
    this.changed(account, "grant");
  }

  /** The grant is worth nothing any more. That holds even when the vault cannot delete it now. */
  async end(account: Account, error: ErrorObject): Promise<void> {
    await this.#vault.delete(account.key).catch(() => false);
    Object.assign(account, asNew(), withoutGrant(account), { ended: true, error } satisfies Partial<Account>);
    this.changed(account, "grant");
  }

  /** Tokens that need no person were refused. What is held stays, so that its issuer goes on being the only one asked. */
  refuse(server: RemoteServer, account: Account, error: ErrorObject | null): void {
    Object.assign(account, { refusedAuth: JSON.stringify(server.auth), error } satisfies Partial<Account>);
    this.changed(account, "grant");
  }

  isRefused(server: RemoteServer, account: Account): boolean {
    return account.refusedAuth !== null && account.refusedAuth === JSON.stringify(server.auth);
  }

  /** Whether another token can be had without a person. */
  canRenew(server: RemoteServer, account: Account): boolean {
    if (isUnattended(server)) return !this.isRefused(server, account);
    return (this.usable(server, account)?.refresh_token ?? null) !== null;
  }

  /** The grant that may be used under the configuration of now. */
  usable(server: RemoteServer, account: Account): Grant | null {
    const { grant } = account;
    return grant !== null && isOfConfiguration(server, grant) ? grant : null;
  }

  /** Whether a token is at hand or can be had without a person. */
  isSignedIn(server: RemoteServer, account: Account): boolean {
    const grant = this.usable(server, account);
    return this.canRenew(server, account) || (grant !== null && !this.#hasRunOut(grant));
  }

  status(server: RemoteServer, account: Account): KnownAccount {
    const grant = this.usable(server, account);
    const renewable = this.canRenew(server, account);
    const expired = grant === null ? account.ended : !renewable && this.#hasRunOut(grant);
    return {
      name: account.key.account,
      default: account.key.account === this.defaultName(server),
      state: expired ? "expired" : grant === null ? "signed_out" : "signed_in",
      scope: grant?.scope ?? null,
      issuer: grant?.issuer ?? null,
      expires_at: isoOrNull(grant?.expires_at),
      renewable: grant !== null && renewable,
      since: isoOrNull(grant?.signed_in_at),
    };
  }

  challenge(server: RemoteServer, account: Account): ChallengeStatus | null {
    const { key, challenge, stepUps } = account;
    if (challenge === null) return null;
    const { status, error, scope, at } = challenge;
    const granted = this.usable(server, account)?.scope ?? null;
    const stepUp = status === 403 ? stepUps.of(challenge, granted) : null;
    return { status, account: key.account, step_up: stepUp, error, scope, at: new Date(at).toISOString() };
  }

  #hasRunOut(grant: Grant): boolean {
    return grant.expires_at !== null && grant.expires_at <= this.#clock.now();
  }

  changed(account: Account, kind: Change["kind"]): void {
    for (const listener of this.#listeners) {
      listener({ server: account.key.server, account: account.key.account, kind });
    }
  }

  onChange(listener: (change: Change) => void): () => void {
    const own = (change: Change) => listener(change);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }
}

function placeOf(server: RemoteServer): Pick<GrantKey, "server" | "origin"> {
  return { server: server.name, origin: new URL(server.url).origin };
}

function isoOrNull(time: number | null | undefined): string | null {
  return time === null || time === undefined ? null : new Date(time).toISOString();
}
