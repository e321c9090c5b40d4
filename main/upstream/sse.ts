/** Server-sent events (WHATWG HTML §9.2) from bytes, without decoding what passes through. */

export interface SseEvent {
  /** `message` unless named. */
  readonly type: string;
  readonly data: Buffer;
}

const LF = 0x0a;
const CR = 0x0d;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

export class SseParser {
  /** The last `id` seen; to be sent as `Last-Event-ID`. */
  lastEventId: string | null = null;
  /** Milliseconds the server asks to wait before a reconnect. */
  retry: number | null = null;

  #chunks: Buffer[] = [];
  #length = 0;
  #type = "";
  #data: Buffer[] = [];
  #dataLength = 0;
  #skipLf = false;
  #atStart = true;
  readonly #onEvent: (event: SseEvent) => void;
  readonly #onTooLong: () => void;
  readonly #cap: number;

  constructor(onEvent: (event: SseEvent) => void, onTooLong: () => void, cap: number) {
    this.#onEvent = onEvent;
    this.#onTooLong = onTooLong;
    this.#cap = cap;
  }

  push(chunk: Buffer): void {
    let start = 0;
    // Most streams know no CR: it is looked for once a chunk, not once a line.
    let cr = chunk.indexOf(CR);
    while (start < chunk.length) {
      if (this.#skipLf) {
        this.#skipLf = false;
        if (chunk[start] === LF) {
          start++;
          continue;
        }
      }
      const lf = chunk.indexOf(LF, start);
      if (cr !== -1 && cr < start) cr = chunk.indexOf(CR, start);
      const end = lf === -1 ? cr : cr === -1 ? lf : Math.min(lf, cr);
      if (end === -1) {
        this.#hold(chunk.subarray(start));
        return;
      }
      this.#hold(chunk.subarray(start, end));
      if (chunk[end] === CR) this.#skipLf = true;
      start = end + 1;
      this.#line();
    }
  }

  #hold(part: Buffer): void {
    if (part.length === 0) return;
    this.#length += part.length;
    if (this.#length + this.#dataLength > this.#cap) {
      this.#chunks = [];
      this.#length = 0;
      this.#onTooLong();
      return;
    }
    this.#chunks.push(part);
  }

  #line(): void {
    const [first] = this.#chunks;
    let line = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.#length);
    this.#chunks = [];
    this.#length = 0;
    if (this.#atStart) {
      this.#atStart = false;
      if (line.subarray(0, 3).equals(BOM)) line = line.subarray(3);
    }
    if (line.length === 0) return this.#dispatch();
    const colon = line.indexOf(0x3a);
    if (colon === 0) return;
    const field = line.toString("utf8", 0, colon === -1 ? line.length : colon);
    let value = colon === -1 ? Buffer.alloc(0) : line.subarray(colon + 1);
    if (value[0] === 0x20) value = value.subarray(1);
    if (field === "data") {
      this.#data.push(value);
      this.#dataLength += value.length + 1;
    } else if (field === "event") this.#type = value.toString("utf8");
    else if (field === "id") {
      if (!value.includes(0)) this.lastEventId = value.toString("utf8");
    } else if (field === "retry") {
      const text = value.toString("latin1");
      if (/^\d{1,9}$/.test(text)) this.retry = Number(text);
    }
  }

  #dispatch(): void {
    const type = this.#type === "" ? "message" : this.#type;
    const parts = this.#data;
    this.#type = "";
    this.#data = [];
    this.#dataLength = 0;
    if (parts.length === 0) return;
    const [only] = parts;
    // Lines of one event are joined by LF, which in JSON text is white space.
    const data =
      parts.length === 1 && only !== undefined
        ? only
        : Buffer.concat(parts.flatMap((part, n) => (n === 0 ? [part] : [SPACE, part])));
    if (data.length > 0) this.#onEvent({ type, data });
  }
}

const SPACE = Buffer.from(" ");
