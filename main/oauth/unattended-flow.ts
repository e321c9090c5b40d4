/** A sign-in that needs nobody: started by a click all the same, so that its outcome is told. */

import { quoteRemote } from "../errors.ts";
import type { Grant } from "../vault/types.ts";
import type { GrantFlow, SignInContext } from "./grant-flow.ts";
import { keepTokens } from "./issued.ts";
import { nothingWaits } from "./loopback.ts";
import { problem } from "./problem.ts";
import { askUnattended, refusedAlone } from "./unattended.ts";

export class UnattendedFlow implements GrantFlow {
  readonly #context: SignInContext;

  constructor(context: SignInContext) {
    this.#context = context;
  }

  async obtain(): Promise<Grant> {
    const { run, server, previous: held, clock, fetch, origins, signal, store } = this.#context;
    const challenge = await this.#context.challenge();
    this.#context.say("exchange", `Asking for tokens with the grant ${server.auth.grant}; no browser is needed.`);
    const got = await askUnattended({ run, server, challenge, held, discover: true, fetch, origins, signal });
    const { asked, answer } = got;
    switch (answer.kind) {
      case "tokens":
        return keepTokens(run, server, asked, answer.tokens, { clock, fetch, origins, signal, store });
      case "refused":
        throw refusedAlone(run, server, got);
      case "failed":
        throw problem(run, {
          code: "token_exchange_failed",
          message: `The ${got.by} of “${run.server}” gave no tokens just now (${quoteRemote(answer.reason)}).`,
          suggestion: "Try again in a moment.",
          details: { reason: answer.reason, retryable: true },
        });
    }
  }

  reopen(): void {}

  submit(): void {
    throw nothingWaits(this.#context.run);
  }
}
