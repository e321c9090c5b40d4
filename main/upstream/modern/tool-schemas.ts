/** What the lists of one server's tools say about headers, and the lists without the tools that say it wrongly. */
import { quoteRemote } from "../../errors.ts";
import { record } from "../../jsonrpc.ts";
import type { Log } from "../../ports.ts";
import { bytes, member, parsed, withMembers } from "../splice.ts";
import { type Mirrored, mirroredIn, parameterHeaders } from "./parameter-headers.ts";

/** Tools that are kept track of; a list longer than this is no honest server's. */
const MOST = 10_000;
const MOST_PAGES = 100;

export class ToolSchemas {
  readonly #server: string;
  readonly #log: Log;
  /** By name; only tools that mirror something. */
  #tools = new Map<string, readonly Mirrored[]>();
  /** Whether a list was read since the start. */
  isKnown = false;

  constructor(server: string, log: Log) {
    this.#server = server;
    this.#log = log;
  }

  /** Forgets what the last list said: another one begins. */
  begin(): void {
    this.#tools = new Map();
    this.isKnown = true;
  }

  /** Reads one page, an answer to `tools/list`; gives it back without the tools that must not be offered. */
  read(answer: Buffer): Buffer {
    // Most servers annotate nothing: then nothing is to be read.
    if (!answer.includes("x-mcp-header")) return answer;
    const result = member(answer, "result");
    const tools = parsed(member(result, "tools"));
    if (!Array.isArray(tools)) return answer;
    const valid = tools.filter((tool) => this.#take(tool));
    if (valid.length === tools.length) return answer;
    return withMembers(answer, { result: withMembers(result, { tools: bytes(valid) }) });
  }

  /** Reads a list that nobody else sees, page by page. `page`: an answer to `tools/list`; null: there was none. */
  async fetch(page: (cursor: unknown) => Promise<Buffer | null>): Promise<void> {
    let cursor: unknown;
    for (let read = 0; read < MOST_PAGES; read++) {
      const answer = await page(cursor);
      const result = member(answer ?? undefined, "result");
      // Without a list no header is known; the next call need not wait for it again.
      if (read === 0 && result === undefined) this.isKnown = true;
      if (answer === null || result === undefined) return;
      if (read === 0) this.begin();
      this.read(answer);
      cursor = parsed(member(result, "nextCursor"));
      if (typeof cursor !== "string") return;
    }
  }

  /** False: the tool is invalid. */
  #take(tool: unknown): boolean {
    const { name, inputSchema } = record(tool);
    if (typeof name !== "string") return true;
    const mirrored = mirroredIn(inputSchema);
    if (mirrored === null) {
      this.#log.warn("upstream.invalid_tool", { server: this.#server, tool: quoteRemote(name), why: "x-mcp-header" });
      return false;
    }
    if (mirrored.length > 0 && this.#tools.size < MOST) this.#tools.set(name, mirrored);
    return true;
  }

  /** `params`: of a call. */
  headersFor(params: Buffer | undefined): Record<string, string> {
    if (this.#tools.size === 0) return {};
    const name = parsed(member(params, "name"));
    const mirrored = typeof name === "string" ? this.#tools.get(name) : undefined;
    return mirrored === undefined ? {} : parameterHeaders(mirrored, parsed(member(params, "arguments")));
  }
}
