/** Asks the vault for the secrets that entries refer to, without letting a slow keychain hold everything up. */
import { asGatehouseError, GatehouseError } from "../errors.ts";
import type { Secrets } from "./expand.ts";

/** Null: there is none of this name. Rejects with what the vault rejects with. */
export type SecretSource = (name: string) => Promise<string | null>;

/** Milliseconds. */
const PATIENCE = 3_000;

/**
 * Never rejects. When the vault takes too long the answer says so for every name that is missing, and `late` is called
 * once all are there.
 */
export async function lookUp(names: ReadonlySet<string>, source: SecretSource, late: () => void): Promise<Secrets> {
  const found = new Map<string, string | null | GatehouseError>();
  const all = Promise.all(
    [...names].map(async (name) => {
      found.set(name, await source(name).catch((error: unknown) => asGatehouseError(error)));
    }),
  );
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), PATIENCE);
  });
  const outcome = await Promise.race([all, timeUp]);
  clearTimeout(timer);
  if (outcome !== "late") return found;
  void all.then(late);
  return new Map([...names].map((name) => [name, found.get(name) ?? slow()]));
}

function slow(): GatehouseError {
  return new GatehouseError({
    code: "vault_locked",
    message: "The vault does not answer yet; it may be waiting for somebody to unlock it.",
    suggestion: "Unlock the keychain; the entry is read again by itself then.",
  });
}
