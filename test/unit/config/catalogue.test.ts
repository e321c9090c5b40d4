import { describe, expect, test } from "vitest";
import { catalogue, knownProvider } from "../../../main/config/catalogue.ts";
import { remoteServer, unknownMembers } from "../../../main/config/schema.ts";
import { checkedUrl, isLoopbackHost } from "../../../main/http/urls.ts";

const entries = await catalogue();

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
    ["https://gmailmcp.googleapis.com/mcp/v1", null, "google"],
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
});
