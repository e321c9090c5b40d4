/** The verbs as data: what `--help`, completion and the documentation say of them comes from here. */
import { gatehouseHome } from "./endpoint.ts";

export const GROUPS = ["For agents", "Servers", "Signing in", "Tools", "Looking", "Gatehouse itself"] as const;

/** What a word on the command line may be, for completion; a list: one of these words. */
export type Word =
  | "server"
  | "account"
  | "client"
  | "catalogue"
  | "verb"
  | "file"
  | "setting"
  | "text"
  | readonly string[];

export interface VerbOption {
  /** With its dashes, as in `--account`. */
  readonly flag: string;
  readonly short?: string;
  /** What stands for its value, as in `<name>`; absent: it has none. */
  readonly value?: string;
  readonly takes?: Word;
  /** A few words. */
  readonly about: string;
}

export interface Verb {
  readonly name: string;
  readonly group: (typeof GROUPS)[number];
  /** What may stand behind the name; the first is the usual one. */
  readonly usage: readonly string[];
  /** A few words. */
  readonly about: string;
  /** More of it, a sentence a line. */
  readonly more?: readonly string[];
  /** What its words are, in order; the last also stands for all behind it. */
  readonly takes?: readonly Word[];
  readonly options?: readonly VerbOption[];
  /** Answers the exit code; null when it goes on by itself. */
  readonly run: (args: readonly string[]) => Promise<number | null>;
}

export const JSON_OPTION: VerbOption = { flag: "--json", about: "print it as JSON" };

const WIDTH = 30;
const EXITS = "Exit codes: 0 done, 1 failed, 2 usage, 3 needs sign-in, 4 Gatehouse cannot be reached.";

/** All of them, by group. */
export function helpOf(verbs: readonly Verb[]): string {
  const groups = GROUPS.map((group) => {
    const lines = verbs
      .filter((verb) => verb.group === group)
      .map((verb) => row(`${verb.name} ${verb.usage[0] ?? ""}`.trim(), verb.about));
    return `${group}\n${lines.join("\n")}`;
  });
  return `Gatehouse: sign in to each remote MCP server once, use it from every agent.

Usage: gatehouse <command> [options]

${groups.join("\n\n")}

  --help, --version
${row("<command> --help", "the options of one command")}

${EXITS}
Files are in ${gatehouseHome(process.env)} (set GATEHOUSE_HOME to move them).
`;
}

export function helpOfVerb(verb: Verb): string {
  const usage = verb.usage.length === 0 ? [""] : verb.usage;
  const forms = usage.map((form) => `gatehouse ${verb.name} ${form}`.trim());
  const { options = [], more = [] } = verb;
  const rows = options.map(({ flag, short, value, about }) =>
    row([short, flag].filter(Boolean).join(", ") + (value === undefined ? "" : ` ${value}`), about),
  );
  return [
    `Usage: ${forms.join("\n       ")}`,
    "",
    capital(verb.about),
    ...more,
    ...(rows.length === 0 ? [] : ["", "Options", ...rows]),
    "",
    EXITS,
    "",
  ].join("\n");
}

function row(left: string, right: string): string {
  return left.length < WIDTH ? `  ${left.padEnd(WIDTH)}${right}` : `  ${left}\n  ${" ".repeat(WIDTH)}${right}`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
