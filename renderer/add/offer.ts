/** A server that is known beforehand, what a person has to give for it, and the entry that comes of both. Pure. */
import type { CatalogueItem, ClientHint, RegistryItem, UrlReport } from "../../preload/api-config.ts";

export type Entry = Readonly<Record<string, unknown>>;

/** Something that an entry leaves open. */
export interface Want {
  /** As it stands in the entry: a word in capitals, or `${NAME}`. */
  readonly token: string;
  /** What the person reads. */
  readonly label: string;
  readonly description: string | null;
  readonly secret: boolean;
}

export interface Offer {
  readonly title: string;
  readonly about: string;
  /** Of its tile: its id in the catalogue; null: it has no picture. */
  readonly icon: string | null;
  readonly website: string | null;
  readonly entry: Entry;
  readonly client: ClientHint | null;
  readonly wants: readonly Want[];
  /** Before anybody has looked whether it is free. */
  readonly name: string;
}

export function fromCatalogue(item: CatalogueItem): Offer {
  const { title, about, client, id, icon } = item;
  const entry = withoutClient(item.entry);
  return {
    title,
    about,
    icon: icon === null ? null : id,
    website: null,
    entry,
    client,
    wants: capitals(entry),
    name: id,
  };
}

export function fromRegistry(item: RegistryItem): Offer {
  const short = item.name.split("/").at(-1) ?? item.name;
  return {
    title: item.title ?? short,
    about: item.description,
    icon: null,
    website: item.website,
    entry: item.entry,
    client: null,
    wants: item.wants.map(({ name, description, secret }) => ({
      token: `\${${name}}`,
      label: name,
      description,
      secret,
    })),
    name: short,
  };
}

/** What asking a URL showed. `known`: of the catalogue. */
export function fromReport(report: UrlReport, known: CatalogueItem | null): Offer {
  return {
    title: report.title ?? known?.title ?? new URL(report.url).host,
    about: known?.about ?? "",
    icon: known?.id ?? null,
    website: null,
    entry: { ...withoutClient(known?.entry ?? {}), url: report.url },
    client: report.client,
    wants: [],
    name: report.suggested_name,
  };
}

/** The catalogue's entries name a client to be replaced; here it has fields of its own, and may come later. */
function withoutClient(entry: Entry): Entry {
  const { auth, ...rest } = entry;
  if (typeof auth !== "object" || auth === null) return entry;
  const { client_id: _id, client_secret: _secret, ...others } = auth as Entry;
  return Object.keys(others).length === 0 ? rest : { ...rest, auth: others };
}

/** At least three, so that no abbreviation in a scope is taken for one. */
const CAPITALS = /(?<![A-Za-z0-9_%])[A-Z][A-Z_]{2,}(?![A-Za-z0-9_])/g;

function capitals(entry: Entry): Want[] {
  const found = new Set<string>();
  eachText(entry, (text) => {
    for (const [word] of text.matchAll(CAPITALS)) found.add(word);
    return text;
  });
  return [...found].map((token) => ({ token, label: inWords(token), description: null, secret: false }));
}

/** `APPLICATION_ID` is `Application id`. */
function inWords(token: string): string {
  const words = token.replaceAll("_", " ").trim().toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The same shape with each text replaced. */
function eachText<T>(value: T, change: (text: string) => string): T;
function eachText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((one) => eachText(one, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, eachText(one, change)]));
}

/** What a person has typed: by the token of each want, and of the client. */
export interface Given {
  readonly values: Readonly<Record<string, string>>;
  readonly clientId: string;
  readonly clientSecret: string;
}

export const NOTHING_GIVEN: Given = { values: {}, clientId: "", clientSecret: "" };

/** The wants that are still open. */
export function missing(offer: Offer, given: Given): readonly Want[] {
  return offer.wants.filter(({ token }) => (given.values[token] ?? "").trim() === "");
}

/** The entry for `servers.json`, and the secrets that go into the vault by the names it refers to. */
export function filled(
  offer: Offer,
  name: string,
  given: Given,
): { readonly entry: Entry; readonly secrets: Readonly<Record<string, string>> } {
  const secrets: Record<string, string> = {};
  const keep = (what: string, value: string): string => {
    const kept = secretName(name, what);
    secrets[kept] = value;
    return `\${keychain:${kept}}`;
  };
  const byToken = new Map(
    offer.wants.map(({ token, secret, label }) => {
      const value = (given.values[token] ?? "").trim();
      return [token, secret && value !== "" ? keep(label, value) : value || token];
    }),
  );
  const entry = byToken.size === 0 ? offer.entry : eachText(offer.entry, (text) => replaced(text, byToken));
  const auth = clientOf(given, keep);
  if (auth === null) return { entry, secrets };
  const { auth: before } = entry;
  return { entry: { ...entry, auth: { ...(typeof before === "object" ? before : {}), ...auth } }, secrets };
}

function clientOf(given: Given, keep: (what: string, value: string) => string): Entry | null {
  const id = given.clientId.trim();
  const secret = given.clientSecret.trim();
  if (id === "") return null;
  return { client_id: id, ...(secret === "" ? {} : { client_secret: keep("client secret", secret) }) };
}

/** In one pass, so that a value is never read as another token. */
function replaced(text: string, byToken: ReadonlyMap<string, string>): string {
  const tokens = [...byToken.keys()].sort((a, b) => b.length - a.length);
  const any = new RegExp(tokens.map((token) => token.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "g");
  return text.replace(any, (token) => byToken.get(token) ?? token);
}

/** `linear` and `API_KEY` are `linear-api-key`. */
function secretName(server: string, what: string): string {
  return `${server} ${what}`
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{Nd}]+/gu, "-")
    .replace(/^-|-$/g, "");
}
