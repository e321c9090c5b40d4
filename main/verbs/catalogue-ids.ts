/** Which servers the catalogue knows: read a moment after somebody first looks, so that no start waits for it. */
import { catalogueIds as readIds } from "../config/catalogue.ts";

/** Milliseconds; the first pictures are on the screen by then. */
const DELAY = 300;

/** Null for as long as it is not read. `known`: called once it is there. */
export function catalogueIds(known: () => void): (url: string) => string | null {
  let find: ((url: string) => string | null) | null = null;
  let isAsked = false;
  const read = (): void => {
    void readIds().then(
      (ids) => {
        find = ids;
        known();
      },
      () => undefined,
    );
  };
  return (url) => {
    if (find !== null) return find(url);
    if (!isAsked) setTimeout(read, DELAY).unref();
    isAsked = true;
    return null;
  };
}
