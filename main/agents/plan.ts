/** What becomes of a file's text when its agent is connected or disconnected. Pure; throws {@link Unreadable}. */
import { isDeepStrictEqual } from "node:util";
import type { Client, Place, Program } from "./client.ts";
import { type Asked, askedOf, withoutAccount } from "./entry.ts";
import { FORMATS, parsed } from "./file.ts";
import {
  type Entry,
  type EntryValue,
  type Format,
  isObject,
  missingLevels,
  type Parsed,
  type Slot,
  Unreadable,
} from "./format.ts";

/** What the agent is to ask Gatehouse for. */
export type Wanted = Exclude<Asked, { readonly kind: "url" }>;

export interface Target {
  readonly client: Client;
  readonly place: Place;
  /** What starts Gatehouse for it. */
  readonly program: (wanted: Wanted) => Program;
}

/** An entry of ours of which the person keeps the only copy of an address stays where it is. */
export function isOurs({ value }: Entry): boolean {
  const asked = askedOf(value);
  return asked !== null && asked.kind !== "url";
}

/** A text, and how many containers of the slot a first entry makes in it. */
export interface Plan {
  readonly text: string;
  readonly levels: number;
}

/** Servers that entries of the agent's own are to be reached as, by the names of those entries. */
export type Replaced = ReadonlyMap<string, string>;

/** Entries of the agent's own become entries of ours under the same names; what is ours already stays. */
export function replaced(text: string, target: Target, servers: Replaced): Plan {
  const { entries } = parsed(target.place, text);
  const asked = entries.map(({ value }) => askedOf(value));
  const kept = asked.flatMap((each): Wanted[] => (each === null || each.kind === "url" ? [] : [each]));
  const there = entries.flatMap(({ name }) => servers.get(name) ?? []);
  // Who has all servers as one has these among them.
  const more = kept.some(({ kind }) => kind === "all") ? [] : there;
  return connected(text, target, [...kept, ...more.map((server): Wanted => ({ kind: "server", server }))], servers);
}

/** Afterwards exactly `wanted` is reached through Gatehouse. `instead`: entries of the agent's own that give way. */
export function connected(
  text: string,
  target: Target,
  wanted: readonly Wanted[],
  instead: Replaced = new Map(),
): Plan {
  const { client, place } = target;
  const format = FORMATS[place.format];
  const { data, slot, entries: present } = parsed(place, text);
  const levels = missingLevels(data, slot.path);
  const left = present.filter(isOurs);
  const giveWay = present.filter((entry) => !isOurs(entry) && instead.has(entry.name)).map(({ name }) => name);
  const names = new Set(present.map(({ name }) => name).filter((name) => !giveWay.includes(name)));
  const puts = new Map<string, EntryValue>();
  for (const want of wanted) {
    const old = takeMatch(left, want);
    const own = giveWay.find((each) => want.kind === "server" && instead.get(each) === want.server);
    const name = old?.name ?? own ?? freeName(names, client.names, want);
    names.add(name);
    const value = client.entry(target.program(want), name);
    const put = old === undefined ? value : broughtUp(old, value, place.format);
    if (put !== null) puts.set(name, put);
  }
  const base = text === "" && place.head !== undefined ? place.head : text;
  let next = base;
  for (const [name, value] of puts) next = format.put(next, slot, name, value);
  const gone = [...left.map(({ name }) => name), ...giveWay].filter((name) => !puts.has(name));
  for (const name of gone) next = format.remove(next, slot, name, 0);
  verify(format, slot, base, next, puts, new Set(gone));
  return { text: next, levels };
}

/** `levels`: containers that were made for our entries, and go with the last of them. */
export function disconnected(text: string, { place }: Target, levels: number): string {
  const format = FORMATS[place.format];
  const { slot, entries } = parsed(place, text);
  const gone = entries.filter(isOurs);
  let next = text;
  for (const { name } of gone) next = format.remove(next, slot, name, levels);
  verify(format, slot, text, next, new Map(), new Set(gone.map(({ name }) => name)));
  return next;
}

/** Whether a file made by us has nothing in it that anybody else has put there. */
export function isBare({ format, head = "" }: Place, text: string): boolean {
  const left = text.trim();
  return left === "" || left === head.replace(/\r?\n/g, text.includes("\r\n") ? "\r\n" : "\n").trim()
    ? true
    : format === "json" && /^\{\s*\}$/.test(left);
}

/** The entry that asks for this already, taken off the list: the one that says just this, else another account's. */
function takeMatch(left: Entry[], want: Wanted): Entry | undefined {
  const at = left.findIndex(({ value }) => says(askedOf(value), want, (server) => server));
  const any = at === -1 ? left.findIndex(({ value }) => says(askedOf(value), want, withoutAccount)) : at;
  return any === -1 ? undefined : left.splice(any, 1)[0];
}

function says(asked: Asked | null, want: Wanted, part: (server: string) => string): boolean {
  if (asked?.kind === "server" && want.kind === "server") return part(asked.server) === want.server;
  return asked?.kind === "all" && want.kind === "all";
}

/** Members that say what is started; the others are the person's. */
const OURS = ["type", "command", "cmd", "args"];
const ENVIRONMENTS = ["env", "envs", "environment"];
const HOME = "GATEHOUSE_HOME";

/** The entry with what it starts as it is now, and the rest as it was; null: it is so already. */
function broughtUp(old: Entry, fresh: EntryValue, format: Place["format"]): EntryValue | null {
  if (!isObject(old.value)) return fresh;
  const merged: Record<string, unknown> = { ...old.value };
  const asked = askedOf(old.value);
  const exact = asked?.kind === "server" ? asked.server : null;
  for (const key of OURS) if (fresh[key] !== undefined) merged[key] = fresh[key];
  // Its account is the person's choice.
  if (exact !== null) for (const key of ["args", "command"]) merged[key] = withServer(merged[key], exact);
  for (const key of ENVIRONMENTS) {
    const { [HOME]: _old, ...kept } = isObject(old.value[key]) ? old.value[key] : {};
    const env = { ...kept, ...(isObject(fresh[key]) ? fresh[key] : {}) };
    if (Object.keys(env).length > 0) merged[key] = env;
    else delete merged[key];
  }
  if (isDeepStrictEqual(bare(merged), bare(old.value))) return null;
  if (format === "json" || Object.values(merged).every(isSayable)) return merged as EntryValue;
  throw new Unreadable(`“${old.name}” holds more than can be written anew; put its command right by hand`, old.line);
}

function withServer(parts: unknown, server: string): unknown {
  return Array.isArray(parts) && parts.at(-2) === "connect" ? [...(parts as unknown[]).slice(0, -1), server] : parts;
}

function isSayable(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item === "string");
  if (isObject(value)) return Object.values(value).every((item) => typeof item === "string");
  return ["string", "number", "boolean"].includes(typeof value);
}

/** `gatehouse`, or the server's name as the agent takes names; another where that is an entry's of the agent's own. */
function freeName(taken: ReadonlySet<string>, names: Client["names"], want: Wanted): string {
  const name = want.kind === "all" ? "gatehouse" : fitted(names, want.server);
  if (!taken.has(name)) return name;
  const base = want.kind === "all" ? name : `${name}-gatehouse`;
  let free = base;
  for (let n = 2; taken.has(free); n++) free = `${base}-${n}`;
  return free;
}

function fitted(names: Client["names"], server: string): string {
  if (names === "any") return server.replace("@", "-");
  const ascii = server.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  const kept = ascii.replace(names === "word" ? /[^A-Za-z0-9_-]+/g : /[^A-Za-z0-9-]+/g, "-").replace(/^-+|-+$/g, "");
  return kept === "" ? "server" : kept;
}

/** Whether the edit says what was meant and nothing else, by reading it again. */
function verify(
  format: Format,
  slot: Slot,
  before: string,
  after: string,
  puts: ReadonlyMap<string, EntryValue>,
  gone: ReadonlySet<string>,
): void {
  const [old, now] = [format.parse(before, slot), format.parse(after, slot)];
  const others = (parsed: Parsed) =>
    parsed.entries.flatMap(({ name, value }) => (gone.has(name) || puts.has(name) ? [] : [[name, bare(value)]]));
  const written = [...puts].every(([name, value]) => {
    const found = now.entries.filter((entry) => entry.name === name);
    // An item of a list names itself.
    const whole = slot.kind === "list" ? { name, ...value } : value;
    return found.length === 1 && isDeepStrictEqual(bare(found[0]?.value), bare(whole));
  });
  const removed = now.entries.every(({ name }) => puts.has(name) || !gone.has(name));
  const same =
    isDeepStrictEqual(others(old), others(now)) && isDeepStrictEqual(besides(old.data, slot), besides(now.data, slot));
  if (!written || !removed || !same) throw new Unreadable("it is written in a way in which an edit would be a guess");
}

/** Without prototypes and undefined members, for a comparison. */
function bare(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value, bigintAsText));
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}

/** The file's data without the servers and the containers that hold nothing else. */
function besides(data: unknown, { path }: Slot): unknown {
  const copy = (bare(data ?? {}) ?? {}) as Record<string, unknown>;
  const strip = (object: Record<string, unknown>, depth: number): void => {
    const key = path[depth];
    if (key === undefined) return;
    const inner = object[key];
    if (depth === path.length - 1 || !isObject(inner)) delete object[key];
    else {
      strip(inner as Record<string, unknown>, depth + 1);
      if (Object.keys(inner).length === 0) delete object[key];
    }
  };
  strip(copy, 0);
  return copy;
}
