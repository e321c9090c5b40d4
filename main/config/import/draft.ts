/** A server between its text and its entry. */
import { type Fields, type Notes, type Problem, record } from "./found.ts";

/** A server on the way from its text to an entry. */
export interface Draft {
  format: string;
  readonly notes: Notes;
  url: string | null;
  type: string | null;
  readonly headers: Record<string, string>;
  command: string | null;
  args: string[];
  readonly env: Record<string, string>;
  cwd: string | null;
  /** Blocks on how to sign in, with the members they stand in: read once the URL is known. */
  readonly signIn: [member: string, fields: Fields][];
  /** What is in `auth` already. */
  readonly auth: Record<string, unknown>;
  enabled: boolean | null;
  protocol: string | null;
  allow: string[];
  deny: string[];
  guard: boolean | null;
  /** Seconds. */
  timeout: number | null;
  problem: Problem | null;
}

export function newDraft(format: string, notes: Notes): Draft {
  return {
    format,
    notes,
    url: null,
    type: null,
    headers: record<string>([]),
    command: null,
    args: [],
    env: record<string>([]),
    cwd: null,
    signIn: [],
    auth: record<unknown>([]),
    enabled: null,
    protocol: null,
    allow: [],
    deny: [],
    guard: null,
    timeout: null,
    problem: null,
  };
}
