/** What people paste when it is not as it should be: understood where it can be, said clearly where not, nothing lost. */
import { describe, expect, test } from "vitest";
import type { ServerConfig } from "../../../../main/config/types.ts";
import { readAll, readOne } from "./read.ts";

const URL = "https://mcp.example.com/mcp";
const PLAIN = `{"mcpServers":{"a":{"url":"${URL}"}}}`;

describe("read all the same", () => {
  test.each([
    ["a byte order mark", `\ufeff${PLAIN}`],
    ["Windows line ends", `{\r\n  "mcpServers": {\r\n    "a": { "url": "${URL}" }\r\n  }\r\n}\r\n`],
    ["old Macintosh line ends", `{\r"mcpServers": {"a": {"url": "${URL}"}}}\r`],
    ["trailing commas", `{"mcpServers":{"a":{"url":"${URL}",},},}`],
    ["comments", `// mine\n{"mcpServers":{/* the one */"a":{"url":"${URL}" // there\n}}}`],
    ["curly quotation marks", `{\u201cmcpServers\u201d:{\u201ca\u201d:{\u201curl\u201d:\u201c${URL}\u201d}}}`],
    ["low and high quotation marks", `{\u201emcpServers\u201c:{\u201ea\u201c:{\u201eurl\u201c:\u201e${URL}\u201c}}}`],
    ["blanks that are none", `{\u00a0"mcpServers":\u00a0{"a":\u00a0{"url":"${URL}"}}}`],
    ["no outer braces", `"mcpServers": {"a": {"url": "${URL}"}}`],
    ["the entry alone", `"a": { "url": "${URL}" },`],
    ["by name only", `{"a": {"url": "${URL}"}}`],
    ["a fence", `Add this to your settings:\n\n\`\`\`json\n${PLAIN}\n\`\`\`\n\nand restart.`],
    ["blank space around", `\n\n   ${PLAIN}   \n\n`],
  ])("%s", (_what, text) => {
    const { shown, entry } = readOne(text);
    expect([shown.name, entry, shown.error]).toEqual(["a", { url: URL }, null]);
  });

  test("several fences of one page", () => {
    const text = `\`\`\`sh\nclaude mcp add --transport http a ${URL}\n\`\`\`\nor\n~~~json\n{"b":{"url":"${URL}"}}\n~~~\n`;
    expect(readAll(text).candidates.map(({ shown }) => shown.name)).toEqual(["a", "b"]);
  });

  test("numbers, switches and null where texts are wanted", () => {
    const { entry } = readOne(
      '{"mcpServers":{"a":{"command":"npx","args":["-p",8080,true],"env":{"PORT":8080,"ON":true,"NO":null},"cwd":null}}}',
    );
    expect(entry).toEqual({
      command: "npx",
      args: ["-p", "8080", "true"],
      env: { PORT: "8080", ON: "true", NO: "" },
      approved: false,
    });
  });
});

describe("names", () => {
  test("two servers of one name: both, and in order", () => {
    const { candidates } = readAll(
      '{"mcpServers":{"a":{"url":"https://one.example"},"a":{"url":"https://two.example"}}}',
    );
    expect(candidates.map(({ shown, entry }) => [shown.name, shown.name_was, entry.url])).toEqual([
      ["a", null, "https://one.example"],
      ["a-2", "a", "https://two.example"],
    ]);
  });

  test.each([
    ["__proto__", "proto__"],
    ["constructor", "constructor"],
    ["toString", "toString"],
    ["\u{1f680} rocket", "rocket"],
    ["\u{1f680}", "server"],
    ["a/b", "a-b"],
    ["", "example"],
    ["Kätzchen 2", "Kätzchen 2"],
    ["x".repeat(80), "x".repeat(64)],
    ["-rf", "rf"],
  ])("%s becomes %s", (name, becomes) => {
    const { shown, entry } = readOne(`{"mcpServers":{${JSON.stringify(name)}:{"url":"${URL}"}}}`);
    expect([shown.name, entry, shown.error]).toEqual([becomes, { url: URL }, null]);
    expect(shown.name_was).toBe(name === becomes || name === "" ? null : name);
    expect(({} as Record<string, unknown>).url).toBeUndefined();
  });

  test("a thousand servers, all called alike", () => {
    const list = Array.from({ length: 1_000 }, () => ({ name: "a", url: URL }));
    const { candidates } = readAll(JSON.stringify({ mcpServers: list }), { names: ["a"] });
    expect(new Set(candidates.map(({ shown }) => shown.name)).size).toBe(1_000);
  });
});

describe("members that nobody should have", () => {
  test("__proto__ among headers, variables and parameters is left out and told", () => {
    const { entry, shown } = readOne(
      `{"mcpServers":{"a":{"url":"${URL}","headers":{"__proto__":"x","X-Org":"y"},"__proto__":{"command":"z"},"oauth":{"__proto__":1}}}}`,
    );
    expect(entry).toEqual({ url: URL, headers: { "X-Org": "y" } });
    expect(shown.dropped.map(({ member }) => member).sort()).toEqual([
      "__proto__",
      "headers.__proto__",
      "oauth.__proto__",
    ]);
  });

  test.each<[string, string]>([
    ['{"mcpServers":{"a":7}}', "must be an object"],
    ['{"mcpServers":{"a":null}}', "must be an object"],
    ['{"mcpServers":{"a":{}}}', "neither a URL nor a command"],
    [`{"mcpServers":{"a":{"url":"${URL}","command":"npx"}}}`, "both a url and a command"],
    ['{"mcpServers":{"a":{"url":7}}}', "is not a URL"],
    [`{"mcpServers":{"a":{"url":"${URL}","headers":{"Bad Name":"x"}}}}`, "not the name of a header"],
    [`{"mcpServers":{"a":{"url":"${URL}","headers":{"X":"a\\nb"}}}}`, "no header can carry"],
    [`{"mcpServers":{"a":{"url":"${URL}","auth":{"grant":"password"}}}}`, "must be"],
    ['{"mcpServers":{"a":{"command":"npx","args":["a\\u0000b"]}}}', "NUL"],
    ['{"mcpServers":{"a":{"command":"","args":[]}}}', "must not be empty"],
    ['{"mcpServers":{"a":{"command":"npx","args":["--key","${keychain:x}"]}}}', "would be shown there"],
  ])("%s", (text, says) => {
    const { shown } = readOne(text);
    expect(shown.error?.message).toContain(says);
    expect(shown.error?.suggestion.length).toBeGreaterThan(10);
  });
});

describe("said clearly", () => {
  test.each<[string, RegExp]>([
    ["", /is empty/],
    ["   \n\t", /is empty/],
    ["{", /line 1, column 2: a closing brace/],
    [`{\n  "mcpServers": {\n    "a": { "url": "${URL}" \n}`, /line 4/],
    [`{"mcpServers": {"a": {"url": "${URL}}}}`, /not closed with a quotation mark/],
    [`{"a" "b"}`, /a colon is expected/],
    ["[]", /no server is described/],
    ["{}", /no server is described/],
    ["7", /nothing that describes a server/],
    ['{"name":"x","version":"1"}', /no server is described/],
    ["Hello, is this the right place?", /nothing that describes a server/],
    ["linear", /nothing that describes a server/],
    ["[mcp_servers.a]\nurl = ", /TOML with a mistake in line 2/],
    ["mcpServers:\n  - name: a\n   url: x\n", /YAML with a mistake in line/],
    ["a\0b", /NUL/],
    [`${"[".repeat(200)}`, /nested 200 deep/],
    [`mcpServers: ${"[".repeat(20_000)}`, /YAML (with a mistake|that is nested)/],
    [`[mcp_servers.a]\nx = ${"[".repeat(20_000)}`, /TOML (with a mistake|that is nested)/],
    ["git clone https://github.com/x/y\ncd y\nnpm install", /starts no MCP server/],
  ])("%j", (text, says) => {
    const { candidates, problem } = readAll(text);
    expect(candidates).toEqual([]);
    expect(problem?.what).toMatch(says);
    expect(problem?.suggestion.length).toBeGreaterThan(10);
  });

  test.each([
    ["comments without end", `${"/*a*/".repeat(20_000)}x`],
    ["blank lines", `a${"\n".repeat(500_000)}b`],
    ["brackets", "[ ".repeat(100_000)],
    ["fences", "```\n~~~\n".repeat(20_000)],
    ["dots", `${"aa.".repeat(200_000)}!`],
    ["dollar signs", `npx ${"${".repeat(20_000)}`],
    ["blanks behind a backslash", `npx \\${" ".repeat(500_000)}x`],
    ["a placeholder", JSON.stringify({ url: URL, headers: { "X-Key": `your${"a".repeat(50_000)}!` } })],
  ])("a text that is made to keep its reader busy: %s", (_what, text) => {
    expect(readAll(text).source).not.toBe("");
  });

  test("a line of a megabyte is no command line, and is read at once", () => {
    expect(readAll(`npx ${"x".repeat(1_000_000)}`).problem).not.toBeNull();
  });
});

describe("secrets", () => {
  test("each of its own name, none shown, none left", () => {
    const { shown, entry, secrets } = readOne(
      JSON.stringify({
        mcpServers: {
          "my server": {
            url: URL,
            headers: { Authorization: "Bearer tok-4711-aaaa", "X-Api-Key": "key-0815-bbbb", "X-Org": "acme" },
            oauth: { client_id: "abc", client_secret: "sec-1234-cccc" },
          },
        },
      }),
      { secrets: ["my-server-X-Api-Key"] },
    );
    expect(entry).toEqual({
      url: URL,
      headers: {
        Authorization: "Bearer ${keychain:my-server-Authorization}",
        "X-Api-Key": "${keychain:my-server-X-Api-Key-2}",
        "X-Org": "acme",
      },
      auth: { client_id: "abc", client_secret: "${keychain:my-server-client_secret}" },
    });
    expect(secrets.map(({ value }) => value)).toEqual(["tok-4711-aaaa", "key-0815-bbbb", "sec-1234-cccc"]);
    expect(JSON.stringify(shown)).not.toMatch(/4711|0815|1234/);
  });

  test("gaps that documentation leaves are not kept as if they were secrets", () => {
    const { shown, secrets } = readOne(
      `{"mcpServers":{"a":{"url":"${URL}","headers":{"Authorization":"Bearer YOUR_API_KEY"},"oauth":{"client_id":"<your-client-id>"}}}}`,
    );
    expect(secrets).toEqual([]);
    expect(shown.warnings.join("\n")).toContain("gatehouse secret set a-Authorization");
    expect(shown.warnings.join("\n")).toContain("auth.client_id is to be filled in");
  });

  test("one in an argument cannot be moved: covered, and told", () => {
    const { shown, entry } = readOne("npx -y files --api-key sk-0123456789abcdefghij --root /home/me");
    expect(entry.args).toContain("sk-0123456789abcdefghij");
    expect(JSON.stringify(shown)).not.toContain("sk-0123456789abcdefghij");
    expect(shown.warnings.join()).toContain("Argument 4 looks like a secret");
  });

  test("what is asked for elsewhere is named, with the way to set it", () => {
    const { shown } = readOne(`{"servers":{"a":{"url":"${URL}","headers":{"X-Key":"\${input:acme key}"}}}}`);
    expect(shown.entry).toEqual({ url: URL, headers: { "X-Key": "${keychain:acme-key}" } });
    expect(shown.warnings.join()).toContain("gatehouse secret set acme-key");
  });

  test("text that only looks like a reference stays text", () => {
    const { entry, shown } = readOne(JSON.stringify({ command: "npx", args: ["${weird ref}", "$HOME", "$${x}"] }));
    expect(entry.args).toEqual(["$${weird ref}", "$HOME", "$${x}"]);
    expect(shown.error).toBeNull();
  });
});

describe("what a stranger's text would send away is told", () => {
  const warnings = (entry: object): string =>
    readOne(JSON.stringify({ mcpServers: { a: { url: URL, ...entry } } }), {
      env: { AWS_SECRET_ACCESS_KEY: "x", ORG: "y" },
      secrets: ["github-token"],
    }).shown.warnings.join("\n");

  test.each<[object, RegExp]>([
    [{ headers: { "X-A": "${AWS_SECRET_ACCESS_KEY}" } }, /AWS_SECRET_ACCESS_KEY to mcp\.example\.com/],
    [{ headers: { "X-A": "${env:AWS_SECRET_ACCESS_KEY}" } }, /AWS_SECRET_ACCESS_KEY to/],
    [{ headers: { "X-A": "${keychain:github-token}" } }, /the secret github-token/],
    [{ url: "https://mcp.example.com/${AWS_SECRET_ACCESS_KEY}" }, /url sends the value/],
    [{ auth: { grant: "jwt_bearer", assertion: "/home/me/.ssh/id_ed25519" } }, /file \/home\/me\/\.ssh\/id_ed25519/],
    [{ auth: { grant: "id_jag", idp: { id_token: "/home/me/x.jwt" } } }, /auth\.idp\.id_token sends/],
  ])("%j", (entry, says) => expect(warnings(entry)).toMatch(says));

  test("what is harmless is not", () => {
    expect(warnings({ headers: { "X-Org": "${ORG}", "X-Text": "$${AWS_SECRET_ACCESS_KEY}" } })).toBe("");
  });
});

describe("one that is there already", () => {
  const there = (server: Partial<ServerConfig>): ServerConfig[] => [
    {
      name: "mine",
      enabled: true,
      protocol: "auto",
      tools: { allow: ["*"], deny: [] },
      timeout: 60,
      ...server,
    } as ServerConfig,
  ];

  test("by its URL, whatever it is called", () => {
    const servers = there({ type: "auto", url: `${URL}/`, headers: {}, auth: {} });
    expect(readOne(PLAIN, { servers }).shown.same_as).toBe("mine");
    expect(readOne(`{"a":{"url":"${URL}","oauth":{"client_id":"x"}}}`, { servers }).shown.same_as).toBeNull();
  });

  test("by its command", () => {
    const servers = there({ type: "stdio", command: "npx", args: ["files"], env: {}, cwd: null });
    expect(readOne("npx files", { servers }).shown.same_as).toBe("mine");
    expect(readOne("npx files --more", { servers }).shown.same_as).toBeNull();
  });
});
