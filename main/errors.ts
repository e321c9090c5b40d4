/** Errors as data: made once, shown everywhere from the same object. */
import { randomUUID } from "node:crypto";
import type { ErrorCode, ErrorObject } from "../preload/api.ts";

export interface ErrorParts {
  readonly code: ErrorCode;
  /** Name of the server concerned; null or absent when none is. */
  readonly server?: string | null;
  /** What happened, one sentence. Remote text goes through {@link quoteRemote} first. */
  readonly message: string;
  /** The one thing to do next. */
  readonly suggestion: string;
  readonly requestId?: string;
  /** Of the error that this one only says more of, or says again; default: a new one. */
  readonly correlationId?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The only error class that leaves a module on purpose. `code` is stable; messages may improve. */
export class GatehouseError extends Error {
  readonly code: ErrorCode;
  readonly server: string | null;
  readonly suggestion: string;
  readonly correlationId: string;
  readonly requestId: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(parts: ErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = "GatehouseError";
    this.code = parts.code;
    this.server = parts.server ?? null;
    this.suggestion = parts.suggestion;
    this.correlationId = parts.correlationId ?? randomUUID();
    this.requestId = parts.requestId;
    this.details = parts.details;
  }

  /** The object that agents, window, command line and log show. Holds no stack and no cause. */
  toObject(): ErrorObject {
    return {
      code: this.code,
      server: this.server,
      message: this.message,
      suggestion: this.suggestion,
      correlation_id: this.correlationId,
      ...(this.requestId === undefined ? {} : { request_id: this.requestId }),
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}

/**
 * Any thrown thing as a {@link GatehouseError}; what is not one already becomes `internal`, its text kept as cause
 * only, because an unknown error may quote a request that holds a secret.
 */
export function asGatehouseError(error: unknown, server: string | null = null): GatehouseError {
  if (error instanceof GatehouseError) return error;
  return new GatehouseError({
    code: "internal",
    server,
    message: "Something went wrong inside Gatehouse.",
    suggestion: "Try again. If it comes back, look into the log for this correlation id and report it.",
    cause: error,
  });
}

const MAX_REMOTE_TEXT = 200;

/**
 * Text that came from another machine, made safe to show: control, bidi and zero-width characters dropped, cut to
 * 200 characters, in quotation marks.
 */
export function quoteRemote(text: string): string {
  const clean = text
    .slice(0, MAX_REMOTE_TEXT * 4)
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]+/gu, " ")
    .replace(/\s+/gu, " ")
    .trim();
  const chars = Array.from(clean);
  const cut = chars.length > MAX_REMOTE_TEXT ? `${chars.slice(0, MAX_REMOTE_TEXT).join("")}…` : clean;
  return `“${cut}”`;
}
