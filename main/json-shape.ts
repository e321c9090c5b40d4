/** Whether bytes are JSON in shape (RFC 8259), without making values of them. */
import { skipBlank, stringEnd } from "../shim/scan.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Deeper than anything that is meant to be read; some readers give up earlier. */
const MOST_NESTED = 10_000;

/**
 * One value, with everything where it belongs. What stands inside of strings is not looked at: a wrong escape or a
 * control character there passes.
 */
export function hasJsonShape(text: Buffer): boolean {
  /** What closes each object and list that is open. */
  const nesting: number[] = [];
  let at = skipBlank(text, 0);
  for (;;) {
    const first = text[at];
    if (first === OPEN || first === OPEN_LIST) {
      const close = first === OPEN ? CLOSE : CLOSE_LIST;
      at = skipBlank(text, at + 1);
      if (text[at] === close) at++;
      else {
        if (nesting.push(close) > MOST_NESTED) return false;
        if (close === CLOSE) at = valueOfMember(text, at);
        if (at === -1) return false;
        continue;
      }
    } else {
      at = first === QUOTE ? endOfString(text, at) + 1 : endOfWord(text, at);
      if (at === 0) return false;
    }
    at = behindValue(text, at, nesting);
    if (at === -1) return false;
    if (nesting.length === 0) return at === text.length;
  }
}

/** Index of the next value; of what follows the whole, once nothing is open; -1 where something else stands. */
function behindValue(text: Buffer, from: number, nesting: number[]): number {
  for (let at = skipBlank(text, from); ; at = skipBlank(text, at + 1)) {
    const close = nesting.at(-1);
    if (close === undefined) return at;
    if (text[at] === close) nesting.pop();
    else if (text[at] === COMMA) {
      const next = skipBlank(text, at + 1);
      return close === CLOSE ? valueOfMember(text, next) : next;
    } else return -1;
  }
}

/** Index of the value of the member that begins here; -1 when none does. */
function valueOfMember(text: Buffer, at: number): number {
  const end = text[at] === QUOTE ? endOfString(text, at) : -1;
  if (end === -1) return -1;
  const colon = skipBlank(text, end + 1);
  return text[colon] === COLON ? skipBlank(text, colon + 1) : -1;
}

/** Bytes of a string that are looked at one by one; a search costs more to begin. */
const SHORT = 48;

/** Index of the closing quote of the string that opens at `from`; -1 when there is none. */
function endOfString(text: Buffer, from: number): number {
  for (let at = from + 1; at < from + SHORT; at++) {
    const byte = text[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) break;
  }
  return stringEnd(text, from);
}

const WORD = /^(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)$/;

/** Index behind the number or literal that begins here; 0 when none does. */
function endOfWord(text: Buffer, from: number): number {
  let at = text[from] === MINUS ? from + 1 : from;
  const digits = at;
  while (isDigit(text[at])) at++;
  if (at > digits && !isWordy(text[at])) return text[digits] === ZERO && at > digits + 1 ? 0 : at;
  while (isWordy(text[at])) at++;
  return WORD.test(text.toString("latin1", from, at)) ? at : 0;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/** Letters, digits, `+`, `-`, `.` */
function isWordy(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (
    isDigit(byte) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x45 || byte === 0x2b || byte === 0x2d || byte === 0x2e
  );
}
