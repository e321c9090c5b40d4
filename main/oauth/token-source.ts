/** Access tokens for the upstream transports: refreshed before they end, once for everybody, and never lost. */
import { randomUUID } from "node:crypto";
import type { RemoteServer } from "../config/types.ts";
import type { GatehouseError } from "../errors.ts";
import { type Challenge, type Clock, type Credentials, NO_PERMIT, type Permit, type Verdict } from "../ports.ts";
import type { Grant } from "../vault/types.ts";
import type { Account } from "./account.ts";
import type { Accounts } from "./accounts.ts";
import { bearerOf } from "./bearer.ts";
import { grantTypeOf } from "./grant-types.ts";
import type { Origins } from "./origins.ts";
import { problem } from "./problem.ts";
import type { Refresher } from "./refresh.ts";

export interface TokenSourceParts {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly origins: Origins;
  readonly refresher: Refresher;
}

/** A 401 for a token as young as this, fetched because of a 401, is no matter of its age. */
const FRESH_MS = 30_000;

export class TokenSource {
  readonly #parts: TokenSourceParts;

  /** Tokens that need no proof are carried by every request alike. */
  readonly #bearers = new WeakMap<Grant, Permit>();

  constructor(parts: TokenSourceParts) {
    this.#parts = parts;
  }

  credentials(server: RemoteServer, name: string): Credentials {
    const account = this.#parts.accounts.of(server, name);
    return {
      permit: (method, url) => this.#permit(server, account, method, url),
      refused: (used, challenge) => this.#refused(server, account, used, challenge),
      accepted: (used) => this.#accepted(server, account, used),
      heard: (url, headers) => this.#parts.origins.heard(url, headers),
    };
  }

  /**
   * Throws `refresh_failed` (try again later) and, once a grant is known, what the vault throws. A vault that cannot be read
   * gives no token: whether one is needed only the resource knows.
   */
  #permit(server: RemoteServer, account: Account, method: string, url: URL): Permit | Promise<Permit> {
    return account.loaded
      ? this.#permitKnown(server, account, method, url)
      : this.#permitLater(server, account, method, url);
  }

  #permitKnown(server: RemoteServer, account: Account, method: string, url: URL): Permit | Promise<Permit> {
    const { accounts, refresher } = this.#parts;
    const grant = accounts.usable(server, account);
    if (grant === null) return NO_PERMIT;
    const isGood = account.unsaved === null && !refresher.isDue(server, grant);
    return isGood ? this.#permitOf(server, grant, method, url) : this.#permitAnew(server, account, method, url);
  }

  async #permitLater(server: RemoteServer, account: Account, method: string, url: URL): Promise<Permit> {
    if ((await this.#parts.accounts.loadOrTell(account)) !== null) return NO_PERMIT;
    return await this.#permitKnown(server, account, method, url);
  }

  async #permitAnew(server: RemoteServer, account: Account, method: string, url: URL): Promise<Permit> {
    const grant = await this.#renewed(server, account);
    return grant === null ? NO_PERMIT : this.#permitOf(server, grant, method, url);
  }

  #permitOf(server: RemoteServer, grant: Grant, method: string, url: URL): Permit {
    const { dpop_key: key } = grant;
    const token = bearerOf(server, grant);
    if (grant.token_type !== "DPoP" || key === undefined) {
      const last = this.#bearers.get(grant);
      if (last?.token === token) return last;
      const permit: Permit = { token, headers: { authorization: `Bearer ${token}` } };
      this.#bearers.set(grant, permit);
      return permit;
    }
    const dpop = this.#parts.origins.proof(key, method, url, token);
    return { token, headers: { authorization: `DPoP ${token}`, dpop } };
  }

  /** The grant to use in place of one that is about to end; null when it has ended and nothing replaces it. */
  async #renewed(server: RemoteServer, account: Account): Promise<Grant | null> {
    const { accounts, clock } = this.#parts;
    const { grant } = account;
    const valid = () => grant !== null && (grant.expires_at === null || clock.now() < grant.expires_at);
    if (account.unsaved === null && !accounts.canRenew(server, account)) return valid() ? grant : null;
    try {
      await this.#parts.refresher.refresh(server, account);
    } catch (error) {
      if (valid() && account.grant === grant) return grant;
      throw error;
    }
    const after = accounts.usable(server, account);
    return after !== grant || valid() ? after : null;
  }

  async #refused(server: RemoteServer, account: Account, used: string | null, challenge: Challenge): Promise<Verdict> {
    const { accounts, clock, refresher } = this.#parts;
    if (grantTypeOf(server) === "none") throw wantsNone(server);
    const unread = await accounts.loadOrTell(account);
    if (unread !== null) {
      account.challenge = challenge;
      accounts.changed(account, "status");
      throw unread;
    }
    const current = () => {
      const grant = accounts.usable(server, account);
      return grant === null ? null : bearerOf(server, grant);
    };
    const another = () => current() !== null && current() !== used;
    // What was refused is no longer what would be sent: its challenge says nothing about now.
    if (another()) return "retry";
    account.challenge = challenge;
    accounts.changed(account, "status");
    const grant = accounts.usable(server, account);
    if (challenge.status === 403 && grant !== null) {
      return account.stepUps.of(challenge, grant.scope) === "open" ? "sign_in" : "give_up";
    }
    if (challenge.status === 403 || !accounts.canRenew(server, account)) return "sign_in";
    const fresh = account.answerToRefusal;
    const isFresh = fresh !== null && fresh.token === used && clock.now() - fresh.at < freshMs(grant);
    if (isFresh && grant !== null && !refresher.isDue(server, grant)) return "sign_in";
    await refresher.refresh(server, account);
    if (!another()) return "sign_in";
    account.challenge = null;
    account.answerToRefusal = { token: current() ?? "", at: clock.now() };
    accounts.changed(account, "status");
    return "retry";
  }

  /** A 403 was about one call: others that are taken say nothing of it. */
  #accepted(server: RemoteServer, account: Account, used: string): void {
    const { challenge, grant } = account;
    if (challenge?.status !== 401 || grant === null || bearerOf(server, grant) !== used) return;
    account.challenge = null;
    this.#parts.accounts.changed(account, "status");
  }
}

/** Servers count in whole seconds, so that a token of few seconds may end long before we think. */
function freshMs(grant: Grant | null): number {
  if (grant === null || grant.expires_at === null) return FRESH_MS;
  // Servers that count in whole seconds end a token up to one earlier than they said.
  const surely = Math.max(0, grant.expires_at - grant.obtained_at - 1_000);
  return Math.min(FRESH_MS, surely / 2);
}

/** The configuration says that no token is to be had, so a sign-in would help nobody. */
function wantsNone(server: RemoteServer): GatehouseError {
  return problem(
    { server: server.name, requestId: randomUUID() },
    {
      code: "upstream_failed",
      message: `“${server.name}” asks for a sign-in, and its auth settings say that it needs none.`,
      suggestion: "Take “grant”: “none” out of the server's auth settings, then sign in.",
      details: { grant: "none", retryable: false },
    },
  );
}
