/** Changes of agents' files: shown first, then made, then taken back. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { lstat, mkdir, rm, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { AgentPreview } from "../../preload/api-agents.ts";
import { followLinks, replaceFile } from "../atomic-file.ts";
import { GatehouseError } from "../errors.ts";
import type { Log } from "../ports.ts";
import { createSerial } from "../serial.ts";
import type { Backups } from "./backups.ts";
import {
  type AgentBytes,
  checkWritable,
  conflict,
  notWritten,
  readAgentFile,
  readsAnother,
  sha256,
  understood,
} from "./file.ts";
import { entriesOf, otherFile } from "./inspect.ts";
import type { Made, MadeFiles } from "./made.ts";
import { connected, disconnected, isBare, isOurs, type Replaced, replaced, type Wanted } from "./plan.ts";
import { type Change, type FileTarget, noteOn, shownDiff } from "./shown.ts";

interface Pending {
  readonly target: FileTarget;
  /** SHA-256 of the file; null: there is none. */
  readonly before: string | null;
  /** Null: the file goes. */
  readonly after: Buffer | null;
  readonly backup: string | null;
  readonly made: Made | null;
}

interface Undo {
  readonly target: FileTarget;
  /** The file as the change left it; null: it is gone. */
  readonly after: string | null;
  /** The file as it was; null: there was none. */
  readonly original: { readonly backup: string; readonly sha256: string; readonly mode: number } | null;
  readonly made: Made | null;
  readonly folders: readonly string[];
}

/** Older ones are forgotten. */
const MAX_KEPT = 32;

export class Changes {
  readonly #backups: Backups;
  readonly #made: MadeFiles;
  readonly #log: Log;
  readonly #serial = createSerial();
  readonly #pending = new Map<string, Pending>();
  readonly #undos = new Map<string, Undo>();

  constructor(backups: Backups, made: MadeFiles, log: Log) {
    this.#backups = backups;
    this.#made = made;
    this.#log = log;
  }

  /** Throws `config_invalid` where the file cannot be read or its change would be a guess, `unsupported`. */
  async preview(target: FileTarget, change: Change): Promise<AgentPreview> {
    const { client, place, path } = target;
    const file = await readAgentFile(path);
    if (file === null && change !== null) {
      const other = otherFile(place, path);
      if (other !== null) throw readsAnother(client, path, other);
    }
    const backup = file === null ? null : this.#backups.next(client.id, path, new Date());
    const { after, made } =
      change === null ? await this.#withoutUs(target, file) : this.#withUs(target, file, change, backup);
    const before = file?.bytes ?? null;
    const changes = before === null ? after !== null : after === null || !before.equals(after);
    const preview = randomUUID();
    // The last look at a file is the one that counts.
    for (const [id, one] of this.#pending) if (one.target.path === path) this.#pending.delete(id);
    remember(this.#pending, preview, { target, before: file?.sha256 ?? null, after, backup, made });
    return {
      preview,
      client: client.id,
      path,
      scope: place.scope,
      changes,
      diff: changes ? shownDiff(target, file, after) : [],
      backup: changes ? backup : null,
      deletes: changes && after === null,
      note: changes ? noteOn(target, file, change, await linkedFile(path)) : null,
    };
  }

  /**
   * Throws `conflict` when the file is not as the preview saw it, `config_invalid` when it cannot be written,
   * `invalid_request` for an unknown preview. Nothing is written then.
   */
  apply(preview: string): Promise<{ path: string; client: string; backup: string | null; undo: string | null }> {
    return this.#serial.run(async () => {
      const pending = this.#pending.get(preview);
      if (pending === undefined) throw forgotten("This preview is no longer known.", "Look at the change again.");
      this.#pending.delete(preview);
      const { target, before, after } = pending;
      const { path, client } = target;
      const file = await readAgentFile(path);
      if ((file?.sha256 ?? null) !== before) throw conflict(path);
      if (after === null ? file === null : file?.bytes.equals(after)) {
        return { path, client: client.id, backup: null, undo: null };
      }
      const folders = after === null ? (this.#made.get(path)?.folders ?? []) : missingFolders(path);
      const undo = await this.#write(pending, file);
      const id = randomUUID();
      remember(this.#undos, id, { ...undo, folders });
      this.#log.info("agents.changed", { client: client.id, path, backup: pending.backup });
      return { path, client: client.id, backup: pending.backup, undo: id };
    });
  }

  /** Throws `conflict` when the file has changed since, `invalid_request` when the change is not known. */
  undo(id: string): Promise<{ path: string; client: string }> {
    return this.#serial.run(async () => {
      const undo = this.#undos.get(id);
      if (undo === undefined) {
        throw forgotten("This change can no longer be taken back.", "Its backup is still there: copy it back by hand.");
      }
      const { target, after, original, made, folders } = undo;
      const { path, client } = target;
      const file = await readAgentFile(path);
      if ((file?.sha256 ?? null) !== after) throw conflict(path);
      const bytes = original === null ? null : await this.#backups.read(original.backup, original.sha256);
      if (original !== null && bytes === null) {
        throw forgotten(`The copy of ${path} is no longer there.`, "Change the file by hand.");
      }
      const before = this.#made.get(path);
      await this.#made.set(path, made).catch((error: unknown) => Promise.reject(notWritten(path, error)));
      try {
        if (bytes === null) await remove(path, after, folders);
        else await put(path, after, bytes, original?.mode ?? 0o600);
      } catch (error) {
        await this.#made.set(path, before).catch(() => undefined);
        throw error;
      }
      this.#undos.delete(id);
      this.#log.info("agents.undone", { client: client.id, path });
      return { path, client: client.id };
    });
  }

  #withUs(
    { path, ...target }: FileTarget,
    file: AgentBytes | null,
    wanted: readonly Wanted[] | Replaced,
    backup: string | null,
  ) {
    const text = file?.text ?? "";
    const plan = understood(path, () =>
      "length" in wanted ? connected(text, target, wanted) : replaced(text, target, wanted),
    );
    const after = Buffer.from((file?.mark ?? "") + plan.text);
    const known = this.#made.get(path);
    const sha = sha256(after);
    if (file === null || !entriesOf(target.place, path, text).some(isOurs)) {
      const original = file === null || backup === null ? null : { backup, sha256: file.sha256 };
      return {
        after,
        made: { original, exact: true, sha256: sha, levels: plan.levels, folders: missingFolders(path) },
      };
    }
    const exact = known?.exact === true && known.sha256 === file.sha256;
    return { after, made: known === null ? null : { ...known, exact, sha256: sha } };
  }

  async #withoutUs(target: FileTarget, file: AgentBytes | null): Promise<{ after: Buffer | null; made: null }> {
    const { path, place } = target;
    const known = this.#made.get(path);
    if (file === null) return { after: null, made: null };
    if (known?.exact === true && known.sha256 === file.sha256) {
      if (known.original === null) return { after: null, made: null };
      const bytes = await this.#backups.read(known.original.backup, known.original.sha256);
      if (bytes !== null) return { after: bytes, made: null };
    }
    const text = understood(path, () => disconnected(file.text, target, known?.levels ?? 0));
    if (known !== null && known.original === null && isBare(place, text)) return { after: null, made: null };
    return { after: Buffer.from(file.mark + text), made: null };
  }

  async #write(pending: Pending, file: AgentBytes | null): Promise<Omit<Undo, "folders">> {
    const { target, after, backup, made } = pending;
    const { path, place } = target;
    const madeBefore = this.#made.get(path);
    if (file !== null) await checkWritable(path, file.mode);
    try {
      if (file !== null && backup !== null) await this.#backups.keep(backup, file.bytes);
      // In front of the file: a record of what is not there yet is harmless, a change without one leaves traces.
      await this.#made.set(path, made);
    } catch (error) {
      if (backup !== null) await this.#backups.drop(backup);
      throw notWritten(path, error);
    }
    try {
      if (after === null) await remove(path, pending.before, madeBefore?.folders ?? []);
      else await put(path, pending.before, after, place.scope === "user" ? 0o600 : 0o644);
    } catch (error) {
      await this.#made.set(path, madeBefore).catch(() => undefined);
      if (backup !== null) await this.#backups.drop(backup);
      throw error;
    }
    if (backup !== null) await this.#backups.prune(backup, this.#made.originals()).catch(() => undefined);
    const original = file === null || backup === null ? null : { backup, sha256: file.sha256, mode: file.mode };
    return { target, after: after === null ? null : sha256(after), original, made: madeBefore };
  }
}

/** Puts `bytes` in the place of what has this hash (null: of nothing), or throws `conflict` or `config_invalid`. */
async function put(path: string, before: string | null, bytes: Buffer, mode: number): Promise<void> {
  const folders = missingFolders(path);
  const check = async (): Promise<void> => {
    if (((await readAgentFile(path))?.sha256 ?? null) !== before) throw conflict(path);
  };
  try {
    for (const folder of folders) await mkdir(folder);
    await replaceFile(path, bytes, { mode, check });
  } catch (error) {
    for (const folder of [...folders].reverse()) await rmdir(folder).catch(() => undefined);
    throw error instanceof GatehouseError ? error : notWritten(path, error);
  }
}

/** Deletes the file, and the folders that were made for it as far as nothing else is in them. */
async function remove(path: string, before: string | null, folders: readonly string[]): Promise<void> {
  try {
    const target = await followLinks(path);
    if (((await readAgentFile(path))?.sha256 ?? null) !== before) throw conflict(path);
    await rm(target, { force: true });
  } catch (error) {
    throw error instanceof GatehouseError ? error : notWritten(path, error);
  }
  for (const folder of [...folders].reverse()) await rmdir(folder).catch(() => undefined);
}

/** The file that a link leads to; null: it is none. */
async function linkedFile(path: string): Promise<string | null> {
  const found = await lstat(path).catch(() => null);
  return found?.isSymbolicLink() ? followLinks(path).catch(() => null) : null;
}

/** Outermost first. */
function missingFolders(path: string): string[] {
  const missing: string[] = [];
  for (let folder = dirname(path); !existsSync(folder); folder = dirname(folder)) {
    missing.unshift(folder);
    if (dirname(folder) === folder) break;
  }
  return missing;
}

function forgotten(message: string, suggestion: string): GatehouseError {
  return new GatehouseError({ code: "invalid_request", message, suggestion });
}

function remember<T>(map: Map<string, T>, id: string, value: T): void {
  map.set(id, value);
  for (const oldest of [...map.keys()].slice(0, -MAX_KEPT)) map.delete(oldest);
}
