/**
 * Everything that the documentation of five products tells their users to write, taken over and then at work: a real
 * authorization server, the real sign-in, a tool called by an agent.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ImportCandidate } from "../../../preload/api-import.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { SNIPPETS, type Snippet } from "../../fixtures/import/snippets.ts";
import { type ProtectedServer, startProtectedServer } from "../../fixtures/protected-server.ts";
import { runHub } from "../verbs/parts.ts";

const REDIRECTS = ["http://127.0.0.1/callback", "http://localhost/callback"];
const CODE = { grant_types: ["authorization_code", "refresh_token"], response_types: ["code" as const] };
const SECRETS = {
  CONFIDENTIAL_SECRET: "kept-by-the-client-alone-4711",
  SERVICE_SECRET: "kept-by-the-service-alone-0815",
};
const CLIENTS = [
  { client_id: "public-client", token_endpoint_auth_method: "none" as const, redirect_uris: REDIRECTS, ...CODE },
  ...(["client_secret_basic", "client_secret_post"] as const).map((method) => ({
    client_id: `client-${method.split("_")[2]}`,
    client_secret: SECRETS.CONFIDENTIAL_SECRET,
    token_endpoint_auth_method: method,
    redirect_uris: REDIRECTS,
    ...CODE,
  })),
  {
    client_id: "service",
    client_secret: SECRETS.SERVICE_SECRET,
    token_endpoint_auth_method: "client_secret_post" as const,
    redirect_uris: [],
    response_types: [],
    grant_types: ["client_credentials"],
  },
];

let as: AuthorizationServer;
let acme: ProtectedServer;

beforeAll(async () => {
  as = await startAuthorizationServer({ clients: CLIENTS });
  acme = await startProtectedServer({ issuer: as });
});
afterAll(async () => {
  await acme.close();
  await as.close();
});

/** The page's text with this machine's servers and clients in the place of its examples. */
function here(text: string): string {
  return text
    .replaceAll("PLACE", acme.url)
    .replaceAll("ISSUER", as.issuer)
    .replaceAll("PUBLIC_ID", "public-client")
    .replaceAll("CONFIDENTIAL_ID", "client-basic")
    .replaceAll("SERVICE_ID", "service")
    .replaceAll("CONFIDENTIAL_SECRET", SECRETS.CONFIDENTIAL_SECRET)
    .replaceAll("SERVICE_SECRET", SECRETS.SERVICE_SECRET);
}

describe.each([...new Set(SNIPPETS.map(({ product }) => product))])("%s", (product) => {
  test.each(SNIPPETS.filter((each) => each.product === product).map((each): [string, Snippet] => [each.about, each]))(
    "%s",
    async (_about, snippet) => {
      const env = Object.fromEntries(Object.entries(snippet.env ?? {}).map(([name, value]) => [name, here(value)]));
      const hub = await runHub({}, env);
      if (snippet.secret !== undefined) {
        await hub.call("setSecret", { name: snippet.secret.name, value: here(snippet.secret.value) });
      }
      const preview = await hub.call("readSnippet", { text: here(snippet.text) });
      const [candidate, ...more] = preview.candidates as [ImportCandidate];
      expect({ error: preview.error ?? candidate.error, warnings: candidate.warnings, more }).toEqual({
        error: null,
        warnings: [],
        more: [],
      });
      expect(JSON.stringify(preview)).not.toContain(SECRETS.CONFIDENTIAL_SECRET);
      expect(JSON.stringify(preview)).not.toContain(SECRETS.SERVICE_SECRET);

      const done = await hub.call("importServers", { preview: preview.preview, servers: [{ id: candidate.id }] });
      expect(done).toMatchObject({ added: [candidate.name], failed: [] });
      const file = hub.home.readServers();
      for (const secret of Object.values(SECRETS)) expect(file).not.toContain(secret);

      const { auth = {} } = candidate.entry as { auth?: Record<string, string> };
      if (!snippet.headless) {
        await hub.call("signIn", { server: candidate.name });
        const asked = as.records.authorizations.at(-1)?.params ?? {};
        if (auth.redirect_uri !== undefined) expect(asked.redirect_uri).toBe(auth.redirect_uri);
        if (auth.scope !== undefined) expect(asked.scope).toBe(auth.scope);
        if (auth.client_id?.includes("$") === false) expect(asked.client_id).toBe(auth.client_id);
        expect(asked).toMatchObject(auth.authorize_params ?? {});
      }
      const agent = await hub.connect(candidate.name);
      // Nobody stands behind a service account's token.
      expect(await agent.callText("whoami")).toBe(snippet.headless ? "undefined" : "ada");
      expect(hub.server(candidate.name)).toMatchObject({ state: "ready", error: null });
    },
  );
});

describe("what describes no server says what it is, and what to do here", () => {
  test.each([
    ["dynmcp login github", "gatehouse login github"],
    ["$ dynmcp logout github", "gatehouse logout github"],
    ["mcpproxy auth login --server=github-server", "gatehouse login github-server"],
    ["HEADLESS=true mcpproxy auth login --server=github-server", "gatehouse login github-server"],
    ["mcpproxy auth login --server=github-server --log-level=debug", "gatehouse login github-server"],
    ["mcpproxy auth status", "gatehouse status"],
    ["mcpproxy upstream logs github-server --tail 50", "gatehouse logs github-server"],
    ["mcpproxy activity list --request-id req-xyz-123", "gatehouse activity --request-id req-xyz-123"],
    ["claude mcp get acme", "gatehouse status"],
    ["mcpo --config config_oauth.json", "gatehouse import config_oauth.json"],
    ["curl -I https://auth.example.com/.well-known/oauth-authorization-server", "URL"],
    ["ssh -N -L 53682:127.0.0.1:53682 user@remote-host", "URL"],
    ["npx -y mcp-oauth2-proxy", "env"],
    ['{ "command": "cmd", "args": ["/c", "npx", "-y", "mcp-oauth2-proxy"] }', "env"],
    [
      '{ "oauth": { "client_id": "your-client-id", "extra_params": { "resource": "https://api.example.com" } } }',
      "URL",
    ],
    [
      "git clone https://github.com/ChengleiYuan/mcp-oauth2-proxy.git\ncd mcp-oauth2-proxy\nnpm install\nnpm run build",
      "URL",
    ],
    ['{ "success": false, "error_type": "dcr_failed", "server_name": "github-server" }', "URL"],
  ])("%s", async (text, suggestion) => {
    const hub = await runHub();
    const { candidates, error } = await hub.call("readSnippet", { text });
    expect((error ?? candidates[0]?.error)?.suggestion).toContain(suggestion);
    const done = candidates.map(({ id }) => id);
    expect(done.length).toBeLessThanOrEqual(1);
  });
});
