/**
 * Tunes V8 for a program that does little for many hours. Each of a hub's first two thousand calls would run in the
 * interpreter, and take twice as long as those that follow.
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

/**
 * While a program loads, what is new stays within the megabyte that it begins with, instead of the sixteen that a start
 * would make of it; afterwards it may grow as it is needed.
 */
export function stayLean(isLoading: boolean): void {
  setFlagsFromString(`--semi-space-growth-factor=${isLoading ? 1 : 2}`);
}
