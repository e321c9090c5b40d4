/**
 * JSON-RPC 2.0 answers that the hub makes itself, as bytes. Ids are JSON text (`7`, `"a"`) exactly as the request had
 * them, so that what comes back is what was sent.
 */
import type { GatehouseError } from "./errors.ts";

export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
/** `error.code` of every error of ours; which one it is stands in `error.data.code`. */
export const GATEHOUSE_ERROR = -32010;

export function resultLine(id: string, result: unknown): Buffer {
  return Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":${JSON.stringify(result)}}`);
}

/** Our error as the answer to a request: the message for those who show only that, the whole object in `data`. */
export function errorLine(id: string, error: GatehouseError): Buffer {
  return rpcErrorLine(id, GATEHOUSE_ERROR, `${error.message} ${error.suggestion}`, error.toObject());
}

/** A plain JSON-RPC error; `id` is null where the request's could not be read (JSON-RPC 2.0 §5). */
export function rpcErrorLine(id: string | null, code: number, message: string, data?: unknown): Buffer {
  return Buffer.from(`{"jsonrpc":"2.0","id":${id ?? "null"},"error":${JSON.stringify({ code, message, data })}}`);
}

export function notificationLine(method: string): Buffer {
  return Buffer.from(JSON.stringify({ jsonrpc: "2.0", method }));
}

/** A message whose ends were seen but not its inside; null when that is not a JSON object. */
export function parseMessage(line: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** The members of what may be no object at all. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
