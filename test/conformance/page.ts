/** `docs/conformance.md`: what passes, as a table. */
import { SETS, type SetName } from "./sets.ts";

export interface Outcome {
  readonly set: SetName;
  readonly scenario: string;
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
  const passed = (set: SetName) => of(set).filter(({ wrong }) => wrong.length === 0).length;
  return `${[
    "# Conformance",
    "",
    `What the official suite, \`@modelcontextprotocol/conformance@${version}\`, finds. \`npm run conformance -- --write\` runs all`,
    "of it and writes this page; `npm run conformance` runs the sets that must pass.",
    "",
    "The agent is the SDK's client over `gatehouse connect`; a person runs `gatehouse login` when a request says that a",
    "sign-in is needed. Counted strictly: a warning or a skipped check fails, and the agent must get its answer, or, from a",
    "server that must be refused, the right error.",
    "",
    "| Set | | Must pass | Passed |",
    "|---|---|---|---|",
    ...names.map(
      (set) =>
        `| ${set} | ${ABOUT[set]} | ${SETS[set].required ? "yes" : "no"} | ${passed(set)} of ${SETS[set].count} |`,
    ),
    ...names.flatMap((set) => [
      "",
      `## ${set}`,
      "",
      "| Scenario | |",
      "|---|---|",
      ...of(set).map(({ scenario, wrong }) => `| \`${scenario}\` | ${wrong.length === 0 ? "passed" : "failed"} |`),
    ]),
  ].join("\n")}\n`;
}
