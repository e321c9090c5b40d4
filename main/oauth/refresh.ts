/** Renews grants (RFC 6749 §6): once for everybody, also for another hub of this home, and never at the cost of a grant. */
import { randomUUID } from "node:crypto";
import type { Activity } from "../activity/activity.ts";
import type { RemoteServer } from "../config/types.ts";
import { asGatehouseError, type GatehouseError, quoteRemote } from "../errors.ts";
import type { SafeFetch } from "../http/fetch.ts";
import type { Clock, Log } from "../ports.ts";
import type { Grant, GrantKey } from "../vault/types.ts";
import type { Account } from "./account.ts";
import type { Accounts } from "./accounts.ts";
import { extraParameters } from "./authorization-request.ts";
import { bearerLifetimeS, requireBearer } from "./bearer.ts";
import { endpointOf } from "./current-endpoint.ts";
import { isUnattended } from "./grant-types.ts";
import { grantFrom } from "./issued.ts";
import { isGone, relocated } from "./moved-endpoint.ts";
import type { Origins } from "./origins.ts";
import { inRun, problem, type Run } from "./problem.ts";
import { requestTokens, type TokenAnswer, type Tokens } from "./token-endpoint.ts";
import { askUnattended, isPassing, refusedAlone, type UnattendedAnswer } from "./unattended.ts";

export interface RefresherParts {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly log: Log;
  readonly origins: Origins;
  readonly activity: Activity;
  readonly fetchFor: (server: RemoteServer) => SafeFetch;
  /** Keeps other processes from renewing the same grant until the returned function is called. */
  readonly lock: (key: GrantKey, signal: AbortSignal) => Promise<() => Promise<void>>;
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
const LONGEST_RETRY_AFTER_MS = 300_000;
/** A grant that was obtained later than this from now: the clock was set back, and its end says nothing. */
const CLOCK_SET_BACK_MS = 60_000;

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
    token_type: tokens.type,
    refresh_token: tokens.refreshToken ?? grant.refresh_token,
    id_token: tokens.idToken ?? grant.id_token,
    scope: tokens.scope ?? grant.scope,
    expires_at: tokens.lifetimeS === null ? null : now + tokens.lifetimeS * 1000,
    obtained_at: now,
  };
}

export class Refresher {
  readonly #parts: RefresherParts;

  constructor(parts: RefresherParts) {
    this.#parts = parts;
  }

  isDue(server: RemoteServer, grant: Grant): boolean {
    return this.dueAt(server, grant) <= this.#parts.clock.now();
  }

  /** Milliseconds since the epoch; infinite: never by itself. */
  dueAt(server: RemoteServer, grant: Grant): number {
    const due = refreshDueAt(grant, server.auth.refresh_skew);
    if (due === null) return Number.POSITIVE_INFINITY;
    return this.#parts.clock.now() < grant.obtained_at - CLOCK_SET_BACK_MS ? 0 : due;
  }

  /**
   * One at a time for each account; whoever comes meanwhile waits for the same. Throws `refresh_failed` (the grant is kept)
   * and what the vault throws.
   */
  refresh(server: RemoteServer, account: Account): Promise<void> {
    account.refreshing ??= this.#once(server, account).finally(() => {
      account.refreshing = null;
    });
    return account.refreshing;
  }

  async #once(server: RemoteServer, account: Account): Promise<void> {
    const { accounts, clock } = this.#parts;
    const run: Run = { server: server.name, requestId: randomUUID() };
    if (account.unsaved !== null) {
      await accounts.refreshed(account, account.unsaved);
      return;
    }
    const { grant } = account;
    if (!accounts.canRenew(server, account)) return;
    const wait = account.retryAt - clock.now();
    if (wait > 0 && wait <= LONGEST_RETRY_AFTER_MS) throw paused(run, account);
    const recording = this.#parts.activity.begin({
      server: server.name,
      account: account.key.account,
      kind: "refresh",
    });
    const { steps } = recording;
    const fetch = steps.recording(this.#parts.fetchFor(server));
    try {
      const release = await this.#parts.lock(account.key, this.#parts.signal);
      try {
        const ended = isUnattended(server)
          ? await this.#obtain(run, server, account, fetch)
          : await this.#renew(run, server, account, grant, fetch);
        // Another process's refresh is no activity of this one.
        if (steps.all().length > 0) recording.end(run.requestId, ended);
      } finally {
        await release();
      }
    } catch (thrown) {
      if (this.#parts.signal.aborted) throw thrown;
      const error = inRun(run, asGatehouseError(thrown, server.name));
      recording.end(run.requestId, error);
      this.#parts.log.warn("token.refresh_failed", {
        ...fieldsOf(run, account),
        code: error.code,
        details: error.details,
      });
      account.error = error.toObject();
      accounts.changed(account, "status");
      throw error;
    }
  }

  /** Answers why the grant has ended, if it has. */
  async #renew(
    run: Run,
    server: RemoteServer,
    account: Account,
    before: Grant | null,
    fetch: SafeFetch,
  ): Promise<GatehouseError | null> {
    const { accounts, clock, log } = this.#parts;
    // What another process has renewed, or ended, meanwhile is spent: asking with it could cost the grant.
    await accounts.adopt(account);
    const { grant } = account;
    if (grant === null || grant.refresh_token === null) return null;
    if (grant !== before && !this.isDue(server, grant)) return null;
    const { from, answer } = await this.#askWhereItIs(run, server, grant, fetch);
    if (account.grant !== grant) return null;
    if (answer.kind === "tokens") {
      const tokens = { ...answer.tokens, lifetimeS: bearerLifetimeS(server, answer.tokens) };
      await accounts.refreshed(account, renewedGrant(from, tokens, clock.now()));
      log.info("token.refreshed", fieldsOf(run, account));
      return null;
    }
    if (answer.kind === "refused" && ENDS_A_GRANT.has(answer.error)) {
      if (await accounts.adopt(account)) return null;
      const error = ended(run, answer.error);
      log.warn("token.grant_ended", { ...fieldsOf(run, account), error: quoteRemote(answer.error) });
      await accounts.end(account, error.toObject());
      return error;
    }
    throw this.#failure(run, account, answer);
  }

  /**
   * The first or the next tokens of a grant type that needs nobody. A refusal stands: there is no second try. Answers it,
   * if it was one.
   */
  async #obtain(run: Run, server: RemoteServer, account: Account, fetch: SafeFetch): Promise<GatehouseError | null> {
    const { accounts, clock, log, origins, signal } = this.#parts;
    const { grant: held, challenge } = account;
    let got: UnattendedAnswer;
    try {
      const request = { run, server, challenge, held, fetch, origins, signal };
      got = await askUnattended({ ...request, discover: false });
      if (held !== null && isGone(got.answer)) got = await askUnattended({ ...request, discover: true });
    } catch (error) {
      if (!isPassing(error)) throw error;
      throw this.#failure(run, account, { kind: "failed", reason: error.code, lost: false, retryAfterS: null });
    }
    if (account.grant !== held) return null;
    const { asked, answer } = got;
    if (answer.kind === "tokens") {
      requireBearer(run, server, answer.tokens);
      const grant = grantFrom(server, asked, answer.tokens, clock.now());
      await accounts.refreshed(account, { ...grant, signed_in_at: held?.signed_in_at ?? grant.signed_in_at });
      log.info("token.obtained", fieldsOf(run, account));
      return null;
    }
    if (answer.kind === "failed") throw this.#failure(run, account, answer);
    const error = refusedAlone(run, server, got);
    log.warn("token.refused", { ...fieldsOf(run, account), code: error.code, details: error.details });
    accounts.refuse(server, account, error.toObject());
    return error;
  }

  /** `from`: the grant with the endpoint that answered. */
  async #askWhereItIs(
    run: Run,
    server: RemoteServer,
    grant: Grant,
    fetch: SafeFetch,
  ): Promise<{ from: Grant; answer: TokenAnswer }> {
    const answer = await this.#ask(run, server, grant, fetch);
    const moved = isGone(answer) ? await relocated(run, server, grant, fetch, this.#parts.signal) : null;
    return moved === null
      ? { from: grant, answer }
      : { from: moved, answer: await this.#ask(run, server, moved, fetch) };
  }

  /** A lost answer is asked for once more with the same refresh token: servers allow that for a moment. */
  async #ask(run: Run, server: RemoteServer, grant: Grant, fetch: SafeFetch): Promise<TokenAnswer> {
    const { origins, signal } = this.#parts;
    // No scope: RFC 6749 §6 gives the granted one then, and sending it again is an error with some servers.
    const parameters = {
      ...extraParameters(run, "token_params", server.auth.token_params),
      refresh_token: grant.refresh_token ?? "",
      ...(grant.resource === null ? {} : { resource: grant.resource }),
    };
    const endpoint = await endpointOf(run, server, grant, origins);
    const ask = () => requestTokens(endpoint, "refresh_token", parameters, fetch, signal);
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

function fieldsOf(run: Run, account: Account): Readonly<Record<string, unknown>> {
  return { server: run.server, account: account.key.account, request_id: run.requestId };
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
