/** A sign-in with a refresh token that somebody else obtained (RFC 6749 §6): spent once at once, so that it is proved good. */
import { type GatehouseError, quoteRemote } from "../errors.ts";
import type { ClientRegistration, Grant } from "../vault/types.ts";
import { extraParameters } from "./authorization-request.ts";
import { endpointOf } from "./current-endpoint.ts";
import type { GrantFlow, SignInContext } from "./grant-flow.ts";
import { grantTypeOf } from "./grant-types.ts";
import { keepTokens } from "./issued.ts";
import { nothingWaits } from "./loopback.ts";
import type { AuthorizationServer } from "./metadata.ts";
import { problem } from "./problem.ts";
import { configuredClient } from "./registration.ts";
import { findTarget } from "./target.ts";
import { requestTokens } from "./token-endpoint.ts";

export class GivenTokenFlow implements GrantFlow {
  readonly #context: SignInContext;
  readonly #refreshToken: string;

  constructor(context: SignInContext, refreshToken: string) {
    this.#context = context;
    this.#refreshToken = refreshToken;
  }

  async obtain(): Promise<Grant> {
    const { run, server, previous, clock, fetch, origins, signal, store } = this.#context;
    const challenge = await this.#context.challenge();
    const { as, scope, resource, dpopKey } = await findTarget(run, server, challenge, previous, fetch, signal);
    const stored = {
      issuer: as.issuer,
      token_endpoint: as.tokenEndpoint,
      revocation_endpoint: as.revocationEndpoint,
      client: this.#client(as),
      ...(dpopKey === null ? {} : { dpop_key: dpopKey }),
    };
    const endpoint = await endpointOf(run, server, stored, origins);
    this.#context.say("exchange", `Renewing the refresh token at ${new URL(as.tokenEndpoint).host}.`);
    const parameters = {
      ...extraParameters(run, "token_params", server.auth.token_params),
      refresh_token: this.#refreshToken,
      ...(resource === null ? {} : { resource }),
    };
    const ask = () => requestTokens(endpoint, "refresh_token", parameters, fetch, signal);
    let answer = await ask();
    // A lost answer may have spent it; servers take the old one once more for a moment.
    if (answer.kind === "failed" && answer.lost) answer = await ask();
    if (answer.kind !== "tokens") {
      const { kind } = answer;
      const said = kind === "failed" ? answer.reason : [answer.error, answer.description].filter(Boolean).join(": ");
      throw notTaken(this.#context, kind, quoteRemote(said));
    }
    const tokens = { ...answer.tokens, refreshToken: answer.tokens.refreshToken ?? this.#refreshToken };
    // What was granted only the answer can tell: nothing was asked for.
    const asked = {
      grantType: grantTypeOf(server),
      endpoint,
      scope: server.auth.scope === undefined ? null : scope,
      resource,
    };
    return keepTokens(run, server, asked, tokens, { clock, fetch, origins, signal, store });
  }

  reopen(): void {}

  submit(): void {
    throw nothingWaits(this.#context.run);
  }

  /** RFC 6749 §10.4: a refresh token belongs to the client that it was issued to, so a new registration is no help. */
  #client(as: AuthorizationServer): ClientRegistration {
    const { run, server } = this.#context;
    const { client_id, client_metadata_url: url } = server.auth;
    if (client_id === undefined && url !== undefined) {
      return { source: "metadata_document", client_id: url, token_endpoint_auth_method: "none", redirect_uri: "" };
    }
    if (client_id !== undefined) return configuredClient(run, server, as, null);
    throw problem(run, {
      code: "client_id_required",
      message: `A refresh token works only for the client that it was issued to, and “${run.server}” has no “client_id”.`,
      suggestion:
        "Set “client_id” (and “client_secret”, if there is one) of that client in the server's auth settings.",
    });
  }
}

function notTaken({ run }: SignInContext, kind: "failed" | "refused", said: string): GatehouseError {
  return problem(run, {
    code: "token_exchange_failed",
    message: `The authorization server of “${run.server}” gave no tokens for the refresh token (${said}).`,
    suggestion:
      kind === "failed"
        ? "Try again in a moment."
        : "Get a new refresh token for this client and server, or sign in with the browser.",
    details: { reason: said, retryable: kind === "failed" },
  });
}
