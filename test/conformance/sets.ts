/** The suite's scenarios for clients, in the sets that we run them in. */

export type SetName = "2025-11-25" | "backcompat" | "extensions" | "2026-07-28";

/** The era of the agent in front of Gatehouse. */
export type AgentEra = "legacy" | "modern";

interface SetOf {
  /** Agents that run it. */
  readonly agents: readonly AgentEra[];
  /** Those with which it must pass, always. */
  readonly required: readonly AgentEra[];
  /** How many scenarios it holds; a list that was misread must not pass for a shorter one. */
  readonly count: number;
  /** The revision whose wire the scenarios run on; null: as the suite chooses. */
  readonly version: string | null;
}

export const SETS: Readonly<Record<SetName, SetOf>> = {
  "2025-11-25": { agents: ["legacy", "modern"], required: ["legacy"], count: 18, version: "2025-11-25" },
  backcompat: { agents: ["legacy"], required: ["legacy"], count: 2, version: "2025-03-26" },
  extensions: { agents: ["legacy"], required: ["legacy"], count: 6, version: null },
  "2026-07-28": { agents: ["legacy", "modern"], required: ["legacy", "modern"], count: 32, version: "2026-07-28" },
};

export interface ScenarioSet {
  readonly name: SetName;
  readonly version: string | null;
  readonly scenarios: readonly string[];
}

/**
 * From what the suite prints: `clients`, all its scenarios for clients with the revisions they belong to; `required`, what
 * each revision requires. Throws when a set has not as many as it should.
 */
export function readSets(
  clients: string,
  required: Readonly<Record<"2025-11-25" | "2026-07-28", string>>,
): ScenarioSet[] {
  const scenarios: Record<SetName, string[]> = {
    "2025-11-25": section(required["2025-11-25"], /^Client scenarios/),
    backcompat: tagged(clients, "2025-03-26"),
    extensions: section(required["2025-11-25"], /^ *extension \(/, " [client]"),
    "2026-07-28": section(required["2026-07-28"], /^Client scenarios/),
  };
  return (Object.keys(SETS) as SetName[]).map((name) => {
    const { count, version } = SETS[name];
    const found = scenarios[name];
    if (found.length !== count) throw new Error(`the suite lists ${found.length} scenarios for ${name}, not ${count}`);
    return { name, version, scenarios: found };
  });
}

/** The items below a heading, those with `ending` only, without it. */
function section(text: string, heading: RegExp, ending = ""): string[] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => heading.test(line));
  if (start === -1) return [];
  const items = [];
  for (const line of lines.slice(start + 1)) {
    const item = /^ *- (.+)$/.exec(line)?.[1];
    if (item === undefined) break;
    if (item.endsWith(ending)) items.push(item.slice(0, item.length - ending.length));
  }
  return items;
}

function tagged(text: string, tag: string): string[] {
  return text.split("\n").flatMap((line) => {
    const found = /^ *- (\S+) \[([^\]]*)\]$/.exec(line);
    return found?.[1] !== undefined && found[2]?.split(",").includes(tag) ? [found[1]] : [];
  });
}
