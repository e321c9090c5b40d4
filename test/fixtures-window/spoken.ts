/** What the window says in a language that it really speaks. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../fixtures/root.ts";
import type { Say } from "./scene.ts";

const locales = join(repoRoot, "assets", "locales");

/** All that there are words for, besides English. */
export const TRANSLATED = readdirSync(locales).filter((name) => name !== "en");

/** Of several ways to say the same English words, the one that most keys have; throws when there is none. */
export function inLanguage(language: string): Say {
  const said = new Map<string, string[]>();
  const own = texts(language);
  for (const [key, english] of texts("en")) {
    const words = own.get(key);
    if (words !== undefined) said.set(english, [...(said.get(english) ?? []), words]);
  }
  return (english, values = {}) => {
    const words = commonest(said.get(english) ?? []);
    if (words === undefined) throw new Error(`No way to say "${english}" in ${language}`);
    return words.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));
  };
}

function commonest(ways: readonly string[]): string | undefined {
  const times = (way: string): number => ways.filter((other) => other === way).length;
  return [...ways].sort((a, b) => times(b) - times(a))[0];
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
