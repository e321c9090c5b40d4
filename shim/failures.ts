/** What the shim tells an agent when there is no hub to tell it. */
import { randomUUID } from "node:crypto";
import type { WireError } from "./wire.ts";

export function hubRestarted(server: string): WireError {
  return {
    code: "hub_restarted",
    server,
    message: "Gatehouse went away while this request was running, so nobody knows whether it was carried out.",
    suggestion: "Check whether it took effect, then call again.",
    correlation_id: randomUUID(),
  };
}

export function unreachable(server: string, why: string): WireError {
  return {
    code: "hub_unreachable",
    server,
    message: `Gatehouse cannot be reached: ${why}.`,
    suggestion: "Start Gatehouse and call again.",
    correlation_id: randomUUID(),
  };
}

export function tooLarge(server: string): WireError {
  return {
    code: "too_large",
    server,
    message: "The message is larger than 64 MiB.",
    suggestion: "Send less at once.",
    correlation_id: randomUUID(),
  };
}
