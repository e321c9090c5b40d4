/** `npm run conformance`: the official suite against `gatehouse`, scenario by scenario. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startChild, tempFolder } from "../fixtures/children.ts";
import { repoRoot } from "../fixtures/root.ts";
import { type AgentEnd, agentEnd, type Check, checks, judge } from "./judge.ts";
import { type Outcome, page } from "./page.ts";
import { type AgentEra, readSets, type ScenarioSet, SETS, type SetName } from "./sets.ts";

export interface Suite {
  /** The program to run it with. */
  readonly node: string;
  readonly program: string;
  readonly version: string;
}

const USAGE = `Usage: npm run conformance -- [options]

  --set <name>         ${Object.keys(SETS).join(", ")} or all; may be repeated.
                       Default: the sets that must pass
  --agent <era>        legacy or modern; may be repeated. Default: those that a set must pass with;
                       of a set or scenario that is named, all that it runs with
  --scenario <name>    only these scenarios of the sets; may be repeated
  --write              run all sets, write docs/conformance.md; fails for the sets only that must pass
  --verbose            show what the agent and the suite wrote about a failed scenario
`;

/** Milliseconds for the suite's own start and end around a scenario of 30 s. */
const LIMIT_MS = 45_000;

/** `agent`: the bundled program of `agent.ts`. Answers the exit code. */
export async function runConformance(args: readonly string[], suite: Suite, agent: string): Promise<number> {
  const options = read(args);
  if (options === null) {
    process.stderr.write(USAGE);
    return 2;
  }
  const sets = readSets(await output(suite, ["list", "--client"]), {
    "2025-11-25": await output(suite, ["list", "--requirements", "2025-11-25"]),
    "2026-07-28": await output(suite, ["list", "--requirements", "2026-07-28"]),
  }).filter(({ name }) => options.sets.includes(name));
  const outcomes: Outcome[] = [];
  for (const set of sets) {
    const scenarios = set.scenarios.filter((name) => options.scenarios?.includes(name) ?? true);
    for (const era of scenarios.length === 0 ? [] : agentsOf(set.name, options)) {
      process.stdout.write(`${set.name}, ${era} agent\n`);
      const command = `"${process.execPath}" "${agent}" ${era}`;
      for (const scenario of scenarios) {
        const wrong = await one(suite, set, scenario, command, options.verbose);
        outcomes.push({ set: set.name, scenario, agent: era, wrong });
      }
    }
  }
  const failed = outcomes.filter(({ wrong }) => wrong.length > 0).length;
  if (options.write) writeFileSync(join(repoRoot, "docs", "conformance.md"), page(suite.version, outcomes));
  process.stdout.write(`${outcomes.length - failed} passed, ${failed} failed\n`);
  // The page tells of all sets, also of those that nobody has promised yet.
  const counted = options.write
    ? outcomes.filter((outcome) => SETS[outcome.set].required.includes(outcome.agent))
    : outcomes;
  return counted.length > 0 && counted.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
}

interface Options {
  readonly sets: readonly SetName[];
  readonly scenarios: readonly string[] | undefined;
  /** Undefined: as the set says. */
  readonly agents: readonly AgentEra[] | undefined;
  /** Every agent that a set runs with, also one that need not pass. */
  readonly allAgents: boolean;
  readonly write: boolean;
  readonly verbose: boolean;
}

/** Null: not understood. */
function read(args: readonly string[]): Options | null {
  const all = Object.keys(SETS) as SetName[];
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        set: { type: "string", multiple: true },
        scenario: { type: "string", multiple: true },
        agent: { type: "string", multiple: true },
        write: { type: "boolean", default: false },
        verbose: { type: "boolean", default: false },
      },
    });
    const { set, scenario, agent, write, verbose } = values;
    if (write && (set !== undefined || scenario !== undefined || agent !== undefined)) return null;
    const agents = agent?.flatMap<AgentEra>((name) => (name === "legacy" || name === "modern" ? [name] : []));
    if (agents !== undefined && agents.length < (agent?.length ?? 0)) return null;
    const asked = set?.flatMap((name) => (name === "all" ? all : all.filter((known) => known === name)));
    if (asked !== undefined && asked.length < (set?.length ?? 0)) return null;
    // A scenario by its name may be of any set.
    const others = write || scenario !== undefined ? all : all.filter((name) => SETS[name].required.length > 0);
    const allAgents = write || set !== undefined || scenario !== undefined;
    return { sets: asked ?? others, scenarios: scenario, agents, allAgents, write, verbose };
  } catch {
    return null;
  }
}

function agentsOf(set: SetName, { agents, allAgents }: Options): readonly AgentEra[] {
  const { agents: possible, required } = SETS[set];
  return agents === undefined ? (allAgents ? possible : required) : possible.filter((era) => agents.includes(era));
}

/** Why it failed; empty: it passed. */
async function one(
  suite: Suite,
  set: ScenarioSet,
  scenario: string,
  command: string,
  verbose: boolean,
): Promise<string[]> {
  const folder = tempFolder("conformance");
  const started = performance.now();
  try {
    const text = await output(suite, [
      "client",
      ...["--scenario", scenario, "--command", command, "--output-dir", folder.path],
      ...(set.version === null ? [] : ["--spec-version", set.version]),
    ]);
    const result = resultOf(folder.path);
    const wrong = result === null ? ["the suite left no result"] : judge(scenario, result.checks, result.end);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(`  ${wrong.length === 0 ? "✓" : "✗"} ${scenario} (${seconds} s)\n`);
    for (const reason of wrong) process.stdout.write(`      ${reason}\n`);
    if (verbose && wrong.length > 0) process.stdout.write(`${text}\n${result?.said ?? ""}\n`);
    return wrong;
  } finally {
    folder.close();
  }
}

/** What the suite found, and what the agent behind Gatehouse said; the suite names its folder by the time. */
function resultOf(folder: string): { checks: Check[]; end: AgentEnd | null; said: string } | null {
  const file = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((name) => name.endsWith("checks.json"));
  if (file === undefined) return null;
  const at = join(folder, file, "..");
  const last = readFileSync(join(at, "stdout.txt"), "utf8").trimEnd().split("\n").pop() ?? "";
  const end = agentEnd.safeParse(last.startsWith("{") ? JSON.parse(last) : null);
  return {
    checks: checks.parse(JSON.parse(readFileSync(join(at, "checks.json"), "utf8"))),
    end: end.success ? end.data : null,
    said: readFileSync(join(at, "stderr.txt"), "utf8"),
  };
}

async function output(suite: Suite, args: readonly string[]): Promise<string> {
  const child = startChild(suite.node, [suite.program, ...args]);
  const timer = setTimeout(() => void child.stop(), LIMIT_MS);
  await child.exited;
  clearTimeout(timer);
  await child.stop();
  return child.output();
}
