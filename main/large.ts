/**
 * Gives back what large messages leave behind. V8 counts the bytes of buffers late: it would let some forty megabytes of
 * those that nobody holds any more pile up before it looks.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes that may pile up. */
const MOST = 2 * 1024 * 1024;
/** Bytes of what is too small to count. */
const SMALL = 16 * 1024;

let piled = 0;
let collect: ((options: { readonly type: "minor" }) => void) | null = null;

/** A buffer of that many bytes is held no longer, or will not be in a moment. */
export function letGoOf(bytes: number): void {
  if (bytes < SMALL) return;
  piled += bytes;
  if (piled < MOST) return;
  piled = 0;
  setImmediate(() => {
    collect ??= collector();
    collect({ type: "minor" });
  });
}

/** V8's own, which Node hands out to who asks for it at the start, or so. */
function collector(): NonNullable<typeof collect> {
  setFlagsFromString("--expose-gc");
  const found: unknown = runInNewContext("typeof gc === 'function' ? gc : null");
  setFlagsFromString("--no-expose-gc");
  return typeof found === "function" ? (found as NonNullable<typeof collect>) : () => {};
}
