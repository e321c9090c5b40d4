/** The verbs for a terminal, over the same pipe as everything else. Loaded only when one is called. */
import { EXIT, say, Unreachable, Usage } from "./cli-base.ts";
import { complete } from "./cli-completion.ts";
import { helpOf, helpOfVerb, type Verb } from "./cli-help.ts";
import { VERBS } from "./cli-verbs.ts";
import { HubGone } from "./control.ts";
import { VERSION } from "./version.ts";

export { remoteTarget } from "./cli-remote.ts";

/** Answers the exit code; null when the verb goes on by itself (`hub`). */
export async function runCli(verb: string | undefined, args: readonly string[]): Promise<number | null> {
  try {
    switch (verb) {
      case "--help":
      case "-h":
      case "help":
        process.stdout.write(args[0] === undefined ? helpOf(VERBS) : helpOfVerb(verbOf(args[0])));
        return EXIT.done;
      case "--version":
      case "-v":
        process.stdout.write(`${VERSION}\n`);
        return EXIT.done;
      case "__complete":
        return await complete(VERBS, args);
      case undefined:
        process.stderr.write(helpOf(VERBS));
        return EXIT.usage;
      default:
        return await run(verbOf(verb), args);
    }
  } catch (error) {
    if (error instanceof Usage || isParseArgsError(error)) {
      const known = VERBS.some(({ name }) => name === verb);
      say(`${(error as Error).message}\nSee gatehouse ${known ? `${verb} ` : ""}--help.`);
      return EXIT.usage;
    }
    if (error instanceof Unreachable || error instanceof HubGone) {
      say(`Gatehouse cannot be reached: ${error.message}`);
      return EXIT.unreachable;
    }
    throw error;
  }
}

async function run(verb: Verb, args: readonly string[]): Promise<number | null> {
  const end = args.indexOf("--");
  const own = end === -1 ? args : args.slice(0, end);
  if (!own.includes("--help") && !own.includes("-h")) return await verb.run(args);
  process.stdout.write(helpOfVerb(verb));
  return EXIT.done;
}

function verbOf(name: string): Verb {
  const verb = VERBS.find((one) => one.name === name);
  if (verb === undefined) throw new Usage(`There is no command “${name}”.`);
  return verb;
}

function isParseArgsError(error: unknown): boolean {
  return error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith("ERR_PARSE_ARGS");
}
