/**
 * Secrets that `servers.json` refers to by name, in the vault beside the grants: under `secret:<name>`, which no grant's
 * name can be, since its second part is an origin. Their names are remembered like accounts, and move with them.
 */
import { GatehouseError } from "../errors.ts";
import type { KnownAccounts } from "./known-accounts.ts";
import { UNNAMED } from "./known-accounts.ts";
import type { GrantKey, TextVault } from "./types.ts";

const PLACE = "secret";

/** All reject with what the vault rejects with. */
export interface SecretVault {
  /** Null when there is none of this name. */
  get(name: string): Promise<string | null>;
  /** Durable when it resolves. */
  set(name: string, value: string): Promise<void>;
  /** Answers whether there was one. */
  remove(name: string): Promise<boolean>;
  /** Of those that were set here, sorted. */
  names(): readonly string[];
}

export function secretVault(vault: TextVault, known: KnownAccounts): SecretVault {
  return {
    get: (name) => nameless(vault.getText(keyOf(name))),
    async set(name, value) {
      // Remembered first, so that nothing rests that nobody would find again.
      await known.add(keyOf(name));
      await nameless(vault.putText(keyOf(name), value));
    },
    async remove(name) {
      const found = await nameless(vault.delete(keyOf(name)));
      await known.remove(keyOf(name));
      return found;
    },
    names: () =>
      known
        .keys()
        .filter(({ server, origin }) => server === PLACE && !URL.canParse(origin))
        .map(({ origin }) => origin)
        .sort(),
  };
}

function keyOf(name: string): GrantKey {
  return { server: PLACE, account: UNNAMED, origin: name };
}

/** The vault names the server that an error concerns; a secret concerns none. */
async function nameless<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    const { code, message, suggestion, cause } = error;
    throw new GatehouseError({ code, message, suggestion, cause });
  }
}
