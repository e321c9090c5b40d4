/** Newline framing: one message a line, a cap on its length, no copying while a long line arrives. */
import type { Writable } from "node:stream";

/** Bytes a line may have: above the largest message anybody sends on purpose, below what hurts. */
export const MAX_LINE = 64 * 1024 * 1024;

/** Bytes of a line that is worth handing over in its pieces. */
const LONG = 256 * 1024;

const LF = 0x0a;
const CR = 0x0d;

/**
 * Cuts a byte stream into lines. A line is handed over without its line end; empty lines are skipped. A line longer
 * than the cap is dropped whole and reported once, and the stream goes on behind it.
 */
export class LineSplitter {
  #chunks: Buffer[] = [];
  #length = 0;
  #dropping = false;
  readonly #onLine: (line: Buffer) => void;
  readonly #onTooLong: (head: Buffer) => void;
  readonly #cap: number;
  readonly #onParts: (parts: readonly Buffer[]) => boolean;

  /**
   * `onTooLong` gets the first piece of the line as it came. `onParts` may take a long line in the pieces in which it
   * came, true: it has, and saves putting them together.
   */
  constructor(
    onLine: (line: Buffer) => void,
    onTooLong: (head: Buffer) => void,
    cap: number = MAX_LINE,
    onParts: (parts: readonly Buffer[]) => boolean = () => false,
  ) {
    this.#onLine = onLine;
    this.#onTooLong = onTooLong;
    this.#cap = cap;
    this.#onParts = onParts;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      this.#add(chunk.subarray(start, end));
      this.#flush();
      start = end + 1;
    }
    if (start < chunk.length) this.#add(chunk.subarray(start));
  }

  /** Bytes of the unfinished line. */
  get pending(): number {
    return this.#length;
  }

  #add(part: Buffer): void {
    if (this.#dropping) return;
    if (this.#length + part.length > this.#cap) {
      const [head = part] = this.#chunks;
      this.#chunks = [];
      this.#length = 0;
      this.#dropping = true;
      this.#onTooLong(head);
      return;
    }
    if (part.length > 0) {
      this.#chunks.push(part);
      this.#length += part.length;
    }
  }

  #flush(): void {
    const wasDropping = this.#dropping;
    if (this.#length > LONG && !wasDropping && this.#taken()) return;
    const [first] = this.#chunks;
    let line = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.#length);
    this.#chunks = [];
    this.#length = 0;
    this.#dropping = false;
    if (wasDropping) return;
    if (line.length > 0 && line[line.length - 1] === CR) line = line.subarray(0, line.length - 1);
    if (line.length > 0) this.#onLine(line);
  }

  #taken(): boolean {
    const parts = this.#chunks;
    if (parts.at(-1)?.at(-1) === CR || !this.#onParts(parts)) return false;
    this.#chunks = [];
    this.#length = 0;
    return true;
  }
}

/**
 * JSON text as one line, in place: a raw CR or LF cannot stand inside a JSON string (RFC 8259 §7), so each one is
 * white space and may be a blank.
 */
export function flatten(json: Buffer): Buffer {
  for (let at = json.indexOf(LF); at !== -1; at = json.indexOf(LF, at + 1)) json[at] = 0x20;
  for (let at = json.indexOf(CR); at !== -1; at = json.indexOf(CR, at + 1)) json[at] = 0x20;
  return json;
}

export const NEWLINE = Buffer.from("\n");

/** Bytes of a line that is cheaper to copy than to send beside its end. */
const SMALL = 16 * 1024;

/** Writes the line and its end. False: the stream holds more than it wants to. */
export function writeLine(stream: Writable, line: Buffer | string): boolean {
  if (typeof line === "string") return stream.write(`${line}\n`);
  if (line.length < SMALL) return stream.write(Buffer.concat([line, NEWLINE]));
  stream.cork();
  stream.write(line);
  const goOn = stream.write(NEWLINE);
  stream.uncork();
  return goOn;
}

/** {@link writeLine} for a line in pieces. */
export function writeParts(stream: Writable, parts: readonly Buffer[]): boolean {
  stream.cork();
  for (const part of parts) stream.write(part);
  const goOn = stream.write(NEWLINE);
  stream.uncork();
  return goOn;
}
