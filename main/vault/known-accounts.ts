/**
 * Which accounts there are at which server, between starts: names and no secrets, because a keychain cannot be asked for
 * a list. A convenience: whether somebody is signed in, only the vault says.
 */
import { readFile, rename } from "node:fs/promises";
import * as z from "zod";
import { isMissing, replaceFile } from "../atomic-file.ts";
import type { Log } from "../ports.ts";
import { createSerial } from "../serial.ts";
import type { GrantKey } from "./types.ts";

/** The account without a name. */
export const UNNAMED = "default";

const schema = z.object({
  v: z.literal(1),
  servers: z.array(
    z.object({
      server: z.string(),
      origin: z.string(),
      accounts: z.array(z.string()),
      /** Null: nobody has chosen, so it is the unnamed one. */
      default: z.string().nullable(),
    }),
  ),
});

interface Entry {
  readonly server: string;
  readonly origin: string;
  readonly accounts: Set<string>;
  chosen: string | null;
}

type Place = Pick<GrantKey, "server" | "origin">;

export class KnownAccounts {
  readonly #path: string | null;
  readonly #log: Log | null;
  readonly #entries = new Map<string, Entry>();
  readonly #writes = createSerial();

  /** Without a path it remembers as long as it lives. */
  constructor(path: string | null = null, log: Log | null = null) {
    this.#path = path;
    this.#log = log;
  }

  /** Never rejects. A file that cannot be understood is moved aside, because the next change would write over it. */
  static async open(path: string, log: Log): Promise<KnownAccounts> {
    const known = new KnownAccounts(path, log);
    try {
      for (const { server, origin, accounts, default: chosen } of schema.parse(JSON.parse(await readFile(path, "utf8")))
        .servers) {
        known.#entries.set(idOf({ server, origin }), { server, origin, accounts: new Set(accounts), chosen });
      }
    } catch (error) {
      if (!isMissing(error)) {
        log.warn("accounts.unreadable", { path });
        await rename(path, `${path}.unreadable`).catch(() => {});
      }
    }
    return known;
  }

  /** In no order that matters. */
  names(place: Place): readonly string[] {
    return [...(this.#entries.get(idOf(place))?.accounts ?? [])];
  }

  /** Every grant there may be. */
  keys(): GrantKey[] {
    return [...this.#entries.values()].flatMap(({ server, origin, accounts }) =>
      [...accounts].map((account) => ({ server, account, origin })),
    );
  }

  /** The account that is meant when none is named; null when nobody has chosen one. */
  chosen(place: Place): string | null {
    return this.#entries.get(idOf(place))?.chosen ?? null;
  }

  /** On disk when it resolves, so that no grant is written that nobody would find again. */
  add(key: GrantKey): Promise<void> {
    return this.#change(key, (entry) => void entry.accounts.add(key.account));
  }

  /** Forgets the name. If it was the chosen one, nobody has chosen any more. */
  remove(key: GrantKey): Promise<void> {
    return this.#change(key, (entry) => {
      entry.accounts.delete(key.account);
      if (entry.chosen === key.account) entry.chosen = null;
    });
  }

  choose(key: GrantKey): Promise<void> {
    return this.#change(key, (entry) => {
      entry.chosen = key.account === UNNAMED ? null : key.account;
      if (key.account !== UNNAMED) entry.accounts.add(key.account);
    });
  }

  /** Waits for what is being written. */
  close(): Promise<void> {
    return this.#writes.idle();
  }

  async #change(place: Place, change: (entry: Entry) => void): Promise<void> {
    const before = this.#text();
    const id = idOf(place);
    const entry = this.#entries.get(id) ?? {
      server: place.server,
      origin: place.origin,
      accounts: new Set<string>(),
      chosen: null,
    };
    change(entry);
    if (entry.accounts.size === 0 && entry.chosen === null) this.#entries.delete(id);
    else this.#entries.set(id, entry);
    if (this.#text() === before) return this.#writes.idle();
    await this.#writes.run(() => this.#write());
  }

  async #write(): Promise<void> {
    if (this.#path === null) return;
    try {
      await replaceFile(this.#path, this.#text(), { mode: 0o600 });
    } catch (error) {
      // A full disk must not stand between a person and a sign-in.
      this.#log?.warn("accounts.not_written", { path: this.#path, error });
    }
  }

  #text(): string {
    const servers = [...this.#entries.values()].map(({ server, origin, accounts, chosen }) => ({
      server,
      origin,
      accounts: [...accounts].sort(),
      default: chosen,
    }));
    return `${JSON.stringify({ v: 1, servers } satisfies z.input<typeof schema>, null, 1)}\n`;
  }
}

function idOf({ server, origin }: Place): string {
  return JSON.stringify([server, origin]);
}
