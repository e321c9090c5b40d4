import { describe, expect, test } from "vitest";
import { literalSecrets } from "../../main/literal-secrets.ts";

/** The secret parts of an entry, by their place. */
function found(entry: unknown): Record<string, string> {
  const at = (path: readonly string[]): string =>
    path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], entry) as string;
  return Object.fromEntries(
    literalSecrets(entry).map(({ path, start, end }) => [path.join("."), at(path).slice(start, end)]),
  );
}

const RANDOM = "q7Zp3kV9xT2mB8nR4wL6yC1dF5gH0jS2";

describe("by the name", () => {
  test.each<[unknown, Record<string, string>]>([
    [{ headers: { Authorization: "Bearer abc-123" } }, { "headers.Authorization": "abc-123" }],
    [{ headers: { authorization: "Basic dXNlcjpw" } }, { "headers.authorization": "dXNlcjpw" }],
    [{ headers: { Authorization: "raw" } }, { "headers.Authorization": "raw" }],
    [{ headers: { Cookie: "a=b; c=d" } }, { "headers.Cookie": "a=b; c=d" }],
    [{ headers: { "X-API-Key": "k" } }, { "headers.X-API-Key": "k" }],
    [{ headers: { "X-Key": "k", "X-Org": "acme" } }, { "headers.X-Key": "k" }],
    [{ env: { OPENAI_KEY: "k", DB_PASS: "p", LANG: "de" } }, { "env.OPENAI_KEY": "k", "env.DB_PASS": "p" }],
    [
      { env: { GITHUB_TOKEN: "t" }, environment: { API_SECRET: "s" } },
      { "env.GITHUB_TOKEN": "t", "environment.API_SECRET": "s" },
    ],
    [{ auth: { client_id: "c", client_secret: "s", scope: "x" } }, { "auth.client_secret": "s" }],
    [
      { auth: { private_key: "-----BEGIN PRIVATE KEY-----\nMII\n", assertion: "a.b.c" } },
      { "auth.private_key": "-----BEGIN PRIVATE KEY-----\nMII\n", "auth.assertion": "a.b.c" },
    ],
    [
      { auth: { idp: { client_secret: "s", id_token: "t", issuer: "https://idp.example" } } },
      { "auth.idp.client_secret": "s", "auth.idp.id_token": "t" },
    ],
    [{ auth: { token_params: { audience: "a", client_secret: "s" } } }, { "auth.token_params.client_secret": "s" }],
    [
      { headers: { Authorization: "Bearer $" + "{TOKEN:-literal}" } },
      { "headers.Authorization": "$" + "{TOKEN:-literal}" },
    ],
    [{ headers: { Authorization: "Bearer $" + "{A}tail" } }, { "headers.Authorization": "$" + "{A}tail" }],
  ])("%j", (entry, secrets) => {
    expect(found(entry)).toEqual(secrets);
  });
});

describe("among arguments", () => {
  test.each<[readonly string[], Record<string, string>]>([
    [["-y", "server", "--token", "abc"], { "args.3": "abc" }],
    [["--api-key=abc"], { "args.0": "abc" }],
    [["--header", "Authorization: Bearer abc"], { "args.1": "abc" }],
    [["-H", "Authorization:Bearer abc"], { "args.1": "abc" }],
    [["run", "-e", "GITHUB_TOKEN=abc", "-e", "MODE=fast"], { "args.2": "abc" }],
    [["https://ada:pw@host.example/mcp"], { "args.0": "ada:pw" }],
    [[RANDOM], { "args.0": RANDOM }],
  ])("%j", (args, secrets) => {
    expect(found({ command: "npx", args })).toEqual(secrets);
  });
});

describe("by the look", () => {
  test.each<[unknown, Record<string, string>]>([
    [{ url: "https://ada:pw@host.example/mcp" }, { url: "ada:pw" }],
    [{ url: "https://host.example/mcp?apiKey=abc&org=x" }, { url: "abc" }],
    [{ url: "https://ada:pw@host.example/mcp?token=abc" }, { url: "ada:pw@host.example/mcp?token=abc" }],
    [{ env: { DATABASE_URL: "postgres://ada:pw@db.example/x" } }, { "env.DATABASE_URL": "ada:pw" }],
    [{ env: { SOMETHING: `ghp_${RANDOM}` } }, { "env.SOMETHING": `ghp_${RANDOM}` }],
    [{ env: { SOMETHING: RANDOM } }, { "env.SOMETHING": RANDOM }],
    [{ other: { deep: [`prefix sk-${RANDOM}`] } }, { "other.deep.0": `sk-${RANDOM}` }],
  ])("%j", (entry, secrets) => {
    expect(found(entry)).toEqual(secrets);
  });
});

test.each(["y", "y.", "eyJ-", "sk-", "?", "?a=", "a://", "${env:", "${", "-----BEGIN ", "--a=", "1a_-"])(
  "a very long text of %j holds nobody up",
  (part) => {
    const long = part.repeat(Math.ceil((2 * 1024 * 1024) / part.length));
    const entry = {
      url: long,
      args: ["--token", long, long],
      env: { TOKEN: long, PLAIN: long },
      headers: { [long]: "x" },
    };
    expect(literalSecrets(entry).every(({ start, end }) => start < end)).toBe(true);
  },
);

test("what only refers to a secret, or says how and where, is none", () => {
  const entry = {
    type: "streamable-http",
    url: "https://$" + "{HOST}/mcp?key=$" + "{KEY}",
    headers: {
      Authorization: "Bearer $" + "{TOKEN}",
      Cookie: "$" + "{keychain:acme.cookie}",
      "X-Request": "a".repeat(40),
    },
    env: { TOKEN_FILE: "/run/secrets/token", USE_TOKEN: "true", PATH: "/usr/bin:/bin", API_KEY: "", PORT_KEY: "8080" },
    auth: {
      client_id: RANDOM,
      client_secret: "$" + "{keychain:acme}",
      token_endpoint: "https://as.example/token",
      token_endpoint_auth_method: "client_secret_post",
      private_key: "/home/me/key.pem",
      use_id_token: true,
      authorize_params: { access_type: "offline" },
    },
    command: "npx",
    args: [
      "-y",
      "@modelcontextprotocol/server-filesystem",
      "--token",
      "$" + "{TOKEN}",
      "--port",
      "8080",
      "--key",
      "--verbose",
    ],
    cwd: "/home/me/projects/some-long-folder-name-2025-11-25-0001",
  };
  expect(found(entry)).toEqual({});
});
