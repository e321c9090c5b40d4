/** Reads a text as `readSnippet` does, for a person whose environment and vault are nearly empty. */
import { type Candidate, type ImportContext, readCandidates } from "../../../../main/config/import/candidates.ts";

export function readAll(text: string, given: Partial<ImportContext> = {}) {
  return readCandidates(text, { env: {}, home: "/home/me", names: [], secrets: [], servers: [], ...given });
}

/** The one server of a text. */
export function readOne(text: string, given: Partial<ImportContext> = {}): Candidate {
  const { candidates, problem } = readAll(text, given);
  const [only, ...more] = candidates;
  if (only === undefined || more.length > 0) throw new Error(`${candidates.length} servers (${problem?.what})`);
  return only;
}
