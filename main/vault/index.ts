/** The vault: grants at rest. Which store it is, is chosen once, by a person; a store that fails is never replaced by another. */
import type { VaultStatus } from "../../preload/api.ts";
import { asGatehouseError, GatehouseError, quoteRemote } from "../errors.ts";
import type { Paths } from "../paths.ts";
import type { Log } from "../ports.ts";
import { createSerial } from "../serial.ts";
import { fileStore } from "./file.ts";
import { decodeGrant, encodeGrant, restingName } from "./grant.ts";
import { keychainStore } from "./keychain.ts";
import { memoryStore } from "./memory.ts";
import { type TextStore, vaultError } from "./store.ts";
import type { GrantKey, TextVault } from "./types.ts";

export interface VaultOptions {
  readonly paths: Pick<Paths, "vaultFile" | "vaultKey">;
  /** `GATEHOUSE_VAULT`: `keychain` (default), `file` or `memory`; `GATEHOUSE_VAULT_PASSPHRASE` for `file`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** Milliseconds that a call of the keychain may take; default 10,000. */
  readonly keychainLimit?: number;
}

/** Touches no store yet. Throws `config_invalid` when `GATEHOUSE_VAULT` names none. */
export function openVault(options: VaultOptions): TextVault {
  const { paths, env, log } = options;
  switch (env.GATEHOUSE_VAULT || "keychain") {
    case "keychain":
      return vaultOver(
        keychainStore({ env, log, ...(options.keychainLimit === undefined ? {} : { limit: options.keychainLimit }) }),
      );
    case "file": {
      const passphrase = env.GATEHOUSE_VAULT_PASSPHRASE || undefined;
      return vaultOver(fileStore({ file: paths.vaultFile, keyFile: paths.vaultKey, passphrase, log }));
    }
    case "memory":
      return vaultOver(memoryStore());
    default:
      throw new GatehouseError({
        code: "config_invalid",
        message: `GATEHOUSE_VAULT is ${quoteRemote(env.GATEHOUSE_VAULT ?? "")}, which is no kind of vault.`,
        suggestion: "Set it to keychain, file or memory, or unset it for the keychain.",
      });
  }
}

/** Grants over texts: one call at a time, every write read back, each error with the server's name. */
export function vaultOver(store: TextStore): TextVault {
  const serial = createSerial();
  let state: VaultStatus["state"] = "unknown";

  const call = <T>(key: GrantKey, use: (name: string) => Promise<T>): Promise<T> =>
    serial.run(async () => {
      try {
        const result = await use(restingName(key));
        state = "ok";
        return result;
      } catch (error) {
        const known = asGatehouseError(error);
        state = STATES.get(known.code) ?? state;
        throw forServer(known, key.server);
      }
    });

  const putText = (key: GrantKey, text: string): Promise<void> =>
    call(key, async (name) => {
      await store.write(name, text);
      if ((await store.read(name)) !== text) throw lost();
    });

  return {
    kind: store.kind,
    status: () => ({ kind: store.kind, state }),
    get: (key) =>
      call(key, async (name) => {
        const text = await store.read(name);
        if (text === null) return null;
        const grant = decodeGrant(text);
        if (grant === null) throw strange();
        return grant;
      }),
    getText: (key) => call(key, (name) => store.read(name)),
    put: (key, grant) => putText(key, encodeGrant(grant)),
    putText,
    delete: (key) => call(key, (name) => store.remove(name)),
  };
}

const STATES: ReadonlyMap<string, VaultStatus["state"]> = new Map([
  ["vault_unavailable", "unavailable"],
  ["vault_locked", "locked"],
  ["vault_unreadable", "unreadable"],
]);

function forServer(error: GatehouseError, server: string): GatehouseError {
  const { code, message, suggestion, details, cause } = error;
  return new GatehouseError({
    code,
    server,
    message,
    suggestion,
    cause,
    ...(details === undefined ? {} : { details }),
  });
}

function strange(): GatehouseError {
  return vaultError(
    "vault_unreadable",
    "What rests in the vault for this server is nothing that this version of Gatehouse wrote.",
    "Update Gatehouse if a newer one was used before; otherwise sign in again, which writes it anew.",
  );
}

function lost(): GatehouseError {
  return vaultError(
    "vault_unavailable",
    "The vault took the grant and then did not hold it.",
    "See that the keychain works (another program's entry, for instance), then sign in again.",
  );
}
