/** How each agent lists its servers, and what of its words means that Gatehouse is connected. */

export interface Verdict {
  readonly connected: boolean;
  /** Its own line about Gatehouse, paths shortened; empty: it has none. */
  readonly said: string;
}

interface Says {
  readonly list: readonly string[];
  judge(output: string): Verdict;
}

const saysIn = (pattern: RegExp) => (output: string) => {
  const line = output.split("\n").find((each) => pattern.test(each));
  const any = line ?? output.split("\n").find((each) => each.includes("gatehouse")) ?? "";
  return { connected: line !== undefined, said: shorten(any) };
};

export const SAYS: Readonly<Record<string, Says>> = {
  "claude-code": { list: ["mcp", "list"], judge: saysIn(/^gatehouse: .* ✔ Connected$/) },
  gemini: { list: ["mcp", "list"], judge: saysIn(/^✓ gatehouse: .* - Connected$/) },
  opencode: { list: ["mcp", "list"], judge: saysIn(/✓ gatehouse\s+connected/) },
  mcporter: { list: ["list"], judge: saysIn(/^- gatehouse \([1-9]\d* tools?, /) },
  // It reads its file and starts nothing.
  codex: { list: ["mcp", "list"], judge: saysIn(/^gatehouse\s.*\senabled\s/) },
};

function shorten(line: string): string {
  return line
    .replace(/\/\S*\/(node|gatehouse\.cjs)\b/g, "$1")
    .replace(/\s+/g, " ")
    .replace(/^[●│\s]+/, "")
    .trim();
}
