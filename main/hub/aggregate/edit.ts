/** Single values in a message read and replaced by their bytes: what a server or an agent wrote around them stays. */
import { spanOf } from "../../../shim/scan.ts";

/** The string at this place; null when there is none. */
export function textAt(line: Buffer, path: readonly string[]): string | null {
  const value = valueAt(line, path);
  return typeof value === "string" ? value : null;
}

/** Undefined when there is nothing, or no JSON. */
export function valueAt(line: Buffer, path: readonly string[]): unknown {
  const text = jsonAt(line, path);
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** JSON text of the value at this place. */
export function jsonAt(line: Buffer, path: readonly string[]): string | null {
  const span = spanOf(line, path);
  return span === null ? null : line.toString("utf8", span.start, span.end);
}

/** `value`: JSON text. A place that is not there stays so. */
export function withJsonAt(line: Buffer, path: readonly string[], value: string): Buffer {
  const span = spanOf(line, path);
  if (span === null) return line;
  return Buffer.concat([line.subarray(0, span.start), Buffer.from(value), line.subarray(span.end)]);
}
