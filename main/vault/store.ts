/** Where texts rest under names: what the kinds of vault have in common. */
import type { ErrorCode, VaultStatus } from "../../preload/api.ts";
import { GatehouseError } from "../errors.ts";

/**
 * Called one after the other, never side by side. Rejects with `vault_unavailable`, `vault_locked` or
 * `vault_unreadable`; a `read` changes nothing, whatever it finds.
 */
export interface TextStore {
  readonly kind: VaultStatus["kind"];
  /** Null when nothing rests there. */
  read(name: string): Promise<string | null>;
  /** Durable when it resolves. */
  write(name: string, text: string): Promise<void>;
  /** Answers whether there was something. */
  remove(name: string): Promise<boolean>;
}

export type VaultErrorCode = Extract<ErrorCode, "vault_unavailable" | "vault_locked" | "vault_unreadable">;

export function vaultError(
  code: VaultErrorCode,
  message: string,
  suggestion: string,
  cause?: unknown,
  details?: Readonly<Record<string, unknown>>,
): GatehouseError {
  return new GatehouseError({ code, message, suggestion, cause, ...(details === undefined ? {} : { details }) });
}
