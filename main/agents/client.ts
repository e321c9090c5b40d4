/** What is known of an agent's own configuration: where its files lie, and what an entry of a server looks like there. */
import { existsSync } from "node:fs";
import { posix, win32 } from "node:path";
import type { AgentScope } from "../../preload/api-agents.ts";
import type { EntryValue, Slot } from "./format.ts";

/** Whose files are meant. */
export interface Where {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** The person's folder, absolute. */
  readonly home: string;
}

/** What an agent is to start. */
export interface Program {
  /** A program and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** What it needs beside the environment that the agent gives it. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Place {
  readonly scope: AgentScope;
  readonly format: "json" | "toml" | "yaml";
  /** Absolute for `user`, else below the project's folder. Of several the first that exists counts, or else the first. */
  readonly paths: (where: Where) => readonly string[];
  /** `data`: of the file as it is. */
  readonly slot: (data: unknown) => Slot;
  /** One of several places of a scope: it counts while this folder is there. The first counts if none is. */
  readonly folder?: (where: Where) => string;
  /** What a new file begins with. */
  readonly head?: string;
  /** A file beside it that the agent reads as long as this one does not exist. */
  readonly instead?: string;
}

export interface Client {
  readonly id: string;
  readonly name: string;
  /** None: it keeps its servers where no other program should write. */
  readonly places: readonly Place[];
  /** What is written for a program. */
  readonly entry: (program: Program, name: string) => EntryValue;
  /** Characters of an entry's name: `word`: ASCII letters, digits, `_` and `-`; `dash`: the same without `_`. */
  readonly names: "any" | "word" | "dash";
  /** Files and folders that are there when it is installed. */
  readonly signs: (where: Where) => readonly string[];
  /** Its program, as found in PATH. */
  readonly programs: readonly string[];
  /** The public page that says so. */
  readonly source: string;
  /** What no public page of the maker says; absent: nothing. */
  readonly unverified?: string;
  /** What a person should know. */
  readonly note?: string;
  /** What a person has to do after a change; absent: nothing. */
  readonly afterwards?: string;
}

export function join({ platform }: Where, ...parts: string[]): string {
  return (platform === "win32" ? win32 : posix).join(...parts);
}

export const inHome =
  (...parts: string[]) =>
  (where: Where): string[] => [join(where, where.home, ...parts)];

/** Project files, whose path has the same form everywhere. */
export const inProject =
  (...parts: string[]) =>
  (where: Where): string[] => [join(where, ...parts)];

/** What a variable names, else a folder of the person's. */
export function folderOf(where: Where, variable: string, ...otherwise: string[]): string {
  return where.env[variable] || join(where, where.home, ...otherwise);
}

/** Where programs of the desktop keep their data. */
export function appData(where: Where): string {
  if (where.platform === "win32") return folderOf(where, "APPDATA", "AppData", "Roaming");
  if (where.platform === "darwin") return join(where, where.home, "Library", "Application Support");
  return xdgConfig(where);
}

export function xdgConfig(where: Where): string {
  return where.platform === "linux"
    ? folderOf(where, "XDG_CONFIG_HOME", ".config")
    : join(where, where.home, ".config");
}

/** The editors that run VS Code's extensions, as their folders are called. */
const EDITORS = ["Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf"];

export function editorUser(where: Where, product: string, ...parts: string[]): string {
  return join(where, appData(where), product, "User", ...parts);
}

/** Where an extension keeps what is its own, in each editor. */
export function extensionFolders(where: Where, id: string): string[] {
  return EDITORS.map((editor) => editorUser(where, editor, "globalStorage", id));
}

/** A place in each editor that has the extension. */
export function extensionPlaces(id: string, ...file: string[]): Place[] {
  return EDITORS.map((editor) => ({
    ...json("user", (where) => [editorUser(where, editor, "globalStorage", id, ...file)]),
    folder: (where) => editorUser(where, editor, "globalStorage", id),
  }));
}

export function json(scope: AgentScope, paths: Place["paths"], slot: Place["slot"] = at("mcpServers")): Place {
  return { scope, format: "json", paths, slot };
}

export function at(...path: string[]): () => Slot {
  return () => ({ path, kind: "map" });
}

/** `command`, `args`, and `env` where there is something to say. */
export function commandAndArgs({ command: [command, ...args], env }: Program): EntryValue {
  return { command, args, ...envAs("env", env) };
}

export const typed =
  (type: string) =>
  (program: Program): EntryValue => ({ type, ...commandAndArgs(program) });

export function envAs(key: string, env: Program["env"]): EntryValue {
  return Object.keys(env).length === 0 ? {} : { [key]: env };
}

/** The places of a scope that count on this machine, as {@link Place.folder} says. */
export function placesOf(client: Client, scope: AgentScope, where: Where): readonly Place[] {
  const places = client.places.filter((place) => place.scope === scope);
  const there = places.filter(({ folder }) => folder === undefined || existsSync(folder(where)));
  return there.length > 0 ? there : places.slice(0, 1);
}

/** The place's file. `base`: the project's folder, absolute; not looked at for `user`. */
export function pathOf(place: Place, where: Where, base = ""): string {
  const paths = place.paths(where).map((path) => (place.scope === "user" ? path : join(where, base, path)));
  const [first] = paths;
  if (first === undefined) throw new TypeError("a place without a path");
  return paths.find((path) => existsSync(path)) ?? first;
}
