/**
 * The vault in force, and its move into another store. A move is copy, read back, commit, clear away: until the commit
 * (one replaced file) the old store holds everything, from then on the new one does, so an interruption loses nothing.
 */
import { asGatehouseError, GatehouseError } from "../errors.ts";
import type { Log } from "../ports.ts";
import { createSerial } from "../serial.ts";
import { type Choice, type LastingKind, NO_CHOICE, readChoice, writeChoice } from "./choice.ts";
import { restingName } from "./grant.ts";
import { vaultError } from "./store.ts";
import type { GrantKey, TextVault, Vault } from "./types.ts";

export interface MoveOutcome {
  /** Grants that came from the other store. */
  readonly moved: number;
  /** Copies that the other store could not delete yet; the next start tries again. */
  readonly left: number;
}

export interface MovableVault extends TextVault {
  /**
   * Brings every known grant into a store, which is the chosen one from then on. Rejects with what either store rejects
   * with, and then everything is as before; with `config_invalid` when the environment names another store.
   */
  move(to: LastingKind): Promise<MoveOutcome>;
  /** Waits for what is being cleared away. */
  close(): Promise<void>;
}

export interface MovableVaultOptions {
  /** `state/vault.json`. */
  readonly choicePath: string;
  /** `GATEHOUSE_VAULT`, which wins over the choice; undefined or empty when unset. */
  readonly fixed: string | undefined;
  /** Opens a store by its kind; throws `config_invalid` for one that is none. Called once for each. */
  readonly open: (kind: string) => TextVault;
  /** Every grant there may be. */
  readonly keys: () => readonly GrantKey[];
  readonly log: Log;
}

/** Throws `config_invalid` when `fixed` names no store. A choice that cannot be read gives a vault that stays shut. */
export async function openMovableVault(options: MovableVaultOptions): Promise<MovableVault> {
  const fixed = options.fixed || undefined;
  const choice = await readChoice(options.choicePath).catch((error: unknown) => asGatehouseError(error));
  if (choice instanceof GatehouseError) {
    options.log.error("vault.choice_unreadable", { error: choice });
    if (fixed === undefined) return shutVault(choice);
  }
  return new Movable(options, fixed, choice);
}

class Movable implements MovableVault {
  readonly #options: MovableVaultOptions;
  readonly #fixed: string | undefined;
  readonly #serial = createSerial();
  readonly #open = new Map<string, TextVault>();
  /** An error: not readable, and not to be written over. */
  #choice: Choice | GatehouseError;
  #current: TextVault;
  #sweeping: Promise<unknown>;

  constructor(options: MovableVaultOptions, fixed: string | undefined, choice: Choice | GatehouseError) {
    this.#options = options;
    this.#fixed = fixed;
    this.#choice = choice;
    this.#current = this.#vault(fixed ?? (choice instanceof GatehouseError ? NO_CHOICE : choice).kind);
    this.#sweeping = this.#resume();
  }

  get kind(): Vault["kind"] {
    return this.#current.kind;
  }

  status(): ReturnType<Vault["status"]> {
    return this.#current.status();
  }

  get(key: GrantKey): ReturnType<Vault["get"]> {
    return this.#serial.run(() => this.#current.get(key));
  }

  put(...[key, grant]: Parameters<Vault["put"]>): Promise<void> {
    return this.#serial.run(() => this.#current.put(key, grant));
  }

  getText(key: GrantKey): ReturnType<TextVault["getText"]> {
    return this.#serial.run(() => this.#current.getText(key));
  }

  putText(...[key, text]: Parameters<TextVault["putText"]>): Promise<void> {
    return this.#serial.run(() => this.#current.putText(key, text));
  }

  delete(key: GrantKey): Promise<boolean> {
    return this.#serial.run(() => this.#current.delete(key));
  }

  /** In the same queue as every read and write: what is refreshed meanwhile goes into the new store. */
  move(to: LastingKind): Promise<MoveOutcome> {
    return this.#serial.run(async () => {
      await this.#sweeping;
      if (this.#fixed !== undefined && this.#fixed !== to) throw fixedElsewhere(this.#fixed, to);
      if (this.#choice instanceof GatehouseError) throw this.#choice;
      const from = this.#vault(to === "keychain" ? "file" : "keychain");
      return this.#moveFrom(from, this.#vault(to), to);
    });
  }

  async #moveFrom(from: TextVault, to: TextVault, kind: LastingKind): Promise<MoveOutcome> {
    const { log } = this.#options;
    const source = kind === "keychain" ? "file" : "keychain";
    const held: GrantKey[] = [];
    for (const key of distinct(this.#options.keys())) if ((await from.getText(key)) !== null) held.push(key);
    const leaving = from === this.#current;
    if (leaving) {
      // Said before the first copy, so that an interrupted move leaves no copies behind for good.
      await this.#choose({ v: 1, kind: source, sweep: { kind, keys: held } });
    }
    let moved = 0;
    try {
      for (const key of held) moved += (await copy(from, to, key, leaving)) ? 1 : 0;
      await this.#choose({ v: 1, kind, ...(held.length === 0 ? {} : { sweep: { kind: source, keys: held } }) });
    } catch (error) {
      await this.#sweep();
      throw error;
    }
    this.#current = to;
    log.info("vault.moved", { from: source, to: kind, moved });
    return { moved, left: await this.#sweep() };
  }

  async close(): Promise<void> {
    await this.#serial.idle();
    await this.#sweeping;
  }

  /** Ends what an interrupted move left to do. */
  async #resume(): Promise<void> {
    const choice = this.#choice;
    if (choice instanceof GatehouseError || choice.sweep === undefined) return;
    if (this.#current.kind === choice.kind) await this.#sweep();
    // The environment has put the other store into force: what rests there counts again.
    else if (this.#current.kind === choice.sweep.kind) await this.#choose({ v: 1, kind: choice.kind }).catch(() => {});
  }

  /** Deletes the copies that count for nothing; answers how many would not go. Never rejects. */
  async #sweep(): Promise<number> {
    const { sweep, kind } = this.#choice instanceof GatehouseError ? NO_CHOICE : this.#choice;
    if (sweep === undefined || sweep.kind === kind) return 0;
    const other = this.#vault(sweep.kind);
    const left: GrantKey[] = [];
    for (const key of sweep.keys) {
      // A store that failed once is not asked for the rest: a locked keychain takes its time for each.
      if (left.length > 0) left.push(key);
      else await other.delete(key).catch(() => void left.push(key));
    }
    if (left.length > 0) this.#options.log.warn("vault.not_cleared", { kind: sweep.kind, left: left.length });
    const rest = left.length === 0 ? {} : { sweep: { kind: sweep.kind, keys: left } };
    await this.#choose({ v: 1, kind, ...rest }).catch(() => {});
    return left.length;
  }

  async #choose(choice: Choice): Promise<void> {
    await writeChoice(this.#options.choicePath, choice);
    this.#choice = choice;
  }

  #vault(kind: string): TextVault {
    const vault = this.#open.get(kind) ?? this.#options.open(kind);
    this.#open.set(kind, vault);
    return vault;
  }
}

/** Answers whether it was copied. `over`: also over what the new store holds already. */
async function copy(from: TextVault, to: TextVault, key: GrantKey, over: boolean): Promise<boolean> {
  const text = await from.getText(key);
  if (text === null || (!over && (await to.getText(key)) !== null)) return false;
  await to.putText(key, text);
  if ((await to.getText(key)) === text) return true;
  throw vaultError(
    "vault_unavailable",
    `The new store took the sign-in to “${key.server}” and gave something else back.`,
    "See that this store works, then move again. Everything is still where it was.",
  );
}

function distinct(keys: readonly GrantKey[]): GrantKey[] {
  return [...new Map(keys.map((key) => [restingName(key), key])).values()];
}

function fixedElsewhere(fixed: string, to: LastingKind): GatehouseError {
  return new GatehouseError({
    code: "config_invalid",
    message: `GATEHOUSE_VAULT is set to ${fixed}, so sign-ins stay there whatever is chosen.`,
    suggestion: `Set GATEHOUSE_VAULT to ${to}, or unset it, start Gatehouse again and move then.`,
  });
}

/** Fails closed: every call says why. */
function shutVault(error: GatehouseError): MovableVault {
  const refuse = (server?: string): Promise<never> => {
    const { code, message, suggestion } = error;
    return Promise.reject(
      new GatehouseError({ code, message, suggestion, ...(server === undefined ? {} : { server }) }),
    );
  };
  return {
    kind: NO_CHOICE.kind,
    status: () => ({ kind: NO_CHOICE.kind, state: "unreadable" }),
    get: (key) => refuse(key.server),
    getText: (key) => refuse(key.server),
    put: (key) => refuse(key.server),
    putText: (key) => refuse(key.server),
    delete: (key) => refuse(key.server),
    move: () => refuse(),
    close: async () => {},
  };
}
