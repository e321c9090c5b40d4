/**
 * Configuration files of each agent as its documentation shows them, with what people add: comments, odd indentation,
 * keys that we know nothing of. Every text is one that the agent reads.
 */

export interface AgentConfig {
  readonly client: string;
  /** Of the client's places, the one whose path ends so. */
  readonly file: string;
  readonly text: string;
  /** The secret that stands in it. */
  readonly secret?: string;
}

export const CONFIGS: readonly AgentConfig[] = [
  {
    client: "claude-desktop",
    file: "claude_desktop_config.json",
    text: `{
  "mcpServers": {
    "filesystem": {
      "command": "npx",
      "args": [
        "-y",
        "@modelcontextprotocol/server-filesystem",
        "/Users/username/Desktop",
        "/Users/username/Downloads"
      ]
    }
  },
  "globalShortcut": "Ctrl+Space"
}
`,
  },
  { client: "claude-desktop", file: "claude_desktop_config.json", text: `{"globalShortcut":""}` },
  {
    client: "claude-code",
    file: ".claude.json",
    text: `{
  "numStartups": 41,
  "installMethod": "unknown",
  "tipsHistory": { "new-user-warmup": 1, "shift-enter": 27 },
  "projects": {
    "/home/me/work": {
      "allowedTools": [],
      "history": [{ "display": "what is in \\"here\\"? {", "pastedContents": {} }],
      "mcpServers": { "local": { "type": "stdio", "command": "node", "args": ["x.js"], "env": {} } }
    }
  },
  "mcpServers": {
    "github": {
      "type": "http",
      "url": "https://api.githubcopilot.com/mcp",
      "headers": { "Authorization": "Bearer ghp_abcdefghijklmnopqrstuvwxyz0123456789" }
    },
    "airtable": {
      "type": "stdio",
      "command": "npx",
      "args": ["-y", "airtable-mcp-server"],
      "env": { "AIRTABLE_API_KEY": "\${AIRTABLE_API_KEY}" }
    }
  },
  "userID": "0123456789abcdef"
}`,
    secret: "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
  },
  {
    client: "claude-code",
    file: ".mcp.json",
    text: `{
  "mcpServers": {
    "api-server": {
      "type": "http",
      "url": "\${API_BASE_URL:-https://api.example.com}/mcp",
      "headers": { "Authorization": "Bearer \${API_KEY}" }
    }
  }
}
`,
  },
  {
    client: "cursor",
    file: ".cursor/mcp.json",
    text: `{
\t"mcpServers": {
\t\t"server-name": {
\t\t\t"command": "npx",
\t\t\t"args": ["-y", "mcp-server"],
\t\t\t"env": {
\t\t\t\t"API_KEY": "k3y-in-plain-text"
\t\t\t}
\t\t}
\t}
}
`,
    secret: "k3y-in-plain-text",
  },
  {
    client: "vscode",
    file: "mcp.json",
    text: `{
    // How the key is asked for
    "inputs": [
        {
            "type": "promptString",
            "id": "perplexity-key",
            "description": "Perplexity API Key",
            "password": true
        }
    ],
    "servers": {
        "perplexity": {
            "type": "stdio",
            "command": "npx",
            "args": ["-y", "server-perplexity-ask"],
            "env": {
                "PERPLEXITY_API_KEY": "\${input:perplexity-key}"
            }
        }, // the last one
    },
}
`,
  },
  {
    client: "vscode-insiders",
    file: "mcp.json",
    text: `{ "servers": { "a": { "type": "http", "url": "https://a.example/mcp" } } }\n`,
  },
  {
    client: "windsurf",
    file: "mcp_config.json",
    text: `{
  "mcpServers": {
    "remote-http-mcp": {
      "serverUrl": "https://mcp.example.com/mcp",
      "headers": {
        "API_KEY": "value-of-the-key"
      }
    }
  }
}
`,
    secret: "value-of-the-key",
  },
  {
    client: "zed",
    file: "settings.json",
    text: `// Zed settings
//
// For information on how to configure Zed, see the Zed
// documentation: https://zed.dev/docs/configuring-zed
{
  "telemetry": { "metrics": false },
  "ui_font_size": 16,
  "context_servers": {
    // keep this one on top
    "local-mcp-server": {
      "command": "some-command",
      "args": ["arg-1", "arg-2"],
      "env": {},
    },
  },
  "theme": {
    "mode": "system",
    "light": "One Light",
    "dark": "One Dark", /* not that one: "Ayu" */
  },
}
`,
  },
  {
    client: "zed",
    file: "settings.json",
    text: `{
  /* nothing about servers yet */
  "vim_mode": true
}
`,
  },
  {
    client: "cline",
    file: "cline_mcp_settings.json",
    text: `{
  "mcpServers": {
    "local-server": {
      "command": "node",
      "args": ["/path/to/server.js"],
      "env": { "API_KEY": "your_api_key" },
      "alwaysAllow": ["tool1", "tool2"],
      "disabled": false
    }
  }
}
`,
    secret: "your_api_key",
  },
  {
    client: "roo",
    file: "mcp_settings.json",
    text: `{
  "mcpServers": {
    "my-server": { "type": "streamable-http", "url": "https://your-server.example/mcp",
      "headers": { "X-API-Key": "your-secure-api-key" },
      "alwaysAllow": ["tool3"], "disabled": false }
  }
}
`,
    secret: "your-secure-api-key",
  },
  {
    client: "continue",
    file: "config.yaml",
    text: `name: Local Config   # shown in the list
version: 1.0.0
schema: v1

models:
  - name: Claude
    provider: anthropic
    model: claude-sonnet-4
    apiKey: sk-ant-REPLACED-abcdefghij
    roles: [chat, edit]

mcpServers:
  # the database, read only
  - name: SQLite MCP
    command: npx
    args:
      - "-y"
      - "mcp-sqlite"
      - "/path/to/your/database.db"
    env:
      NODE_ENV: production

prompts:
- name: check
  prompt: |
    Look for
      # this is no comment
    mistakes: in here
`,
    secret: "sk-ant-REPLACED-abcdefghij",
  },
  {
    client: "continue",
    file: "config.yaml",
    text: `name: Mine\nversion: 0.0.1\nschema: v1\nmcpServers:\n- name: a\n  command: b\n- name: c\n  url: https://c.example/mcp\n`,
  },
  {
    client: "codex",
    file: "config.toml",
    text: `# Codex
model = "gpt-5-codex"
approval_policy = "on-request" # ask
notify = ["python3", "/Users/me/notify.py"]

[mcp_servers.context7]
command = "npx"
args = ["-y", "@upstash/context7-mcp"]
env_vars = ["LOCAL_TOKEN"]

[mcp_servers.context7.env]
MY_ENV_VAR = "MY_ENV_VALUE"

[mcp_servers."figma"]
url = "https://mcp.figma.com/mcp"
bearer_token_env_var = "FIGMA_OAUTH_TOKEN"
http_headers = { "X-Figma-Region" = "us-east-1" }

# trust
[projects."/home/me/work"]
trust_level = "trusted"

[tui]
notifications = true
text = """
[mcp_servers.not-this]
command = "x"
"""
`,
  },
  {
    client: "codex",
    file: "config.toml",
    text: `model = "o4"

  [ mcp_servers . docs ]   # indented
  url = 'https://developers.openai.com/mcp'
  http_headers = { Authorization = "Bearer 0123456789abcdef" }`,
    secret: "0123456789abcdef",
  },
  {
    client: "gemini",
    file: "settings.json",
    text: `{
  "theme": "GitHub",
  "selectedAuthType": "oauth-personal",
  "mcp": { "allowed": ["pythonTools"] },
  "mcpServers": {
    "pythonTools": {
      "command": "python",
      "args": ["-m", "my_mcp_server", "--port", "8080"],
      "cwd": "./mcp-servers/python",
      "env": { "DATABASE_URL": "$DB_CONNECTION_STRING", "API_KEY": "\${EXTERNAL_API_KEY}" },
      "timeout": 15000
    }
  }
}
`,
  },
  {
    client: "goose",
    file: "config.yaml",
    text: `GOOSE_PROVIDER: anthropic
GOOSE_MODEL: claude-4.5-sonnet
GOOSE_MODE: smart_approve   # or auto

extensions:
  developer:
    bundled: true
    enabled: true
    name: developer
    timeout: 300
    type: builtin

  # from the tutorial
  github:
      name: GitHub
      cmd: npx
      args: [-y, "@modelcontextprotocol/server-github"]
      enabled: true
      envs: { "GITHUB_PERSONAL_ACCESS_TOKEN": "github_pat_11ABCDEFG0123456789_abcdefgh" }
      type: stdio
      timeout: 300
`,
    secret: "github_pat_11ABCDEFG0123456789_abcdefgh",
  },
  { client: "goose", file: "config.yaml", text: `GOOSE_PROVIDER: openai\nextensions: {}\nGOOSE_MODEL: gpt-4o\n` },
  {
    client: "junie",
    file: "mcp.json",
    text: `{
  "mcpServers": {
    "Memory": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-memory"] }
  }
}`,
  },
  {
    client: "lm-studio",
    file: "mcp.json",
    text: `{
  "mcpServers": {
    "hf-mcp-server": {
      "url": "https://huggingface.co/mcp",
      "headers": {
        "Authorization": "Bearer hf_abcdefghijklmnopqrstuvwxyz"
      }
    }
  }
}`,
    secret: "hf_abcdefghijklmnopqrstuvwxyz",
  },
  {
    client: "kiro",
    file: "mcp.json",
    text: `{
  "mcpServers": {
    "web-search": {
      "command": "uvx",
      "args": [ "mcp-server-brave" ],
      "env": { "BRAVE_API_KEY": "\${BRAVE_API_KEY}" },
      "disabled": false,
      "autoApprove": ["search"], "disabledTools": []
    }
  },
  "powers": { "mcpServers": {} }
}
`,
  },
  {
    client: "opencode",
    file: "opencode.json",
    text: `{
  "$schema": "https://opencode.ai/config.json",
  "theme": "opencode",
  "mcp": {
    // everything
    "mcp_everything": {
      "type": "local",
      "command": ["npx", "-y", "@modelcontextprotocol/server-everything"],
      "enabled": true,
    },
    "my-remote": { "type": "remote", "url": "https://my.example/mcp", "oauth": { "clientSecret": "very-hidden" } },
  },
}
`,
    secret: "very-hidden",
  },
  {
    client: "opencode",
    file: "opencode.json",
    text: `{
  "mcp": {
    "servers": {
      "docs": { "type": "remote", "url": "https://docs.example/mcp" }
    }
  }
}
`,
  },
  {
    client: "copilot-cli",
    file: "mcp-config.json",
    text: `{
  "mcpServers": {
    "sentry": {
      "type": "local",
      "command": "npx",
      "args": ["@sentry/mcp-server@latest", "--host=$SENTRY_HOST"],
      "tools": ["get_issue_details", "get_issue_summary"],
      "env": { "SENTRY_HOST": "https://contoso.sentry.io", "SENTRY_ACCESS_TOKEN": "sntrys_0123456789" }
    }
  }
}
`,
    secret: "sntrys_0123456789",
  },
  {
    client: "mcporter",
    file: "mcporter.json",
    text: `{
  "$schema": "https://raw.githubusercontent.com/steipete/mcporter/main/mcporter.schema.json",
  "mcpServers": {
    "linear": {
      "description": "Linear issues",
      "baseUrl": "https://mcp.linear.app/mcp",
      "headers": { "Authorization": "Bearer \${LINEAR_API_KEY}" },
    },
  },
  "imports": ["cursor", "claude-code"],
}
`,
  },
];

/** The same text as other systems and editors save it. */
export function variantsOf(text: string): { readonly how: string; readonly bytes: Buffer }[] {
  const crlf = text.replaceAll("\n", "\r\n");
  const whole = text.trimEnd();
  return [
    { how: "as it is", bytes: Buffer.from(text) },
    { how: "with Windows line ends", bytes: Buffer.from(crlf) },
    { how: "with a byte order mark", bytes: Buffer.from(`\ufeff${text}`) },
    { how: "with both", bytes: Buffer.from(`\ufeff${crlf}`) },
    { how: "without a last line end", bytes: Buffer.from(whole) },
    { how: "with blank lines at the end", bytes: Buffer.from(`${whole}\n\n\n`) },
  ];
}
