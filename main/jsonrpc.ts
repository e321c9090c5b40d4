/** JSON-RPC 2.0 as MCP uses it: what the hub reads of a message, and the answers it makes itself. */
import type { GatehouseError } from "./errors.ts";

/** MCP allows no null id (MCP 2025-11-25 basic). */
export type JsonRpcId = string | number;

export interface JsonRpcRequest {
  readonly jsonrpc: "2.0";
  readonly id: JsonRpcId;
  readonly method: string;
  readonly params?: unknown;
}

export interface JsonRpcNotification {
  readonly jsonrpc: "2.0";
  readonly method: string;
  readonly params?: unknown;
}

export interface JsonRpcErrorBody {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** `id` is null where the request's could not be read (JSON-RPC 2.0 §5). */
export type JsonRpcResponse =
  | { readonly jsonrpc: "2.0"; readonly id: JsonRpcId; readonly result: unknown }
  | { readonly jsonrpc: "2.0"; readonly id: JsonRpcId | null; readonly error: JsonRpcErrorBody };

export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcResponse;

export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
/** `error.code` of every error of ours; which one it is stands in `error.data.code`. */
export const GATEHOUSE_ERROR = -32010;

export function isRequest(value: unknown): value is JsonRpcRequest {
  return isMessage(value) && typeof value.method === "string" && isId(value.id);
}

export function isNotification(value: unknown): value is JsonRpcNotification {
  return isMessage(value) && typeof value.method === "string" && !Object.hasOwn(value, "id");
}

export function isResponse(value: unknown): value is JsonRpcResponse {
  if (!isMessage(value) || Object.hasOwn(value, "method")) return false;
  if (Object.hasOwn(value, "result")) return isId(value.id) && !Object.hasOwn(value, "error");
  if (!isObject(value.error) || !(isId(value.id) || value.id === null)) return false;
  return typeof value.error.code === "number" && typeof value.error.message === "string";
}

/** Our error as the answer to a request. */
export function errorResponse(id: JsonRpcId | null, error: GatehouseError): JsonRpcResponse {
  return {
    jsonrpc: "2.0",
    id,
    error: { code: GATEHOUSE_ERROR, message: `${error.message} ${error.suggestion}`, data: error.toObject() },
  };
}

export function resultResponse(id: JsonRpcId, result: unknown): JsonRpcResponse {
  return { jsonrpc: "2.0", id, result };
}

function isMessage(value: unknown): value is Record<string, unknown> {
  return isObject(value) && value.jsonrpc === "2.0";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is JsonRpcId {
  return typeof value === "string" || (typeof value === "number" && Number.isFinite(value));
}
