/** `servers.json` on disk and what is in force: reads it, watches it, changes it. */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { asGatehouseError, GatehouseError } from "../errors.ts";
import type { Log } from "../ports.ts";
import { createSerial } from "../serial.ts";
import { DEFAULT_SETTINGS } from "../settings.ts";
import { NEW_FILE } from "./edit.ts";
import { type ConfigEdits, type ConfigViews, configEdits, type EditParts } from "./edits.ts";
import { type Env, secretNames } from "./expand.ts";
import { BYTE_ORDER_MARK, notWritten, readText, setAside, withoutMark, writeText } from "./file.ts";
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

export interface ConfigStore extends ConfigEdits, ConfigViews {
  readonly current: Config;
  /** Secrets that entries refer to, each with the names of those entries. */
  readonly secrets: ReadonlyMap<string, readonly string[]>;
  /** Called after something really changed; returns the unsubscribe. */
  onChange(listener: (config: Config) => void): () => void;
  /** Reads the file again now. Never rejects: what is wrong shows in `current.error`. */
  reload(): Promise<void>;
  /**
   * Begins anew with a file that holds nothing, whatever it was. Answers where the old one lies now; null: there was none.
   * Rejects with `config_invalid`; the file is as it was then.
   */
  startOver(): Promise<string | null>;
  close(): Promise<void>;
}

/** Resolves when the file was read once. A missing file is an empty configuration, and stays missing. */
export async function openConfig(options: ConfigOptions): Promise<ConfigStore> {
  const { path, env, log, secret = async () => null } = options;
  const listeners = new Set<(config: Config) => void>();
  const serial = createSerial();
  let current: Config = {
    path,
    servers: new Map(),
    invalid: new Map(),
    settings: DEFAULT_SETTINGS,
    settingsError: null,
    error: null,
  };
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
    if (next.settingsError !== null) log.warn("config.settings_invalid", { error: next.settingsError });
    for (const [server, error] of next.invalid) log.warn("config.entry_invalid", { server, error });
    for (const listener of [...listeners]) {
      try {
        listener(next);
      } catch (error) {
        log.error("config.listener_failed", { error });
      }
    }
  };

  const parse = async (text: string, given?: ReadonlyMap<string, string>): Promise<ParsedConfig> => {
    const source: SecretSource = async (name) => given?.get(name) ?? secret(name);
    const find = (names: Iterable<string>) => lookUp(new Set(names), source, () => void (closed || serial.run(reload)));
    // Judging entries twice would cost what it costs with a thousand of them.
    const found = await find(secretNames(text));
    const parsed = parseConfig(path, text, env, found);
    // Names may be written with escapes.
    const missed = [...parsed.secrets.keys()].filter((name) => !found.has(name));
    if (missed.length === 0) return parsed;
    return parseConfig(path, text, env, new Map([...found, ...(await find(missed))]));
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

  const edit: EditParts["edit"] = (change, mustWork, given) =>
    serial.run(async () => {
      for (let attempt = 0; attempt < 5; attempt += 1) {
        const before = await readText(path);
        const text = withoutMark(before);
        const old = await parse(text);
        const changed = change(text, old);
        const parsed = await parse(changed, given);
        mustWork(old, parsed, changed);
        if (changed !== text) {
          const mark = before?.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
          if (!(await writeText(path, before, mark + changed))) continue; // somebody saved meanwhile: theirs first
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

  const look: EditParts["look"] = (change, given) =>
    serial.run(async () => {
      const text = change(withoutMark(await readText(path)));
      return { text, parsed: await parse(text, given) };
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
    ...configEdits({ path, edit, look }),
    startOver: () =>
      serial.run(async () => {
        const backup = await setAside(path, NEW_FILE);
        await reload();
        return backup;
      }),
    close: async () => {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      watcher.close();
      listeners.clear();
      await serial.idle();
    },
  };
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
  const { servers, settings } = parsed;
  const { settingsError: was } = current;
  const now = parsed.settingsError;
  const settingsError = was !== null && now !== null && sameError(was, now) ? was : now;
  // Compared as lists, because the order counts.
  const same =
    current.error === null &&
    isDeepStrictEqual([...current.servers], [...servers]) &&
    isDeepStrictEqual([...current.invalid.keys()], [...invalid.keys()]) &&
    [...invalid].every(([name, error]) => current.invalid.get(name) === error) &&
    isDeepStrictEqual(current.settings, settings) &&
    was === settingsError;
  return same ? current : { path: current.path, servers, invalid, settings, settingsError, error: null };
}

function sameError(one: GatehouseError, other: GatehouseError): boolean {
  return one.code === other.code && one.message === other.message && one.suggestion === other.suggestion;
}
