/** New versions of the app. */
import type { UpdateStatus } from "../../preload/api-settings.ts";

export interface Updates {
  status(): UpdateStatus;
  /** Answers how it stands when that is known. */
  check(): Promise<UpdateStatus>;
  /** False: there is nothing to install. */
  install(): boolean;
}

/** Where nothing is packed, nothing is replaced. */
export function noUpdates(): Updates {
  const status: UpdateStatus = { state: "unsupported", version: null, progress: null, message: null };
  return { status: () => status, check: async () => status, install: () => false };
}
