/** Access tokens for the upstream transports: refreshed before they end, once for everybody, and never lost. */
import { randomUUID } from "node:crypto";
import type { Activity } from "../activity/activity.ts";
import type { RemoteServer } from "../config/types.ts";
import { asGatehouseError, type GatehouseError, quoteRemote } from "../errors.ts";
import type { SafeFetch } from "../http/fetch.ts";
import type { Challenge, Clock, Credentials, Log } from "../ports.ts";
import type { Grant } from "../vault/types.ts";
import type { Account, Accounts } from "./accounts.ts";
import { extraParameters } from "./authorization-request.ts";
import { inRun, problem, type Run } from "./problem.ts";
import { requestTokens, type TokenAnswer, type Tokens } from "./token-endpoint.ts";

export interface TokenSourceParts {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly log: Log;
  readonly activity: Activity;
  readonly fetchFor: (server: RemoteServer) => SafeFetch;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/** Refusals that only a person can lift (RFC 6749 §5.2, OpenID Connect Core §3.1.2.6, and two providers' own words). */
const ENDS_A_GRANT = new Set([
  "invalid_grant",
  "invalid_client",
  "unauthorized_client",
  "interaction_required",
  "login_required",
  "consent_required",
  "bad_refresh_token",
  "invalid_refresh_token",
]);

const DEFAULT_SKEW_S = 30;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const LONGEST_RETRY_AFTER_MS = 60_000;
/** A 401 for a token as young as this, fetched because of a 401, is no matter of its age. */
const FRESH_MS = 30_000;

/**
 * When an access token counts as ended: `refresh_skew` seconds early; a tenth of its life for one so short that the skew
 * would be most of it. Milliseconds since the epoch; null: never by itself.
 */
export function refreshDueAt(grant: Grant, skewS = DEFAULT_SKEW_S): number | null {
  if (grant.expires_at === null) return null;
  const lifetime = grant.expires_at - grant.obtained_at;
  const skew = skewS * 1000;
  return grant.expires_at - (lifetime <= 2 * skew ? Math.max(lifetime, 0) / 10 : skew);
}

/** The grant after a refresh: what the answer leaves out stays (RFC 6749 §6). `now`: milliseconds since the epoch. */
export function renewedGrant(grant: Grant, tokens: Tokens, now: number): Grant {
  return {
    ...grant,
    access_token: tokens.accessToken,
    refresh_token: tokens.refreshToken ?? grant.refresh_token,
    id_token: tokens.idToken ?? grant.id_token,
    scope: tokens.scope ?? grant.scope,
    expires_at: tokens.lifetimeS === null ? null : now + tokens.lifetimeS * 1000,
    obtained_at: now,
  };
}

export class TokenSource {
  readonly #parts: TokenSourceParts;

  constructor(parts: TokenSourceParts) {
    this.#parts = parts;
  }

  credentials(server: RemoteServer, name: string): Credentials {
    return {
      token: () => this.#token(server, name),
      refused: (used, challenge) => this.#refused(server, name, used, challenge),
      accepted: (used) => this.#accepted(server, name, used),
    };
  }

  /**
   * Throws `refresh_failed` (try again later) and, once a grant is known, what the vault throws. A vault that cannot be read
   * gives no token: whether one is needed only the resource knows.
   */
  async #token(server: RemoteServer, name: string): Promise<string | null> {
    const { accounts, clock } = this.#parts;
    const account = accounts.of(server, name);
    if ((await accounts.loadOrTell(account)) !== null) return null;
    const grant = accounts.usable(server, account);
    if (grant === null) return null;
    const due = refreshDueAt(grant, server.auth.refresh_skew);
    if (account.unsaved === null && (due === null || clock.now() < due)) return grant.access_token;
    const valid = () => grant.expires_at === null || clock.now() < grant.expires_at;
    if (grant.refresh_token === null) return valid() ? grant.access_token : null;
    try {
      await this.#refresh(server, account);
    } catch (error) {
      if (valid() && account.grant === grant) return grant.access_token;
      throw error;
    }
    return accounts.usable(server, account)?.access_token ?? null;
  }

  async #refused(
    server: RemoteServer,
    name: string,
    used: string | null,
    challenge: Challenge,
  ): Promise<"retry" | "sign_in"> {
    const { accounts, clock } = this.#parts;
    const account = accounts.of(server, name);
    const unread = await accounts.loadOrTell(account);
    if (unread !== null) {
      account.challenge = challenge;
      accounts.changed(account, "status");
      throw unread;
    }
    const another = () => {
      const current = accounts.usable(server, account)?.access_token;
      return current !== undefined && current !== used;
    };
    // What was refused is no longer what would be sent: its challenge says nothing about now.
    if (another()) return "retry";
    account.challenge = challenge;
    accounts.changed(account, "status");
    const grant = accounts.usable(server, account);
    if (grant === null || grant.refresh_token === null || challenge.status === 403) return "sign_in";
    const fresh = account.answerToRefusal;
    if (fresh !== null && fresh.token === used && clock.now() - fresh.at < FRESH_MS && !this.#isDue(server, grant)) {
      return "sign_in";
    }
    await this.#refresh(server, account);
    if (!another()) return "sign_in";
    account.challenge = null;
    account.answerToRefusal = { token: accounts.usable(server, account)?.access_token ?? "", at: clock.now() };
    accounts.changed(account, "status");
    return "retry";
  }

  #accepted(server: RemoteServer, name: string, used: string): void {
    const { accounts } = this.#parts;
    const account = accounts.of(server, name);
    if (account.challenge === null || account.grant?.access_token !== used) return;
    account.challenge = null;
    accounts.changed(account, "status");
  }

  #isDue(server: RemoteServer, grant: Grant): boolean {
    const due = refreshDueAt(grant, server.auth.refresh_skew);
    return due !== null && this.#parts.clock.now() >= due;
  }

  /** One at a time for each account; whoever comes meanwhile waits for the same. */
  #refresh(server: RemoteServer, account: Account): Promise<void> {
    account.refreshing ??= this.#refreshOnce(server, account).finally(() => {
      account.refreshing = null;
    });
    return account.refreshing;
  }

  async #refreshOnce(server: RemoteServer, account: Account): Promise<void> {
    const { accounts, clock, log } = this.#parts;
    const run: Run = { server: server.name, requestId: randomUUID() };
    const fields = { server: server.name, account: account.key.account, request_id: run.requestId };
    if (account.unsaved !== null) {
      await accounts.refreshed(account, account.unsaved);
      return;
    }
    const { grant } = account;
    if (grant === null || grant.refresh_token === null) return;
    if (clock.now() < account.retryAt) throw paused(run, account);
    const recording = this.#parts.activity.begin({
      server: server.name,
      account: account.key.account,
      kind: "refresh",
    });
    const fetch = recording.steps.recording(this.#parts.fetchFor(server));
    try {
      const answer = await this.#ask(run, server, grant, fetch);
      if (account.grant !== grant) return;
      if (answer.kind === "tokens") {
        await accounts.refreshed(account, renewedGrant(grant, answer.tokens, clock.now()));
        log.info("token.refreshed", fields);
        recording.end(run.requestId, null);
        return;
      }
      if (answer.kind === "refused" && ENDS_A_GRANT.has(answer.error)) {
        if (await accounts.adopt(account)) return;
        const error = ended(run, answer.error);
        log.warn("token.grant_ended", { ...fields, error: quoteRemote(answer.error) });
        recording.end(run.requestId, error);
        await accounts.end(account, error.toObject());
        return;
      }
      throw this.#failure(run, account, answer);
    } catch (thrown) {
      if (this.#parts.signal.aborted) throw thrown;
      const error = inRun(run, asGatehouseError(thrown, server.name));
      recording.end(run.requestId, error);
      log.warn("token.refresh_failed", { ...fields, code: error.code, details: error.details });
      account.error = error.toObject();
      accounts.changed(account, "status");
      throw error;
    }
  }

  /** A lost answer is asked for once more with the same refresh token: servers allow that for a moment. */
  async #ask(run: Run, server: RemoteServer, grant: Grant, fetch: SafeFetch): Promise<TokenAnswer> {
    const { signal } = this.#parts;
    // No scope: RFC 6749 §6 gives the granted one then, and sending it again is an error with some servers.
    const parameters = {
      ...extraParameters(run, "token_params", server.auth.token_params),
      refresh_token: grant.refresh_token ?? "",
      ...(grant.resource === null ? {} : { resource: grant.resource }),
    };
    const ask = () => requestTokens(grant, "refresh_token", parameters, fetch, signal);
    const answer = await ask();
    return answer.kind === "failed" && answer.lost ? ask() : answer;
  }

  #failure(run: Run, account: Account, answer: Exclude<TokenAnswer, { kind: "tokens" }>): GatehouseError {
    const retryAfter = answer.kind === "failed" ? (answer.retryAfterS ?? 0) * 1000 : 0;
    const pause = Math.max(
      Math.min(FIRST_PAUSE_MS * 2 ** account.failures, LONGEST_PAUSE_MS),
      Math.min(retryAfter, LONGEST_RETRY_AFTER_MS),
    );
    account.failures += 1;
    account.retryAt = this.#parts.clock.now() + pause;
    if (answer.kind === "failed") return refreshFailed(run, answer.reason);
    return problem(run, {
      code: "refresh_failed",
      message: `The authorization server of “${run.server}” refused to renew the sign-in (${quoteRemote(answer.error)}).`,
      suggestion: "Sign in again if this goes on.",
      details: { error: quoteRemote(answer.error), status: answer.status, retryable: false },
    });
  }
}

function refreshFailed(run: Run, reason: string): GatehouseError {
  return problem(run, {
    code: "refresh_failed",
    message: `The sign-in to “${run.server}” could not be renewed just now (${reason}). It is kept.`,
    suggestion: "Try again in a moment; no new sign-in is needed.",
    details: { reason, retryable: true },
  });
}

function paused(run: Run, account: Account): GatehouseError {
  const { details, request_id: requestId = run.requestId, correlation_id: correlationId } = account.error ?? {};
  // The refresh that failed is what there is to look up: this call has asked nobody.
  return problem(
    { ...run, requestId },
    {
      ...(correlationId === undefined ? {} : { correlationId }),
      code: "refresh_failed",
      message: account.error?.message ?? `The sign-in to “${run.server}” could not be renewed just now. It is kept.`,
      suggestion: account.error?.suggestion ?? "Try again in a moment.",
      ...(details === undefined ? {} : { details }),
    },
  );
}

function ended(run: Run, error: string): GatehouseError {
  return problem(run, {
    code: "refresh_failed",
    message: `The sign-in to “${run.server}” has ended (${quoteRemote(error)}).`,
    suggestion: `Sign in to “${run.server}” again.`,
    details: { error: quoteRemote(error), retryable: false },
  });
}
