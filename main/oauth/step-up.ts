/**
 * Asking a person for more access (RFC 6750 §3.1 `insufficient_scope`; MCP 2025-11-25 authorization, step-up): what to ask
 * for, and when to stop asking.
 */
import type { StepUp } from "../../preload/api.ts";
import { type GatehouseError, quoteRemote } from "../errors.ts";
import type { Challenge } from "../ports.ts";
import { problem, type Run } from "./problem.ts";

/** With the sign-in before them they make three authorization requests for one scope; a fourth has never helped. */
const MOST_STEP_UPS = 2;

export function scopeTokens(scope: string | null): string[] {
  return [...new Set((scope ?? "").split(/\s+/).filter(Boolean))];
}

/** Whether everything in `wanted` is in `granted`; both space-separated. Nothing in particular is never given. */
function covers(granted: string | null, wanted: string | null): boolean {
  const given = new Set(scopeTokens(granted));
  const tokens = scopeTokens(wanted);
  return tokens.length > 0 && tokens.every((token) => given.has(token));
}

/** What came of the step-ups of one account, by the scope that was asked for. Forgotten with the account's grant. */
export class StepUps {
  readonly #past = new Map<string, { times: number; refused: boolean }>();

  /** How it stands with what this challenge asks for. `granted`: the scope that the token has. */
  of(challenge: Challenge, granted: string | null): StepUp {
    const past = this.#past.get(keyOf(challenge));
    if (past?.refused === true) return "refused";
    return covers(granted, challenge.scope) || (past !== undefined && challenge.scope === null) ? "given" : "open";
  }

  /** A sign-in for this challenge has ended: with this scope, or null when the person said no. */
  ended(challenge: Challenge, granted: { readonly scope: string | null } | null): void {
    const times = (this.#past.get(keyOf(challenge))?.times ?? 0) + 1;
    const refused = granted === null || (challenge.scope !== null && !covers(granted.scope, challenge.scope));
    this.#past.set(keyOf(challenge), { times, refused });
  }

  /** Throws `insufficient_scope` when a person was sent through sign-ins for this often enough. */
  assertUseful(run: Run, challenge: Challenge): void {
    if ((this.#past.get(keyOf(challenge))?.times ?? 0) >= MOST_STEP_UPS) throw inVain(run, challenge);
  }
}

function keyOf(challenge: Challenge): string {
  return scopeTokens(challenge.scope).sort().join(" ");
}

function inVain(run: Run, { scope }: Challenge): GatehouseError {
  const asked = scope === null ? "more access" : `the access ${quoteRemote(scope)}`;
  return problem(run, {
    code: "insufficient_scope",
    message: `“${run.server}” keeps asking for ${asked}, however often you sign in for it.`,
    suggestion: `Sign out of “${run.server}” and in again, perhaps with another account; its operator knows who may do this.`,
    details: { retryable: false, ...(scope === null ? {} : { scope }) },
  });
}
