/** Which pages a click in the window may open: those that Gatehouse itself names. Pure. */
import { GatehouseError } from "../errors.ts";

/** What the pages are gathered from. */
export interface PageSources {
  readonly catalogue: readonly { readonly client: { readonly where: string | null } | null }[];
  /** `source`: names addresses, with or without `https://`. */
  readonly clients: readonly { readonly source: string }[];
}

/** Host and path, wherever they stand in a sentence. */
const ADDRESS = /(?:https:\/\/)?(?:[a-z0-9-]+\.)+[a-z]{2,}\/[^\s,;]+/gu;

export function ownPages({ catalogue, clients }: PageSources): ReadonlySet<string> {
  const named = [
    ...catalogue.flatMap(({ client }) => (client === null || client.where === null ? [] : [client.where])),
    ...clients.flatMap(({ source }) => source.match(ADDRESS) ?? []),
  ];
  return new Set(
    named.flatMap((address) => {
      const url = parse(/^[a-z]+:\/\//.test(address) ? address : `https://${address}`);
      return url === null || url.protocol !== "https:" ? [] : [url.href];
    }),
  );
}

/**
 * The address if it is one of `pages`, compared as a whole. Throws `unsafe_url` for everything else: what stands in the
 * window may come from a server.
 */
export function checkedPage(address: string, pages: ReadonlySet<string>): URL {
  const url = parse(address);
  if (url !== null && url.protocol === "https:" && pages.has(url.href)) return url;
  throw new GatehouseError({
    code: "unsafe_url",
    message: "This page is none that Gatehouse knows, so it was not opened.",
    suggestion: "Copy the address and open it yourself, if you trust it.",
  });
}

function parse(address: string): URL | null {
  return URL.canParse(address) ? new URL(address) : null;
}
