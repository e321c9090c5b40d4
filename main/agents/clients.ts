/**
 * The agents whose configuration Gatehouse can change: what their files are called, where they lie on each system and
 * what an entry looks like. Data; each fact comes from the public page that `source` names.
 */
import { posix, win32 } from "node:path";
import { type EntryValue, isObject, type Slot, valueAt } from "./format.ts";

/** Whose files are meant. */
export interface Where {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** The person's folder, absolute. */
  readonly home: string;
}

export type Scope = "user" | "project";

export interface Place {
  readonly scope: Scope;
  readonly format: "json" | "toml" | "yaml";
  /** Absolute for `user`, else below the project's folder. Of several the first that exists counts, or else the first. */
  readonly paths: (where: Where) => readonly string[];
  /** `data`: of the file as it is. */
  readonly slot: (data: unknown) => Slot;
  /** One of several places of a scope: it counts while this folder is there. The first counts if none is. */
  readonly folder?: (where: Where) => string;
  /** What a new file begins with. */
  readonly head?: string;
  /** A file beside it that the agent reads as long as this one does not exist. */
  readonly instead?: string;
}

export interface Client {
  readonly id: string;
  readonly name: string;
  /** None: it keeps its servers where no other program should write. */
  readonly places: readonly Place[];
  /** What is written for a program with its arguments. */
  readonly entry: (program: readonly string[], name: string) => EntryValue;
  /** Characters of an entry's name: `word`: ASCII letters, digits, `_` and `-`; `dash`: the same without `_`. */
  readonly names: "any" | "word" | "dash";
  /** Files and folders that are there when it is installed. */
  readonly signs: (where: Where) => readonly string[];
  /** Its program, as found in PATH. */
  readonly programs: readonly string[];
  /** The public page that says so. */
  readonly source: string;
  /** What no public page of the maker says; absent: nothing. */
  readonly unverified?: string;
  /** What a person should know. */
  readonly note?: string;
}

const at =
  (...path: string[]) =>
  (): Slot => ({ path, kind: "map" });
const SERVERS = at("mcpServers");

function join({ platform }: Where, ...parts: string[]): string {
  return (platform === "win32" ? win32 : posix).join(...parts);
}

const inHome =
  (...parts: string[]) =>
  (where: Where): string[] => [join(where, where.home, ...parts)];

/** What a variable names, else a folder of the person's. */
function folderOf(where: Where, variable: string, ...otherwise: string[]): string {
  return where.env[variable] || join(where, where.home, ...otherwise);
}

/** Where programs of the desktop keep their data. */
function appData(where: Where): string {
  if (where.platform === "win32") return folderOf(where, "APPDATA", "AppData", "Roaming");
  if (where.platform === "darwin") return join(where, where.home, "Library", "Application Support");
  return xdgConfig(where);
}

function xdgConfig(where: Where): string {
  return where.platform === "linux"
    ? folderOf(where, "XDG_CONFIG_HOME", ".config")
    : join(where, where.home, ".config");
}

/** The Windows Store keeps this app's roaming data inside of its package. */
function storeClaude(where: Where): string {
  const local = folderOf(where, "LOCALAPPDATA", "AppData", "Local");
  return join(where, local, "Packages", "Claude_pzs8sxrjxfjjc", "LocalCache", "Roaming", "Claude");
}

function codeUser(where: Where, product: string, ...parts: string[]): string {
  return join(where, appData(where), product, "User", ...parts);
}

function extension(where: Where, id: string): string {
  return codeUser(where, "Code", "globalStorage", id);
}

/** Project files, whose path has the same form everywhere. */
const inProject =
  (...parts: string[]) =>
  (where: Where): string[] => [join(where, ...parts)];

const commandAndArgs = ([command = "", ...args]: readonly string[]): EntryValue => ({ command, args });
const typed =
  (type: string) =>
  (program: readonly string[]): EntryValue => ({ type, ...commandAndArgs(program) });

function json(scope: Scope, paths: Place["paths"], slot: Place["slot"] = SERVERS): Place {
  return { scope, format: "json", paths, slot };
}

/** Of OpenCode 2 below `mcp.servers`, of OpenCode 1 below `mcp`; 2 reads either. */
function openCodeSlot(data: unknown): Slot {
  const servers = valueAt(data, ["mcp", "servers"]);
  const isNative = isObject(servers) && typeof servers.type !== "string";
  return { path: isNative ? ["mcp", "servers"] : ["mcp"], kind: "map" };
}

function vsCode(id: string, name: string, product: string, program: string): Client {
  return {
    id,
    name,
    places: [
      json("user", (where) => [codeUser(where, product, "mcp.json")], at("servers")),
      json("project", inProject(".vscode", "mcp.json"), at("servers")),
    ],
    entry: typed("stdio"),
    names: "any",
    signs: (where) => [codeUser(where, product)],
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
    note: "Restart it after a change.",
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
    signs: (where) => [join(where, where.home, ".claude"), join(where, where.home, ".claude.json")],
    programs: ["claude"],
    source: "code.claude.com/docs/en/mcp",
    note: "A project's file is asked about at the next start. Servers of “local” scope stay as they are.",
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
      {
        ...json("user", (where) => [
          join(where, extension(where, "saoudrizwan.claude-dev"), "settings", "cline_mcp_settings.json"),
        ]),
        folder: (where) => extension(where, "saoudrizwan.claude-dev"),
      },
      {
        ...json("user", (where) => [
          where.env.CLINE_MCP_SETTINGS_PATH ||
            join(where, where.home, ".cline", "data", "settings", "cline_mcp_settings.json"),
        ]),
        folder: (where) => join(where, where.home, ".cline"),
      },
    ],
    entry: commandAndArgs,
    names: "any",
    signs: (where) => [extension(where, "saoudrizwan.claude-dev"), join(where, where.home, ".cline")],
    programs: ["cline"],
    source: "docs.cline.bot/mcp/configuring-mcp-servers",
    unverified: "the folder of the VS Code extension, which the page only opens by a button",
  },
  {
    id: "roo",
    name: "Roo Code",
    places: [
      json("user", (where) => [
        join(where, extension(where, "rooveterinaryinc.roo-cline"), "settings", "mcp_settings.json"),
      ]),
      json("project", inProject(".roo", "mcp.json")),
    ],
    entry: commandAndArgs,
    names: "any",
    signs: (where) => [extension(where, "rooveterinaryinc.roo-cline")],
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
    entry: ([cmd = "", ...args], name) => ({ name, type: "stdio", cmd, args, enabled: true, timeout: 300 }),
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
    note: "It keeps its servers in the IDE’s own settings: Settings | Tools | AI Assistant | Model Context Protocol (MCP).",
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
    entry: (program) => ({ type: "local", command: program, enabled: true }),
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
];
