import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LANGUAGES, type Language } from "../../preload/api-settings.ts";

/**
 * Every language says all that English says, in its own words. i18next falls back to English in silence, and what it
 * cannot put in stays in the text as `{{count}}`: nobody who reads English would see either.
 */

const root = join(import.meta.dirname, "..", "..", "assets", "locales");
const namespaces = readdirSync(join(root, "en"));
const languages = readdirSync(root).filter((name): name is Language => name !== "en");

/** What is the same in every language: names of products, formats and standards. */
const NAMES = ["Gatehouse", "MCP Registry", "URL", "Streamable HTTP", "https://mcp.example.com/mcp", "ms", "min"];

/** Words that a language shares with English. */
const SHARED: Partial<Record<Language, string>> = {
  de: `agent assertion client cloud code design details filter name prompts proxy server text tools transport updates
    version`,
  es: "general no prompts proxy variables",
  fr: `agent agents arguments assertion catalogue client cloud code communication design documents licence notifications
    pause prompts proxy secrets transport variables version`,
};

type Texts = { readonly [key: string]: string | Texts };

interface Entry {
  /** Without a plural's ending. */
  readonly key: string;
  /** CLDR's; null where no number decides. */
  readonly plural: string | null;
  readonly text: string;
}

function read(language: string, file: string): Entry[] {
  return flat(JSON.parse(readFileSync(join(root, language, file), "utf8")) as Texts, "");
}

function flat(texts: Texts, path: string): Entry[] {
  return Object.entries(texts).flatMap(([name, text]) => {
    if (typeof text !== "string") return flat(text, `${path}${name}.`);
    const [, stem, plural] = /^(.*)_(zero|one|two|few|many|other)$/.exec(name) ?? [];
    return stem !== undefined && plural !== undefined && `${stem}_other` in texts
      ? [{ key: path + stem, plural, text }]
      : [{ key: path + name, plural: null, text }];
  });
}

/** In the order of the file; a plural once. */
const keys = (entries: readonly Entry[]): string[] => [
  ...new Set(entries.map(({ key, plural }) => (plural === null ? key : `${key} (plural)`))),
];

/** CLDR's forms of each plural, sorted. */
function formsOf(entries: readonly Entry[]): Record<string, string[]> {
  const forms: Record<string, string[]> = {};
  for (const { key, plural } of entries) if (plural !== null) forms[key] = [...(forms[key] ?? []), plural].sort();
  return forms;
}

const pluralsOf = (language: string): string[] =>
  [...new Intl.PluralRules(language).resolvedOptions().pluralCategories].sort();

/** A form for one thing need not say the number, and one for any number must. */
function placeholders({ text, plural }: Entry): string[] {
  const names = [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? "");
  return [...new Set(names)].filter((name) => plural !== "one" || name !== "count").sort();
}

/** Braces that belong to no placeholder. */
const bare = (text: string): string => text.replace(/\{\{\w+\}\}/g, "").replace(/[^{}]/g, "");

const ends = (text: string): string[] => [/^\s*/, /\s*$/].map((end) => end.exec(text)?.[0].replace(/\s/g, " ") ?? "");

function isLeftInEnglish(language: Language, { text }: Entry, english: Entry): boolean {
  if (text !== english.text) return false;
  const words = text.replace(/\{\{\w+\}\}/g, "").replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  const shared = SHARED[language]?.split(/\s+/) ?? [];
  return /\p{L}{2}/u.test(words) && !NAMES.includes(words) && !shared.includes(words.toLowerCase());
}

/** What is wrong with a language's file, each as `key: problem`. */
function problems(language: Language, file: string): string[] {
  const english = read("en", file);
  const entries = read(language, file);
  return entries.flatMap((entry) => {
    const forms = english.filter(({ key }) => key === entry.key);
    const same = forms.find(({ plural }) => plural === entry.plural) ?? forms.find(({ plural }) => plural === "other");
    if (same === undefined) return [`${entry.key}: English has none`];
    const found = [];
    if (entry.text.trim() === "") found.push("empty");
    if (placeholders(entry).join() !== placeholders(same).join())
      found.push(`says ${placeholders(entry)}, not ${placeholders(same)}`);
    if (bare(entry.text) !== bare(same.text)) found.push("a placeholder is broken");
    if (ends(entry.text).join("|") !== ends(same.text).join("|")) found.push("other spaces at its ends");
    if (isLeftInEnglish(language, entry, same)) found.push(`left in English: ${entry.text}`);
    return found.map((problem) => `${entry.key}${entry.plural === null ? "" : `_${entry.plural}`}: ${problem}`);
  });
}

test("has words for every language that a person can choose", () => {
  expect(["en", ...languages].sort()).toEqual([...LANGUAGES].sort());
});

describe.each(languages)("%s", (language) => {
  test("has the files that English has", () => {
    expect(readdirSync(join(root, language))).toEqual(namespaces);
  });

  test.each(namespaces)("says what English says, in its order: %s", (file) => {
    expect(keys(read(language, file))).toEqual(keys(read("en", file)));
  });

  test.each(namespaces)("has a form for every number: %s", (file) => {
    const forms = formsOf(read(language, file));
    expect(forms).toEqual(Object.fromEntries(Object.keys(forms).map((key) => [key, pluralsOf(language)])));
  });

  test.each(namespaces)("puts in what English puts in, and is no English: %s", (file) => {
    expect(problems(language, file)).toEqual([]);
  });
});
