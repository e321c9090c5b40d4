/** The device authorization endpoint (RFC 8628 §3.1, §3.2), and what of its answer counts. */
import * as oidc from "openid-client";
import { quoteRemote } from "../errors.ts";
import type { SafeFetch } from "../http/fetch.ts";
import { checkedUrl, sameOrigin } from "../http/urls.ts";
import { jsonObject } from "./discovery.ts";
import type { DeviceCode } from "./grant-flow.ts";
import { problem, type Run } from "./problem.ts";
import { configuration, failureOf, type TokenEndpoint } from "./token-endpoint.ts";
import { lifetimeOf } from "./token-response.ts";

export interface DeviceAuthorization extends DeviceCode {
  /** A secret, unlike the user code. */
  readonly deviceCode: string;
  /** For a browser on this machine: the user code is in it where the server offers that. */
  readonly page: URL;
  /** Seconds from now. */
  readonly lifetimeS: number;
  /** Seconds between two requests. */
  readonly intervalS: number;
}

/** RFC 8628 §3.2: where the server does not say. */
const DEFAULT_INTERVAL_S = 5;
const LONGEST_INTERVAL_S = 300;
const DEFAULT_LIFETIME_S = 900;
/** As a person can read and type it; the recommendation of RFC 8628 §6.1 is far shorter. */
const USER_CODE = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u;

/** Throws `token_exchange_failed`, `metadata_invalid`, `unsafe_url`, and the signal's reason. */
export async function requestDeviceCode(
  run: Run,
  endpoint: TokenEndpoint,
  deviceEndpoint: string,
  parameters: Readonly<Record<string, string>>,
  fetch: SafeFetch,
  signal: AbortSignal,
): Promise<DeviceAuthorization> {
  let seen: Response | undefined;
  const config = configuration(
    endpoint,
    async (url, request) => {
      seen = await tidied(await fetch(url, { ...request, signal, purpose: "device authorization" }));
      return seen;
    },
    { device_authorization_endpoint: deviceEndpoint },
  );
  let answer: oidc.DeviceAuthorizationResponse;
  try {
    answer = await oidc.initiateDeviceAuthorization(config, { ...parameters });
  } catch (error) {
    signal.throwIfAborted();
    const failure = failureOf(error, seen);
    const reason =
      failure.kind === "failed"
        ? failure.reason
        : quoteRemote([failure.error, failure.description].filter(Boolean).join(": "));
    throw problem(run, {
      code: "token_exchange_failed",
      message: `The authorization server of “${run.server}” gave no code for this device (${reason}).`,
      suggestion: "Try again. If it comes back, check the client id and the scope in the server's auth settings.",
      details: { reason },
    });
  }
  return judge(run, answer);
}

/** Servers get the same things wrong here as at the token endpoint. */
async function tidied(response: Response): Promise<Response> {
  const body = jsonObject(await response.clone().text());
  if (body === null) return response;
  const { expires_in, interval, ...rest } = body;
  const tidy = {
    ...rest,
    ...("device_code" in rest ? { expires_in: lifetimeOf(expires_in) ?? DEFAULT_LIFETIME_S } : {}),
    interval: Math.min(lifetimeOf(interval) ?? DEFAULT_INTERVAL_S, LONGEST_INTERVAL_S),
  };
  const failed = response.ok && typeof body.error === "string";
  const headers = new Headers(response.headers);
  headers.delete("www-authenticate");
  headers.set("content-type", "application/json");
  return new Response(JSON.stringify(tidy), { status: failed ? 400 : response.status, headers });
}

function judge(run: Run, answer: oidc.DeviceAuthorizationResponse): DeviceAuthorization {
  const { device_code: deviceCode, user_code: userCode, verification_uri: uri } = answer;
  if (!USER_CODE.test(userCode)) {
    throw problem(run, {
      code: "metadata_invalid",
      message: `The authorization server of “${run.server}” gave a code that nobody could type.`,
      suggestion: "Ask the server's operator, or sign in with the browser: take “grant” out of its auth settings.",
    });
  }
  const check = (url: string) =>
    checkedUrl(url, { server: run.server, what: "verification page", requestId: run.requestId });
  const plain = check(uri);
  const complete = answer.verification_uri_complete;
  return {
    deviceCode,
    userCode,
    verificationUri: plain.href,
    // RFC 8628 §3.3.1. Another origin than the one that the person is shown is no shorter way to it.
    page: complete !== undefined && sameOrigin(complete, plain) ? check(complete) : plain,
    lifetimeS: answer.expires_in,
    intervalS: answer.interval ?? DEFAULT_INTERVAL_S,
  };
}
