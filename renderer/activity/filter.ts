/** Which rows are meant. Pure. */
import type { Row, RowKind, RowOutcome } from "./rows.ts";

export interface Filter {
  readonly text: string;
  /** Null, as the others: any. */
  readonly server: string | null;
  readonly agent: string | null;
  readonly kind: RowKind | null;
  readonly outcome: RowOutcome | null;
}

export const ANY: Filter = { text: "", server: null, agent: null, kind: null, outcome: null };

export function isAny(filter: Filter): boolean {
  const { text, server, agent, kind, outcome } = filter;
  return text.trim() === "" && server === null && agent === null && kind === null && outcome === null;
}

export function filtered(rows: readonly Row[], filter: Filter): readonly Row[] {
  if (isAny(filter)) return rows;
  const words = filter.text.trim().toLowerCase();
  return rows.filter(
    (row) =>
      (filter.server === null || row.server === filter.server) &&
      (filter.agent === null || row.agent === filter.agent) &&
      (filter.kind === null || row.kind === filter.kind) &&
      (filter.outcome === null || row.outcome === filter.outcome) &&
      (words === "" || textOf(row).includes(words)),
  );
}

/** All that a search looks through, in lower case. */
function textOf(row: Row): string {
  const own =
    row.kind === "call"
      ? [row.call.method, row.call.target, row.call.arguments]
      : [row.record.request_id, row.record.correlation_id, ...row.record.steps.flatMap(({ name, url }) => [name, url])];
  return [row.server, row.account, row.agent, row.code, ...own].filter(Boolean).join("\n").toLowerCase();
}

/** What the choices of the filter are: every server and agent in the list, by name. */
export function choices(rows: readonly Row[]): {
  readonly servers: readonly string[];
  readonly agents: readonly string[];
} {
  const servers = new Set<string>();
  const agents = new Set<string>();
  for (const { server, agent } of rows) {
    servers.add(server);
    if (agent !== null) agents.add(agent);
  }
  const byName = (names: Set<string>): string[] => [...names].sort((a, b) => a.localeCompare(b));
  return { servers: byName(servers), agents: byName(agents) };
}
