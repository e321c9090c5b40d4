/** One sign-in, from the probe to the stored grant, by whichever grant type the configuration asks for. */
import { randomUUID } from "node:crypto";
import type { SignInProgress, SignInStatus, SignInStep } from "../../preload/api.ts";
import type { RemoteServer } from "../config/types.ts";
import { asGatehouseError, type GatehouseError } from "../errors.ts";
import type { SafeFetch } from "../http/fetch.ts";
import { checkedUrl } from "../http/urls.ts";
import type { Browser, Challenge, Clock, Log } from "../ports.ts";
import type { Grant } from "../vault/types.ts";
import { extraParameters } from "./authorization-request.ts";
import { CodeFlow } from "./code-flow.ts";
import type { DeviceCode, GrantFlow, SignInContext } from "./grant-flow.ts";
import { grantTypeOf } from "./grant-types.ts";
import { probe } from "./probe.ts";
import { inRun, problem, type Run } from "./problem.ts";
import { Progress } from "./progress.ts";

export interface FlowParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly browser: Browser;
  readonly version: string;
  readonly fetchFor: (server: RemoteServer) => SafeFetch;
  /** Rejects when the vault could not keep a grant: asked before a browser opens. */
  readonly checkVault: () => Promise<void>;
  /** Durable when it resolves. */
  readonly store: (grant: Grant) => Promise<void>;
  /** Hashes of the states of flows that have ended. */
  readonly endedStates: Set<string>;
}

export interface FlowOptions {
  readonly server: RemoteServer;
  readonly account: string;
  readonly challenge: Challenge | null;
  /** As in the vault; null: none. */
  readonly previous: Grant | null;
  readonly openBrowser: boolean;
  readonly timeoutS: number;
  readonly onStatus: () => void;
}

const MAX_TIMEOUT_S = 86_400;

export class SignInFlow {
  readonly run: Run;
  /** The grant, stored. Rejects with a {@link GatehouseError} only. */
  readonly outcome: Promise<Grant>;
  readonly #parts: FlowParts;
  readonly #options: FlowOptions;
  readonly #fetch: SafeFetch;
  readonly #abort = new AbortController();
  readonly #progress = new Progress();
  readonly #startedAt: number;
  readonly #timeoutS: number;
  readonly #grantFlow: GrantFlow;
  #device: DeviceCode | null = null;
  #wantsBrowser: boolean;

  constructor(parts: FlowParts, options: FlowOptions, onProgress?: (progress: SignInProgress) => void) {
    this.#parts = parts;
    this.#options = options;
    this.run = { server: options.server.name, requestId: randomUUID() };
    this.#fetch = parts.fetchFor(options.server);
    this.#startedAt = parts.clock.now();
    this.#timeoutS = Math.min(Math.max(options.timeoutS, 1), MAX_TIMEOUT_S);
    this.#wantsBrowser = options.openBrowser;
    this.#grantFlow = new CodeFlow(this.#context());
    if (onProgress !== undefined) this.#progress.listen(onProgress);
    this.outcome = this.#start();
  }

  /** A second caller: hears what was said so far and what comes, and may bring the browser's tab back. */
  join(openBrowser: boolean, onProgress?: (progress: SignInProgress) => void): void {
    if (onProgress !== undefined) this.#progress.listen(onProgress);
    if (!openBrowser) return;
    this.#wantsBrowser = true;
    this.#grantFlow.reopen();
  }

  /** Throws `invalid_request` or, the flow going on, `state_mismatch`. */
  submit(text: string): void {
    this.#grantFlow.submit(text);
  }

  cancel(): void {
    this.#abort.abort(
      problem(this.run, {
        code: "sign_in_cancelled",
        message: `The sign-in to “${this.run.server}” was cancelled.`,
        suggestion: "Sign in again when you want to.",
      }),
    );
  }

  status(): SignInStatus {
    const device = this.#device;
    return {
      account: this.#options.account,
      step: this.#progress.step,
      started_at: new Date(this.#startedAt).toISOString(),
      deadline: new Date(this.#startedAt + this.#timeoutS * 1000).toISOString(),
      ...(device === null ? {} : { user_code: device.userCode, verification_uri: device.verificationUri }),
    };
  }

  async #start(): Promise<Grant> {
    // Nobody could cancel or join a flow whose constructor has not returned.
    await Promise.resolve();
    const timer = setTimeout(() => this.#abort.abort(this.#timedOut()), this.#timeoutS * 1000);
    try {
      this.#refuseWhatIsNotOurs();
      await this.#unlessAborted(this.#parts.checkVault());
      const grant = await this.#grantFlow.obtain();
      this.#say("done", `Signed in to “${this.run.server}”.`);
      return grant;
    } catch (thrown) {
      throw inRun(this.run, asGatehouseError(thrown, this.run.server));
    } finally {
      clearTimeout(timer);
    }
  }

  #context(): SignInContext {
    const { clock, log, browser, endedStates, store } = this.#parts;
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
      signal: this.#abort.signal,
      timeoutS: this.#timeoutS,
      endedStates,
      store,
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
    if (grantTypeOf(server) !== "authorization_code") {
      throw problem(run, {
        code: "unsupported",
        message: `“${run.server}” is set to the grant “${grantTypeOf(server)}”, which this version of Gatehouse cannot do.`,
        suggestion: "Take “grant” out of the server's auth settings to sign in with a browser.",
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
    if (met === null && wanted === undefined) {
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
