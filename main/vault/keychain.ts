/** Grants in the operating system's keychain: Keychain, Credential Manager, Secret Service. Never in another store. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { AsyncEntry } from "@napi-rs/keyring";
import { type GatehouseError, quoteRemote } from "../errors.ts";
import type { Log } from "../ports.ts";
import { chunked, type Entries, WINDOWS_CHUNK } from "./chunks.ts";
import { type TextStore, vaultError } from "./store.ts";

const SERVICE = "gatehouse";
const DEFAULT_LIMIT = 10_000;

export interface KeychainOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly platform?: NodeJS.Platform;
  /** Milliseconds that one call may take; default 10,000. A locked keychain may be asking a person who is not there. */
  readonly limit?: number;
  /** Bytes that one entry holds; default: no limit but Windows'. */
  readonly maxBytes?: number;
}

export function keychainStore(options: KeychainOptions): TextStore {
  const { env, log, platform = process.platform, limit = DEFAULT_LIMIT } = options;
  const maxBytes = options.maxBytes ?? (platform === "win32" ? WINDOWS_CHUNK : undefined);
  const patient = limiter(limit, platform, log);
  const system = systemEntries(env, platform, patient);
  const entries = maxBytes === undefined ? system : chunked(system, maxBytes);
  return {
    kind: "keychain",
    read: async (name) => {
      const value = await entries.get(name);
      return value === null ? null : Buffer.from(value).toString();
    },
    write: (name, text) => entries.set(name, Buffer.from(text)),
    remove: (name) => entries.delete(name),
  };
}

type Limiter = <T>(call: () => Promise<T>) => Promise<T>;

/**
 * Gives each call its time. A call that took too long cannot be taken back: it holds a thread of Node's small pool
 * until the system answers, so while one hangs no other is begun.
 */
function limiter(limit: number, platform: NodeJS.Platform, log: Log): Limiter {
  let hanging = false;
  return async (call) => {
    if (hanging) throw locked(platform);
    const running = call();
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        hanging = true;
        const ended = (): void => {
          hanging = false;
          log.info("vault.answered_late");
        };
        running.then(ended, ended);
        reject(locked(platform));
      }, limit);
    });
    try {
      return await Promise.race([running, timeUp]);
    } finally {
      clearTimeout(timer);
    }
  };
}

function systemEntries(env: KeychainOptions["env"], platform: NodeJS.Platform, patient: Limiter): Entries {
  // An entry holds a connection to the system, so one is kept for each name.
  const open = new Map<string, AsyncEntry>();

  const entryOf = async (name: string): Promise<AsyncEntry> => {
    const { AsyncEntry } = await import("@napi-rs/keyring");
    const known = open.get(name);
    if (known !== undefined) return known;
    // Without the pin the library falls back to the kernel's keyring, which forgets everything at the next start.
    // With it the constructor throws where no Secret Service answers, before it has seen any secret.
    const entry = new AsyncEntry(SERVICE, name, { linux: { store: "secret-service" } });
    open.set(name, entry);
    return entry;
  };

  const once = async <T>(name: string, use: (entry: AsyncEntry) => Promise<T>): Promise<T> => {
    try {
      return await use(await entryOf(name));
    } catch (error) {
      open.delete(name);
      throw error;
    }
  };

  const call = <T>(name: string, use: (entry: AsyncEntry) => Promise<T>): Promise<T> =>
    patient(async () => {
      if (platform === "linux" && !(await hasSessionBus(env))) throw noSessionBus();
      const reused = open.has(name);
      try {
        return await once(name, use).catch((error: unknown) => {
          // A connection from before the keychain was started anew is dead; a new one tells how it stands now.
          if (!reused || isLocked(error)) throw error;
          return once(name, use);
        });
      } catch (error) {
        throw explain(error, platform);
      }
    });

  return {
    get: (name) =>
      call(name, async (entry) => {
        const secret = await entry.getSecret();
        return secret === null ? null : Uint8Array.from(secret);
      }),
    set: (name, value) => call(name, (entry) => entry.setSecret(value)),
    delete: (name) => call(name, (entry) => entry.deleteCredential()),
  };
}

/** Asked first because the library takes longer to find out, and says less. */
async function hasSessionBus(env: KeychainOptions["env"]): Promise<boolean> {
  if (env.DBUS_SESSION_BUS_ADDRESS) return true;
  if (!env.XDG_RUNTIME_DIR) return false;
  return await stat(join(env.XDG_RUNTIME_DIR, "bus")).then(
    (found) => found.isSocket(),
    () => false,
  );
}

function explain(error: unknown, platform: NodeJS.Platform): GatehouseError {
  if (isLocked(error)) return locked(platform, error);
  const reason = quoteRemote(error instanceof Error ? error.message : String(error));
  const what = platform === "linux" ? "The keychain (Secret Service) does not answer" : "The keychain cannot be used";
  return vaultError("vault_unavailable", `${what}: ${reason}.`, START[platform] ?? CHOOSE_FILE, error);
}

/** The library has one error code for all, so its text is all there is to tell a locked keychain by. */
function isLocked(error: unknown): boolean {
  return (
    error instanceof Error && /\blocked\b|dismissed|interaction is not allowed|not permitted to/i.test(error.message)
  );
}

const CHOOSE_FILE = "Set GATEHOUSE_VAULT=file to keep grants in an encrypted file instead, then start Gatehouse again.";

const START: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: `Start gnome-keyring, KWallet or KeePassXC (on Debian: apt install gnome-keyring), see that it has a default keyring, and try again. ${CHOOSE_FILE}`,
  darwin: "Open Keychain Access, see that the login keychain is there, and try again.",
  win32: "See that the Credential Manager service (VaultSvc) runs, and try again.",
};

const UNLOCK: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: "Unlock your keyring (in “Passwords and Keys”, or by signing in to the desktop again) and try again.",
  darwin: "Unlock the login keychain in Keychain Access and try again.",
};

function locked(platform: NodeJS.Platform, cause?: unknown): GatehouseError {
  const suggestion = UNLOCK[platform] ?? "Sign in to this computer again and try again.";
  return vaultError("vault_locked", "The keychain is locked, or waits for somebody to unlock it.", suggestion, cause);
}

function noSessionBus(): GatehouseError {
  const message = "There is no session bus here, and so no keychain (Secret Service).";
  return vaultError("vault_unavailable", message, `Start Gatehouse from your desktop session. ${CHOOSE_FILE}`);
}
