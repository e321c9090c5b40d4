/** What every part of the contract is made of: errors, results, tools. Imports nothing. */

/** Every `code` an error can carry. Closed: callers branch on it, `text.ts` has words for each. */
export const ERROR_CODES = [
  "sign_in_required",
  "client_id_required",
  "registration_failed",
  "metadata_discovery_failed",
  "metadata_invalid",
  "authorization_denied",
  "callback_timeout",
  "sign_in_cancelled",
  "state_mismatch",
  "issuer_mismatch",
  "token_exchange_failed",
  "refresh_failed",
  "insufficient_scope",
  "vault_unavailable",
  "vault_locked",
  "vault_unreadable",
  "config_invalid",
  "upstream_unreachable",
  "upstream_failed",
  "session_lost",
  "hub_restarted",
  "hub_unreachable",
  "unsafe_url",
  "timeout",
  "tool_blocked",
  "approval_required",
  "approvals_unreadable",
  "too_large",
  "pkce_unsupported",
  "resource_mismatch",
  "unknown_server",
  "server_disabled",
  "paused",
  "no_sign_in_needed",
  "browser_failed",
  "redirect_unavailable",
  "invalid_request",
  "conflict",
  "unsupported",
  "internal",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * An error as everybody sees it: the agent (`error.data`, or `structuredContent` of `sign_in`), the window,
 * `status --json`, the command line and the log.
 */
export interface ErrorObject {
  readonly code: ErrorCode;
  /** Name of the server concerned, as in `servers.json`; null when none is. */
  readonly server: string | null;
  /** What happened, one sentence, no secret, remote text quoted and cut. */
  readonly message: string;
  /** The one thing to do next. */
  readonly suggestion: string;
  readonly correlation_id: string;
  /** The sign-in or refresh that failed. */
  readonly request_id?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A call's answer. Electron strips codes from thrown errors, so errors cross as values. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorObject };

export type ServerType = "streamable-http" | "sse" | "auto" | "stdio";

/** One place where a tool differs from what was approved. Text of the server, cut, invisible characters as `\u{…}`. */
export interface ToolChange {
  /** As in `inputSchema.properties.path.description`. */
  readonly field: string;
  /** Null: not there. */
  readonly before: string | null;
  readonly after: string | null;
}

/** `denied`: by `tools` of the server's entry; `changed`: it is not what was approved. */
export const BLOCK_REASONS = ["denied", "changed"] as const;
export type BlockReason = (typeof BLOCK_REASONS)[number];

export interface BlockedTool {
  /** Invisible characters as `\u{…}`. */
  readonly name: string;
  readonly reason: BlockReason;
  /** When the change was found; null for a denied one. ISO 8601 UTC. */
  readonly at: string | null;
  /** Names the changed definition when it is approved; null for a denied one. */
  readonly version: string | null;
  /** The first differences; empty for a denied one. */
  readonly changes: readonly ToolChange[];
}

/** A tool that a server has listed, to this hub or an earlier one. */
export interface ToolStatus extends Omit<BlockedTool, "reason"> {
  readonly state: "allowed" | BlockReason;
}
