/** What an agent is told instead of its request's answer. */
import { GatehouseError, quoteRemote } from "../../errors.ts";
import { shellName } from "../../upstream/failures.ts";
import { visible } from "../../visible.ts";

export function toolBlocked(server: string, tool: string, reason: "denied" | "changed"): GatehouseError {
  return new GatehouseError({
    code: "tool_blocked",
    server,
    ...(reason === "denied"
      ? {
          message: `The tool ${quoteRemote(tool)} of ${server} is turned off in servers.json.`,
          suggestion: `Go on without it. The user decides about it with “tools” in the entry of ${server}.`,
        }
      : {
          message: `${server} has changed its tool ${quoteRemote(tool)} since it was approved, so Gatehouse holds it back.`,
          suggestion: `Ask the user to look at the change in the Gatehouse window, or to run: gatehouse tools ${shellName(server)}`,
        }),
    details: { reason, tool },
  });
}

export function changedAgain(server: string, tool: string): GatehouseError {
  return new GatehouseError({
    code: "invalid_request",
    server,
    message: `${server} has changed its tool ${quoteRemote(tool)} once more since you looked.`,
    suggestion: "Look at what differs now, then allow it.",
  });
}

export function badList(server: string): GatehouseError {
  return new GatehouseError({
    code: "upstream_failed",
    server,
    message: `${server} sent a list of tools that cannot be read.`,
    suggestion: "Try again; if it stays, its operator has to look.",
  });
}

/** `limit` in milliseconds. */
export function timedOut(server: string, method: string, limit: number): GatehouseError {
  return new GatehouseError({
    code: "timeout",
    server,
    message: `${server} gave no sign of life for ${Math.round(limit / 1000)} seconds during ${quoteRemote(method)}, so it was cancelled.`,
    suggestion: `Check whether it took effect, then try again. The user can give it longer with “timeout” in the entry of ${server} in servers.json.`,
    details: { method, timeout_s: limit / 1000 },
  });
}

export function paused(server: string): GatehouseError {
  return new GatehouseError({
    code: "paused",
    server,
    message: `The user has paused Gatehouse, so ${server} is not reached now.`,
    suggestion:
      "Go on without it, or ask the user to resume Gatehouse in its window or tray, or with: gatehouse resume",
  });
}

/** Of a command that nobody at this computer has looked at yet. `variables`: names of those that it would be given. */
export function notApproved(server: string, variables: readonly string[]): GatehouseError {
  return new GatehouseError({
    code: "approval_required",
    server,
    message: `${server} runs a program on this computer that came from elsewhere and that nobody has allowed yet.`,
    suggestion: `Look at its command in the Gatehouse window and allow it, or run: gatehouse approve ${shellName(server)} --command`,
    ...(variables.length === 0 ? {} : { details: { variables: variables.map(visible) } }),
  });
}
