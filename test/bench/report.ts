/** The measures as a page: what was measured, what the limit is, and whether it is met. */
import type { Samples } from "./measures/calls.ts";
import { ALL, type PeerName } from "./peers.ts";
import { figure, median, spread } from "./stats.ts";

export interface Verdict {
  readonly what: string;
  readonly limit: string;
  readonly is: string;
  /** Null: it could not be measured. */
  readonly met: boolean | null;
}

export interface Section {
  readonly title: string;
  readonly text: string;
  readonly table?: Table;
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function markdown(table: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(table.head), line(table.head.map(() => "---")), ...table.rows.map(line)].join("\n");
}

export function page(about: readonly string[], verdicts: readonly Verdict[], sections: readonly Section[]): string {
  const limits = {
    head: ["What", "Limit", "Measured", ""],
    rows: verdicts.map(({ what, limit, is, met }) => [
      what,
      limit,
      is,
      met === null ? "–" : met ? "met" : "**not met**",
    ]),
  };
  return `${[
    "# Benchmarks",
    "`npm run bench` wrote this page. Figures of a machine mean little on another one; ratios, taken in turns within one run, mean more.",
    about.map((line) => `- ${line}`).join("\n"),
    "## Limits",
    markdown(limits),
    ...sections.flatMap(({ title, text, table }) => [
      `## ${title}`,
      text,
      ...(table === undefined ? [] : [markdown(table)]),
    ]),
  ].join("\n\n")}\n`;
}

/** One row a peer: the median, the spread, and how many times the relay's. */
export function table(unit: string, samples: Samples): Table {
  const floor = samples.get("relay");
  return {
    head: ["", unit, "spread", "of the relay's", "samples"],
    rows: ALL.flatMap((name) => {
      const values = samples.get(name) ?? [];
      if (values.length === 0) return [];
      const middle = median(values);
      const ratio = floor === undefined || name === "relay" ? "" : `${figure(middle / median(floor))} ×`;
      return [[name, figure(middle), `± ${Math.round(spread(values) * 100)} %`, ratio, String(values.length)]];
    }),
  };
}

/** Gatehouse's median as a multiple of the relay's, each less what `base` has. */
export function ratio(samples: Samples, name: PeerName = "gatehouse", base?: PeerName): number {
  const of = (peer: PeerName): number => median(samples.get(peer) ?? []);
  const less = base === undefined ? 0 : of(base);
  return (of(name) - less) / (of("relay") - less);
}

export function atMost(what: string, value: number, limit: number, unit: string): Verdict {
  return { what, limit: `≤ ${limit}${unit}`, is: `${figure(value)}${unit}`, met: value <= limit };
}

export function atLeast(what: string, value: number, limit: number, unit: string): Verdict {
  return { what, limit: `≥ ${limit}${unit}`, is: `${figure(value)}${unit}`, met: value >= limit };
}
