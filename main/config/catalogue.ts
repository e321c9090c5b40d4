/**
 * What is known beforehand of some servers and authorization servers: the `auth` block that makes them work, and where a
 * client id comes from. Data in `assets/catalogue.json`, loaded when somebody asks.
 */
import * as z from "zod";
import { auth } from "./schema.ts";

const entry = z.strictObject({
  name: z.string(),
  title: z.string(),
  /** One line. */
  about: z.string(),
  /** Of the server; null: an authorization server that others' servers use. */
  url: z.string().nullable(),
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

let loaded: Promise<readonly CatalogueEntry[]> | undefined;

export function catalogue(): Promise<readonly CatalogueEntry[]> {
  loaded ??= import("../../assets/catalogue.json").then((file) => z.array(entry).parse(file.default));
  return loaded;
}

/** By the server's origin, else by the issuer; null: nothing is known. */
export async function knownProvider(serverUrl: string, issuer: string | null): Promise<CatalogueEntry | null> {
  const entries = await catalogue();
  const { origin } = new URL(serverUrl);
  const byServer = entries.find(({ origins }) => origins.includes(origin));
  const byIssuer = () =>
    entries.find(({ issuers }) => issuer !== null && issuers.some((name) => matches(name, issuer)));
  return byServer ?? byIssuer() ?? null;
}

function matches(pattern: string, issuer: string): boolean {
  const [first = "", ...others] = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${[first, ...others].join("\\S*")}$`).test(issuer);
}
