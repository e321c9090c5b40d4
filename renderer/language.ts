/** Which language the window speaks, and the file of its words. */
import { setLanguage, type Words } from "../preload/words.ts";

const primary = (name: string): string | undefined => name.split("-")[0];

/** Scripts that are written from right to left, by the languages that use them. */
const RIGHT_TO_LEFT: ReadonlySet<string | undefined> = new Set(["ar", "fa", "he", "ur"]);

const directionOf = (language: string): "ltr" | "rtl" => (RIGHT_TO_LEFT.has(primary(language)) ? "rtl" : "ltr");

/** The words of `t` are those of the language from here on; English ones stand in for what its file lacks. */
export async function loadLanguage(name: string): Promise<void> {
  setLanguage(name, name === "en" ? {} : await wordsOf(name));
  document.documentElement.lang = name;
  document.documentElement.dir = directionOf(name);
}

async function wordsOf(name: string): Promise<Readonly<Record<string, Words>>> {
  try {
    const answer = await fetch(`locales/${name}.json`);
    return answer.ok ? ((await answer.json()) as Readonly<Record<string, Words>>) : {};
  } catch {
    return {};
  }
}
