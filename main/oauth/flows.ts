/** Sign-ins under way: one for each server × account, whoever asks, and how each of them ends. */
import { randomUUID } from "node:crypto";
import type { SignInStatus } from "../../preload/api.ts";
import type { Activity, Recording } from "../activity/activity.ts";
import type { Steps } from "../activity/recording.ts";
import type { RemoteServer } from "../config/types.ts";
import { asGatehouseError, type GatehouseError } from "../errors.ts";
import type { SafeFetch } from "../http/fetch.ts";
import type { Browser, Challenge, Clock, Log } from "../ports.ts";
import type { Grant, Vault } from "../vault/types.ts";
import type { Account } from "./account.ts";
import type { Accounts } from "./accounts.ts";
import { SignInFlow } from "./flow.ts";
import { isUnattended } from "./grant-types.ts";
import { nothingWaits } from "./loopback.ts";
import { OldTabs } from "./old-tabs.ts";
import type { Origins } from "./origins.ts";
import { problem, type Run, withEvidence } from "./problem.ts";
import type { SignInOptions, SignInOutcome } from "./types.ts";

export interface FlowsParts {
  readonly accounts: Accounts;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly browser: Browser;
  readonly version: string;
  readonly activity: Activity;
  readonly origins: Origins;
  readonly fetchFor: (server: RemoteServer) => SafeFetch;
  readonly pollPause: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
}

const DEFAULT_CALLBACK_TIMEOUT_S = 300;

export class Flows {
  readonly #parts: FlowsParts;
  readonly #flows = new Map<string, { flow: SignInFlow; ended: Promise<Grant> }>();
  readonly #oldTabs = new OldTabs();

  constructor(parts: FlowsParts) {
    this.#parts = parts;
  }

  /** One for each server × account; a second call joins the first, with its own progress. */
  async signIn(server: RemoteServer, account: string, options: SignInOptions): Promise<SignInOutcome> {
    const id = flowId(server.name, account);
    let running = this.#flows.get(id);
    if (running === undefined) {
      const stepUp = this.#stepUp(server, account);
      const recording = this.#parts.activity.begin({ server: server.name, account, kind: "sign_in" });
      const flow = this.#startFlow(server, account, options, recording.steps);
      running = { flow, ended: this.#ended(id, flow, this.#parts.accounts.of(server, account), stepUp, recording) };
      this.#flows.set(id, running);
    } else if (options.refreshToken !== undefined) throw alreadySigningIn(running.flow.run);
    else running.flow.join(options, options.onProgress);
    const grant = await running.ended;
    return { account, scope: grant.scope };
  }

  /** The challenge that a sign-in for more access answers; null: it is another sign-in. Throws `insufficient_scope`. */
  #stepUp(server: RemoteServer, name: string): Challenge | null {
    const { challenge, stepUps } = this.#parts.accounts.of(server, name);
    if (challenge?.status !== 403) return null;
    stepUps.assertUseful({ server: server.name, requestId: randomUUID() }, challenge);
    return challenge;
  }

  #startFlow(server: RemoteServer, name: string, options: SignInOptions, steps: Steps): SignInFlow {
    const { accounts, vault, clock, log, browser, version, origins, fetchFor, pollPause } = this.#parts;
    const account = accounts.of(server, name);
    const flow: SignInFlow = new SignInFlow(
      {
        clock,
        log,
        browser,
        version,
        fetchFor: (of) => steps.recording(fetchFor(of)),
        origins: origins,
        checkVault: async () => void (await vault.get(account.key)),
        store: (grant) => accounts.signedIn(account, grant),
        oldTabs: this.#oldTabs,
        ...(pollPause === undefined ? {} : { pause: pollPause }),
      },
      {
        server,
        account: name,
        challenge: account.challenge,
        previous: account.grant,
        openBrowser: options.openBrowser,
        timeoutS: options.timeoutS ?? server.auth.callback_timeout ?? DEFAULT_CALLBACK_TIMEOUT_S,
        expected: options.expected ?? false,
        refreshToken: options.refreshToken,
        onStatus: () => {
          steps.waiting(flow.status().step === "waiting");
          accounts.changed(account, "status");
        },
      },
      options.onProgress,
    );
    return flow;
  }

  /** The flow's outcome, once everybody who looks sees that it has ended. */
  async #ended(
    id: string,
    flow: SignInFlow,
    account: Account,
    stepUp: Challenge | null,
    recording: Recording,
  ): Promise<Grant> {
    const { accounts, log } = this.#parts;
    const fields = { server: account.key.server, account: account.key.account, request_id: flow.run.requestId };
    try {
      const grant = await flow.outcome;
      if (stepUp !== null) account.stepUps.ended(stepUp, grant);
      recording.end(flow.run.requestId, null);
      log.info("sign_in.done", fields);
      return grant;
    } catch (thrown) {
      const error = withEvidence(asGatehouseError(thrown, account.key.server), recording.steps.evidence());
      const { code, correlationId, details } = error;
      if (stepUp !== null && code === "authorization_denied") account.stepUps.ended(stepUp, null);
      recording.end(flow.run.requestId, error);
      log.warn("sign_in.failed", { ...fields, code, correlation_id: correlationId, details });
      if (code !== "sign_in_cancelled") account.error = error.toObject();
      if (isUnattended(flow.server) && code === "token_exchange_failed" && details?.retryable !== true) {
        accounts.refuse(flow.server, account, error.toObject());
      }
      throw error;
    } finally {
      this.#flows.delete(id);
      accounts.changed(account, "status");
    }
  }

  /** The address that the browser ended at. */
  submit(server: string, account: string, url: string): void {
    const running = this.#flows.get(flowId(server, account));
    if (running === undefined) throw nothingWaits({ server });
    running.flow.submit(url);
  }

  /** Answers whether there was one. */
  cancel(server: string, account: string, noBrowser: boolean): boolean {
    const running = this.#flows.get(flowId(server, account));
    running?.flow.cancel(noBrowser);
    return running !== undefined;
  }

  /** Cancels it and waits for its end. */
  async end(server: RemoteServer, account: string): Promise<void> {
    const running = this.#flows.get(flowId(server.name, account));
    running?.flow.cancel();
    await running?.ended.catch(() => {});
  }

  async endAll(server: RemoteServer): Promise<void> {
    for (const account of this.accountsOf(server)) await this.end(server, account);
  }

  /** That somebody is signing in to. */
  accountsOf(server: RemoteServer): string[] {
    return [...this.#flows.values()]
      .filter(({ flow }) => flow.run.server === server.name)
      .map(({ flow }) => flow.status().account);
  }

  /** Of the first of these accounts that somebody is signing in to. */
  status(accounts: readonly Account[]): SignInStatus | null {
    const running = accounts.map(({ key }) => this.#flows.get(flowId(key.server, key.account))).find(Boolean);
    return running?.flow.status() ?? null;
  }

  /** Resolves when all of them have ended. */
  async cancelAll(): Promise<void> {
    const flows = [...this.#flows.values()];
    for (const { flow } of flows) flow.cancel();
    await Promise.allSettled(flows.map(({ ended }) => ended));
  }

  async close(): Promise<void> {
    await this.cancelAll();
    await this.#oldTabs.close();
  }
}

function alreadySigningIn(run: Run): GatehouseError {
  return problem(run, {
    code: "invalid_request",
    message: `A sign-in to “${run.server}” is under way, so the refresh token was not used.`,
    suggestion: "Finish or cancel that sign-in, then try again.",
  });
}

function flowId(server: string, account: string): string {
  return JSON.stringify([server, account]);
}
