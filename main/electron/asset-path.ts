/** What `app://gatehouse/` serves. Pure: an address in, a file name or a refusal out. */

export const APP_SCHEME = "app";
export const APP_ORIGIN = "app://gatehouse";
export const APP_PAGE = `${APP_ORIGIN}/index.html`;

export interface Asset {
  /** Name of a file in the renderer's folder, `/` between folders. */
  readonly name: string;
  readonly type: string;
}

/** The whole site. A list, so that no address can name anything else. */
const SITE: ReadonlyMap<string, Asset> = new Map(
  [
    { name: "index.html", type: "text/html; charset=utf-8" },
    { name: "index.js", type: "text/javascript; charset=utf-8" },
    { name: "style.css", type: "text/css; charset=utf-8" },
  ].map((asset) => [asset.name, asset]),
);

/** Words by language and pictures of the catalogue's servers: one kind of file a folder, no dot or slash in a name. */
const FOLDERS: readonly { readonly name: RegExp; readonly type: string }[] = [
  { name: /^locales\/[a-z]{2}(-[A-Z]{2})?\.json$/, type: "application/json; charset=utf-8" },
  { name: /^services\/[a-z0-9-]{1,64}\.svg$/, type: "image/svg+xml" },
];

/**
 * The asset at an address, null when there is none. The address is compared as text, not decoded and not joined to a
 * path: `..`, `%2e`, a back slash, NUL, user info or a port simply match nothing. A query or fragment is refused too.
 */
export function assetFor(address: string): Asset | null {
  const prefix = `${APP_ORIGIN}/`;
  if (!address.startsWith(prefix)) return null;
  const name = address.slice(prefix.length);
  const type = FOLDERS.find((folder) => folder.name.test(name))?.type;
  return SITE.get(name) ?? (type === undefined ? null : { name, type });
}
