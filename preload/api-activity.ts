/** The contract's part on what agents' requests were: who called what, when, how long, how it ended. */

export const CALL_OUTCOMES = ["done", "failed", "cancelled", "blocked"] as const;
/** `failed`: an error, or a tool's result that says `isError`. `blocked`: Gatehouse did not let it through. */
export type CallOutcome = (typeof CALL_OUTCOMES)[number];

/** One request of an agent that has ended. Holds no result, and arguments only where that is switched on. */
export interface CallRecord {
  /** Grows with each record of this hub. */
  readonly id: number;
  readonly server: string;
  readonly account: string;
  /** As it introduced itself; null: it did not. */
  readonly agent: string | null;
  /** As in `tools/call`. */
  readonly method: string;
  /** Tool, prompt or URI; null: the method has none. */
  readonly target: string | null;
  readonly started_at: string;
  readonly ms: number;
  readonly request_bytes: number;
  readonly response_bytes: number;
  readonly outcome: CallOutcome;
  /** A code of ours, or a JSON-RPC code; null: there was none. */
  readonly code: string | null;
  /** JSON, cut; absent: not recorded. */
  readonly arguments?: string;
}

export interface ActivityApi {
  /** The newest first. `before`: an id, for older ones. */
  calls(params: {
    readonly server?: string;
    readonly agent?: string;
    readonly limit?: number;
    readonly before?: number;
  }): { readonly calls: readonly CallRecord[] };
}
