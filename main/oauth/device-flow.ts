/** The device authorization grant (RFC 8628): the browser may be on any machine, nothing comes back to this one. */
import { type GatehouseError, quoteRemote } from "../errors.ts";
import type { Grant } from "../vault/types.ts";
import { extraParameters } from "./authorization-request.ts";
import { endpointOf } from "./current-endpoint.ts";
import { type DeviceAuthorization, requestDeviceCode } from "./device-endpoint.ts";
import type { GrantFlow, SignInContext } from "./grant-flow.ts";
import { keepTokens } from "./issued.ts";
import { nothingWaits } from "./loopback.ts";
import { problem } from "./problem.ts";
import { chooseClient } from "./registration.ts";
import { findTarget, type Target } from "./target.ts";
import { requestTokens, type TokenEndpoint, type Tokens } from "./token-endpoint.ts";

const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";
/** RFC 8628 §3.5: `slow_down` adds this to the interval for good. */
const SLOWER_S = 5;
const SLOWEST_S = 300;

export class DeviceFlow implements GrantFlow {
  readonly #context: SignInContext;
  #page: URL | null = null;

  constructor(context: SignInContext) {
    this.#context = context;
  }

  async obtain(): Promise<Grant> {
    const { run, server, previous, clock, fetch, origins, signal, store } = this.#context;
    try {
      const challenge = await this.#context.challenge();
      const target = await findTarget(run, server, challenge, previous, fetch, signal);
      const { deviceEndpoint } = target.as;
      if (deviceEndpoint === null) throw noDeviceSignIn(this.#context);
      const endpoint = await this.#endpoint(target);
      const { scope, resource } = target;
      const device = await this.#begin(target, deviceEndpoint, endpoint);
      const tokens = await this.#poll(endpoint, device, resource);
      this.#context.say("exchange", "The code was accepted.");
      const asked = { grantType: "device_code", endpoint, scope, resource } as const;
      return await keepTokens(run, server, asked, tokens, { clock, fetch, origins, signal, store });
    } finally {
      this.#page = null;
    }
  }

  reopen(): void {
    if (this.#page !== null) this.#open(this.#page);
  }

  submit(): void {
    throw nothingWaits(this.#context.run);
  }

  async #endpoint({ as, dpopKey }: Target): Promise<TokenEndpoint> {
    const { run, server, fetch, origins, signal } = this.#context;
    const client = await chooseClient({
      run,
      server,
      as,
      redirectUri: null,
      grantType: DEVICE_CODE,
      fetch,
      signal,
      onRegister: () => this.#context.say("register", `Registering Gatehouse at ${new URL(as.issuer).host}.`),
    });
    const stored = {
      issuer: as.issuer,
      token_endpoint: as.tokenEndpoint,
      revocation_endpoint: as.revocationEndpoint,
      client,
      ...(dpopKey === null ? {} : { dpop_key: dpopKey }),
    };
    return endpointOf(run, server, stored, origins);
  }

  async #begin(
    { scope, resource }: Target,
    deviceEndpoint: string,
    endpoint: TokenEndpoint,
  ): Promise<DeviceAuthorization> {
    const { run, server, fetch, signal, timeoutS } = this.#context;
    const parameters = {
      ...(scope === null ? {} : { scope }),
      ...(resource === null ? {} : { resource }),
      ...extraParameters(run, "authorize_params", server.auth.authorize_params),
    };
    const device = await requestDeviceCode(run, endpoint, deviceEndpoint, parameters, fetch, signal);
    const { userCode, verificationUri, page, lifetimeS } = device;
    this.#page = page;
    const text = `Enter the code ${userCode} at ${verificationUri} to sign in, in any browser.`;
    this.#context.say("authorize", text, { url: page.href, device: { userCode, verificationUri } });
    if (this.#context.wantsBrowser()) this.#open(page);
    const limit = Math.round(Math.min(lifetimeS, timeoutS));
    this.#context.say("waiting", `Waiting up to ${limit} s for you to enter the code ${userCode}.`);
    return device;
  }

  /** RFC 8628 §3.4, §3.5: asks at the server's pace until the person has decided or the code has run out. */
  async #poll(endpoint: TokenEndpoint, device: DeviceAuthorization, resource: string | null): Promise<Tokens> {
    const { run, server, clock, fetch, signal, pause } = this.#context;
    const end = clock.now() + device.lifetimeS * 1000;
    const parameters = {
      ...extraParameters(run, "token_params", server.auth.token_params),
      device_code: device.deviceCode,
      ...(resource === null ? {} : { resource }),
    };
    for (let interval = device.intervalS; ; ) {
      await pause(interval * 1000, signal);
      if (clock.now() >= end) throw ranOut(this.#context);
      const answer = await requestTokens(endpoint, DEVICE_CODE, parameters, fetch, signal);
      if (answer.kind === "tokens") return answer.tokens;
      if (answer.kind === "failed") {
        interval = Math.min(Math.max(interval * 2, answer.retryAfterS ?? 0), SLOWEST_S);
        continue;
      }
      switch (answer.error) {
        case "authorization_pending":
          break;
        case "slow_down":
          interval = Math.min(interval + SLOWER_S, SLOWEST_S);
          break;
        case "expired_token":
          throw ranOut(this.#context);
        case "access_denied":
          throw denied(this.#context);
        default:
          throw refused(this.#context, [answer.error, answer.description].filter(Boolean).join(": "));
      }
    }
  }

  /** A browser that does not start costs nothing: the code is on the screen. */
  #open(page: URL): void {
    const { run, log, browser } = this.#context;
    browser.open(page).catch(() => {
      log.warn("sign_in.browser_failed", { server: run.server, request_id: run.requestId });
    });
  }
}

function noDeviceSignIn({ run }: SignInContext): GatehouseError {
  return problem(run, {
    code: "unsupported",
    message: `The authorization server of “${run.server}” offers no sign-in with a device code.`,
    suggestion:
      "Take “grant” out of the server's auth settings to sign in with a browser, or set “device_authorization_endpoint”.",
  });
}

function ranOut({ run }: SignInContext): GatehouseError {
  return problem(run, {
    code: "callback_timeout",
    message: `The code for the sign-in to “${run.server}” has run out.`,
    suggestion: "Sign in again to get a new code.",
    details: { reason: "expired_token" },
  });
}

function denied({ run }: SignInContext): GatehouseError {
  return problem(run, {
    code: "authorization_denied",
    message: `Access to “${run.server}” was denied.`,
    suggestion: "Sign in again and allow it, if that was not what you wanted.",
    details: { error: "access_denied" },
  });
}

function refused({ run }: SignInContext, said: string): GatehouseError {
  return problem(run, {
    code: "token_exchange_failed",
    message: `The authorization server of “${run.server}” gave no tokens for the device code (${quoteRemote(said)}).`,
    suggestion: "Sign in again. If it comes back, check the client id and secret in the server's auth settings.",
    details: { reason: quoteRemote(said) },
  });
}
