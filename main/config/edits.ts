/** What a person can change in `servers.json`: each change with what it must leave. */
import type { ServerInput } from "../../preload/api.ts";
import type { EntryIssue } from "../../preload/api-config.ts";
import type { AppSettings } from "../../preload/api-settings.ts";
import { checkName, normalName } from "../names.ts";
import { allowTool } from "./allow-tool.ts";
import { draftEntry, type EntryDraft, issuesOf, refuse } from "./draft.ts";
import {
  addEntries,
  addEntry,
  approveEntry,
  changeSettings,
  enableEntry,
  removeEntry,
  renameEntry,
  repointEntry,
  singleEntry,
} from "./edit.ts";
import { type HiddenEntry, hideSecrets } from "./hidden.ts";
import { type ParsedConfig, parseFile } from "./parse.ts";
import { isWaiting } from "./problems.ts";
import { checkSettings } from "./settings.ts";
import type { ServerConfig } from "./types.ts";

/**
 * Takes an edit back, in whatever the file has become. Rejects with `conflict` when what it touched is not as it left it,
 * else as edits do; nothing is written then. Itself an edit, with a way back.
 */
export type TakeBack = () => Promise<TakeBack>;

export interface ConfigChange {
  readonly newName?: string | undefined;
  readonly server?: ServerInput | undefined;
}

type Entries = readonly (readonly [string, Readonly<Record<string, unknown>>])[];
/** Values for secrets that the vault does not have yet. */
type Given = ReadonlyMap<string, string>;

/**
 * They touch their own entry only and work while another entry is invalid. Their errors: `config_invalid` (the file does not
 * parse, or the entry would not do; nothing is written then), `unsafe_url`, `unknown_server`, `invalid_request` (the name
 * is taken).
 */
export interface ConfigEdits {
  /** Creates the file when there is none. */
  add(name: string, server: ServerInput): Promise<TakeBack>;
  /**
   * Adds whole entries with one write, or none of them. An entry may be one that what it refers to (a variable, a secret)
   * is still missing for.
   */
  addAll(entries: Entries): Promise<TakeBack>;
  update(name: string, change: ConfigChange): Promise<TakeBack>;
  remove(name: string): Promise<TakeBack>;
  setEnabled(name: string, enabled: boolean): Promise<TakeBack>;
  /** The program of this entry may be started. */
  approveCommand(name: string): Promise<TakeBack>;
  /** Creates or replaces an entry. What is wrong with it already may stay so. */
  write(draft: EntryDraft, given: Given): Promise<TakeBack>;
  /** Rejects with `conflict` when a pattern turns the tool off. */
  allowTool(name: string, tool: string, allowed: boolean): Promise<TakeBack>;
  /** Members that are left out stay. */
  changeSettings(settings: Partial<AppSettings>): Promise<TakeBack>;
}

export interface ConfigViews {
  /** An entry as it stands in the file, valid or not, without its secrets. Rejects as edits do. */
  view(name: string): Promise<HiddenEntry & { readonly issues: readonly EntryIssue[] }>;
  /** What an edit would leave; `server`: null when it could not be used. */
  check(draft: EntryDraft, given: Given): Promise<{ issues: readonly EntryIssue[]; server: ServerConfig | null }>;
}

/** Throws when what an edit would leave is not acceptable. `text`: of the file by then. */
type Judge = (old: ParsedConfig, parsed: ParsedConfig, text: string) => void;

export interface EditParts {
  readonly path: string;
  readonly edit: (
    change: (text: string, old: ParsedConfig) => string,
    mustWork: Judge,
    given?: Given,
  ) => Promise<TakeBack>;
  /** Reads the file and what `change` would make of it. */
  readonly look: (
    change: (text: string) => string,
    given?: Given,
  ) => Promise<{ readonly text: string; readonly parsed: ParsedConfig }>;
}

const anything: Judge = () => undefined;

export function configEdits({ path, edit, look }: EditParts): ConfigEdits & ConfigViews {
  return {
    add: (name, server) =>
      edit(
        (text) => addEntry(path, text, name, server),
        (_old, parsed) => throwIfInvalid(parsed, name),
      ),
    addAll: (entries) =>
      edit(
        (text) => addEntries(path, text, entries),
        (_old, parsed) => {
          for (const [name] of entries) {
            if (!parsed.problems.get(normalName(name))?.every(isWaiting)) throwIfInvalid(parsed, name);
          }
        },
      ),
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
    remove: (name) => edit((text) => removeEntry(path, text, name), anything),
    setEnabled: (name, enabled) => edit((text) => enableEntry(path, text, name, enabled), anything),
    approveCommand: (name) => edit((text) => approveEntry(path, text, name), anything),
    write: (draft, given) => {
      const newName = normalName(draft.newName ?? draft.name);
      return edit(
        (text) => {
          const { text: changed, issues } = draftEntry(path, text, draft);
          refuse(newName, issues);
          return changed ?? text;
        },
        (old, parsed, text) => {
          const before = old.problems.get(normalName(draft.name)) ?? [];
          const problems = (parsed.problems.get(newName) ?? []).filter(
            ({ member, what }) => !before.some((known) => known.member === member && known.what === what),
          );
          refuse(newName, issuesOf(path, text, newName, problems));
        },
        given,
      );
    },
    allowTool: (name, tool, allowed) => edit((text) => allowTool(path, text, name, tool, allowed), anything),
    changeSettings: async (settings) => {
      checkSettings(settings);
      return edit((text) => changeSettings(path, text, settings), anything);
    },

    view: async (name) => {
      const { text, parsed } = await look((now) => now);
      const { value } = singleEntry(parseFile(path, text), name);
      return { ...hideSecrets(text, value), issues: issuesOf(path, text, name, parsed.problems.get(normalName(name))) };
    },
    check: async (draft, given) => {
      const name = normalName(draft.newName ?? draft.name);
      let issues: readonly EntryIssue[] = [];
      const { text, parsed } = await look((now) => {
        const drafted = draftEntry(path, now, draft);
        ({ issues } = drafted);
        return drafted.text ?? now;
      }, given);
      if (issues.some(({ blocks }) => blocks)) return { issues, server: null };
      return {
        issues: issuesOf(path, text, name, parsed.problems.get(name)),
        server: parsed.servers.get(name) ?? null,
      };
    },
  };
}

function throwIfInvalid(parsed: ParsedConfig, name: string): void {
  const error = parsed.invalid.get(normalName(name));
  if (error !== undefined) throw error;
}
