/** What the parts of this dialog hand to each other. */
import type { ErrorObject } from "../../preload/api.ts";

/** Whose servers to look at: an agent's by its id, or those of any file. */
export type AgentSource =
  | { readonly client: string; readonly name: string }
  | { readonly path: string; readonly name: null };

/** What has just been added. */
export interface Added {
  readonly names: readonly string[];
  /** How many went into the vault. */
  readonly secrets: number;
  readonly failed: readonly { readonly name: string; readonly error: ErrorObject }[];
  /** Name of the agent whose file was put right; null: none. */
  readonly agent: string | null;
  /** Null: there is nothing to take back. */
  readonly undo: string | null;
  readonly agentUndo: string | null;
}
