/** The catalogue, asked for once a window: it is part of the app and never changes. */
import { useEffect, useState } from "react";
import type { CatalogueItem } from "../../preload/api-config.ts";
import { useAppStore } from "../store.ts";

let known: readonly CatalogueItem[] | null = null;

/** Null until it is there. */
export function useCatalogue(): readonly CatalogueItem[] | null {
  const store = useAppStore();
  const [items, setItems] = useState(known);

  useEffect(() => {
    if (known !== null) return;
    let isCurrent = true;
    void store
      .getState()
      .run("catalogue", {})
      .then((result) => {
        if (!result.ok) return;
        known = result.value.items;
        if (isCurrent) setItems(known);
      });
    return () => {
      isCurrent = false;
    };
  }, [store]);

  return items;
}
