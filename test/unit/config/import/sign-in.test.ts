/** How to sign in, in each product's own words: what becomes what, and why something has no counterpart. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeHome } from "../../../fixtures/home.ts";
import { use } from "../../../fixtures/use.ts";
import { readOne } from "./read.ts";

const URL = "https://mcp.example.com/mcp";

/** `[member, value, entry's auth, what is said of it]`; null: nothing of the entry. */
type Row = readonly [member: string, value: unknown, auth: Record<string, unknown> | null, why?: RegExp];

function check(rows: readonly Row[], text: (member: string, value: unknown) => string): void {
  test.each(rows.map((row): [string, Row] => [`${row[0]}: ${JSON.stringify(row[1])}`, row]))("%s", (_name, row) => {
    const [member, value, auth, why] = row;
    const { entry, shown } = readOne(text(member, value));
    expect([entry.auth ?? null, shown.error]).toEqual([auth, null]);
    if (why !== undefined) expect(shown.dropped.map((each) => each.why).join()).toMatch(why);
    else expect(shown.dropped).toEqual([]);
  });
}

describe("dynmcp: auth", () => {
  check(
    [
      ["client_id", "abc", { client_id: "abc" }],
      ["client_secret", "${SECRET}", { client_secret: "${SECRET}" }],
      ["scope", "repo user", { scope: "repo user" }],
    ],
    (member, value) =>
      JSON.stringify({ mcp: { a: { transport: "streamable-http", url: URL, auth: { [member]: value } } } }),
  );
  test("on a program it is left out, with the reason", () => {
    const { entry, shown } = readOne('{"mcp":{"a":{"command":"npx","auth":{"client_id":"x"}}}}');
    expect(entry).toEqual({ command: "npx", approved: false });
    expect(shown.dropped).toEqual([{ member: "auth", why: "a program on this computer signs in by itself" }]);
  });
});

describe("MCPProxy: oauth", () => {
  check(
    [
      ["client_id", "abc", { client_id: "abc" }],
      ["client_id", "", null, /empty/],
      ["client_secret", "${keyring:github-secret}", { client_secret: "${keychain:github-secret}" }],
      ["redirect_uri", "http://127.0.0.1:9999/cb", { redirect_uri: "http://127.0.0.1:9999/cb" }],
      ["scopes", ["repo", "user"], { scope: "repo user" }],
      ["pkce_enabled", false, null, /always/],
      ["extra_params", { audience: "https://a.example" }, { authorize_params: { audience: "https://a.example" } }],
      ["extra_params", { resource: "https://a.example" }, { resource: "https://a.example" }],
    ],
    (member, value) => JSON.stringify({ mcpServers: [{ name: "a", url: URL, oauth: { [member]: value } }] }),
  );
});

describe("MCPO: oauth", () => {
  check(
    [
      ["server_url", "https://as.example.com", { authorization_server: "https://as.example.com" }],
      ["server_url", "https://mcp.example.com", null, /server itself says/],
      ["callback_port", 3030, { redirect_uri: "http://localhost:3030/callback" }],
      ["use_loopback", false, null, /no-browser/],
      ["storage_type", "memory", null, /keychain/],
      ["client_metadata", { client_name: "Mine" }, { client_metadata: { client_name: "Mine" } }],
      [
        "client_metadata",
        { redirect_uris: ["http://localhost:3030/callback"] },
        { redirect_uri: "http://localhost:3030/callback" },
      ],
      [
        "client_metadata",
        { grant_types: ["authorization_code"], response_types: ["code"] },
        { client_metadata: { grant_types: ["authorization_code"], response_types: ["code"] } },
      ],
      ["client_metadata", { token_endpoint_auth_method: "none" }, { token_endpoint_auth_method: "none" }],
      ["client_metadata", { scope: "a b" }, { scope: "a b" }],
      [
        "client_metadata",
        { authorization_endpoint: "https://as.example/a", token_endpoint: "https://as.example/t" },
        { authorization_endpoint: "https://as.example/a", token_endpoint: "https://as.example/t" },
      ],
    ],
    (member, value) =>
      JSON.stringify({ mcpServers: { a: { type: "streamable-http", url: URL, oauth: { [member]: value } } } }),
  );
  test("a redirect URI elsewhere is left out, with what to do", () => {
    const { shown } = readOne(
      `{"mcpServers":{"a":{"url":"${URL}","oauth":{"client_metadata":{"redirect_uris":["https://me.example/cb"]}}}}}`,
    );
    expect(shown.dropped[0]?.why).toContain("http://127.0.0.1/callback");
  });
});

describe("Claude Code: oauth", () => {
  check(
    [
      ["clientId", "abc", { client_id: "abc" }],
      ["callbackPort", 8080, { redirect_uri: "http://localhost:8080/callback" }],
      ["scopes", "a b", { scope: "a b" }],
      [
        "authServerMetadataUrl",
        "https://as.example/.well-known/x",
        { metadata_url: "https://as.example/.well-known/x" },
      ],
    ],
    (member, value) => JSON.stringify({ mcpServers: { a: { type: "http", url: URL, oauth: { [member]: value } } } }),
  );
  test("a helper for headers is not run", () => {
    const { entry, shown } = readOne(
      `{"mcpServers":{"a":{"type":"http","url":"${URL}","headersHelper":"/opt/token.sh"}}}`,
    );
    expect(entry).toEqual({ type: "streamable-http", url: URL });
    expect(shown.dropped[0]).toMatchObject({
      member: "headersHelper",
      why: expect.stringContaining("no program is run"),
    });
  });
});

describe("mcp-oauth2-proxy", () => {
  const BROWSER = { client_id: "c", redirect_uri: "http://127.0.0.1:53682/callback" };
  type Setting = readonly [
    variable: string,
    member: string,
    value: string,
    auth: Record<string, unknown>,
    why?: RegExp,
  ];
  const rows: readonly Setting[] = [
    ["OAUTH2_GRANT", "grant", "client_credentials", { client_id: "c", grant: "client_credentials" }],
    ["OAUTH2_GRANT", "grant", "authorization_code", { ...BROWSER, grant: "authorization_code" }],
    ["OAUTH2_TOKEN_URL", "tokenUrl", "https://as.example/t", { ...BROWSER, token_endpoint: "https://as.example/t" }],
    [
      "OAUTH2_CLIENT_SECRET",
      "clientSecret",
      "${S}",
      { ...BROWSER, client_secret: "${S}", token_endpoint_auth_method: "client_secret_post" },
    ],
    ["OAUTH2_SCOPE", "scope", "a b", { ...BROWSER, scope: "a b" }],
    [
      "OAUTH2_AUDIENCE",
      "audience",
      "https://a.example",
      { ...BROWSER, token_params: { audience: "https://a.example" } },
    ],
    ["OAUTH2_AUTH_STYLE", "authStyle", "header", { ...BROWSER, token_endpoint_auth_method: "client_secret_basic" }],
    ["OAUTH2_REFRESH_SKEW_SECONDS", "refreshSkewSeconds", "60", { ...BROWSER, refresh_skew: 60 }],
    ["OAUTH2_EXTRA_PARAMS", "extraParams", '{"a":"b"}', { ...BROWSER, token_params: { a: "b" } }],
    [
      "OAUTH2_AUTHORIZATION_URL",
      "authorizationUrl",
      "https://as.example/a",
      { ...BROWSER, authorization_endpoint: "https://as.example/a" },
    ],
    ["OAUTH2_INTERACTIVE", "interactive", "off", BROWSER, /opens by itself/],
    [
      "OAUTH2_CALLBACK_HOST",
      "callbackHost",
      "localhost",
      { ...BROWSER, redirect_uri: "http://localhost:53682/callback" },
    ],
    ["OAUTH2_CALLBACK_PORT", "callbackPort", "9000", { ...BROWSER, redirect_uri: "http://127.0.0.1:9000/callback" }],
    ["OAUTH2_CALLBACK_TIMEOUT_SECONDS", "callbackTimeoutSeconds", "120", { ...BROWSER, callback_timeout: 120 }],
    [
      "OAUTH2_REDIRECT_URI",
      "redirectUri",
      "http://localhost:1234/cb",
      { ...BROWSER, redirect_uri: "http://localhost:1234/cb" },
    ],
    ["OAUTH2_AUTHORIZATION_CODE", "authorizationCode", "xyz", BROWSER, /works once/],
    ["OAUTH2_CODE_VERIFIER", "codeVerifier", "xyz", BROWSER, /works once/],
    ["OAUTH2_REFRESH_TOKEN", "refreshToken", "xyz", BROWSER, /refresh-token-stdin/],
    ["OAUTH2_TOKEN_CACHE_DIR", "tokenCacheDir", "/x", BROWSER, /keychain/],
  ];
  test.each(rows.map((row): [string, Setting] => [`${row[0]}, and ${row[1]} of its file: ${row[2]}`, row]))(
    "%s",
    (_name, row) => {
      const [variable, member, value, auth, why] = row;
      const env = { UPSTREAM_URL: URL, OAUTH2_CLIENT_ID: "c", [variable]: value };
      const file = { upstream: { url: URL }, oauth2: { clientId: "c", [member]: value } };
      const lines = Object.entries(env).map(([name, text]) => `${name}='${text}'`);
      for (const text of [
        JSON.stringify({ mcpServers: { a: { command: "npx", args: ["-y", "mcp-oauth2-proxy"], env } } }),
        JSON.stringify(file),
        lines.join("\n"),
        `export ${lines.join("\nexport ")}\nnpx -y mcp-oauth2-proxy`,
      ]) {
        const { entry, shown } = readOne(text);
        expect([entry.url, entry.auth, entry.command, shown.error]).toEqual([URL, auth, undefined, null]);
        if (why === undefined) expect(shown.dropped).toEqual([]);
        else expect(shown.dropped.map((each) => each.why).join()).toMatch(why);
        expect(JSON.stringify(shown)).not.toContain("xyz");
      }
    },
  );

  test("upstream, log and discovery", () => {
    const { entry, shown } = readOne(
      JSON.stringify({
        upstream: { url: URL, timeoutMs: 30_000, openServerStream: false, protocolVersion: "2025-06-18" },
        log: { level: "debug" },
        discovery: { enabled: false },
      }),
    );
    expect(entry).toEqual({ url: URL, protocol: "legacy", timeout: 30 });
    expect(shown.dropped.map(({ member }) => member)).toEqual([
      "upstream.openServerStream",
      "log.level",
      "discovery.enabled",
    ]);
  });

  test("its file by MCP_PROXY_CONFIG, under the variables", () => {
    const home = use(makeHome());
    const path = join(home.path, "proxy.json");
    writeFileSync(path, JSON.stringify({ upstream: { url: URL }, oauth2: { clientId: "from-file", scope: "a" } }));
    const { entry, shown } = readOne(`MCP_PROXY_CONFIG=${path} OAUTH2_CLIENT_ID=from-env npx -y mcp-oauth2-proxy`);
    expect([entry.url, entry.auth, shown.error]).toEqual([
      URL,
      { client_id: "from-env", scope: "a", redirect_uri: "http://127.0.0.1:53682/callback" },
      null,
    ]);
  });

  test.each([
    "relative.json",
    "/nowhere/at/all.json",
    "\\\\\\\\evil.example\\\\share\\\\x.json",
    "//evil.example/share/x.json",
  ])("a file that is not read: %s", (path) => {
    const { shown } = readOne(`MCP_PROXY_CONFIG='${path}' npx -y mcp-oauth2-proxy`);
    expect(shown.error?.suggestion).toContain("Paste what is in that file");
  });
});

describe("mcp-remote", () => {
  const run = (args: readonly string[], env: Record<string, string> = {}) =>
    readOne(
      JSON.stringify({ mcpServers: { a: { command: "npx", args: ["-y", "mcp-remote@latest", URL, ...args], env } } }),
    );

  test.each<[readonly string[], Record<string, unknown>]>([
    [[], {}],
    [["--header", "X-Org: acme"], { headers: { "X-Org": "acme" } }],
    [["--header", "X-Org:${ORG}"], { headers: { "X-Org": "${ORG}" } }],
    [["--ignore-tool", "delete_*"], { tools: { deny: ["delete_*"] } }],
    [["--transport", "http-only"], { type: "streamable-http" }],
    [["--transport", "sse-only"], { type: "sse" }],
    [["--transport=http-first"], {}],
    [["--protocol", "legacy"], { protocol: "legacy" }],
    [["--headers-timeout", "20", "--body-timeout", "90"], { timeout: 90 }],
    [["9000"], { auth: { redirect_uri: "http://localhost:9000/oauth/callback" } }],
    [["9000", "--host", "127.0.0.1", "--callback-path", "/cb"], { auth: { redirect_uri: "http://127.0.0.1:9000/cb" } }],
    [["--auth-timeout", "60"], { auth: { callback_timeout: 60 } }],
    [["--resource", "https://a.example"], { auth: { resource: "https://a.example" } }],
    [["--disable-resource-parameter"], { auth: { resource: false } }],
    [["--authorize-param", "audience=x"], { auth: { authorize_params: { audience: "x" } } }],
    [
      ["9000", "--static-oauth-client-info", '{"client_id":"abc"}'],
      { auth: { client_id: "abc", redirect_uri: "http://localhost:9000/oauth/callback" } },
    ],
    [
      ["--static-oauth-client-metadata", '{"scope":"a b","client_name":"x"}'],
      { auth: { scope: "a b", client_metadata: { client_name: "x" } } },
    ],
    [
      ["9000", "--client-metadata-url", "https://me.example/client.json"],
      {
        auth: {
          client_metadata_url: "https://me.example/client.json",
          redirect_uri: "http://localhost:9000/oauth/callback",
        },
      },
    ],
    [["--device-code"], { auth: { grant: "device_code" } }],
    [
      ["--client-credentials", "--token-endpoint", "https://as.example/t"],
      { auth: { grant: "client_credentials", token_endpoint: "https://as.example/t" } },
    ],
    [["--use-id-token"], { auth: { use_id_token: true } }],
  ])("%j", (args, more) => {
    const { entry, shown } = run(args);
    expect([entry, shown.error, shown.dropped]).toEqual([{ url: URL, ...more }, null, []]);
    expect(shown.unapproved).toBe(false);
  });

  test.each([
    ["--debug"],
    ["--enable-proxy"],
    ["--keep-alive"],
    ["--ipv4"],
    ["--disable-cookies"],
    ["--silent"],
    ["--connect-timeout", "5"],
    ["--ping-interval", "30"],
    ["--auth-success-url", "https://me.example/done"],
    ["--allow-http"],
    ["--of-tomorrow", "x"],
  ])("%s has no counterpart, and is said so", (flag, ...value) => {
    const { entry, shown } = run([flag, ...value]);
    expect([entry, shown.error]).toEqual([{ url: URL }, null]);
    expect(shown.dropped.map(({ member }) => member)).toEqual([flag]);
    expect(shown.dropped[0]?.why.length).toBeGreaterThan(10);
  });

  test("a token in its environment goes into the vault", () => {
    const { entry, secrets, shown } = run(["--header", "Authorization:${AUTH}"], { AUTH: "Bearer tok-4711-0815" });
    expect(entry).toEqual({ url: URL, headers: { Authorization: "Bearer ${keychain:a-Authorization}" } });
    expect(secrets).toEqual([{ member: "headers.Authorization", name: "a-Authorization", value: "tok-4711-0815" }]);
    expect(JSON.stringify(shown)).not.toContain("tok-4711");
  });

  test("files that it names are read", () => {
    const home = use(makeHome());
    const [client, headers] = ["client.json", "headers.txt"].map((name) => join(home.path, name)) as [string, string];
    writeFileSync(client, '{"client_id":"abc","client_secret":"s3cret-of-mine"}');
    writeFileSync(headers, "# mine\nX-Org: acme\n");
    const { entry, secrets } = run(["9000", "--static-oauth-client-info", `@${client}`, "--header-file", headers]);
    expect(entry).toMatchObject({
      headers: { "X-Org": "acme" },
      auth: { client_id: "abc", client_secret: "${keychain:a-client_secret}" },
    });
    expect(secrets.map(({ value }) => value)).toEqual(["s3cret-of-mine"]);
    expect(run(["--header-file", "//evil.example/x"]).shown.error?.message).toContain("on another computer");
  });

  test.each([
    ["node", ["/usr/lib/node_modules/mcp-remote/dist/proxy.js", URL]],
    ["mcp-remote", [URL]],
    ["cmd", ["/c", "npx", "mcp-remote", URL]],
    ["/opt/homebrew/bin/npx", ["-p", "mcp-remote@0.1.38", "mcp-remote", URL]],
    ["bunx", ["mcp-remote", URL]],
    ["pnpm", ["dlx", "mcp-remote", URL]],
  ])("started by %s", (command, args) => {
    expect(readOne(JSON.stringify({ command, args })).entry).toEqual({ url: URL });
  });
});
