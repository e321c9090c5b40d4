/** Settings of the app. */
import { notYet } from "./not-yet.ts";
import type { VerbDeps, Verbs } from "./types.ts";

export function settingsVerbs(_deps: VerbDeps): Verbs<"getSettings" | "setSettings" | "pauseAll" | "reset"> {
  return {
    getSettings: () => notYet("getSettings"),
    setSettings: () => notYet("setSettings"),
    pauseAll: () => notYet("pauseAll"),
    reset: () => notYet("reset"),
  };
}
