/** Calls and sign-ins to draw. */
import type { ActivityRecord } from "../../preload/api.ts";
import type { CallRecord } from "../../preload/api-activity.ts";
import { activity } from "./snapshots.ts";

const AGENTS = ["Claude", "Cursor", "Visual Studio Code", null] as const;
const TOOLS = [
  ["github", "search_code"],
  ["github", "create_issue"],
  ["linear", "list_issues"],
  ["linear", "update_issue"],
  ["notion", "search"],
  ["files", "read_text_file"],
] as const;

/** The newest first, the `n`th newest `n` times seven seconds ago. */
export function call(n: number, parts: Partial<CallRecord> = {}): CallRecord {
  const [server, tool] = TOOLS[n % TOOLS.length] ?? TOOLS[0];
  return {
    id: 1_000_000 - n,
    server,
    account: "default",
    agent: AGENTS[n % AGENTS.length] ?? null,
    method: "tools/call",
    target: tool,
    started_at: new Date(Date.now() - n * 7_000 - 500).toISOString(),
    ms: 40 + ((n * 37) % 900),
    request_bytes: 180 + ((n * 13) % 400),
    response_bytes: 900 + ((n * 977) % 40_000),
    outcome: "done",
    code: null,
    ...parts,
  };
}

/** Every outcome among many good ones. */
export function calls(count: number): readonly CallRecord[] {
  return Array.from({ length: count }, (_, n) => {
    if (n % 17 === 3) return call(n, { outcome: "failed", code: "upstream_unreachable", response_bytes: 0 });
    if (n % 23 === 5) return call(n, { outcome: "blocked", code: "tool_blocked", response_bytes: 212 });
    if (n % 29 === 11) return call(n, { outcome: "cancelled", response_bytes: 0 });
    if (n % 11 === 7) return call(n, { method: "tools/list", target: null });
    if (n % 13 === 2)
      return call(n, { method: "resources/read", target: "file:///home/anna/projects/gatehouse/README.md" });
    return call(n);
  });
}

export const withArguments = (): CallRecord =>
  call(0, { arguments: '{"query":"repo:anna/notes is:open label:bug","limit":20}' });

export const longCalls = (): readonly CallRecord[] => [
  call(0, {
    server: "A server whose name somebody made as long as it may be. 64 chars",
    account: "anna.with.a.long.name@subsidiary.corporation.example",
    agent: "an-agent-that-introduces-itself-at-length/1.2.3-beta.4",
    target: `a_tool_with_${"a_long_name_".repeat(8)}indeed`,
    ms: 125_000,
    response_bytes: 123_456_789,
  }),
  call(1, {
    method: "resources/read",
    target: `https://a-very-long-host-name.example/${"path/".repeat(20)}`,
    outcome: "failed",
    code: "-32002",
  }),
];

export const records = (): readonly ActivityRecord[] => activity("linear");
