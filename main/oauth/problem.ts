/** Errors of one sign-in, refresh or sign-out: the server's name and the request id are filled in once. */
import type { Evidence } from "../activity/recording.ts";
import { type ErrorParts, GatehouseError } from "../errors.ts";

export interface Run {
  /** Name of the server, as in `servers.json`. */
  readonly server: string;
  readonly requestId: string;
}

export function problem(run: Run, parts: Omit<ErrorParts, "server" | "requestId">): GatehouseError {
  return new GatehouseError({ ...parts, server: run.server, requestId: run.requestId });
}

/** The same error under this run's server and request id, for errors of layers that know neither. */
export function inRun(run: Run, error: GatehouseError): GatehouseError {
  if (error.server !== null && error.requestId !== undefined) return error;
  return new GatehouseError({
    code: error.code,
    server: error.server ?? run.server,
    requestId: error.requestId ?? run.requestId,
    message: error.message,
    suggestion: error.suggestion,
    ...(error.details === undefined ? {} : { details: error.details }),
    cause: error,
  });
}

/** The same error, its details saying which metadata was asked for and whether a registration was tried. */
export function withEvidence(error: GatehouseError, evidence: Evidence): GatehouseError {
  const { code, server, message, suggestion, requestId, correlationId, details } = error;
  return new GatehouseError({
    code,
    server,
    message,
    suggestion,
    correlationId,
    ...(requestId === undefined ? {} : { requestId }),
    details: { ...evidence, ...details },
    cause: error,
  });
}
