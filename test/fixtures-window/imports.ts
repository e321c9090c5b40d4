/** Catalogue, registry, looks at addresses and snippets to draw. */
import type { CatalogueItem, RegistryItem, UrlReport } from "../../preload/api-config.ts";
import type { ImportCandidate, ImportPreview } from "../../preload/api-import.ts";
import { error } from "./snapshots.ts";

function item(
  id: string,
  title: string,
  about: string,
  category: string,
  parts: Partial<CatalogueItem> = {},
): CatalogueItem {
  const url = `https://mcp.${id}.example/mcp`;
  return { id, title, about, url, icon: `services/${id}.svg`, category, client: null, entry: { url }, ...parts };
}

/** As the catalogue has it: a client has to be registered by hand. */
export const github = (): CatalogueItem =>
  item("github", "GitHub", "Repositories, issues and pull requests.", "code", {
    url: "https://api.githubcopilot.com/mcp/",
    client: {
      kind: "an OAuth app",
      where: "https://github.com/settings/developers",
      secret: true,
      redirect_uri: "http://127.0.0.1:53682/callback",
    },
    entry: {
      url: "https://api.githubcopilot.com/mcp/",
      auth: {
        client_id: "CLIENT_ID",
        client_secret: "${keychain:github-client-secret}",
        redirect_uri: "http://127.0.0.1:53682/callback",
      },
    },
  });

export const catalogue = (): readonly CatalogueItem[] => [
  item("asana", "Asana", "Tasks, projects and portfolios.", "planning"),
  item("azure-devops", "Azure DevOps", "Work items, repositories and pipelines.", "code", {
    url: "https://mcp.dev.azure.com/ORGANIZATION",
    entry: { url: "https://mcp.dev.azure.com/ORGANIZATION", auth: { resource: false } },
  }),
  item("canva", "Canva", "Designs, templates and brand kits.", "design"),
  item("figma", "Figma", "Designs and their components. Figma lets in only applications on its list.", "design"),
  github(),
  item("hubspot", "HubSpot", "Contacts, companies and deals.", "customers"),
  item("linear", "Linear", "Issues, projects and cycles.", "planning", {
    url: "https://mcp.linear.app/mcp",
    entry: { url: "https://mcp.linear.app/mcp" },
  }),
  item("notion", "Notion", "Pages and databases.", "documents"),
  item("sentry", "Sentry", "Errors, traces and releases.", "code"),
  item("stripe", "Stripe", "Payments, customers and invoices.", "money"),
];

export function report(parts: Partial<UrlReport> = {}): UrlReport {
  return {
    url: "https://mcp.linear.app/mcp",
    type: "streamable-http",
    sign_in: "needed",
    registration: "by_itself",
    client: null,
    authorization_server: "mcp.linear.app",
    title: null,
    suggested_name: "linear",
    catalogue: null,
    error: null,
    ...parts,
  };
}

export const silentReport = (): UrlReport =>
  report({
    url: "https://search.corp.example/mcp",
    type: null,
    sign_in: "unknown",
    registration: null,
    authorization_server: null,
    suggested_name: "search",
    error: error({ server: null, message: "search.corp.example does not answer: the name is not known." }),
  });

export function candidate(name: string, parts: Partial<ImportCandidate> = {}): ImportCandidate {
  return {
    id: `c-${name}`,
    name,
    name_was: null,
    format: "Claude Code",
    entry: { url: `https://mcp.${name}.example/mcp` },
    became: [],
    dropped: [],
    warnings: [],
    secrets: [],
    unapproved: false,
    same_as: null,
    error: null,
    ...parts,
  };
}

export function snippet(candidates: readonly ImportCandidate[], parts: Partial<ImportPreview> = {}): ImportPreview {
  return { preview: "s1", source: "Claude Code's .mcp.json", candidates, error: null, ...parts };
}

/** One of each kind: with a secret, a program, one that is there already, one that cannot be. */
export const manyCandidates = (): ImportPreview =>
  snippet([
    candidate("issues", {
      entry: { url: "https://mcp.issues.example/mcp", headers: { "X-Api-Key": "${keychain:issues-x-api-key}" } },
      secrets: [{ member: "headers.X-Api-Key", name: "issues-x-api-key" }],
      became: [{ member: "oauth.clientId", became: "auth.client_id" }],
      dropped: [{ member: "oauth.callbackPort", why: "Gatehouse chooses a port for each sign-in." }],
    }),
    candidate("files", {
      name_was: "file system!",
      entry: { command: "npx", args: ["-y", "@scope/server-from-somewhere", "--root", "/home/anna/my notes"] },
      unapproved: true,
      warnings: ["It runs what npx fetches at that moment, which may change."],
    }),
    candidate("linear", { same_as: "linear" }),
    candidate("broken", {
      entry: { url: "ftp://files.example/mcp" },
      error: error({
        code: "config_invalid",
        server: null,
        message: "ftp:// is no way to reach an MCP server.",
        suggestion: "Correct the address and paste it again.",
      }),
    }),
  ]);

function registryItem(name: string, parts: Partial<RegistryItem> = {}): RegistryItem {
  return {
    name: `io.github.anna/${name}`,
    title: null,
    description: "Weather of today and of the next days, for any place.",
    version: "1.4.0",
    website: `https://${name}.example`,
    entry: { url: `https://mcp.${name}.example/mcp` },
    wants: [],
    ...parts,
  };
}

export const registry = (): readonly RegistryItem[] => [
  registryItem("weather", { title: "Weather" }),
  registryItem("weather-local", {
    description: "The same, on this computer, with a key of your own.",
    entry: {
      command: "npx",
      args: ["-y", "@anna/weather-mcp", "--units", "${UNITS}"],
      env: { WEATHER_KEY: "${WEATHER_KEY}" },
      approved: false,
    },
    wants: [
      { name: "UNITS", description: "metric or imperial", secret: false },
      { name: "WEATHER_KEY", description: "From your account at weather.example.", secret: true },
    ],
  }),
];
