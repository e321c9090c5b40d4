/** The contract's part on agents' own configuration files. */
import type { ErrorObject } from "./api-base.ts";

export type AgentScope = "user" | "project";

/** An entry of an agent's file. */
export interface AgentEntry {
  /** Invisible characters as `\u{…}`. */
  readonly name: string;
  /** It reaches its server through Gatehouse. */
  readonly through_gatehouse: boolean;
  /**
   * Server of `servers.json` that it asks Gatehouse for; null: all of them, one that stands in this file alone (then
   * `target` says where), or it is not through Gatehouse.
   */
  readonly server: string | null;
  /** The account that it names; null: none. */
  readonly account: string | null;
  /** Host, or program, fit to be shown; of an entry through Gatehouse the server as written; null: nothing to say. */
  readonly target: string | null;
  /** Something in it looks like a token or a password in plain text. */
  readonly has_secret: boolean;
  /** Of an entry through Gatehouse: what it starts, and is not there any more. Absent: it is there. */
  readonly missing?: string;
}

export interface AgentFile {
  readonly scope: AgentScope;
  readonly path: string;
  readonly exists: boolean;
  readonly entries: readonly AgentEntry[];
  /** Why it cannot be read or changed; null: it can. */
  readonly error: ErrorObject | null;
}

/** An agent that Gatehouse knows. */
export interface AgentInfo {
  /** As `gatehouse install` takes it. */
  readonly id: string;
  readonly name: string;
  /** Signs of it were found on this machine. */
  readonly found: boolean;
  /** False: its servers are kept where no other program should write; `note` says where. */
  readonly writable: boolean;
  readonly files: readonly AgentFile[];
  /** All servers as one, some by name, or none. */
  readonly connected: "all" | "some" | "none";
  /** What a person should know; null: nothing. */
  readonly note: string | null;
  /** Its public documentation. */
  readonly source: string;
}

export type AgentChange =
  /**
   * Afterwards the file reaches exactly these through Gatehouse: names of `servers.json` (`name@account` too), each an
   * entry of its own, or all as one entry. The agent's own entries stay, whatever they are called.
   */
  | { readonly kind: "connect"; readonly servers: "all" | readonly string[]; readonly lazy?: boolean }
  /** Takes every such entry out, and what else was made for them. */
  | { readonly kind: "disconnect" };

/** A line of a difference. */
export interface DiffLine {
  /** `skipped`: lines that stay are left out here. */
  readonly kind: "same" | "added" | "removed" | "skipped";
  /** Secrets of the file as `••••`; long lines cut; empty for `skipped`. */
  readonly text: string;
}

export interface AgentPreview {
  /** Names it in {@link AgentsApi.applyAgent}; it holds while the file stays as it is. */
  readonly preview: string;
  readonly client: string;
  readonly path: string;
  readonly scope: AgentScope;
  /** False: nothing would change. */
  readonly changes: boolean;
  /** With three lines around each change. */
  readonly diff: readonly DiffLine[];
  /** Where the file as it is will be kept; null: there is none yet. */
  readonly backup: string | null;
  /** The file is deleted: it was made for Gatehouse, and nothing else is in it. */
  readonly deletes: boolean;
  /** What the person has to do then, as in restarting it, or should know of this change; null: nothing. */
  readonly note: string | null;
}

export interface AgentsApi {
  listAgents(params: { readonly project?: string }): { readonly agents: readonly AgentInfo[] };
  previewAgent(params: {
    readonly client: string;
    readonly change: AgentChange;
    readonly scope?: AgentScope;
    /** Absolute; for the scope `project`. */
    readonly project?: string;
    /** One of the agent's files, where it has several of the scope; default: the first. */
    readonly path?: string;
  }): AgentPreview;
  /** Refused with `conflict` when the file has changed since the preview; then, and on any error, nothing is written. */
  applyAgent(params: { readonly preview: string }): {
    readonly client: string;
    readonly path: string;
    readonly backup: string | null;
    readonly undo: string | null;
  };
  /** Puts back the bytes that were there, if the file is still as that change left it. */
  undoAgent(params: { readonly undo: string }): { readonly client: string; readonly path: string };
}
