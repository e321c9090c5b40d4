import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { catalogue, catalogueIds, catalogueItems, knownProvider } from "../../../main/config/catalogue.ts";
import { remoteServer, unknownMembers } from "../../../main/config/schema.ts";
import { checkedUrl, isLoopbackHost } from "../../../main/http/urls.ts";

const entries = await catalogue();
const items = await catalogueItems();
/** A script's own words have no types. */
const script = join(import.meta.dirname, "../../../scripts/service-icons.mjs");
const { serviceIcon } = (await import(pathToFileURL(script).href)) as { serviceIcon(icon: object): string };
const PICTURES = join(import.meta.dirname, "../../../assets/icons/services");

describe("the catalogue", () => {
  test("has names of its own", () => {
    const names = entries.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(["github", "slack", "google", "figma", "atlassian", "notion", "asana"]),
    );
  });

  test.each(entries.map((entry) => [entry.name, entry] as const))("%s is what servers.json takes", (_, entry) => {
    const server = { url: entry.url ?? "https://api.example.com/mcp", auth: entry.auth };
    expect(remoteServer.safeParse(server).success).toBe(true);
    expect(unknownMembers(server)).toEqual([]);
    expect(entry.about).toMatch(/^[^\n]{10,140}\.$/);
    expect(entry.auth).not.toHaveProperty("client_id");
    expect(entry.auth).not.toHaveProperty("client_secret");
  });

  test.each(entries.map((entry) => [entry.name, entry] as const))(
    "%s has addresses that may be used",
    (name, entry) => {
      const {
        redirect_uri: redirect,
        metadata_url,
        authorization_server,
        authorization_endpoint,
        token_endpoint,
      } = entry.auth;
      for (const url of [entry.url, metadata_url, authorization_server, authorization_endpoint, token_endpoint]) {
        if (url !== undefined && url !== null)
          expect(checkedUrl(url, { server: name, what: "address" }).protocol).toBe("https:");
      }
      if (entry.url !== null) expect(entry.origins).toContain(new URL(entry.url).origin);
      if (redirect !== undefined) expect(isLoopbackHost(new URL(redirect).hostname)).toBe(true);
      // Who registers by hand has to enter something that stays.
      if (entry.client !== null) expect(redirect).toBeDefined();
      expect(entry.origins.length + entry.issuers.length).toBeGreaterThan(0);
    },
  );

  test.each([
    ["https://api.githubcopilot.com/mcp/", null, "github"],
    ["https://gmailmcp.googleapis.com/mcp/v1", null, "gmail"],
    ["https://other.example/mcp", "https://accounts.google.com", "google"],
    ["https://mcp.dev.azure.com/acme", null, "azure-devops"],
    ["https://api.example.com/mcp", "https://acme.okta.com/oauth2/default", "okta"],
    ["https://mcp.slack.com/other", "https://unknown.example", "slack"],
    ["https://api.example.com/mcp", "https://example.eu.auth0.com/", "auth0"],
    ["https://api.example.com/mcp", "https://cognito-idp.eu-central-1.amazonaws.com/pool", "cognito"],
    ["https://api.example.com/mcp", "https://login.microsoftonline.com/tenant/v2.0", "entra"],
    ["https://api.example.com/mcp", "https://id.example.com/realms/notes", "keycloak"],
    ["https://api.example.com/mcp", "https://auth0.com.evil.example/", null],
    ["https://evil.example/mcp.slack.com", null, null],
  ])("knows %s with issuer %s as %s", async (url, issuer, name) => {
    expect((await knownProvider(url, issuer))?.name ?? null).toBe(name);
  });

  test("tells a server's id by its URL, else by its origin", async () => {
    const idOf = await catalogueIds();
    expect(idOf("https://mcp.linear.app/mcp")).toBe("linear");
    expect(idOf("https://MCP.linear.app/mcp/")).toBe("linear");
    expect(idOf("https://mcp.linear.app/sse")).toBe("linear");
    expect(idOf("https://linear.app.evil.example/mcp")).toBeNull();
    expect(idOf("no url")).toBeNull();
  });
});

describe("a server of the catalogue", () => {
  test("is one of many, well known ones among them", () => {
    expect(items.length).toBeGreaterThanOrEqual(45);
    const ids = items.map(({ id }) => id);
    for (const id of ["github", "linear", "notion", "slack", "sentry", "stripe", "gmail", "google-drive", "power-bi"]) {
      expect(ids).toContain(id);
    }
    expect(items.map(({ title }) => title)).toEqual(
      items.map(({ title }) => title).sort((a, b) => a.localeCompare(b, "en")),
    );
    expect(new Set(items.map(({ url }) => url)).size).toBe(items.length);
  });

  test.each(items.map((item) => [item.id, item] as const))("%s becomes an entry that servers.json takes", (_, item) => {
    expect(remoteServer.safeParse(item.entry).success).toBe(true);
    expect(unknownMembers(item.entry)).toEqual([]);
    const { auth = {} } = item.entry as { auth?: Record<string, unknown> };
    expect(auth.client_id).toBe(item.client === null ? undefined : "CLIENT_ID");
    expect(auth.client_secret).toBe(item.client?.secret === true ? `\${keychain:${item.id}-client-secret}` : undefined);
    if (item.client !== null) expect(item.client.redirect_uri).toBe(auth.redirect_uri);
  });

  test("is named by a public page, but for those that say that no page was found", () => {
    const without = entries.filter(({ url, source }) => url !== null && source === null).map(({ name }) => name);
    expect(without).toEqual(["grafana"]);
    for (const { source } of entries) if (source !== null) expect(new URL(source).protocol).toBe("https:");
  });

  test("has a picture of its own, drawn from the catalogue, which runs and loads nothing", () => {
    const names = readdirSync(PICTURES);
    expect(names.sort()).toEqual(items.map(({ id }) => `${id}.svg`).sort());
    for (const { name, icon } of entries) {
      if (icon === null) continue;
      const svg = readFileSync(join(PICTURES, `${name}.svg`), "utf8");
      expect(svg).toBe(serviceIcon(icon));
      expect(svg).not.toMatch(/<(script|image|use|style|foreignObject|text)|href|url\(|\son\w+=/i);
    }
    for (const { id, icon } of items) expect(icon).toBe(`services/${id}.svg`);
    expect(names.reduce((sum, name) => sum + statSync(join(PICTURES, name)).size, 0)).toBeLessThan(64 * 1024);
  });
});
