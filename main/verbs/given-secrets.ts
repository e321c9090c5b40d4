/** Secrets that come with an edit, put into the vault with a way back. */
import type { ConfigStore } from "../config/store.ts";
import { asGatehouseError, GatehouseError, quoteRemote } from "../errors.ts";
import type { SecretVault } from "../vault/secrets.ts";

interface Parts {
  readonly secrets: SecretVault;
  readonly config: ConfigStore;
}

export class GivenSecrets {
  readonly #parts: Parts;
  /** Values that were there before, by name; null: none was. */
  readonly #before = new Map<string, string | null>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * `owners`: entries whose secrets may be replaced. Rejects with `conflict` when another entry uses one of the names for
   * another value, and with what the vault rejects with; nothing is left then.
   */
  async put(values: ReadonlyMap<string, string>, owners: readonly string[]): Promise<void> {
    const { secrets } = this.#parts;
    try {
      for (const [name, value] of values) {
        const before = await secrets.get(name);
        if (before === value) continue;
        const other = this.#users(name).find((user) => !owners.includes(user));
        if (before !== null && other !== undefined) throw inUse(name, other);
        this.#before.set(name, before);
        await secrets.set(name, value);
      }
    } catch (error) {
      await this.takeBack();
      throw error;
    }
  }

  /** Never rejects: a secret too many does no harm. Those that an entry uses by now stay. */
  async takeBack(): Promise<void> {
    const { secrets, config } = this.#parts;
    for (const [name, before] of this.#before) {
      if (before === null && this.#users(name).length > 0) continue;
      await (before === null ? secrets.remove(name) : secrets.set(name, before)).catch((error: unknown) =>
        asGatehouseError(error),
      );
    }
    const changed = [...this.#before].some(([name, before]) => before !== null && this.#users(name).length > 0);
    this.#before.clear();
    if (changed) await config.reload();
  }

  #users(name: string): readonly string[] {
    return this.#parts.config.secrets.get(name) ?? [];
  }
}

function inUse(name: string, other: string): GatehouseError {
  return new GatehouseError({
    code: "conflict",
    server: other,
    message: `The secret ${quoteRemote(name)} has another value already, which ${quoteRemote(other)} uses.`,
    suggestion: "Choose another name for the secret.",
  });
}
