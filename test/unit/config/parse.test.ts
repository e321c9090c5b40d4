import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../main/config/parse.ts";
import type { GatehouseError } from "../../../main/errors.ts";

const PATH = "/home/me/servers.json";
const V = "$" + "{";
const parse = (text: string, env: Record<string, string> = {}) => parseConfig(PATH, text, env);
const entry = (value: unknown, env: Record<string, string> = {}) =>
  parse(JSON.stringify({ mcpServers: { it: value, other: { url: "https://other.example/mcp" } } }), env);
const refusal = (value: unknown, env: Record<string, string> = {}): GatehouseError | undefined => {
  const parsed = entry(value, env);
  expect([...parsed.servers.keys()]).toContain("other");
  return parsed.invalid.get("it");
};
const fileError = (text: string): unknown => {
  try {
    return parse(text);
  } catch (error) {
    return error;
  }
};

describe("a server", () => {
  test("of a url alone has every default", () => {
    expect(entry({ url: "https://mcp.example.com/mcp" }).servers.get("it")).toEqual({
      name: "it",
      enabled: true,
      protocol: "auto",
      tools: { allow: ["*"], deny: [] },
      timeout: 60,
      type: "auto",
      url: "https://mcp.example.com/mcp",
      headers: {},
      auth: {},
    });
  });

  test("says whether its tools are guarded and its program may run, where that is not the default", () => {
    const url = "https://mcp.example.com/mcp";
    expect(entry({ url, tools: { guard: false } }).servers.get("it")?.tools).toEqual({
      allow: ["*"],
      deny: [],
      guard: false,
    });
    expect(entry({ command: "npx", approved: false }).servers.get("it")).toMatchObject({ approved: false });
    expect(entry({ command: "npx", approved: true }).servers.get("it")).not.toHaveProperty("approved");
    expect(refusal({ command: "npx", approved: "no" })).toMatchObject({ code: "config_invalid" });
  });

  test("of a command alone has every default", () => {
    expect(entry({ command: "npx" }).servers.get("it")).toEqual({
      name: "it",
      enabled: true,
      protocol: "auto",
      tools: { allow: ["*"], deny: [] },
      timeout: 60,
      type: "stdio",
      command: "npx",
      args: [],
      env: {},
      cwd: null,
    });
  });

  test("takes all that the format has", () => {
    const auth = {
      grant: "authorization_code",
      client_id: "id",
      client_secret: `${V}SECRET}`,
      scope: "repo read:user",
      resource: false,
      authorize_params: { access_type: "offline" },
      token_params: { audience: "a" },
      redirect_uri: "http://127.0.0.1:53682/callback",
      callback_timeout: 300,
      authorization_server: "https://as.example.com",
      metadata_url: "https://as.example.com/.well-known/x",
      authorization_endpoint: "https://as.example.com/authorize",
      token_endpoint: "https://as.example.com/token",
      token_endpoint_auth_method: "client_secret_basic",
      client_metadata: { client_name: "x", contacts: ["a"] },
      client_metadata_url: "https://me.example.com/client.json",
      private_key: "{file}",
      token_endpoint_auth_signing_alg: "ES256",
      idp: { issuer: "https://idp.example.com" },
      assertion: "a",
      use_id_token: false,
      refresh_skew: 30,
    };
    const remote = {
      type: "sse",
      url: "https://x.example/sse?a=1",
      headers: { "X-Org": `${V}ORG:-none}` },
      enabled: false,
      protocol: "2026-07-28",
      auth,
      tools: { allow: ["a*"], deny: ["delete_*"] },
      timeout: 5,
    };
    const parsed = entry(remote, { SECRET: "s3cret" });
    expect(parsed.invalid.size).toBe(0);
    expect(parsed.unknown).toEqual([]);
    expect(parsed.servers.get("it")).toEqual({
      ...remote,
      name: "it",
      headers: { "X-Org": "none" },
      auth: { ...auth, client_secret: "s3cret" },
    });
  });

  test("of the type `http` is streamable HTTP, as other products write it", () => {
    expect(entry({ type: "http", url: "https://x.example/mcp" }).servers.get("it")?.type).toBe("streamable-http");
  });

  test("keeps its URL as written", () => {
    const url = "https://MCP.example.com:443/a/../MCP/?b=2&a=1";
    expect(entry({ url }).servers.get("it")).toMatchObject({ url });
  });

  test("names members that nobody reads", () => {
    const parsed = parse(
      '{"mcpServers":{"it":{"url":"https://x.example","disabled":true,"auth":{"scopes":[]},"tools":{"only":[]}}},"servers":{}}',
    );
    expect(parsed.servers.size).toBe(1);
    expect(parsed.unknown).toEqual(["servers", "it.disabled", "it.auth.scopes", "it.tools.only"]);
  });
});

describe("an entry that will not do", () => {
  test.each<[unknown, string | undefined, string]>([
    [7, undefined, "must be an object"],
    [null, undefined, "must be an object"],
    [[], undefined, "must be an object"],
    [{}, undefined, "needs a url (or a command)"],
    [{ type: "stdio" }, undefined, "needs a command"],
    [{ url: "https://x.example", command: "x" }, undefined, "both a url and a command"],
    [{ url: 7 }, "url", "must be a text"],
    [{ url: "" }, "url", "must not be empty"],
    [{ url: "https://x.example", type: "websocket" }, "type", '"streamable-http" or "http"'],
    [{ command: "x", type: "sse" }, "type", 'must be "stdio"'],
    [{ url: "https://x.example", enabled: "yes" }, "enabled", "must be true or false"],
    [{ url: "https://x.example", timeout: 0 }, "timeout", "must be more than 0"],
    [{ url: "https://x.example", timeout: "60" }, "timeout", "must be a number"],
    [{ url: "https://x.example", headers: { A: 1 } }, "headers.A", "must be a text"],
    [{ url: "https://x.example", auth: { scope: ["a"] } }, "auth.scope", "must be a text"],
    [{ url: "https://x.example", auth: { grant: "password" } }, "auth.grant", '"authorization_code"'],
    [{ url: "https://x.example", auth: { resource: true } }, "auth.resource", "or false"],
    [{ url: "https://x.example", auth: { token_endpoint: "/token" } }, "auth.token_endpoint", "a whole URL"],
    [{ url: "https://x.example", tools: { allow: "a" } }, "tools.allow", "must be a list"],
    [{ url: "https://x.example", protocol: "2024" }, "protocol", '"legacy"'],
    [{ command: "x", args: ["a", 1] }, "args.1", "must be a text"],
    [{ command: "x", args: ["a\0b"] }, "args.0", "NUL"],
    [{ command: "x", env: { "A=B": "c" } }, "env", "no variable can have"],
    [{ command: "x", auth: {} }, "auth", "no meaning for a program on this computer"],
    [{ url: "https://x.example", headers: { "a b": "" } }, "headers.a b", "not the name of a header"],
    [{ url: "https://x.example", headers: { A: "x\r\nB: y" } }, "headers.A", "no header can carry"],
    [{ url: "https://x.example", headers: { "Content-Length": "1" } }, "headers.Content-Length", "by Gatehouse itself"],
  ])("%j", (value, member, words) => {
    const error = refusal(value);
    expect(error).toMatchObject({ code: "config_invalid", server: "it" });
    expect(error?.details?.member).toBe(member);
    expect(error?.message).toContain(words);
    expect(error?.message).toContain("(line 1)");
  });

  test("a member `__proto__` is refused wherever it stands", () => {
    for (const inside of [
      '"__proto__": {"url": "x"}',
      '"headers": {"__proto__": "x"}',
      '"auth": {"client_metadata": [{"__proto__": 1}]}',
    ]) {
      const error = parse(`{"mcpServers":{"it":{"url":"https://x.example", ${inside}}}}`).invalid.get("it");
      expect(error?.message).toContain("__proto__");
    }
  });

  test("a key that stands twice is named with both lines", () => {
    const error = parse(
      '{"mcpServers":{"it":{\n"url":"https://x.example",\n"headers":{"A":"1",\n"A":"2"}}}}',
    ).invalid.get("it");
    expect(error).toMatchObject({ code: "config_invalid", details: { member: "headers.A", lines: [3, 4] } });
  });

  test("an unset variable is named, its value never told", () => {
    const error = refusal({ url: "https://x.example", headers: { Authorization: `Bearer ${V}TOKEN}` } });
    expect(error).toMatchObject({
      code: "config_invalid",
      details: { variable: "TOKEN", member: "headers.Authorization" },
    });
    expect(error?.message).toContain("TOKEN");
    const set = refusal({ url: "https://x.example", headers: { Authorization: `${V}TOKEN}` } }, { TOKEN: "s3cret\n" });
    expect(JSON.stringify(set?.toObject())).not.toContain("s3cret");
  });

  test("a reference of an unknown form is not sent as it stands", () => {
    const error = refusal({ url: "https://x.example", auth: { client_secret: `${V}vault:github}` } });
    expect(error?.message).toContain("vault:github");
    expect(error?.details?.member).toBe("auth.client_secret");
  });

  test("a secret that is not set is named, with the command that sets it", () => {
    const error = refusal({ url: "https://x.example", auth: { client_secret: `${V}keychain:github}` } });
    expect(error).toMatchObject({
      code: "config_invalid",
      suggestion: "Run: gatehouse secret set github",
      details: { member: "auth.client_secret", secret: "github" },
    });
    expect(error?.message).toContain("needs the secret github, which is not set");
  });

  test("a secret where it would be shown is refused", () => {
    expect(refusal({ url: `https://x.example/${V}keychain:github}` })?.message).toContain("would be shown there");
  });
});

describe("a server's URL", () => {
  test.each([
    "https://mcp.example.com",
    "http://localhost:3000/mcp",
    "http://127.0.0.1/",
    "http://127.1/mcp",
    "http://[::1]:8080/mcp",
    "HTTPS://EXAMPLE.COM/mcp",
    "https://bücher.example/mcp",
  ])("%s will do", (url) => {
    expect(entry({ url }).servers.get("it")).toMatchObject({ url });
  });

  test.each([
    ["http://mcp.example.com/mcp", "unsafe_url"],
    ["http://192.168.1.5/mcp", "unsafe_url"],
    ["http://localhost.evil.example/mcp", "unsafe_url"],
    ["http://127.0.0.1.evil.example/mcp", "unsafe_url"],
    ["http://0.0.0.0/mcp", "unsafe_url"],
    ["file:///etc/passwd", "unsafe_url"],
    ["javascript:alert(1)", "unsafe_url"],
    ["ws://localhost/mcp", "unsafe_url"],
    ["https://user:s3cret@mcp.example.com/mcp", "config_invalid"],
    ["https://user@mcp.example.com/mcp", "config_invalid"],
    ["https://mcp.example.com/mcp#x", "config_invalid"],
    ["mcp.example.com/mcp", "config_invalid"],
    ["/mcp", "config_invalid"],
    ["https://", "config_invalid"],
    [" https://mcp.example.com", "config_invalid"],
    ["https://mcp.example.com\\@evil.example/", "config_invalid"],
    ["https://mcp.exa\nmple.com", "config_invalid"],
  ])("%j is %s", (url, code) => {
    const error = refusal({ url });
    expect(error).toMatchObject({ code, server: "it", details: { member: "url" } });
    expect(JSON.stringify(error?.toObject())).not.toContain("s3cret");
  });
});

describe("the file", () => {
  test.each([
    ["", 0],
    [" \n", 0],
    ["// nothing yet\n", 0],
    ["{}", 0],
    ['{"mcpServers": {}}', 0],
    ['/* a */ {"mcpServers": {"a": {"url": "https://x.example",}, // b\n}, "settings": {},}', 1],
    ['{\r\n"$schema": "x",\r\n"mcpServers": {"a": {"url": "https://x.example"}}}', 1],
  ])("%j can be read", (text, servers) => {
    expect(parse(text).servers.size).toBe(servers);
  });

  test("keeps its order", () => {
    const text =
      '{"mcpServers": {"b": {"command": "x"}, "10": {"command": "x"}, "a": {"command": "x"}, "9": {"command": "x"}}}';
    expect([...parse(text).servers.keys()]).toEqual(["b", "10", "a", "9"]);
  });

  test.each([
    ['{\n  "mcpServers": {\n    "a" {}\n  }\n}', 3, 9, "a colon is expected"],
    ['{"a": 1\n "b": 2}', 2, 2, "a comma is expected"],
    ['{"mcpServers": {', 1, 17, "a closing brace } is expected"],
    ["{mcpServers: {}}", 1, 2, "a value in quotation marks"],
    ['{"a": "x}', 1, 7, "quotation mark"],
    ['{"a": }', 1, 7, "a value is expected"],
    ["{} {}", 1, 4, "the file should end here"],
    ["[]", 1, 1, "one object"],
    ["\n\n  7", 3, 3, "one object"],
    ['{"mcpServers": []}', 1, 16, "must be an object"],
    ['{"mcpServers":\r\n null}', 2, 2, "must be an object"],
    ['{"mcpServers": {},\n\n"mcpServers": {}}', 3, 1, "in line 1"],
    ['{"a": "\\x"}', 1, 7, "escape"],
    ["{ /* open", 1, 3, "not closed with */"],
  ])("%j: line %i, column %i", (text, line, column, words) => {
    const error = fileError(text) as GatehouseError;
    expect(error).toMatchObject({ code: "config_invalid", server: null, details: { line, column, path: PATH } });
    expect(error.message).toContain(`line ${line}, column ${column}`);
    expect(error.message).toContain(words);
    expect(error.suggestion).toContain("last good state");
  });

  test("values nested without end are an error, not a crash", () => {
    expect(fileError(`{"a": ${"[".repeat(1_000_000)}`)).toMatchObject({ code: "config_invalid" });
    expect(fileError(`{"mcpServers": {"a": ${"[".repeat(3_000)}${"]".repeat(3_000)}}}`)).not.toBeInstanceOf(RangeError);
  });

  test("two servers of one name: both lines are named, the others work", () => {
    const parsed = parse('{"mcpServers": {\n"a": {"command": "x"},\n"b": {"command": "x"},\n"a": {"command": "y"}}}');
    expect([...parsed.servers.keys()]).toEqual(["b"]);
    expect(parsed.invalid.get("a")).toMatchObject({ code: "config_invalid", details: { lines: [2, 4] } });
    expect(parsed.invalid.get("a")?.message).toContain("lines 2 and 4");
  });

  test("names that differ only in how letters are composed are one name", () => {
    const parsed = parse('{"mcpServers": {"caf\u00e9": {"command": "x"}, "cafe\u0301": {"command": "y"}}}');
    expect(parsed.servers.size).toBe(0);
    expect([...parsed.invalid.keys()]).toEqual(["caf\u00e9"]);
  });

  test("a name that will not do comes with one that would, and that is free", () => {
    const parsed = parse(
      '{"mcpServers": {"a/b": {"command": "x"}, "a-b": {"command": "x"}, "__proto__": {"command": "x"}, "": {}}}',
    );
    expect([...parsed.servers.keys()]).toEqual(["a-b"]);
    expect(parsed.invalid.get("a/b")).toMatchObject({ code: "config_invalid", details: { name: "a-b-2" } });
    expect(parsed.invalid.get("__proto__")?.suggestion).toContain("“proto__”");
    expect(parsed.invalid.has("")).toBe(true);
    expect(Object.getPrototypeOf({})).not.toHaveProperty("command");
  });

  test("names that objects have of themselves are names like others", () => {
    const parsed = parse('{"mcpServers": {"constructor": {"command": "x"}, "toString": {"url": "https://x.example"}}}');
    expect([...parsed.servers.keys()]).toEqual(["constructor", "toString"]);
  });
});
