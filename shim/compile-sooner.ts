/**
 * Has V8 compile what runs often sooner than it would by itself. A session is few calls in many hours, and without this
 * the first two thousand run in the interpreter and take twice as long as those that follow.
 */
import { setFlagsFromString } from "node:v8";

/** V8's default is some 67,000: how much a function runs before it is worth compiling. */
const BUDGET = 10_000;
/** From this version on V8 counts otherwise, has a compiler in between, and does not know the flag. */
const OTHER_V8 = 12;

/** Never throws. */
export function compileSooner(): void {
  if (Number.parseInt(process.versions.v8, 10) < OTHER_V8) setFlagsFromString(`--interrupt-budget=${BUDGET}`);
}
