/** Which servers the catalogue knows, read when somebody first looks: the hub's start does not wait for it. */
import { catalogueIds as readIds } from "../config/catalogue.ts";

/** `known`: called once it is there. */
export function catalogueIds(known: () => void): (url: string) => string | null {
  let find: ((url: string) => string | null) | null = null;
  let reading = false;
  return (url) => {
    if (find !== null) return find(url);
    if (!reading) {
      reading = true;
      void readIds().then(
        (ids) => {
          find = ids;
          known();
        },
        () => undefined,
      );
    }
    return null;
  };
}
