/** One sign-in, from the probe to the stored grant, by whichever grant type the configuration asks for. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { SignInProgress, SignInStatus, SignInStep } from "../../preload/api.ts";
import type { RemoteServer } from "../config/types.ts";
import { asGatehouseError, type GatehouseError } from "../errors.ts";
import type { SafeFetch } from "../http/fetch.ts";
import { checkedUrl } from "../http/urls.ts";
import type { Browser, Challenge, Clock, Log } from "../ports.ts";
import type { Grant } from "../vault/types.ts";
import { extraParameters } from "./authorization-request.ts";
import { CodeFlow } from "./code-flow.ts";
import { DeviceFlow } from "./device-flow.ts";
import { GivenTokenFlow } from "./given-token-flow.ts";
import type { DeviceCode, GrantFlow, SignInContext } from "./grant-flow.ts";
import { grantTypeOf, isUnattended } from "./grant-types.ts";
import type { OldTabs } from "./old-tabs.ts";
import type { Origins } from "./origins.ts";
import { probe } from "./probe.ts";
import { inRun, problem, type Run } from "./problem.ts";
import { Progress } from "./progress.ts";
import type { SignInOptions } from "./types.ts";
import { UnattendedFlow } from "./unattended-flow.ts";

export interface FlowParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly browser: Browser;
  readonly version: string;
  readonly fetchFor: (server: RemoteServer) => SafeFetch;
  readonly origins: Origins;
  /** Rejects when the vault could not keep a grant: asked before a browser opens. */
  readonly checkVault: () => Promise<void>;
  /** Durable when it resolves. */
  readonly store: (grant: Grant) => Promise<void>;
  readonly oldTabs: OldTabs;
  /** Resolves after so many milliseconds; rejects with the signal's reason. Default: the system's timer. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface FlowOptions {
  readonly server: RemoteServer;
  readonly account: string;
  readonly challenge: Challenge | null;
  /** As in the vault; null: none. */
  readonly previous: Grant | null;
  readonly openBrowser: boolean;
  readonly timeoutS: number;
  /** The server wants a sign-in, though it may let a probe in. */
  readonly expected: boolean;
  /** Obtained elsewhere, to be signed in with; absent: as the grant type says. */
  readonly refreshToken?: string | undefined;
  readonly onStatus: () => void;
}

const MAX_TIMEOUT_S = 86_400;

export class SignInFlow {
  readonly run: Run;
  readonly server: RemoteServer;
  /** The grant, stored. Rejects with a {@link GatehouseError} only. */
  readonly outcome: Promise<Grant>;
  readonly #parts: FlowParts;
  readonly #options: FlowOptions;
  readonly #fetch: SafeFetch;
  readonly #abort = new AbortController();
  readonly #progress = new Progress();
  readonly #startedAt: number;
  #timeoutS: number;
  #deadline: number;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  readonly #grantFlow: GrantFlow;
  #device: DeviceCode | null = null;
  #wantsBrowser: boolean;

  constructor(parts: FlowParts, options: FlowOptions, onProgress?: (progress: SignInProgress) => void) {
    this.#parts = parts;
    this.#options = options;
    this.server = options.server;
    this.run = { server: options.server.name, requestId: randomUUID() };
    this.#fetch = parts.fetchFor(options.server);
    this.#startedAt = parts.clock.now();
    this.#timeoutS = Math.min(Math.max(options.timeoutS, 1), MAX_TIMEOUT_S);
    this.#deadline = this.#startedAt + this.#timeoutS * 1000;
    this.#wantsBrowser = options.openBrowser;
    const context = this.#context();
    this.#grantFlow =
      options.refreshToken === undefined ? grantFlowFor(context) : new GivenTokenFlow(context, options.refreshToken);
    if (onProgress !== undefined) this.#progress.listen(onProgress);
    this.outcome = this.#start();
  }

  /** A second caller: hears what was said so far and what comes, and may bring the browser's tab back. */
  join(
    { openBrowser, timeoutS }: Pick<SignInOptions, "openBrowser" | "timeoutS">,
    onProgress?: (progress: SignInProgress) => void,
  ): void {
    if (onProgress !== undefined) this.#progress.listen(onProgress);
    // Who asks last knows best how long somebody will still be there.
    if (timeoutS !== undefined) this.#limit(timeoutS);
    if (!openBrowser) return;
    this.#wantsBrowser = true;
    this.#grantFlow.reopen();
  }

  /** Throws `invalid_request` or, the flow going on, `state_mismatch`. */
  submit(text: string): void {
    this.#grantFlow.submit(text);
  }

  /** `noBrowser`: the browser that was to show the page did not open, and it was not ours to open. */
  cancel(noBrowser = false): void {
    this.#abort.abort(noBrowser ? browserElsewhere(this.run) : cancelled(this.run));
  }

  status(): SignInStatus {
    const device = this.#device;
    return {
      account: this.#options.account,
      step: this.#progress.step,
      started_at: new Date(this.#startedAt).toISOString(),
      deadline: new Date(this.#deadline).toISOString(),
      ...(device === null ? {} : { user_code: device.userCode, verification_uri: device.verificationUri }),
    };
  }

  async #start(): Promise<Grant> {
    // Nobody could cancel or join a flow whose constructor has not returned.
    await Promise.resolve();
    this.#limit(this.#options.timeoutS);
    try {
      this.#refuseWhatIsNotOurs();
      await this.#unlessAborted(this.#parts.checkVault());
      const grant = await this.#grantFlow.obtain();
      this.#say("done", `Signed in to “${this.run.server}”.`);
      return grant;
    } catch (thrown) {
      throw inRun(this.run, asGatehouseError(thrown, this.run.server));
    } finally {
      clearTimeout(this.#timer);
      this.#isOver = true;
    }
  }

  /** From now on. */
  #limit(seconds: number): void {
    if (this.#isOver) return;
    this.#timeoutS = Math.min(Math.max(seconds, 1), MAX_TIMEOUT_S);
    this.#deadline = this.#parts.clock.now() + this.#timeoutS * 1000;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#abort.abort(this.#timedOut()), this.#timeoutS * 1000);
  }

  #context(): SignInContext {
    const { clock, log, browser, origins, oldTabs, store, pause = systemPause } = this.#parts;
    const { server, account, previous } = this.#options;
    return {
      run: this.run,
      server,
      account,
      previous,
      clock,
      log,
      browser,
      fetch: this.#fetch,
      origins,
      signal: this.#abort.signal,
      timeoutS: this.#timeoutS,
      oldTabs,
      store,
      pause,
      challenge: () => this.#challenge(),
      say: (step, text, more) => this.#say(step, text, more),
      isHeard: () => this.#progress.isHeard,
      wantsBrowser: () => this.#wantsBrowser,
      abort: (error) => this.#abort.abort(error),
      unlessAborted: (promise) => this.#unlessAborted(promise),
    };
  }

  #refuseWhatIsNotOurs(): void {
    const { run } = this;
    const { server } = this.#options;
    checkedUrl(server.url, { server: run.server, what: "server address", requestId: run.requestId });
    extraParameters(run, "authorize_params", server.auth.authorize_params);
    extraParameters(run, "token_params", server.auth.token_params);
    if (grantTypeOf(server) === "none") throw this.#noSignInNeeded(`“${run.server}” is set to need no sign-in.`);
    if (this.#options.refreshToken !== undefined && isUnattended(server)) {
      throw problem(run, {
        code: "invalid_request",
        message: `“${run.server}” is set to the grant “${grantTypeOf(server)}”, which has no refresh tokens.`,
        suggestion: "Sign in without one: this grant needs neither a browser nor a token from elsewhere.",
      });
    }
  }

  async #challenge(): Promise<Challenge | null> {
    const { server, challenge: known } = this.#options;
    const { clock, version } = this.#parts;
    if (known !== null) {
      this.#say("probe", `“${this.run.server}” has asked for a sign-in.`);
      return known;
    }
    this.#say("probe", `Asking “${this.run.server}” whether it wants a sign-in.`);
    const met = await probe(this.run, server, { fetch: this.#fetch, signal: this.#abort.signal, clock, version });
    const { grant, client_id, authorization_server, metadata_url, authorization_endpoint } = server.auth;
    // Who configured a sign-in wants one, though some servers ask for it only when a tool is called.
    const wanted = grant ?? client_id ?? authorization_server ?? metadata_url ?? authorization_endpoint;
    if (met === null && wanted === undefined && !this.#options.expected) {
      throw this.#noSignInNeeded(`“${this.run.server}” asked for no sign-in: there was no 401 challenge.`);
    }
    return met;
  }

  #say(step: SignInStep, text: string, more: { url?: string; device?: DeviceCode } = {}): void {
    const { server, requestId } = this.run;
    const { account } = this.#options;
    const { url, device } = more;
    if (device !== undefined) this.#device = device;
    const progress: SignInProgress = {
      server,
      account,
      step,
      text,
      ...(url === undefined ? {} : { url }),
      ...(device === undefined ? {} : { user_code: device.userCode }),
    };
    this.#parts.log.info("sign_in.step", { server, account, step, request_id: requestId });
    this.#progress.add(progress);
    this.#options.onStatus();
  }

  #unlessAborted<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this.#abort;
    return new Promise((resolve, reject) => {
      const aborted = () => reject(signal.reason);
      promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", aborted));
      if (signal.aborted) aborted();
      else signal.addEventListener("abort", aborted, { once: true });
    });
  }

  #noSignInNeeded(message: string): GatehouseError {
    return problem(this.run, {
      code: "no_sign_in_needed",
      message,
      suggestion: "Use it as it is. If it should want a sign-in, check its URL.",
    });
  }

  #timedOut(): GatehouseError {
    return problem(this.run, {
      code: "callback_timeout",
      message: `Nobody finished the sign-in to “${this.run.server}” within ${this.#timeoutS} s.`,
      suggestion: "Sign in again; “callback_timeout” in the server's auth settings allows more time.",
    });
  }
}

function grantFlowFor(context: SignInContext): GrantFlow {
  switch (grantTypeOf(context.server)) {
    case "device_code":
      return new DeviceFlow(context);
    case "client_credentials":
    case "id_jag":
    case "jwt_bearer":
      return new UnattendedFlow(context);
    case "authorization_code":
    case "none": // Refused before its flow begins.
      return new CodeFlow(context);
  }
}

async function systemPause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}

function cancelled(run: Run): GatehouseError {
  return problem(run, {
    code: "sign_in_cancelled",
    message: `The sign-in to “${run.server}” was cancelled.`,
    suggestion: "Sign in again when you want to.",
  });
}

function browserElsewhere(run: Run): GatehouseError {
  return problem(run, {
    code: "browser_failed",
    message: `The browser did not open for the sign-in to “${run.server}”.`,
    suggestion: "Run gatehouse login with --no-browser and open the address it prints.",
  });
}
