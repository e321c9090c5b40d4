/** What is known of an agent, counted. Pure. */
import type { AgentEntry, AgentInfo } from "../../preload/api-agents.ts";

const entriesOf = (agent: AgentInfo): readonly AgentEntry[] => agent.files.flatMap(({ entries }) => entries);

/** Entries that do not go through Gatehouse. */
export const ownEntries = (agent: AgentInfo): readonly AgentEntry[] =>
  entriesOf(agent).filter((entry) => !entry.through_gatehouse);

const throughEntries = (agent: AgentInfo): readonly AgentEntry[] =>
  entriesOf(agent).filter((entry) => entry.through_gatehouse);

/** Entries with a token or a password in plain text. */
export const tokens = (agent: AgentInfo): number => entriesOf(agent).filter((entry) => entry.has_secret).length;

/** Names of the servers it has through Gatehouse one by one; each once. */
export const servers = (agent: AgentInfo): readonly string[] => [
  ...new Set(throughEntries(agent).flatMap(({ server }) => server ?? [])),
];
