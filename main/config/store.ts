/** `servers.json` on disk and what is in force: reads it, watches it, changes it. */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { ServerInput } from "../../preload/api.ts";
import { replaceFile } from "../atomic-file.ts";
import { asGatehouseError, GatehouseError } from "../errors.ts";
import { checkName, normalName } from "../names.ts";
import type { Log } from "../ports.ts";
import { createSerial } from "../serial.ts";
import {
  addEntries,
  addEntry,
  approveEntry,
  enableEntry,
  removeEntries,
  removeEntry,
  renameEntry,
  repointEntry,
  unchangedEntries,
} from "./edit.ts";
import type { Env } from "./expand.ts";
import { BYTE_ORDER_MARK, notWritten, readText, withoutMark } from "./file.ts";
import { type ParsedConfig, parseConfig } from "./parse.ts";
import { lookUp, type SecretSource } from "./secrets.ts";
import { takeBack } from "./take-back.ts";
import type { Config } from "./types.ts";
import { watchFile } from "./watch.ts";

const DEBOUNCE_MS = 50;
/** How long a file that an editor may be about to write again gets before its bad state counts. */
const SETTLE_MS = 250;

export interface ConfigOptions {
  /** Of `servers.json`, absolute. */
  readonly path: string;
  /** Where `${VAR}` comes from. */
  readonly env: Env;
  /** Where `${keychain:NAME}` comes from; default: nothing is there. Asked at each reading. */
  readonly secret?: SecretSource;
  readonly log: Log;
}

export interface ConfigChange {
  readonly newName?: string | undefined;
  readonly server?: ServerInput | undefined;
}

/**
 * Takes an edit back, in whatever the file has become. Rejects with `conflict` when what it touched is not as it left it,
 * else as edits do; nothing is written then. Itself an edit, with a way back.
 */
export type TakeBack = () => Promise<TakeBack>;

/**
 * Edits touch their own entry only and work while another entry is invalid. Their errors: `config_invalid` (the file
 * does not parse, or the entry would not do; nothing is written then), `unsafe_url`, `unknown_server`,
 * `invalid_request` (the name is taken).
 */
export interface ConfigStore {
  readonly current: Config;
  /** Secrets that entries refer to, each with the names of those entries. */
  readonly secrets: ReadonlyMap<string, readonly string[]>;
  /** Called after something really changed; returns the unsubscribe. */
  onChange(listener: (config: Config) => void): () => void;
  /** Reads the file again now. Never rejects: what is wrong shows in `current.error`. */
  reload(): Promise<void>;
  /** Creates the file when there is none. */
  add(name: string, server: ServerInput): Promise<TakeBack>;
  /**
   * Adds whole entries with one write, or none of them. An entry may be one that what it refers to (a variable, a secret)
   * is still missing for.
   */
  addAll(entries: readonly (readonly [string, Readonly<Record<string, unknown>>])[]): Promise<TakeBack>;
  /** Takes out those of these names that are still exactly these entries; answers the names. */
  removeAll(entries: readonly (readonly [string, Readonly<Record<string, unknown>>])[]): Promise<readonly string[]>;
  update(name: string, change: ConfigChange): Promise<TakeBack>;
  remove(name: string): Promise<TakeBack>;
  setEnabled(name: string, enabled: boolean): Promise<TakeBack>;
  /** The program of this entry may be started. */
  approveCommand(name: string): Promise<TakeBack>;
  close(): Promise<void>;
}

/** Resolves when the file was read once. A missing file is an empty configuration, and stays missing. */
export async function openConfig(options: ConfigOptions): Promise<ConfigStore> {
  const { path, env, log, secret = async () => null } = options;
  const listeners = new Set<(config: Config) => void>();
  const serial = createSerial();
  let current: Config = { path, servers: new Map(), invalid: new Map(), error: null };
  let unknownMembers: readonly string[] = [];
  let secrets: ReadonlyMap<string, readonly string[]> = new Map();
  let timer: NodeJS.Timeout | null = null;
  let settling = false;
  let closed = false;

  const apply = (parsed: ParsedConfig | GatehouseError): void => {
    const next = successor(current, parsed);
    if (!(parsed instanceof GatehouseError)) ({ secrets } = parsed);
    if (!(parsed instanceof GatehouseError) && !isDeepStrictEqual(parsed.unknown, unknownMembers)) {
      unknownMembers = parsed.unknown;
      if (unknownMembers.length > 0) log.warn("config.unknown_members", { members: unknownMembers });
    }
    if (next === current) return;
    current = next;
    if (next.error !== null) log.error("config.invalid", { error: next.error });
    for (const [server, error] of next.invalid) log.warn("config.entry_invalid", { server, error });
    for (const listener of [...listeners]) {
      try {
        listener(next);
      } catch (error) {
        log.error("config.listener_failed", { error });
      }
    }
  };

  const parse = async (text: string): Promise<ParsedConfig> => {
    const parsed = parseConfig(path, text, env);
    if (parsed.secrets.size === 0) return parsed;
    const found = await lookUp(new Set(parsed.secrets.keys()), secret, () => void (closed || serial.run(reload)));
    return parseConfig(path, text, env, found);
  };

  const load = async (): Promise<ParsedConfig | GatehouseError> => {
    try {
      return await parse(withoutMark(await readText(path)));
    } catch (error) {
      return asGatehouseError(error);
    }
  };

  const reload = async (): Promise<void> => {
    apply(await load());
    await watcher.rearm();
  };

  const touched = (): void => {
    if (timer === null || settling) schedule(false);
  };
  // An editor that writes in place shows an empty, missing or half-written file for a moment, so a state that takes
  // something away counts when it is still there a little later.
  const schedule = (settle: boolean): void => {
    if (closed) return;
    if (timer !== null) clearTimeout(timer);
    settling = settle;
    timer = setTimeout(
      () => {
        timer = null;
        void serial.run(async () => {
          const loaded = await load();
          const doubtful = loaded instanceof GatehouseError || (loaded.servers.size === 0 && current.servers.size > 0);
          if (doubtful && !settle) schedule(true);
          else apply(loaded);
          await watcher.rearm();
        });
      },
      settle ? SETTLE_MS : DEBOUNCE_MS,
    );
  };
  const watcher = watchFile(path, touched, (error) => log.warn("config.watch_failed", { error }));

  const edit = (change: (text: string, parsed: ParsedConfig) => string, mustWork: Judge): Promise<TakeBack> =>
    serial.run(async () => {
      for (let attempt = 0; attempt < 5; attempt += 1) {
        const before = await readText(path);
        const text = withoutMark(before);
        const old = await parse(text);
        const changed = change(text, old);
        const parsed = await parse(changed);
        mustWork(old, parsed);
        if (changed !== text) {
          if ((await readText(path)) !== before) continue; // somebody saved meanwhile: theirs first
          const mark = before?.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
          await replaceFile(path, mark + changed, { mode: 0o600 }).catch((error: unknown) => {
            throw notWritten(path, error);
          });
        }
        apply(parsed);
        return () =>
          edit(
            (now) => takeBack(path, now, text, changed),
            () => undefined,
          );
      }
      throw notWritten(path, new Error("the file kept changing"));
    });

  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch(() => undefined);
  await watcher.rearm(); // before the first reading, so that no change falls between the two
  await serial.run(reload);

  return {
    get current() {
      return current;
    },
    get secrets() {
      return secrets;
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reload: () => serial.run(reload),
    add: (name, server) =>
      edit(
        (text) => addEntry(path, text, name, server),
        (_old, parsed) => throwIfInvalid(parsed, name),
      ),
    addAll: (entries) =>
      edit(
        (text) => addEntries(path, text, entries),
        (_old, parsed) => {
          for (const [name] of entries)
            if (!isWaiting(parsed.invalid.get(normalName(name)))) throwIfInvalid(parsed, name);
        },
      ),
    removeAll: async (entries) => {
      let removed: readonly string[] = [];
      await edit(
        (text) => {
          removed = unchangedEntries(path, text, entries);
          return removeEntries(path, text, removed);
        },
        () => undefined,
      );
      return removed;
    },
    update: (name, { newName = name, server }) =>
      edit(
        (text, old) => {
          const known = old.servers.get(normalName(name));
          const repointed = server === undefined ? text : repointEntry(path, text, name, server, known);
          return renameEntry(path, repointed, name, newName);
        },
        (old, parsed) => {
          // An entry that was invalid before may stay so, but not by what was just entered.
          const member = String(parsed.invalid.get(normalName(newName))?.details?.member);
          const entered = !checkName(newName).ok || (server !== undefined && /^(url|command|args)\b/.test(member));
          if (old.servers.has(normalName(name)) || entered) throwIfInvalid(parsed, newName);
        },
      ),
    remove: (name) =>
      edit(
        (text) => removeEntry(path, text, name),
        () => undefined,
      ),
    setEnabled: (name, enabled) =>
      edit(
        (text) => enableEntry(path, text, name, enabled),
        () => undefined,
      ),
    approveCommand: (name) =>
      edit(
        (text) => approveEntry(path, text, name),
        () => undefined,
      ),
    close: async () => {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      watcher.close();
      listeners.clear();
      await serial.idle();
    },
  };
}

/** Throws when what an edit would leave is not acceptable. */
type Judge = (old: ParsedConfig, parsed: ParsedConfig) => void;

/** What it refers to is not there yet; nothing else is wrong with it as far as that can be told. */
function isWaiting(error: GatehouseError | undefined): boolean {
  return typeof error?.details?.variable === "string" || typeof error?.details?.secret === "string";
}

function throwIfInvalid(parsed: ParsedConfig, name: string): void {
  const error = parsed.invalid.get(normalName(name));
  if (error !== undefined) throw error;
}

/** What is in force after a reading; the same object when nothing changed. Errors that stay keep their identity. */
function successor(current: Config, parsed: ParsedConfig | GatehouseError): Config {
  if (parsed instanceof GatehouseError) {
    return current.error !== null && sameError(current.error, parsed) ? current : { ...current, error: parsed };
  }
  const invalid = new Map(
    [...parsed.invalid].map(([name, error]) => {
      const old = current.invalid.get(name);
      return [name, old !== undefined && sameError(old, error) ? old : error];
    }),
  );
  // Compared as lists, because the order counts.
  const same =
    current.error === null &&
    isDeepStrictEqual([...current.servers], [...parsed.servers]) &&
    isDeepStrictEqual([...current.invalid.keys()], [...invalid.keys()]) &&
    [...invalid].every(([name, error]) => current.invalid.get(name) === error);
  return same ? current : { path: current.path, servers: parsed.servers, invalid, error: null };
}

function sameError(one: GatehouseError, other: GatehouseError): boolean {
  return one.code === other.code && one.message === other.message && one.suggestion === other.suggestion;
}
