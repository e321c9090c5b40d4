/** Languages that nobody speaks, made of the English words: they show what was not translated and what does not fit. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempFolder } from "../fixtures/children.ts";
import { repoRoot } from "../fixtures/root.ts";
import type { Say } from "./scene.ts";

/** Left to right, and right to left. */
export const PSEUDO = "en-XA";
export const MIRRORED = "ar-XB";

const PLAIN = "AaCcDdEeGgIiLlNnOoRrSsTtUuYyZz";
const ACCENTED = "ÅåÇçÐðÉéĜĝÎîĻļÑñÖöŔŕŠšŢţÛûÝýŽž";
/** Every language has its forms; English has two of these. */
const PLURALS = ["zero", "one", "two", "few", "many", "other"];

const accented = (text: string): string =>
  text.replace(/[A-Za-z]/g, (letter) => ACCENTED[PLAIN.indexOf(letter)] ?? letter);

/** `Sign in` is `[Šîĝñ îñ~~~]`: accented, two fifths longer, in brackets. Places for values stay. */
function pseudo(english: string): string {
  const words = english
    .split(/(\{\{[^}]*\}\})/)
    .map((part) => (part.startsWith("{{") ? part : accented(part)))
    .join("");
  const length = Math.ceil(english.replace(/\{\{[^}]*\}\}/g, "").length * 0.4);
  // In pieces as long as words are.
  const tail = "~".repeat(length).replace(/~{9}(?=~)/g, "$& ");
  return `[${words}${length > 9 ? " " : ""}${tail}]`;
}

export const inPseudo: Say = (english, values = {}) =>
  pseudo(english).replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));

function pseudoWords(words: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(words).flatMap(([key, value]): [string, unknown][] => {
      if (typeof value !== "string") return [[key, pseudoWords(value as Readonly<Record<string, unknown>>)]];
      const stem = key.endsWith("_other") ? key.slice(0, -"_other".length) : null;
      if (stem === null) return [[key, pseudo(value)]];
      return PLURALS.filter((form) => form !== "one").map((form) => [`${stem}_${form}`, pseudo(value)]);
    }),
  );
}

/** The built page with both languages beside the others. */
export function pseudoRenderer(): { readonly path: string; close(): void | Promise<void> } {
  const folder = tempFolder("pseudo");
  cpSync(join(repoRoot, "dist", "renderer"), folder.path, { recursive: true });
  const english = join(repoRoot, "assets", "locales", "en");
  const files = readdirSync(english).map((name) => [
    name.replace(/\.json$/, ""),
    pseudoWords(JSON.parse(readFileSync(join(english, name), "utf8")) as Record<string, unknown>),
  ]);
  mkdirSync(join(folder.path, "locales"), { recursive: true });
  for (const language of [PSEUDO, MIRRORED])
    writeFileSync(join(folder.path, "locales", `${language}.json`), JSON.stringify(Object.fromEntries(files)));
  return folder;
}
