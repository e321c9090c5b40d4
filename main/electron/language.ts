/** The language of tray, menus and notifications: which one, and its words. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AppSettings } from "../../preload/api-settings.ts";
import { languageFor, setLanguage, type Words } from "../../preload/words.ts";

export class SpokenLanguage {
  readonly #folder: string;
  readonly #desktop: () => readonly string[];
  readonly #changed: () => void;
  #wanted = "en";

  /** `folder`: of the renderer. `desktop`: its languages, the preferred one first. `changed`: redraws what is drawn. */
  constructor(folder: string, desktop: () => readonly string[], changed: () => void) {
    this.#folder = folder;
    this.#desktop = desktop;
    this.#changed = changed;
  }

  /** Speaks it as soon as its words are read; English when they cannot be. */
  async speak(setting: AppSettings["language"]): Promise<void> {
    const wanted = languageFor(setting, this.#desktop());
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    const words = wanted === "en" ? {} : await this.#read(wanted);
    if (this.#wanted !== wanted) return;
    setLanguage(words === null ? "en" : wanted, words ?? {});
    this.#changed();
  }

  async #read(name: string): Promise<Readonly<Record<string, Words>> | null> {
    try {
      return JSON.parse(await readFile(join(this.#folder, "locales", `${name}.json`), "utf8"));
    } catch {
      return null;
    }
  }
}
