/** Reads what routing needs from a JSON-RPC message, and nothing else: no parsing, no copy of the rest. */

/** The top-level members that tell what a message is. */
export interface Peek {
  /** The id as it stands in the message (`7`, `"a"`), to be compared and echoed as text; null when absent or `null`. */
  readonly id: string | null;
  readonly method: string | null;
  /** It has a `result` or an `error`. */
  readonly isAnswer: boolean;
  /** It has an `error`. */
  readonly isError: boolean;
  /** The bytes are one JSON object as far as the scan can see. */
  readonly ok: boolean;
}

const BAD: Peek = { id: null, method: null, isAnswer: false, isError: false, ok: false };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

/** An id longer than this is nobody's; it is not worth holding. */
const MAX_ID = 1024;
const MAX_METHOD = 256;

/**
 * Scans one message. When a member stands twice the last one counts, as it does for `JSON.parse`. Says `ok: false`
 * for whatever is not an object with balanced ends; it does not prove that the inside is valid JSON.
 */
export function peek(line: Buffer): Peek {
  const length = line.length;
  let at = skipBlank(line, 0);
  if (line[at] !== OPEN) return BAD;
  at = skipBlank(line, at + 1);
  let id: string | null = null;
  let method: string | null = null;
  let isAnswer = false;
  let isError = false;
  if (line[at] === CLOSE) return skipBlank(line, at + 1) === length ? { id, method, isAnswer, isError, ok: true } : BAD;
  for (;;) {
    if (line[at] !== QUOTE) return BAD;
    const keyEnd = stringEnd(line, at);
    if (keyEnd === -1) return BAD;
    const key = keyEnd - at < 16 ? line.toString("latin1", at + 1, keyEnd) : "";
    at = skipBlank(line, keyEnd + 1);
    if (line[at] !== COLON) return BAD;
    at = skipBlank(line, at + 1);
    const end = valueEnd(line, at);
    if (end === -1) return BAD;
    if (key === "id") {
      const text = end - at > MAX_ID ? null : line.toString("utf8", at, end);
      id = text === "null" ? null : text;
    } else if (key === "method") {
      method = line[at] === QUOTE && end - at <= MAX_METHOD ? unquote(line.toString("utf8", at, end)) : null;
    } else if (key === "result") {
      isAnswer = true;
    } else if (key === "error") {
      isAnswer = true;
      isError = true;
    }
    at = skipBlank(line, end);
    if (line[at] === CLOSE)
      return skipBlank(line, at + 1) === length ? { id, method, isAnswer, isError, ok: true } : BAD;
    if (line[at] !== COMMA) return BAD;
    at = skipBlank(line, at + 1);
  }
}

/** Answers as most write them: the id first, then what is long, and nothing behind it. */
const AHEAD =
  /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(-?[0-9]+|"[^"\\]{0,200}")\s*,\s*"(?:result|error)"\s*:/;
const GLANCE = 512;

/**
 * The id (JSON text) of an answer of which only the first and the last bytes are looked at; null where they do not tell
 * for certain what {@link peek} would find.
 */
export function answerAhead(head: Buffer, tail: Buffer): string | null {
  const end = tail.subarray(Math.max(0, tail.length - GLANCE));
  if (end.length < GLANCE || end.includes('"id"') || end.includes('"method"')) return null;
  return AHEAD.exec(head.toString("latin1", 0, GLANCE))?.[1] ?? null;
}

/** The same message under another id (JSON text), all other bytes as they are. For what {@link peek} found well-formed. */
export function withId(line: Buffer, id: string): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  let at = skipBlank(line, skipBlank(line, 0) + 1);
  while (line[at] === QUOTE) {
    const keyEnd = stringEnd(line, at);
    const start = skipBlank(line, skipBlank(line, keyEnd + 1) + 1);
    const end = valueEnd(line, start);
    if (line.toString("latin1", at + 1, keyEnd) === "id") {
      parts.push(line.subarray(from, start), Buffer.from(id));
      from = end;
    }
    at = skipBlank(line, skipBlank(line, end) + 1);
  }
  return Buffer.concat([...parts, line.subarray(from)]);
}

/** The id (JSON text) of the request that a `notifications/cancelled` takes back; null when it names none. */
export function cancelledId(line: Buffer): string | null {
  try {
    const { params } = JSON.parse(line.toString("utf8")) as { params?: { requestId?: unknown } };
    return JSON.stringify(params?.requestId) ?? null;
  } catch {
    return null;
  }
}

/** Where a value stands in a message. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the value stands that the keys of `path` lead to, through objects in objects. Null when there is none, and when
 * a key of the path stands twice in its object: readers differ in which one they take.
 */
export function spanOf(line: Buffer, path: readonly string[]): Span | null {
  let span: Span | null = { start: skipBlank(line, 0), end: line.length };
  for (const key of path) {
    span = memberSpan(line, span.start, key);
    if (span === null) return null;
  }
  return span;
}

/** Where the elements of the array at `start` stand; null when there is no whole array. */
export function elementSpans(line: Buffer, start: number): Span[] | null {
  if (line[start] !== OPEN_LIST) return null;
  const spans: Span[] = [];
  let at = skipBlank(line, start + 1);
  if (line[at] === CLOSE_LIST) return spans;
  for (;;) {
    const end = valueEnd(line, at, CLOSE_LIST);
    if (end === -1) return null;
    spans.push({ start: at, end });
    at = skipBlank(line, end);
    if (line[at] === CLOSE_LIST) return spans;
    if (line[at] !== COMMA) return null;
    at = skipBlank(line, at + 1);
  }
}

function memberSpan(line: Buffer, from: number, wanted: string): Span | null {
  if (line[from] !== OPEN) return null;
  let found: Span | null = null;
  let at = skipBlank(line, from + 1);
  while (line[at] === QUOTE) {
    const keyEnd = stringEnd(line, at);
    if (keyEnd === -1) return null;
    const isWanted = isString(line, at, keyEnd, wanted);
    at = skipBlank(line, keyEnd + 1);
    if (line[at] !== COLON) return null;
    at = skipBlank(line, at + 1);
    const end = valueEnd(line, at);
    if (end === -1) return null;
    if (isWanted) {
      if (found !== null) return null;
      found = { start: at, end };
    }
    at = skipBlank(line, end);
    if (line[at] === CLOSE) return found;
    if (line[at] !== COMMA) return null;
    at = skipBlank(line, at + 1);
  }
  return null;
}

/** Whether the string between the quotes at `open` and `close` is `wanted`, which is plain ASCII. */
function isString(line: Buffer, open: number, close: number, wanted: string): boolean {
  const length = close - open - 1;
  // Written with escapes it would be longer.
  if (length < wanted.length || length > MAX_METHOD) return false;
  if (length > wanted.length) {
    for (let at = open; at < close; at++) {
      if (line[at] === BACKSLASH) return unquote(line.toString("utf8", open, close + 1)) === wanted;
    }
    return false;
  }
  for (let n = 0; n < length; n++) if (line[open + 1 + n] !== wanted.charCodeAt(n)) return false;
  return true;
}

function unquote(text: string): string | null {
  if (!text.includes("\\")) return text.slice(1, -1);
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}

/** Index of the first byte from `from` on that is not JSON white space. */
export function skipBlank(line: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const byte = line[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a) return at;
    at++;
  }
}

/** Index of the closing quote of the string that opens at `from`; -1 when there is none. */
export function stringEnd(line: Buffer, from: number): number {
  let at = from + 1;
  for (;;) {
    at = line.indexOf(QUOTE, at);
    if (at === -1) return -1;
    let slashes = 0;
    while (line[at - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at;
    at++;
  }
}

/** Index behind the value that starts at `from`; -1 when it does not end. */
export function valueEnd(line: Buffer, from: number, close = CLOSE): number {
  const first = line[from];
  if (first === QUOTE) {
    const end = stringEnd(line, from);
    return end === -1 ? -1 : end + 1;
  }
  if (first === OPEN || first === OPEN_LIST) {
    let depth = 0;
    for (let at = from; at < line.length; at++) {
      const byte = line[at];
      if (byte === QUOTE) {
        at = stringEnd(line, at);
        if (at === -1) return -1;
      } else if (byte === OPEN || byte === OPEN_LIST) depth++;
      else if (byte === CLOSE || byte === CLOSE_LIST) {
        depth--;
        if (depth === 0) return at + 1;
      }
    }
    return -1;
  }
  let at = from;
  for (; at < line.length; at++) {
    const byte = line[at];
    if (byte === COMMA || byte === close || byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a) break;
  }
  return at === from || at >= line.length ? -1 : at;
}

/**
 * The objects of a JSON-RPC batch (MCP 2025-03-26), as they stand in it and unchecked inside; null when the line is not
 * an array of at least one object, and of nothing else.
 */
export function batchOf(line: Buffer): Buffer[] | null {
  const found: Buffer[] = [];
  let at = skipBlank(line, 0);
  if (line[at] !== OPEN_LIST) return null;
  do {
    at = skipBlank(line, at + 1);
    const end = line[at] === OPEN ? valueEnd(line, at) : -1;
    if (end === -1) return null;
    found.push(line.subarray(at, end));
    at = skipBlank(line, end);
  } while (line[at] === COMMA);
  return line[at] === CLOSE_LIST && skipBlank(line, at + 1) === line.length ? found : null;
}
