/** What servers of the scenes offer, their entries, calls and log lines. Times are seen from now. */
import type { CallRecord } from "../../preload/api-activity.ts";
import type { EntryView, ListedTool, LogLine, ServerContents } from "../../preload/api-config.ts";

const iso = (offsetS: number): string => new Date(Date.now() + offsetS * 1000).toISOString();

function tool(name: string, parts: Partial<ListedTool> = {}): ListedTool {
  return {
    name,
    state: "allowed",
    at: null,
    version: null,
    changes: [],
    title: null,
    description: `What ${name} does, as the server says it.`,
    input_schema: { type: "object", properties: {} },
    read_only: null,
    destructive: null,
    ...parts,
  };
}

export const contents = (server = "github"): ServerContents => ({
  server,
  tools: [
    tool("search_code", {
      description: "Searches code in all repositories that you can read. Returns the matching lines with their files.",
      read_only: true,
      input_schema: {
        type: "object",
        required: ["query"],
        properties: {
          query: { type: "string", description: "Words, and qualifiers such as language:ts" },
          per_page: { type: "integer", description: "How many results", default: 30 },
          order: { type: "string", enum: ["asc", "desc"], default: "desc" },
          labels: { type: "array", items: { type: "string" } },
          archived: { type: "boolean", description: "Search archived repositories, too" },
        },
      },
    }),
    tool("create_issue", { description: "Opens a new issue in a repository." }),
    tool("delete_repository", { description: "Deletes a repository for good.", state: "denied", destructive: true }),
    tool("get_me", { description: "Tells who you are.", read_only: true }),
    tool("list_pull_requests", { description: "Lists pull requests of a repository.", read_only: true }),
    tool("merge_pull_request", { description: "Merges a pull request.", state: "denied" }),
    tool("add_comment", { description: "Comments on an issue or a pull request." }),
    tool("list_workflow_runs", { description: null, read_only: true }),
  ],
  prompts: [
    {
      name: "review_pull_request",
      description: "Reads a pull request and writes a review.",
      arguments: [
        { name: "repository", description: "As owner/name", required: true },
        { name: "number", description: "Of the pull request", required: true },
      ],
    },
  ],
  resources: [
    {
      uri: "repo://{owner}/{repo}/contents/{+path}",
      template: true,
      name: "Repository contents",
      description: "Files of a repository at its default branch.",
      mime_type: null,
    },
    { uri: "user://me", template: false, name: "You", description: null, mime_type: "application/json" },
  ],
  error: null,
});

export const entry = (name = "github"): EntryView => ({
  name,
  entry: {
    url: "https://api.githubcopilot.com/mcp/",
    headers: { "X-MCP-Toolsets": "repos,issues", Authorization: "${hidden:headers.Authorization}" },
    auth: { client_id: "Iv1.8a61f9b3a7aba766", client_secret: "${keychain:github-client-secret}", scope: "repo" },
    tools: { deny: ["delete_*", "merge_pull_request"] },
    timeout: 120,
  },
  text: `{
  // The hosted server; the toolsets keep its list short.
  "url": "https://api.githubcopilot.com/mcp/",
  "headers": {
    "X-MCP-Toolsets": "repos,issues",
    "Authorization": "\${hidden:headers.Authorization}"
  },
  "auth": {
    "client_id": "Iv1.8a61f9b3a7aba766",
    "client_secret": "\${keychain:github-client-secret}",
    "scope": "repo"
  },
  "tools": { "deny": ["delete_*", "merge_pull_request"] },
  "timeout": 120
}`,
  hidden: ["headers.Authorization"],
  issues: [],
});

export const localEntry = (name = "files"): EntryView => ({
  name,
  entry: {
    command: "npx",
    args: ["-y", "@modelcontextprotocol/server-filesystem", "/home/anna/projects"],
    env: { NODE_OPTIONS: "--max-old-space-size=256" },
  },
  text: `{
  "command": "npx",
  "args": ["-y", "@modelcontextprotocol/server-filesystem", "/home/anna/projects"],
  "env": { "NODE_OPTIONS": "--max-old-space-size=256" }
}`,
  hidden: [],
  issues: [],
});

export const calls = (server = "github", count = 12): readonly CallRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    id: count - index,
    server,
    account: "octo-anna",
    agent: index % 3 === 0 ? "Cursor" : "Claude",
    method: "tools/call",
    target: ["search_code", "get_me", "create_issue", "list_pull_requests"][index % 4] ?? null,
    started_at: iso(-40 * (index + 1)),
    ms: 80 + ((index * 137) % 900),
    request_bytes: 210,
    response_bytes: 900 + index * 3_141,
    outcome: index === 2 ? "failed" : index === 5 ? "blocked" : "done",
    code: index === 2 ? "-32602" : index === 5 ? "tool_blocked" : null,
  }));

export const logLines = (server = "github", count = 60): readonly LogLine[] =>
  Array.from({ length: count }, (_, index) => ({
    at: iso(-10 * (count - index)),
    level: index % 17 === 5 ? "warn" : index % 29 === 8 ? "error" : index % 4 === 1 ? "debug" : "info",
    event: ["session_opened", "request", "token_refreshed", "upstream_slow"][index % 4] ?? "request",
    server,
    text: [
      "agent=Claude era=legacy",
      "method=tools/call ms=182 bytes=4211",
      "account=octo-anna expires_in=3600",
      "ms=9120",
    ][index % 4] as string,
  }));
