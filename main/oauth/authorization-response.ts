/** The judge of what the browser brings back (RFC 6749 §4.1.2, RFC 9207 §2.4). Nothing reads `code` before it. */
import { quoteRemote } from "../errors.ts";
import { problem, type Run } from "./problem.ts";
import { whatToSet } from "./refusals.ts";

export interface ExpectedResponse {
  readonly state: string;
  readonly issuer: string;
  /** The authorization server promised `iss` in every response. */
  readonly issRequired: boolean;
}

/** A code whose state and issuer were checked. Only {@link judgeAuthorizationResponse} makes one. */
export class CheckedCode {
  readonly #code: string;
  private constructor(code: string) {
    this.#code = code;
  }
  /** The code itself, for the token request. */
  reveal(): string {
    return this.#code;
  }
  static judge(run: Run, params: URLSearchParams, expected: ExpectedResponse): CheckedCode {
    return new CheckedCode(judge(run, params, expected));
  }
}

/** Throws `state_mismatch`, `issuer_mismatch`, `authorization_denied` or `token_exchange_failed`. */
export const judgeAuthorizationResponse = CheckedCode.judge;

function judge(run: Run, params: URLSearchParams, expected: ExpectedResponse): string {
  if (single(params, "state") !== expected.state) {
    throw problem(run, {
      code: "state_mismatch",
      message: `The browser brought back an answer that does not belong to this sign-in to “${run.server}”.`,
      suggestion: "Close the tab and sign in again.",
    });
  }
  const error = single(params, "error");
  const iss = single(params, "iss");
  // An error without `iss` leads to no request, and what it says helps more than that it lacks something.
  if (iss === undefined ? expected.issRequired && error === undefined : iss !== expected.issuer) {
    throw problem(run, {
      code: "issuer_mismatch",
      message:
        iss === undefined
          ? `The answer for “${run.server}” does not say which authorization server it is from.`
          : `The answer for “${run.server}” came from ${quoteRemote(iss ?? "")}, not from ${quoteRemote(expected.issuer)}.`,
      suggestion: "Do not go on. Sign in again, and tell the server's operator if it happens again.",
    });
  }
  if (error !== undefined) {
    const description = single(params, "error_description");
    const said = quoteRemote(description ? `${error}: ${description}` : (error ?? ""));
    if (error === "access_denied") {
      throw problem(run, {
        code: "authorization_denied",
        message: `The sign-in to “${run.server}” was declined (${said}).`,
        suggestion: "Sign in again if you meant to allow it.",
      });
    }
    throw problem(run, {
      code: "token_exchange_failed",
      message: `The authorization server of “${run.server}” answered with an error (${said}).`,
      suggestion: whatToSet(error ?? ""),
      details: { error: quoteRemote(error ?? "") },
    });
  }
  const code = single(params, "code");
  if (!code) {
    throw problem(run, {
      code: "token_exchange_failed",
      message: `The authorization server of “${run.server}” answered without a code.`,
      suggestion: "Sign in again.",
    });
  }
  return code;
}

/** Undefined: absent. Null: sent more than once, which RFC 6749 §3.1 forbids and no expected value equals. */
function single(params: URLSearchParams, name: string): string | null | undefined {
  const all = params.getAll(name);
  return all.length > 1 ? null : all[0];
}
