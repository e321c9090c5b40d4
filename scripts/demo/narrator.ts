/** Says what happens, one line a step, with its time. Colour and rewriting of lines only on a terminal. */
import type { WriteStream } from "node:tty";

const MARK = { done: "✓", failed: "✗", turn: "→" } as const;

export class Narrator {
  readonly #out: WriteStream;
  readonly #started = performance.now();
  #open: string | null = null;
  #silent = false;

  constructor(out: WriteStream) {
    this.#out = out;
  }

  title(text: string): void {
    this.#out.write(`\n${this.#paint("1", text)}\n\n`);
  }

  /** A step that the demo takes. */
  async step<T>(text: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    this.#begin(text);
    const result = await work();
    this.#finish(MARK.done, "32", text, started);
    return result;
  }

  /** A step that the person takes: says what to do and waits. */
  async yourTurn(text: string, what: string, work: () => Promise<unknown>): Promise<void> {
    const started = performance.now();
    this.#out.write(`  ${this.#paint("33", MARK.turn)} Now you: ${what}.\n`);
    this.#begin(text);
    await work();
    this.#finish(MARK.done, "32", text, started);
  }

  failed(error: unknown): void {
    const text = this.#open;
    if (text !== null) this.#finish(MARK.failed, "31", text, null);
    this.#out.write(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }

  interrupted(): void {
    this.#out.write(`${this.#open === null ? "" : "\n"}  Stopped; cleaning up.\n`);
    // What is still under way fails now, which is nobody's news.
    this.#silent = true;
  }

  end(snippet: string, pictures: string | null): void {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    this.#out.write(`\nAll of it worked, in ${seconds} s.\n`);
    if (pictures !== null) this.#out.write(`Pictures: ${pictures}\n`);
    this.#out.write(
      `\nThis in Claude's or Cursor's configuration would use what you just saw (claude_desktop_config.json, .cursor/mcp.json):\n\n${snippet}\n`,
    );
  }

  #begin(text: string): void {
    if (this.#silent) return;
    this.#open = text;
    if (this.#out.isTTY) this.#out.write(`  … ${text}`);
  }

  #finish(mark: string, colour: string, text: string, started: number | null): void {
    if (this.#silent) return;
    this.#open = null;
    const time = started === null ? "" : `  ${this.#paint("2", spell(performance.now() - started))}`;
    this.#out.write(`${this.#out.isTTY ? "\r\x1b[2K" : ""}  ${this.#paint(colour, mark)} ${text}${time}\n`);
  }

  #paint(code: string, text: string): string {
    return this.#out.isTTY && !process.env.NO_COLOR ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

function spell(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
