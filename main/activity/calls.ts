/** Agents' requests that have ended: the latest of them, in memory only. */
import type { CallOutcome, CallRecord } from "../../preload/api-activity.ts";
import { redact } from "../redact.ts";
import { cut, visible } from "../visible.ts";

/** Records that are kept. */
const MOST = 5_000;
const DEFAULT_LIMIT = 200;
/** Characters of a tool's name or a URI. */
const LONGEST_TARGET = 300;

/** What one request was, as it is noted while others wait: everything that costs is done when somebody looks. */
export interface EndedCall {
  /** Given by {@link Calls.add}. */
  id: number;
  readonly server: string;
  readonly account: string;
  /** Null: it did not introduce itself. */
  readonly agent: string | null;
  readonly method: string;
  /** As the agent wrote it; null: the method has none. */
  readonly target: string | null;
  /** Wall clock, milliseconds. */
  readonly endedAt: number;
  readonly ms: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly outcome: CallOutcome;
  readonly code: string | null;
  /** Ready to be shown; null: not recorded. */
  readonly arguments: string | null;
}

export interface CallQuery {
  readonly server?: string | undefined;
  readonly agent?: string | undefined;
  /** Default 200. */
  readonly limit?: number | undefined;
  /** Only those with a smaller id. */
  readonly before?: number | undefined;
}

export interface CallsOptions {
  /** Whether arguments are recorded now. */
  readonly keepsArguments: () => boolean;
  readonly added: (call: EndedCall) => void;
}

export class Calls {
  readonly #options: CallsOptions;
  /** A ring: the call with id n stands at n modulo {@link MOST}. */
  readonly #kept: EndedCall[] = [];
  #next = 0;

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  get keepsArguments(): boolean {
    return this.#options.keepsArguments();
  }

  add(call: EndedCall): void {
    call.id = this.#next++;
    this.#kept[call.id % MOST] = call;
    this.#options.added(call);
  }

  /** Ids go on counting, so that nobody takes a new call for an old one. */
  async clear(): Promise<void> {
    this.#kept.length = 0;
  }

  /** The newest first. */
  find({ server, agent, limit = DEFAULT_LIMIT, before = this.#next }: CallQuery): CallRecord[] {
    const found: CallRecord[] = [];
    const oldest = Math.max(0, this.#next - MOST);
    for (let id = Math.min(before, this.#next) - 1; id >= oldest && found.length < limit; id--) {
      const call = this.#kept[id % MOST];
      if (call === undefined || (server !== undefined && call.server !== server)) continue;
      if (agent === undefined || call.agent === agent) found.push(recordOf(call));
    }
    return found;
  }
}

export function recordOf(call: EndedCall): CallRecord {
  return {
    id: call.id,
    server: call.server,
    account: call.account,
    agent: call.agent,
    method: shown(call.method),
    target: call.target === null ? null : shown(call.target),
    started_at: new Date(call.endedAt - call.ms).toISOString(),
    ms: Math.round(call.ms * 10) / 10,
    request_bytes: call.requestBytes,
    response_bytes: call.responseBytes,
    outcome: call.outcome,
    code: call.code,
    ...(call.arguments === null ? {} : { arguments: call.arguments }),
  };
}

/** A URI may hold a secret in its query. */
function shown(text: string): string {
  return visible(String(redact(cut(text, LONGEST_TARGET))));
}
