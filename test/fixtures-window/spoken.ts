/** What the window says in a language that it really speaks. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../fixtures/root.ts";
import type { Say } from "./scene.ts";

const locales = join(repoRoot, "assets", "locales");

/** All that there are words for, besides English. */
export const TRANSLATED = readdirSync(locales).filter((name) => name !== "en");

/** Throws for English words that have no translation, or several. */
export function inLanguage(language: string): Say {
  const said = new Map<string, Set<string>>();
  const own = texts(language);
  for (const [key, english] of texts("en")) {
    const translated = own.get(key);
    if (translated !== undefined) said.set(english, (said.get(english) ?? new Set()).add(translated));
  }
  return (english, values = {}) => {
    const [words, ...others] = said.get(english) ?? [];
    if (words === undefined || others.length > 0) throw new Error(`No one way to say "${english}" in ${language}`);
    return words.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));
  };
}

function texts(language: string): Map<string, string> {
  const found = new Map<string, string>();
  const collect = (path: string, value: unknown): void => {
    if (typeof value === "string") found.set(path, value);
    else for (const [key, inner] of Object.entries(value as object)) collect(`${path}.${key}`, inner);
  };
  for (const file of readdirSync(join(locales, language)))
    collect(file, JSON.parse(readFileSync(join(locales, language, file), "utf8")));
  return found;
}
