/** Finds command lines that hand a line of code to a shell or an interpreter, and texts that hide something. */
import { visible } from "../../visible.ts";
import type { Notes } from "./found.ts";

/** Options with which each of these takes code. */
const CODE: readonly (readonly [program: RegExp, option: RegExp])[] = [
  [/^(sh|bash|zsh|dash|ksh|fish)$/, /^-[a-z]*c$/],
  [/^(npx|bunx|pnpx)$/, /^(-c|--call|--shell-mode)(=|$)/],
  [/^(npm|pnpm)$/, /^(-c|--call|--shell-mode)(=|$)/],
  [/^(powershell|pwsh)$/, /^-(c|command|e|ec|encodedcommand)$/i],
  [/^(node|nodejs|bun|deno)$/, /^(-e|--eval|-p|--print|eval)(=|$)/],
  [/^(python[\d.]*|py)$/, /^-c$/],
  [/^(perl|ruby)$/, /^-[a-z]*e$/],
];
const PIPED = /[|;&`]|\$\(|>\s*\S/;

/** Says so for an entry of a program on this computer. Nothing of it runs before a person has allowed it. */
export function warnOfShells(entry: Readonly<Record<string, unknown>>, notes: Notes): void {
  const { command, args = [], url } = entry as { command?: unknown; args?: readonly string[]; url?: unknown };
  const words = typeof command === "string" ? [command, ...args] : typeof url === "string" ? [url] : [];
  if (words.some((word) => visible(word) !== word)) {
    notes.warn("It holds characters that nobody sees; they are shown as \\u{…}. Do not trust it before you know why.");
  }
  if (typeof command !== "string") return;
  const at = codeAt(words);
  if (at === null) return;
  notes.warn(`It hands a line of code to ${baseOf(words[at] ?? "")}. Read that line to its end before you allow it.`);
}

/** Index of the program that gets code; null: none does. */
function codeAt(words: readonly string[]): number | null {
  for (const [index, word] of words.entries()) {
    const base = baseOf(word);
    const options = words.slice(index + 1);
    const option = CODE.find(([program]) => program.test(base))?.[1];
    if (option !== undefined && options.some((each) => option.test(each))) return index;
    if (/^cmd$/i.test(base) && options.some((each) => PIPED.test(each))) return index;
  }
  return null;
}

function baseOf(word: string): string {
  return (word.split(/[/\\]/).at(-1) ?? "").replace(/\.(exe|cmd|bat)$/i, "");
}
