/** `docs/conformance.md`: what passes, as a table. */
import { type AgentEra, SETS, type SetName } from "./sets.ts";

export interface Outcome {
  readonly set: SetName;
  readonly scenario: string;
  readonly agent: AgentEra;
  /** Why it failed; empty: it passed. */
  readonly wrong: readonly string[];
}

const ABOUT: Readonly<Record<SetName, string>> = {
  "2025-11-25": "What the revision 2025-11-25 requires of a client",
  backcompat: "Servers of 2025-03-26, with little or no metadata",
  extensions: "Authorization extensions, which no revision requires",
  "2026-07-28": "What the revision 2026-07-28 requires of a client",
};

export function page(version: string, outcomes: readonly Outcome[]): string {
  const names = Object.keys(SETS) as SetName[];
  const of = (set: SetName) => outcomes.filter((outcome) => outcome.set === set);
  const passed = (set: SetName, agent: AgentEra) =>
    of(set).filter((outcome) => outcome.agent === agent && outcome.wrong.length === 0).length;
  const ran = (set: SetName, scenario: string, agent: AgentEra) =>
    of(set).find((outcome) => outcome.scenario === scenario && outcome.agent === agent)?.wrong.length === 0;
  return `${[
    "# Conformance",
    "",
    `What the official suite, \`@modelcontextprotocol/conformance@${version}\`, finds. \`npm run conformance -- --write\` runs all`,
    "of it and writes this page; `npm run conformance` runs the sets that must pass.",
    "",
    "Two agents run it over `gatehouse connect`: a legacy one, the client of `@modelcontextprotocol/sdk`, and a modern one, that",
    "of its successor `@modelcontextprotocol/client`, bound to 2026-07-28. A person runs `gatehouse login` when a request says",
    "that a sign-in is needed. Counted strictly: a warning or a skipped check fails, and the agent must get its answer, or,",
    "from a server that must be refused, the right error.",
    "",
    "| Set | | Agent | Must pass | Passed |",
    "|---|---|---|---|---|",
    ...names.flatMap((set) =>
      SETS[set].agents.map((agent) => {
        const { required, count } = SETS[set];
        return `| ${set} | ${ABOUT[set]} | ${agent} | ${required.includes(agent) ? "yes" : "no"} | ${passed(set, agent)} of ${count} |`;
      }),
    ),
    ...names.flatMap((set) => [
      "",
      `## ${set}`,
      "",
      `| Scenario |${SETS[set].agents.map((agent) => ` ${agent} agent |`).join("")}`,
      `|---|${SETS[set].agents.map(() => "---|").join("")}`,
      ...[...new Set(of(set).map(({ scenario }) => scenario))].map((scenario) => {
        const cells = SETS[set].agents.map((agent) => (ran(set, scenario, agent) ? " passed |" : " failed |"));
        return `| \`${scenario}\` |${cells.join("")}`;
      }),
    ]),
  ].join("\n")}\n`;
}
