/** Takes apart what a server sent as one piece: one message, or a batch of them (JSON-RPC 2.0 §6, MCP 2025-03-26). */
import { isUtf8 } from "node:buffer";
import { flatten } from "../../shim/frame.ts";
import { batchOf, type Peek, peek } from "../../shim/scan.ts";
import { hasJsonShape } from "../json-shape.ts";

export interface Incoming {
  /** Without a raw line end. */
  readonly line: Buffer;
  readonly peeked: Peek;
}

/** The messages in it, in order; none when it is not JSON-RPC in UTF-8. `data` is changed: line ends become blanks. */
export function messagesIn(data: Buffer): Incoming[] {
  if (!isUtf8(data) || !hasJsonShape(data)) return [];
  const peeked = peek(data);
  if (peeked.ok) return [{ line: flatten(data), peeked }];
  const parts = batchOf(flatten(data)) ?? [];
  return parts.map((line) => ({ line, peeked: peek(line) })).filter((each) => each.peeked.ok);
}

const ID = '(-?[0-9]+|"(?:[^"\\\\]|\\\\.){0,200}")';
const AHEAD = new RegExp(`^\\s*\\{\\s*(?:"jsonrpc"\\s*:\\s*"2\\.0"\\s*,\\s*)?"id"\\s*:\\s*${ID}`);
const BEHIND = new RegExp(`"id"\\s*:\\s*${ID}\\s*(?:,\\s*"jsonrpc"\\s*:\\s*"2\\.0"\\s*)?\\}*\\s*$`);
const GLANCE = 300;

/** Id (JSON text) that stands ahead of all the rest; null when none does. */
export function idAhead(start: Buffer): string | null {
  return AHEAD.exec(start.toString("latin1", 0, GLANCE))?.[1] ?? null;
}

/**
 * Ids (JSON text) that something broken may have been the answer to, likeliest first: where writers put the id, ahead of
 * all the rest or behind it.
 */
export function likelyIds(broken: Buffer): string[] {
  const behind = BEHIND.exec(broken.toString("latin1", Math.max(0, broken.length - GLANCE)))?.[1];
  return [idAhead(broken), behind].filter((id) => typeof id === "string");
}
