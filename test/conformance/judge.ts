/** What counts as passed. Stricter than the suite: a warning, a skipped check and an agent without its answer all fail. */
import { z } from "zod";

/** How the agent's run ended; the last line of its stdout. */
export const agentEnd = z.discriminatedUnion("ended", [
  z.object({ ended: z.literal("answered") }),
  /** `code`: of the sign-in that failed, else of the request. */
  z.object({ ended: z.literal("refused"), code: z.string() }),
  z.object({ ended: z.literal("broken"), why: z.string() }),
]);
export type AgentEnd = z.infer<typeof agentEnd>;

/** A check of the suite, as it stands in `checks.json`. */
const check = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(["SUCCESS", "FAILURE", "WARNING", "SKIPPED", "INFO"]),
  errorMessage: z.string().optional(),
});
export const checks = z.array(check);
export type Check = z.infer<typeof check>;

/** Scenarios whose server must not be signed in to or obeyed, and the error that says so. All others end with an answer. */
const REFUSED: Readonly<Record<string, string>> = {
  "auth/scope-retry-limit": "insufficient_scope",
  "auth/resource-mismatch": "resource_mismatch",
  "auth/metadata-issuer-mismatch": "issuer_mismatch",
  "auth/iss-supported-missing": "issuer_mismatch",
  "auth/iss-wrong-issuer": "issuer_mismatch",
  "auth/iss-unexpected": "issuer_mismatch",
  "auth/iss-normalized": "issuer_mismatch",
};

/** Checks of messages that the modern era does not have. */
const NEVER_SENT = new Set(["ClientMcpMethodHeader_initialize", "ClientMcpMethodHeader_notifications_initialized"]);

/** Why a scenario failed, one short text a reason; empty: it passed. `end` null: the agent never said how it ended. */
export function judge(scenario: string, found: readonly Check[], end: AgentEnd | null): string[] {
  const wrong = found
    .filter(({ status, name }) => status !== "SUCCESS" && status !== "INFO" && !NEVER_SENT.has(name))
    .map(({ status, id, errorMessage }) => `${status.toLowerCase()}: ${id}${errorMessage ? ` (${errorMessage})` : ""}`);
  if (!found.some(({ status }) => status === "SUCCESS")) wrong.push("no check succeeded");
  const wanted = REFUSED[scenario] === undefined ? "an answer" : `the error ${REFUSED[scenario]}`;
  const got = gotBy(end);
  if (got !== wanted) wrong.push(`the agent was to get ${wanted} and got ${got}`);
  return wrong;
}

function gotBy(end: AgentEnd | null): string {
  switch (end?.ended) {
    case undefined:
      return "nothing: it did not end by itself";
    case "answered":
      return "an answer";
    case "refused":
      return `the error ${end.code}`;
    case "broken":
      return `stuck: ${end.why}`;
  }
}
