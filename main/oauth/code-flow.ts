/**
 * The authorization-code grant (RFC 6749 §4.1, RFC 7636, RFC 8252). State and PKCE verifier live in the running function
 * and nowhere else.
 */
import { calculatePKCECodeChallenge, randomPKCECodeVerifier, randomState } from "openid-client";
import { asGatehouseError, type GatehouseError } from "../errors.ts";
import type { Grant } from "../vault/types.ts";
import { advised } from "./advice.ts";
import { authorizationUrl } from "./authorization-request.ts";
import { judgeAuthorizationResponse } from "./authorization-response.ts";
import { thumbprint } from "./dpop.ts";
import { type Authorized, exchangeCode } from "./exchange.ts";
import type { GrantFlow, SignInContext } from "./grant-flow.ts";
import { type Arrival, type Loopback, listenForCallback, nothingWaits } from "./loopback.ts";
import type { Page } from "./pages.ts";
import { inRun, problem } from "./problem.ts";
import { chooseClient } from "./registration.ts";
import { findTarget, type Target } from "./target.ts";

/** A second click this long after the first one comes from somebody who lost the tab. */
const REOPEN_AFTER_MS = 2_000;

export class CodeFlow implements GrantFlow {
  readonly #context: SignInContext;
  #loopback: Loopback | null = null;
  #arrival: Arrival | null = null;
  #state: string | null = null;
  #url: URL | null = null;
  #openedAt: number | null = null;
  #waiting = false;

  constructor(context: SignInContext) {
    this.#context = context;
  }

  async obtain(): Promise<Grant> {
    const { run, server } = this.#context;
    try {
      const challenge = await this.#context.challenge();
      const { previous, fetch, signal } = this.#context;
      const target = await findTarget(run, server, challenge, previous, fetch, signal);
      let grant = await this.#attempt(target);
      if (grant === "client_unknown") {
        await this.#answer(forgotten(run.server));
        await this.#stopWaiting();
        grant = await this.#attempt(target);
      }
      if (grant === "client_unknown") throw stillUnknown(this.#context);
      await this.#answer({ kind: "success", server: run.server });
      return grant;
    } catch (thrown) {
      const error = await advised(server, inRun(run, asGatehouseError(thrown, run.server)));
      await this.#answer(pageFor(error, run.server));
      throw error;
    } finally {
      await this.#stopWaiting();
    }
  }

  reopen(): void {
    const lostTab = this.#openedAt !== null && this.#context.clock.now() - this.#openedAt >= REOPEN_AFTER_MS;
    if (this.#waiting && this.#url !== null && (this.#openedAt === null || lostTab)) this.#open(this.#url);
  }

  submit(text: string): void {
    const { run } = this.#context;
    if (this.#loopback === null || !this.#waiting) throw nothingWaits(run);
    const given = URL.canParse(text.trim()) ? new URL(text.trim()).searchParams.getAll("state") : [];
    if (given.length > 0 && (given.length > 1 || given[0] !== this.#state)) {
      throw problem(run, {
        code: "state_mismatch",
        message: `That address belongs to another sign-in than the one to “${run.server}” that is waiting.`,
        suggestion: "Paste the address that the browser ended at this time.",
      });
    }
    this.#loopback.submit(text);
  }

  async #attempt(target: Target): Promise<Grant | "client_unknown"> {
    const { run, server, clock, fetch, origins, signal, store } = this.#context;
    const authorized = await this.#authorize(target);
    this.#context.say("exchange", `Exchanging the code for tokens at ${new URL(target.as.tokenEndpoint).host}.`);
    return exchangeCode(run, server, authorized, { clock, fetch, origins, signal, store });
  }

  async #authorize({ as, scope, resource, dpopKey }: Target): Promise<Authorized> {
    const { run, server, fetch, signal, oldTabs, timeoutS } = this.#context;
    const loopback = await listenForCallback(run, { redirectUri: server.auth.redirect_uri, oldTabs });
    this.#loopback = loopback;
    signal.throwIfAborted();
    this.#context.say("callback", `The browser will come back to ${loopback.redirectUri}.`);
    const client = await chooseClient({
      run,
      server,
      as,
      redirectUri: loopback.redirectUri,
      fetch,
      signal,
      onRegister: () => this.#context.say("register", `Registering Gatehouse at ${new URL(as.issuer).host}.`),
    });

    const state = randomState();
    const verifier = randomPKCECodeVerifier();
    const url = authorizationUrl(run, server, {
      endpoint: as.authorizationEndpoint ?? "",
      clientId: client.client_id,
      redirectUri: loopback.redirectUri,
      scope,
      resource,
      state,
      codeChallenge: await calculatePKCECodeChallenge(verifier),
      dpopThumbprint: dpopKey === null ? null : thumbprint(dpopKey),
    });
    this.#state = state;
    this.#url = url;
    this.#waiting = true;
    const wanted = this.#context.wantsBrowser();
    const opening = wanted ? "Opening the sign-in page at" : "Open this address in a browser to sign in at";
    this.#context.say("authorize", `${opening} ${url.host}.`, { url: url.href });
    if (wanted) this.#open(url);
    this.#context.say("waiting", `Waiting up to ${timeoutS} s for you to finish in the browser.`);

    const arrival = await this.#context.unlessAborted(loopback.arrival);
    this.#waiting = false;
    this.#arrival = arrival;
    const code = judgeAuthorizationResponse(run, arrival.params, {
      state,
      issuer: as.issuer,
      issRequired: as.issInResponse,
    });
    return { code, verifier, as, client, scope, resource, dpopKey };
  }

  /** Not awaited: some openers end only with the browser. Without anybody to open it by hand a failure ends the flow. */
  #open(url: URL): void {
    const { run, clock, log, browser } = this.#context;
    this.#openedAt = clock.now();
    browser.open(url).catch((error: unknown) => {
      if (!this.#waiting) return;
      log.warn("sign_in.browser_failed", { server: run.server, request_id: run.requestId });
      if (!this.#context.isHeard()) this.#context.abort(asGatehouseError(error, run.server));
      else {
        const text = "The browser could not be opened. Open this address yourself.";
        this.#context.say("authorize", text, { url: url.href });
      }
    });
  }

  async #answer(page: Page): Promise<void> {
    const arrival = this.#arrival;
    this.#arrival = null;
    await arrival?.respond(page);
  }

  async #stopWaiting(): Promise<void> {
    const { oldTabs } = this.#context;
    const loopback = this.#loopback;
    const mayStillCome = this.#waiting;
    this.#waiting = false;
    this.#loopback = null;
    if (this.#state !== null) oldTabs.ended(this.#state);
    this.#state = null;
    if (loopback === null || !mayStillCome) return loopback?.close();
    loopback.retire();
    oldTabs.keep(loopback);
  }
}

function pageFor(error: GatehouseError, server: string): Page {
  if (error.code === "authorization_denied") return { kind: "denied", server };
  return { kind: "error", server, message: error.message, suggestion: error.suggestion };
}

function forgotten(server: string): Page {
  return {
    kind: "error",
    server,
    message: `The authorization server of “${server}” had forgotten Gatehouse.`,
    suggestion: "Gatehouse registers anew; go on in the page that opens now.",
  };
}

function stillUnknown({ run }: SignInContext): GatehouseError {
  return problem(run, {
    code: "token_exchange_failed",
    message: `The authorization server of “${run.server}” does not know the client that it has just registered (“invalid_client”).`,
    suggestion: "Register a client there by hand and set “client_id” in the server's auth settings.",
    details: { reason: "invalid_client", registration_attempted: true },
  });
}
