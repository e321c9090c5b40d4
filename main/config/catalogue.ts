/**
 * What is known beforehand of some servers and authorization servers: the `auth` block that makes them work, and where a
 * client id comes from. Data in `assets/catalogue.json`, loaded when somebody asks.
 */
import * as z from "zod";
import type { CatalogueItem } from "../../preload/api-config.ts";
import { auth } from "./schema.ts";

const CATEGORIES = [
  "code",
  "planning",
  "documents",
  "communication",
  "design",
  "data",
  "cloud",
  "money",
  "customers",
  "automation",
  "search",
  "reference",
  /** Of authorization servers that others' servers use. */
  "identity",
] as const;

const entry = z.strictObject({
  name: z.string(),
  title: z.string(),
  /** One line. */
  about: z.string(),
  /** Of the server; null: an authorization server that others' servers use. Words in capitals are for the person to replace. */
  url: z.string().nullable(),
  /** Where it is not what is found by trying. */
  type: z.enum(["streamable-http", "sse"]).exactOptional(),
  headers: z.record(z.string(), z.string()).exactOptional(),
  category: z.enum(CATEGORIES),
  /** Drawn by `scripts/service-icons.mjs`: a colour, and a capital letter or the name of a sign. Null: no server, no picture. */
  icon: z.strictObject({ colour: z.string(), glyph: z.string() }).nullable(),
  /** A public page that names the URL; null: only others' source code was found to. */
  source: z.string().nullable(),
  /** Of the server's URL. */
  origins: z.array(z.string()),
  /** Issuers, compared as strings; `*` stands for any characters but blanks. */
  issuers: z.array(z.string()),
  /** What to register by hand; null: nothing has to be. */
  client: z
    .strictObject({
      /** With its article, as in `an OAuth app`. */
      kind: z.string(),
      where: z.string(),
      /** It comes with a client secret. */
      secret: z.boolean(),
    })
    .nullable(),
  /** Of `servers.json`, without the client. Words in capitals are for the person to replace. */
  auth,
});

export type CatalogueEntry = z.infer<typeof entry>;

const read = () => import("../../assets/catalogue.json").then((file): unknown => file.default);

let loaded: Promise<readonly CatalogueEntry[]> | undefined;

export function catalogue(): Promise<readonly CatalogueEntry[]> {
  loaded ??= read().then((entries) => z.array(entry).parse(entries));
  return loaded;
}

/** The servers among them, by title, as windows and terminals show them. */
export async function catalogueItems(): Promise<CatalogueItem[]> {
  const items = (await catalogue()).flatMap((one) => (one.url === null ? [] : [itemOf(one, one.url)]));
  return items.sort((a, b) => a.title.localeCompare(b.title, "en"));
}

/** Its id by a server's URL: the one of the same URL, else of the same origin; null: not in it. */
export async function catalogueIds(): Promise<(url: string) => string | null> {
  const entries = await catalogue();
  const byUrl = new Map(entries.map(({ url, name }) => [plain(url ?? ""), name]));
  const byOrigin = new Map<string, string>();
  for (const { origins, name } of entries) {
    for (const origin of origins) if (!byOrigin.has(origin)) byOrigin.set(origin, name);
  }
  return (url) => byUrl.get(plain(url)) ?? (URL.canParse(url) ? byOrigin.get(new URL(url).origin) : undefined) ?? null;
}

/** By the server's URL or origin, else by the issuer; null: nothing is known. */
export async function knownProvider(serverUrl: string, issuer: string | null): Promise<CatalogueEntry | null> {
  const entries = await catalogue();
  const id = (await catalogueIds())(serverUrl);
  const byServer = id === null ? undefined : entries.find(({ name }) => name === id);
  const byIssuer = () =>
    entries.find(({ issuers }) => issuer !== null && issuers.some((name) => matches(name, issuer)));
  return byServer ?? byIssuer() ?? null;
}

function itemOf(one: CatalogueEntry, url: string): CatalogueItem {
  const { name, title, about, type, headers, category, icon, client } = one;
  const named = client === null ? {} : { client_id: "CLIENT_ID" };
  const secret = client?.secret === true ? { client_secret: `\${keychain:${name}-client-secret}` } : {};
  const block = { ...named, ...secret, ...one.auth };
  return {
    id: name,
    title,
    about,
    url,
    icon: icon === null ? null : `services/${name}.svg`,
    category,
    client: client === null ? null : { ...client, redirect_uri: one.auth.redirect_uri ?? null },
    entry: {
      ...(type === undefined ? {} : { type }),
      url,
      ...(headers === undefined ? {} : { headers }),
      ...(Object.keys(block).length === 0 ? {} : { auth: block }),
    },
  };
}

function plain(url: string): string {
  return (URL.canParse(url) ? new URL(url).href : url).replace(/\/+$/, "");
}

function matches(pattern: string, issuer: string): boolean {
  const [first = "", ...others] = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${[first, ...others].join("\\S*")}$`).test(issuer);
}
