/** Command lines as shells read them. Nothing is run and nothing is looked up. */

export interface CommandLine {
  /** `NAME=value` in front of the command, or by `export` on lines before it. */
  readonly env: ReadonlyMap<string, string>;
  /** Empty: the text sets variables only. */
  readonly words: readonly string[];
  /** The first thing in it that only a shell can do, as in `&&`; null: nothing. */
  readonly operator: string | null;
  /** The whole line. */
  readonly text: string;
}

const PROMPT = /^\s*(?:[$%\u276f]|PS [^>\n]*>|[A-Za-z]:\\[^>\n]*>)\s+(?=\S)/;
const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/;
const POWERSHELL_ASSIGNMENT = /^\$\{?env:([A-Za-z_][A-Za-z0-9_]*)\}?(?:=([\s\S]*))?$/i;
/** Longer lines are no command lines. */
const MAX_LINE = 65_536;

/** One for each line that is not continued on the next; lines that set variables belong to the command behind them. */
export function readCommands(text: string): CommandLine[] {
  const commands: CommandLine[] = [];
  let pending = new Map<string, string>();
  for (const line of logicalLines(text)) {
    if (line.length > MAX_LINE) continue;
    const text = line.replace(PROMPT, "");
    const { words, operator } = splitWords(text);
    if (words.length === 0) continue;
    const { env, rest } = takeAssignments(words);
    const all = new Map([...pending, ...env]);
    if (rest.length === 0 && operator === null) {
      pending = all;
      continue;
    }
    commands.push({ env: all, words: rest, operator, text: text.trim() });
    if (operator === null) pending = new Map();
  }
  if (pending.size > 0) commands.push({ env: pending, words: [], operator: null, text: "" });
  return commands;
}

const CONTINUATION = /[ \t](?:\\|\^|`)[ \t]*\n[ \t]*/g;
const ONE_ASSIGNMENT =
  /^(\s*(?:export\s+\w+|set\s+\w+|\$env:\w+|\w+)\s*=\s*(?:"[^"\n]*"|'[^'\n]*'|[^\s;&"']*))\s*(?:;|&&)[ \t]*/i;

/** Lines with those that a backslash, a caret or a backtick at the end continues; what sets a variable is one by itself. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.replace(CONTINUATION, " ").split("\n")) {
    let rest = line;
    for (let found = ONE_ASSIGNMENT.exec(rest); found !== null; found = ONE_ASSIGNMENT.exec(rest)) {
      lines.push(found[1] ?? "");
      rest = rest.slice(found[0].length);
    }
    lines.push(rest);
  }
  return lines;
}

function takeAssignments(words: readonly string[]): { env: Map<string, string>; rest: readonly string[] } {
  const env = new Map<string, string>();
  let at = 0;
  const skip = /^(?:export|env|cross-env|set|setx)$/i;
  while (at < words.length) {
    const word = words[at] ?? "";
    const [, name, value] = ASSIGNMENT.exec(word) ?? [];
    const [, variable, assigned] = POWERSHELL_ASSIGNMENT.exec(word) ?? [];
    if (name !== undefined && value !== undefined) env.set(name, value);
    else if (variable !== undefined && assigned !== undefined) env.set(variable, assigned);
    else if (variable !== undefined && words[at + 1] === "=") {
      env.set(variable, words[at + 2] ?? "");
      at += 2;
    } else if (!(skip.test(word) && ASSIGNMENT.test(words[at + 1] ?? ""))) break;
    at += 1;
  }
  return { env, rest: words.slice(at) };
}

/**
 * Words of one line. Single and double quotes and backslashes mean what they mean in a POSIX shell, but that a backslash
 * in front of a letter or digit stays, since it is part of a Windows path. `$NAME` becomes `${NAME}` where a shell would
 * replace it. `<…>` without blanks is a gap for the reader to fill.
 */
function splitWords(line: string): { words: string[]; operator: string | null } {
  const words: string[] = [];
  let word: string | null = null;
  let operator: string | null = null;
  let at = 0;
  const add = (text: string): void => {
    word = (word ?? "") + text;
  };
  while (at < line.length) {
    const char = line[at] ?? "";
    const rest = line.slice(at);
    if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
      at += 1;
      continue;
    }
    if (char === "#" && word === null) break;
    const shell = operatorAt(rest, word === null);
    if (shell !== null) {
      operator ??= shell;
      break;
    }
    if (char === "'") {
      const end = line.indexOf("'", at + 1);
      const close = end < 0 ? line.length : end;
      add(line.slice(at + 1, close));
      at = close + 1;
    } else if (char === '"') {
      const { text, length } = doubleQuoted(rest);
      add(text);
      at += length;
    } else if (char === "\\" && at + 1 < line.length) {
      const next = line[at + 1] ?? "";
      add(/[A-Za-z0-9]/.test(next) ? char + next : next);
      at += 2;
    } else if (char === "<") {
      const gap = /^<[^<>]*>/.exec(rest)?.[0] ?? char;
      add(gap);
      at += gap.length;
    } else {
      const variable = /^\$[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_:])/.exec(rest)?.[0];
      add(variable === undefined ? char : `\${${variable.slice(1)}}`);
      at += variable?.length ?? 1;
    }
  }
  if (word !== null) words.push(word);
  return { words, operator };
}

/** Inside a word most of these are meant as they are: addresses hold `&` and `;`. */
function operatorAt(rest: string, atStart: boolean): string | null {
  const substitution = /^(?:\$\(|`)/.exec(rest)?.[0];
  if (substitution !== undefined) return substitution;
  const always = /^(?:&&|\|\|)/.exec(rest)?.[0];
  if (always !== undefined) return always;
  const ending = /^(?:;|&|\|)(?=\s|$)/.exec(rest)?.[0];
  if (ending !== undefined) return ending;
  if (!atStart) return null;
  return /^(?:\||>{1,2}|\d>{1,2}|<{1,3}(?=\s)|&>)/.exec(rest)?.[0] ?? null;
}

function doubleQuoted(rest: string): { text: string; length: number } {
  let text = "";
  let at = 1;
  while (at < rest.length && rest[at] !== '"') {
    const next = rest[at + 1] ?? "";
    if (rest[at] === "\\" && /["\\$`]/.test(next)) {
      text += next;
      at += 2;
      continue;
    }
    const variable = /^\$[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_:])/.exec(rest.slice(at, at + 128))?.[0];
    text += variable === undefined ? rest[at] : `\${${variable.slice(1)}}`;
    at += variable?.length ?? 1;
  }
  return { text, length: at + 1 };
}
