/**
 * The agents whose configuration Gatehouse can change: what their files are called, where they lie on each system and
 * what an entry looks like. Data; each fact comes from the public page that `source` names.
 */
import {
  appData,
  at,
  type Client,
  commandAndArgs,
  editorUser,
  envAs,
  extensionFolders,
  extensionPlaces,
  folderOf,
  inHome,
  inProject,
  join,
  json,
  typed,
  type Where,
  xdgConfig,
} from "./client.ts";
import { isObject, type Slot, valueAt } from "./format.ts";

/** The Windows Store keeps this app's roaming data inside of its package. */
function storeClaude(where: Where): string {
  const local = folderOf(where, "LOCALAPPDATA", "AppData", "Local");
  return join(where, local, "Packages", "Claude_pzs8sxrjxfjjc", "LocalCache", "Roaming", "Claude");
}

/** Of OpenCode 2 below `mcp.servers`, of OpenCode 1 below `mcp`; 2 reads either. */
function openCodeSlot(data: unknown): Slot {
  const servers = valueAt(data, ["mcp", "servers"]);
  const isNative = isObject(servers) && typeof servers.type !== "string";
  return { path: isNative ? ["mcp", "servers"] : ["mcp"], kind: "map" };
}

/** mcporter goes by the variable only where it is set, on every system. */
function mcporterHome(where: Where): string {
  const { XDG_CONFIG_HOME: config } = where.env;
  return config ? join(where, config, "mcporter") : join(where, where.home, ".mcporter");
}

function vsCode(id: string, name: string, product: string, program: string): Client {
  return {
    id,
    name,
    places: [
      json("user", (where) => [editorUser(where, product, "mcp.json")], at("servers")),
      json("project", inProject(".vscode", "mcp.json"), at("servers")),
    ],
    entry: typed("stdio"),
    names: "any",
    signs: (where) => [editorUser(where, product)],
    programs: [program],
    source: "code.visualstudio.com/docs/agents/reference/mcp-configuration",
    note: "Profiles other than the default one have files of their own.",
  };
}

export const CLIENTS: readonly Client[] = [
  {
    id: "claude-desktop",
    name: "Claude Desktop",
    places: [
      {
        ...json("user", (where) => [join(where, appData(where), "Claude", "claude_desktop_config.json")]),
        folder: (where) => join(where, appData(where), "Claude"),
      },
      {
        ...json("user", (where) => [join(where, storeClaude(where), "claude_desktop_config.json")]),
        folder: (where) => (where.platform === "win32" ? storeClaude(where) : ""),
      },
    ],
    entry: commandAndArgs,
    names: "any",
    signs: (where) => [join(where, appData(where), "Claude"), storeClaude(where)],
    programs: [],
    source:
      "modelcontextprotocol.io/docs/develop/connect-local-servers; for the Store: anthropics/claude-code issue 26073",
    unverified: "the place on Linux",
    afterwards: "Quit Claude Desktop and start it again.",
  },
  {
    id: "claude-code",
    name: "Claude Code",
    places: [
      json("user", (where) => [join(where, where.env.CLAUDE_CONFIG_DIR || where.home, ".claude.json")]),
      json("project", inProject(".mcp.json")),
    ],
    entry: typed("stdio"),
    names: "word",
    signs: (where) => [folderOf(where, "CLAUDE_CONFIG_DIR", ".claude"), join(where, where.home, ".claude.json")],
    programs: ["claude"],
    source: "code.claude.com/docs/en/mcp",
    note: "A project's file is asked about at the next start. Servers of “local” scope stay as they are.",
    afterwards: "Sessions that are open go on as they are; a new one has it.",
  },
  {
    id: "cursor",
    name: "Cursor",
    places: [json("user", inHome(".cursor", "mcp.json")), json("project", inProject(".cursor", "mcp.json"))],
    entry: commandAndArgs,
    names: "any",
    signs: inHome(".cursor"),
    programs: ["cursor", "cursor-agent"],
    source: "cursor.com/docs/context/mcp",
  },
  vsCode("vscode", "VS Code", "Code", "code"),
  vsCode("vscode-insiders", "VS Code Insiders", "Code - Insiders", "code-insiders"),
  {
    id: "windsurf",
    name: "Windsurf",
    places: [json("user", inHome(".codeium", "windsurf", "mcp_config.json"))],
    entry: commandAndArgs,
    names: "any",
    signs: inHome(".codeium", "windsurf"),
    programs: ["windsurf"],
    source: "docs.windsurf.com/windsurf/cascade/mcp",
  },
  {
    id: "zed",
    name: "Zed",
    places: [
      json(
        "user",
        (where) => [
          where.platform === "win32"
            ? join(where, appData(where), "Zed", "settings.json")
            : join(where, xdgConfig(where), "zed", "settings.json"),
        ],
        at("context_servers"),
      ),
    ],
    entry: commandAndArgs,
    names: "any",
    signs: (where) => [
      where.platform === "win32" ? join(where, appData(where), "Zed") : join(where, xdgConfig(where), "zed"),
    ],
    programs: ["zed", "zeditor"],
    source: "zed.dev/docs/ai/mcp",
  },
  {
    id: "cline",
    name: "Cline",
    places: [
      ...extensionPlaces("saoudrizwan.claude-dev", "settings", "cline_mcp_settings.json"),
      {
        ...json("user", (where) => [
          where.env.CLINE_MCP_SETTINGS_PATH ||
            join(where, where.home, ".cline", "data", "settings", "cline_mcp_settings.json"),
        ]),
        folder: (where) => join(where, where.home, ".cline", "data"),
      },
    ],
    entry: commandAndArgs,
    names: "any",
    signs: (where) => [...extensionFolders(where, "saoudrizwan.claude-dev"), join(where, where.home, ".cline", "data")],
    programs: ["cline"],
    source: "docs.cline.bot/mcp/configuring-mcp-servers",
    unverified: "the folder of the editor's extension, which the page only opens by a button",
    note: "Each editor that has the extension has a file of its own, and so has the command line.",
  },
  {
    id: "roo",
    name: "Roo Code",
    places: [
      ...extensionPlaces("rooveterinaryinc.roo-cline", "settings", "mcp_settings.json"),
      json("project", inProject(".roo", "mcp.json")),
    ],
    entry: commandAndArgs,
    names: "any",
    signs: (where) => extensionFolders(where, "rooveterinaryinc.roo-cline"),
    programs: [],
    source: "docs.roocode.com/features/mcp/using-mcp-in-roo",
    unverified: "the folder of the user's file, which the page only opens by a button",
  },
  {
    id: "continue",
    name: "Continue",
    places: [
      {
        scope: "user",
        format: "yaml",
        paths: inHome(".continue", "config.yaml"),
        slot: () => ({ path: ["mcpServers"], kind: "list" }),
        head: "name: Local Config\nversion: 1.0.0\nschema: v1\n",
        instead: "config.json",
      },
      json("project", inProject(".continue", "mcpServers", "gatehouse.json")),
    ],
    entry: commandAndArgs,
    names: "any",
    signs: inHome(".continue"),
    programs: ["cn"],
    source: "docs.continue.dev/customize/deep-dives/mcp",
  },
  {
    id: "codex",
    name: "Codex CLI",
    places: [
      {
        scope: "user",
        format: "toml",
        paths: (where) => [join(where, folderOf(where, "CODEX_HOME", ".codex"), "config.toml")],
        slot: at("mcp_servers"),
      },
      { scope: "project", format: "toml", paths: inProject(".codex", "config.toml"), slot: at("mcp_servers") },
    ],
    entry: commandAndArgs,
    names: "word",
    signs: (where) => [folderOf(where, "CODEX_HOME", ".codex")],
    programs: ["codex"],
    source: "developers.openai.com/codex/mcp",
    note: "A project's file counts in trusted projects only.",
  },
  {
    id: "gemini",
    name: "Gemini CLI",
    places: [json("user", inHome(".gemini", "settings.json")), json("project", inProject(".gemini", "settings.json"))],
    entry: commandAndArgs,
    names: "dash",
    signs: inHome(".gemini"),
    programs: ["gemini"],
    source: "geminicli.com/docs/tools/mcp-server",
  },
  {
    id: "goose",
    name: "Goose",
    places: [
      {
        scope: "user",
        format: "yaml",
        paths: (where) => [
          where.platform === "win32"
            ? join(where, appData(where), "Block", "goose", "config", "config.yaml")
            : join(where, xdgConfig(where), "goose", "config.yaml"),
        ],
        slot: at("extensions"),
      },
    ],
    entry: ({ command: [cmd, ...args], env }, name) => ({
      name,
      type: "stdio",
      cmd,
      args,
      ...envAs("envs", env),
      enabled: true,
      timeout: 300,
    }),
    names: "word",
    signs: (where) => [
      where.platform === "win32"
        ? join(where, appData(where), "Block", "goose")
        : join(where, xdgConfig(where), "goose"),
    ],
    programs: ["goose"],
    source: "block.github.io/goose/docs/guides/config-files",
  },
  {
    id: "junie",
    name: "JetBrains Junie",
    places: [
      json("user", inHome(".junie", "mcp", "mcp.json")),
      json("project", inProject(".junie", "mcp", "mcp.json")),
    ],
    entry: commandAndArgs,
    names: "any",
    signs: inHome(".junie"),
    programs: ["junie"],
    source: "jetbrains.com/help/junie/model-context-protocol-mcp.html",
    unverified: "the files' places, which the page only opens by a button",
  },
  {
    id: "jetbrains",
    name: "JetBrains AI Assistant",
    places: [],
    entry: commandAndArgs,
    names: "any",
    signs: (where) => [join(where, appData(where), "JetBrains")],
    programs: [],
    source: "jetbrains.com/help/ai-assistant/mcp.html",
    note: "It keeps its servers in the IDE’s own settings: Settings | Tools | AI Assistant | Model Context Protocol (MCP). Paste the command there.",
  },
  {
    id: "lm-studio",
    name: "LM Studio",
    places: [json("user", inHome(".lmstudio", "mcp.json"))],
    entry: commandAndArgs,
    names: "any",
    signs: inHome(".lmstudio"),
    programs: ["lms"],
    source: "lmstudio.ai/docs/app/mcp",
    unverified: "the file's place, which the page only opens by a button",
  },
  {
    id: "kiro",
    name: "Kiro",
    places: [
      json("user", inHome(".kiro", "settings", "mcp.json")),
      json("project", inProject(".kiro", "settings", "mcp.json")),
    ],
    entry: commandAndArgs,
    names: "any",
    signs: inHome(".kiro"),
    programs: ["kiro", "kiro-cli"],
    source: "kiro.dev/docs/mcp/configuration",
  },
  {
    id: "opencode",
    name: "OpenCode",
    places: [
      json(
        "user",
        (where) =>
          ["opencode.json", "opencode.jsonc"].map((name) =>
            join(where, folderOf(where, "XDG_CONFIG_HOME", ".config"), "opencode", name),
          ),
        openCodeSlot,
      ),
      json("project", () => ["opencode.json", "opencode.jsonc"], openCodeSlot),
    ],
    entry: ({ command, env }) => ({ type: "local", command, ...envAs("environment", env), enabled: true }),
    names: "any",
    signs: (where) => [join(where, folderOf(where, "XDG_CONFIG_HOME", ".config"), "opencode")],
    programs: ["opencode"],
    source: "opencode.ai/docs/mcp-servers, opencode.ai/docs/migrate-v1",
  },
  {
    id: "copilot-cli",
    name: "GitHub Copilot CLI",
    places: [
      json("user", (where) => [join(where, folderOf(where, "COPILOT_HOME", ".copilot"), "mcp-config.json")]),
      json("project", inProject(".mcp.json")),
    ],
    entry: (program) => ({ ...typed("local")(program), tools: ["*"] }),
    names: "any",
    signs: (where) => [folderOf(where, "COPILOT_HOME", ".copilot")],
    programs: ["copilot"],
    source: "docs.github.com/en/copilot/how-tos/copilot-cli/customize-copilot/add-mcp-servers",
  },
  {
    id: "mcporter",
    name: "mcporter",
    places: [
      json("user", (where) =>
        ["mcporter.json", "mcporter.jsonc"].map((name) => join(where, mcporterHome(where), name)),
      ),
      json("project", inProject("config", "mcporter.json")),
    ],
    entry: commandAndArgs,
    names: "any",
    signs: (where) => [mcporterHome(where)],
    programs: ["mcporter"],
    source: "github.com/openclaw/mcporter, docs/config.md",
    note: "It also reads the files of Cursor, Claude, Codex, Windsurf, OpenCode and VS Code.",
  },
];
