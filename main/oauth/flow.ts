/**
 * One sign-in with the authorization-code grant (RFC 6749 §4.1, RFC 7636, RFC 8252), from the probe to the stored grant.
 * State and PKCE verifier live in the running function and nowhere else.
 */
import { createHash, randomUUID } from "node:crypto";
import { calculatePKCECodeChallenge, randomPKCECodeVerifier, randomState } from "openid-client";
import type { SignInProgress, SignInStatus, SignInStep } from "../../preload/api.ts";
import type { RemoteServer } from "../config/types.ts";
import { asGatehouseError, type GatehouseError } from "../errors.ts";
import type { SafeFetch } from "../http/fetch.ts";
import { checkedUrl } from "../http/urls.ts";
import type { Browser, Challenge, Clock, Log } from "../ports.ts";
import type { Grant } from "../vault/types.ts";
import { authorizationUrl, chooseScope, extraParameters } from "./authorization-request.ts";
import { judgeAuthorizationResponse } from "./authorization-response.ts";
import { discover } from "./discovery.ts";
import { type Authorized, exchangeCode } from "./exchange.ts";
import { type Arrival, type Loopback, listenForCallback, nothingWaits } from "./loopback.ts";
import type { Page } from "./pages.ts";
import { probe } from "./probe.ts";
import { inRun, problem, type Run } from "./problem.ts";
import { Progress } from "./progress.ts";
import { chooseClient } from "./registration.ts";

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
  readonly openBrowser: boolean;
  readonly timeoutS: number;
  readonly onStatus: () => void;
}

const MAX_TIMEOUT_S = 86_400;
const MAX_ENDED_STATES = 50;
/** A second click this long after the first one comes from somebody who lost the tab. */
const REOPEN_AFTER_MS = 2_000;

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
  #loopback: Loopback | null = null;
  #arrival: Arrival | null = null;
  #state: string | null = null;
  #url: URL | null = null;
  #wantsBrowser: boolean;
  #openedAt: number | null = null;
  #waiting = false;

  constructor(parts: FlowParts, options: FlowOptions, onProgress?: (progress: SignInProgress) => void) {
    this.#parts = parts;
    this.#options = options;
    this.run = { server: options.server.name, requestId: randomUUID() };
    this.#fetch = parts.fetchFor(options.server);
    this.#startedAt = parts.clock.now();
    this.#wantsBrowser = options.openBrowser;
    if (onProgress !== undefined) this.#progress.listen(onProgress);
    this.outcome = this.#start();
  }

  /** A second caller: hears what was said so far and what comes, and may bring the browser's tab back. */
  join(openBrowser: boolean, onProgress?: (progress: SignInProgress) => void): void {
    if (onProgress !== undefined) this.#progress.listen(onProgress);
    if (!openBrowser) return;
    this.#wantsBrowser = true;
    const lostTab = this.#openedAt !== null && this.#parts.clock.now() - this.#openedAt >= REOPEN_AFTER_MS;
    if (this.#waiting && this.#url !== null && (this.#openedAt === null || lostTab)) {
      this.#open(this.#url);
    }
  }

  /** Throws `invalid_request` or, the flow going on, `state_mismatch`. */
  submit(text: string): void {
    if (this.#loopback === null || !this.#waiting) throw nothingWaits(this.run);
    const given = URL.canParse(text.trim()) ? new URL(text.trim()).searchParams.getAll("state") : [];
    if (given.length > 0 && (given.length > 1 || given[0] !== this.#state)) {
      throw problem(this.run, {
        code: "state_mismatch",
        message: `That address belongs to another sign-in than the one to “${this.run.server}” that is waiting.`,
        suggestion: "Paste the address that the browser ended at this time.",
      });
    }
    this.#loopback.submit(text);
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
    return {
      account: this.#options.account,
      step: this.#progress.step,
      started_at: new Date(this.#startedAt).toISOString(),
      deadline: new Date(this.#startedAt + this.#timeoutMs()).toISOString(),
    };
  }

  #timeoutMs(): number {
    return Math.min(Math.max(this.#options.timeoutS, 1), MAX_TIMEOUT_S) * 1000;
  }

  async #start(): Promise<Grant> {
    // Nobody could cancel or join a flow whose constructor has not returned.
    await Promise.resolve();
    const timer = setTimeout(() => this.#abort.abort(this.#timedOut()), this.#timeoutMs());
    try {
      const authorized = await this.#authorize();
      this.#say("exchange", `Exchanging the code for tokens at ${new URL(authorized.as.tokenEndpoint).host}.`);
      const grant = await exchangeCode(this.run, authorized, {
        server: this.#options.server,
        clock: this.#parts.clock,
        store: this.#parts.store,
        fetch: this.#fetch,
        signal: this.#abort.signal,
      });
      await this.#answer({ kind: "success", server: this.run.server });
      this.#say("done", `Signed in to “${this.run.server}”.`);
      return grant;
    } catch (thrown) {
      const error = inRun(this.run, asGatehouseError(thrown, this.run.server));
      await this.#answer(pageFor(error, this.run.server));
      throw error;
    } finally {
      clearTimeout(timer);
      this.#waiting = false;
      this.#forgetState();
      await this.#loopback?.close();
    }
  }

  async #authorize(): Promise<Authorized> {
    const { run } = this;
    const { server } = this.#options;
    const { signal } = this.#abort;
    this.#refuseWhatIsNotOurs();
    await this.#unlessAborted(this.#parts.checkVault());
    const challenge = await this.#challenge();
    const discovered = await discover(run, server, challenge, this.#fetch, signal);
    const { as } = discovered;
    const scope = chooseScope({
      configured: server.auth.scope,
      challenged: challenge?.scope ?? null,
      resource: discovered.resource?.scopesSupported ?? [],
      server: as.scopesSupported,
    });
    const resource =
      server.auth.resource === false ? null : (server.auth.resource ?? discovered.resource?.resource ?? null);

    const loopback = await listenForCallback(run, {
      redirectUri: server.auth.redirect_uri,
      isStale: (state) => this.#parts.endedStates.has(hashOf(state)),
    });
    this.#loopback = loopback;
    signal.throwIfAborted();
    this.#say("callback", `The browser will come back to ${loopback.redirectUri}.`);
    const client = await chooseClient({
      run,
      server,
      as,
      redirectUri: loopback.redirectUri,
      fetch: this.#fetch,
      signal,
      onRegister: () => this.#say("register", `Registering Gatehouse at ${new URL(as.issuer).host}.`),
    });

    const state = randomState();
    const verifier = randomPKCECodeVerifier();
    const url = authorizationUrl(run, server, {
      endpoint: as.authorizationEndpoint,
      clientId: client.client_id,
      redirectUri: loopback.redirectUri,
      scope,
      resource,
      state,
      codeChallenge: await calculatePKCECodeChallenge(verifier),
    });
    this.#state = state;
    this.#url = url;
    this.#waiting = true;
    const opening = this.#wantsBrowser ? "Opening the sign-in page at" : "Open this address in a browser to sign in at";
    this.#say("authorize", `${opening} ${url.host}.`, url.href);
    if (this.#wantsBrowser) this.#open(url);
    this.#say("waiting", `Waiting up to ${this.#timeoutMs() / 1000} s for you to finish in the browser.`);

    const arrival = await this.#unlessAborted(loopback.arrival);
    this.#waiting = false;
    this.#arrival = arrival;
    const code = judgeAuthorizationResponse(run, arrival.params, {
      state,
      issuer: as.issuer,
      issRequired: as.issInResponse,
    });
    return { code, verifier, as, client, scope, resource };
  }

  #refuseWhatIsNotOurs(): void {
    const { run } = this;
    const { server } = this.#options;
    const { grant = "authorization_code" } = server.auth;
    checkedUrl(server.url, { server: run.server, what: "server address", requestId: run.requestId });
    extraParameters(run, "authorize_params", server.auth.authorize_params);
    extraParameters(run, "token_params", server.auth.token_params);
    if (grant === "none") throw this.#noSignInNeeded(`“${run.server}” is set to need no sign-in.`);
    if (grant !== "authorization_code") {
      throw problem(run, {
        code: "unsupported",
        message: `“${run.server}” is set to the grant “${grant}”, which this version of Gatehouse cannot do.`,
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
    const { client_id, authorization_server, metadata_url, authorization_endpoint } = server.auth;
    // Who configured a sign-in wants one, though some servers ask for it only when a tool is called.
    const wanted = client_id ?? authorization_server ?? metadata_url ?? authorization_endpoint;
    if (met === null && wanted === undefined) {
      throw this.#noSignInNeeded(`“${this.run.server}” asked for no sign-in: there was no 401 challenge.`);
    }
    return met;
  }

  /** Not awaited: some openers end only with the browser. Without anybody to open it by hand a failure ends the flow. */
  #open(url: URL): void {
    this.#openedAt = this.#parts.clock.now();
    this.#parts.browser.open(url).catch((error: unknown) => {
      if (!this.#waiting) return;
      const { server, requestId } = this.run;
      this.#parts.log.warn("sign_in.browser_failed", { server, request_id: requestId });
      if (!this.#progress.isHeard) this.#abort.abort(asGatehouseError(error, server));
      else this.#say("authorize", "The browser could not be opened. Open this address yourself.", url.href);
    });
  }

  #say(step: SignInStep, text: string, url?: string): void {
    const { server, requestId } = this.run;
    const { account } = this.#options;
    const progress: SignInProgress = { server, account, step, text, ...(url === undefined ? {} : { url }) };
    this.#parts.log.info("sign_in.step", { server, account, step, request_id: requestId });
    this.#progress.add(progress);
    this.#options.onStatus();
  }

  async #answer(page: Page): Promise<void> {
    const arrival = this.#arrival;
    this.#arrival = null;
    await arrival?.respond(page);
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

  #forgetState(): void {
    const { endedStates } = this.#parts;
    if (this.#state !== null) endedStates.add(hashOf(this.#state));
    this.#state = null;
    for (const oldest of endedStates) {
      if (endedStates.size <= MAX_ENDED_STATES) break;
      endedStates.delete(oldest);
    }
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
      message: `Nobody finished the sign-in to “${this.run.server}” within ${this.#timeoutMs() / 1000} s.`,
      suggestion: "Sign in again; “callback_timeout” in the server's auth settings allows more time.",
    });
  }
}

function pageFor(error: GatehouseError, server: string): Page {
  if (error.code === "authorization_denied") return { kind: "denied", server };
  return { kind: "error", server, message: error.message, suggestion: error.suggestion };
}

function hashOf(state: string): string {
  return createHash("sha256").update(state).digest("base64");
}
