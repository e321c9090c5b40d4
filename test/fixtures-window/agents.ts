/** Agents of a machine to draw: connected, with tokens in their files, broken, not there. */
import type { AgentEntry, AgentFile, AgentInfo, AgentPreview } from "../../preload/api-agents.ts";
import { error } from "./snapshots.ts";

function entry(name: string, parts: Partial<AgentEntry> = {}): AgentEntry {
  return {
    name,
    through_gatehouse: false,
    server: null,
    account: null,
    target: `mcp.${name}.example`,
    has_secret: false,
    ...parts,
  };
}

const through = (name: string, server: string | null = name): AgentEntry =>
  entry(name, { through_gatehouse: true, server, target: null });

function agentFile(path: string, entries: readonly AgentEntry[], parts: Partial<AgentFile> = {}): AgentFile {
  return { scope: "user", path, exists: true, entries, error: null, ...parts };
}

function agent(id: string, name: string, parts: Partial<AgentInfo> = {}): AgentInfo {
  return {
    id,
    name,
    found: true,
    writable: true,
    files: [agentFile(`/home/anna/.${id}/mcp.json`, [])],
    connected: "none",
    note: null,
    source: `https://docs.${id}.example/mcp`,
    ...parts,
  };
}

const cursor = (): AgentInfo =>
  agent("cursor", "Cursor", {
    files: [
      agentFile("/home/anna/.cursor/mcp.json", [
        entry("linear", { target: "mcp.linear.app", has_secret: true }),
        entry("files", { target: "npx -y @modelcontextprotocol/server-filesystem" }),
      ]),
    ],
  });

const claude = (): AgentInfo =>
  agent("claude-desktop", "Claude Desktop", {
    connected: "all",
    files: [agentFile("/home/anna/.config/Claude/claude_desktop_config.json", [through("gatehouse", null)])],
  });

const code = (): AgentInfo =>
  agent("vscode", "VS Code", {
    connected: "some",
    files: [agentFile("/home/anna/.config/Code/User/mcp.json", [through("github"), through("linear")])],
  });

const broken = (): AgentInfo =>
  agent("zed", "Zed", {
    files: [
      agentFile("/home/anna/.config/zed/settings.json", [], {
        error: error({
          code: "config_invalid",
          server: null,
          message: "Zed's settings are no valid JSON: line 14, column 3, a comma is missing.",
          suggestion: "Correct the file in Zed, then look again.",
        }),
      }),
    ],
  });

const jetbrains = (): AgentInfo =>
  agent("jetbrains", "JetBrains AI Assistant", {
    writable: false,
    files: [],
    note: "Its servers are kept inside of the IDE: Settings, Tools, AI Assistant, MCP. Copy the settings below.",
  });

export const everydayAgents = (): readonly AgentInfo[] => [
  claude(),
  cursor(),
  code(),
  broken(),
  jetbrains(),
  agent("windsurf", "Windsurf", { found: false }),
  agent("goose", "Goose", { found: false }),
  agent("codex", "Codex CLI", { found: false }),
];

const LONG = "An agent whose name somebody made as long as it could possibly be (Insiders, Nightly)";

export const longAgents = (): readonly AgentInfo[] => [
  agent("long", LONG, {
    connected: "some",
    files: [
      agentFile(`/home/anna/.config/${"a-folder-of-a-long-name/".repeat(6)}settings.json`, [
        through("A server whose name somebody made as long as it may be. 64 chars"),
        through("日本語のサーバー"),
        entry("its-own-server-with-a-name-that-goes-on-and-on", {
          target: "a-very-long-host-name-that-goes-on-and-on.internal.department.corporation.example:8443",
          has_secret: true,
        }),
      ]),
    ],
  }),
];

/** What connecting Cursor to all servers would change. */
export function preview(parts: Partial<AgentPreview> = {}): AgentPreview {
  const line = (kind: "same" | "added" | "removed", text: string) => ({ kind, text }) as const;
  return {
    preview: "p1",
    client: "cursor",
    path: "/home/anna/.cursor/mcp.json",
    scope: "user",
    changes: true,
    diff: [
      line("same", "{"),
      line("same", '  "mcpServers": {'),
      line("same", '    "linear": { "url": "https://mcp.linear.app/mcp", "headers": { "Authorization": "••••" } },'),
      line("removed", '    "files": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem"] }'),
      line("added", '    "files": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem"] },'),
      line("added", '    "gatehouse": { "command": "/opt/Gatehouse/gatehouse", "args": ["connect"] }'),
      line("same", "  }"),
      line("same", "}"),
    ],
    backup: "/home/anna/.local/share/gatehouse/state/backups/cursor-2026-11-30T12-00-00.json",
    deletes: false,
    note: "Restart Cursor, so that it reads its settings again.",
    ...parts,
  };
}
