/** The contract's part on taking over servers from elsewhere: a pasted text, a command line, an agent's configuration. */
import type { ErrorObject } from "./api-base.ts";

/** A server that a text describes, and what it becomes. No literal secret is in it. */
export interface ImportCandidate {
  /** Names it in {@link ImportApi.importServers}. */
  readonly id: string;
  /** As it will be called: fit for `servers.json`, and free. */
  readonly name: string;
  /** As the text called it, where that differs; null: it does not, or it had none. */
  readonly name_was: string | null;
  /** Whose form it is in, as in `Claude Code`. */
  readonly format: string;
  /** What the entry of `servers.json` becomes, for reading. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** Members that became something else of another name. */
  readonly became: readonly { readonly member: string; readonly became: string }[];
  /** Members that are left out, and why. */
  readonly dropped: readonly { readonly member: string; readonly why: string }[];
  readonly warnings: readonly string[];
  /** Literal secrets that go into the vault: the member of the entry, and the name they get there. */
  readonly secrets: readonly { readonly member: string; readonly name: string }[];
  /** It is a program on this computer, and is not started before somebody allowed it. */
  readonly unapproved: boolean;
  /** A server of `servers.json` that is the same already; null: none. */
  readonly same_as: string | null;
  /** Why it cannot be taken over; null: it can. */
  readonly error: ErrorObject | null;
}

export interface ImportPreview {
  /** Names what was read, for a while; nothing of it is kept on disk. */
  readonly preview: string;
  /** What the text was taken for, as in `a command line`. */
  readonly source: string;
  readonly candidates: readonly ImportCandidate[];
  /** Why nothing in it was understood; null: something was. */
  readonly error: ErrorObject | null;
}

export interface ImportApi {
  /**
   * Reads a URL, a command line or a snippet in any known form. Runs nothing, asks nobody, and opens no file but those of
   * this computer that a command line of mcp-remote or mcp-oauth2-proxy names.
   */
  readSnippet(params: { readonly text: string }): ImportPreview;
  /** The same with the configuration file of an agent, by its id of `listAgents`, or with any file. */
  readAgentServers(params: { readonly client: string } | { readonly path: string }): ImportPreview;
  /** Adds the chosen ones. `replace_in_agent`: the agent whose file it was reaches them through Gatehouse from then on. */
  importServers(params: {
    readonly preview: string;
    readonly servers: readonly { readonly id: string; readonly name?: string }[];
    readonly replace_in_agent?: boolean;
  }): {
    readonly added: readonly string[];
    readonly secrets: readonly string[];
    /** Those that could not be added, by id. */
    readonly failed: readonly { readonly id: string; readonly error: ErrorObject }[];
    /** Takes all of it back, secrets and sign-ins too, by `undo`; null: nothing was added. */
    readonly undo: string | null;
    /** Of the agent's file, when it was changed; see `undoAgent`. */
    readonly agent_undo: string | null;
    /** Why the agent's file was left as it is, although it was to be changed; null: it was changed, or not to be. */
    readonly agent_error: ErrorObject | null;
  };
}
