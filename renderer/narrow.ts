/** Whether the window is too narrow for list and details beside each other, as `adapt.css` has it. */
import { useSyncExternalStore } from "react";

const NARROW = "(width < 800px)";

function subscribe(listener: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

export const useIsNarrow = (): boolean => useSyncExternalStore(subscribe, () => matchMedia(NARROW).matches);
