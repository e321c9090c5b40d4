/** What came of a run, as a table in Markdown. */
import type { Verdict } from "./says.ts";

export interface Run {
  readonly client: string;
  readonly of: string;
  readonly version: string;
  readonly before: Verdict;
  readonly after: Verdict;
  /** It names Gatehouse no more, and its file does not either. */
  readonly gone: boolean;
  /** What went wrong; null: nothing. */
  readonly failure: string | null;
}

const HEAD = ["client", "package", "version", "before sign-in", "after sign-in", "after uninstall", "what it said"];

export function table(runs: readonly Run[]): string {
  const rows = runs.map(({ client, of, version, before, after, gone }) => [
    client,
    `\`${of}\``,
    version,
    word(client, before.connected),
    word(client, after.connected),
    gone ? "gone" : "**still there**",
    [...new Set([before.said, after.said])].map((said) => `\`${said.replaceAll("|", "\\|")}\``).join(" then "),
  ]);
  return [HEAD, HEAD.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function word(client: string, connected: boolean): string {
  if (!connected) return "**no**";
  return client === "codex" ? "listed" : "connected";
}
