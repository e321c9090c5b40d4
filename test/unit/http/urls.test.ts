import { describe, expect, test } from "vitest";
import { GatehouseError } from "../../../main/errors.ts";
import {
  checkedAuthorizationUrl,
  isLoopbackHost,
  resourceMatches,
  sameOrigin,
  withoutQuery,
} from "../../../main/http/urls.ts";

function codeOf(text: string): string {
  try {
    return `accepted as ${checkedAuthorizationUrl(text, "notes").href}`;
  } catch (error) {
    return error instanceof GatehouseError ? error.code : "another error";
  }
}

describe("a URL that a server names", () => {
  test.each([
    ["https://as.example/authorize", "https://as.example/authorize"],
    ["https://as.example/authorize?tenant=a&b=$(calc)", "https://as.example/authorize?tenant=a&b=$(calc)"],
    ["http://127.0.0.1:8080/authorize", "http://127.0.0.1:8080/authorize"],
    ["http://localhost/authorize", "http://localhost/authorize"],
    ["http://[::1]:9/a", "http://[::1]:9/a"],
    ["HTTPS://AS.example/a", "https://as.example/a"],
  ])("%s is used", (text, href) => {
    expect(codeOf(text)).toBe(`accepted as ${href}`);
  });

  test.each([
    "a:$(cmd.exe /c whoami > c:\\temp\\pwned.txt)?response_type=code",
    "https://a:$(cmd.exe /c calc)?.com",
    "https://a:$(calc)/",
    "file:/c:/windows/system32/calc.exe",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "ms-msdt:/id",
    "ftp://as.example/",
    "https:as.example",
    "http://as.example/",
    "http://127.0.0.1.nip.io/",
    "http://localhost.evil.example/",
    "http://0.0.0.0/",
    "http://192.168.0.1/",
    "https://a@b.example/",
    "https://:p@b.example/",
    "https://as.example/#fragment",
    "https://as.example/a b",
    " https://as.example/",
    "https://as.example/\n",
    "https://as.example/`id`",
    "https://as.example/|calc",
    "https://as.example/^",
    'https://as.example/"&calc&"',
    "https://as.example/\u202e",
    "https://аs.example/",
    "--proxy-server=evil",
    "-a",
    "/authorize",
    "",
  ])("%j is refused", (text) => {
    expect(codeOf(text)).toBe("unsafe_url");
  });

  test("is refused with an error that shows it quoted", () => {
    expect(() => checkedAuthorizationUrl("javascript:alert('x')\u0007", "notes")).toThrowError(
      expect.objectContaining({ server: "notes", message: expect.stringContaining("“javascript:alert('x')”") }),
    );
  });
});

test.each([
  ["localhost", true],
  ["LOCALHOST", true],
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["[::1]", true],
  ["127.0.0.1.nip.io", false],
  ["localhost.example", false],
  ["0.0.0.0", false],
  ["::2", false],
  ["", false],
])("%s as a loopback host: %s", (host, verdict) => {
  expect(isLoopbackHost(host)).toBe(verdict);
});

test.each([
  ["https://a.example/x", "https://a.example:443/y", true],
  ["https://a.example/", "https://A.EXAMPLE/", true],
  ["https://a.example/", "http://a.example/", false],
  ["https://a.example/", "https://a.example:444/", false],
  ["https://a.example/", "https://a.example.evil.example/", false],
  ["https://a.example/", "nothing", false],
  ["data:x", "data:x", false],
])("%s and %s have the same origin: %s", (one, other, verdict) => {
  expect(sameOrigin(one, other)).toBe(verdict);
});

describe("a protected resource identifier", () => {
  test.each([
    ["https://h.example/mcp", "https://h.example/mcp", true],
    ["https://h.example/mcp", "https://h.example", true],
    ["https://h.example/mcp", "https://h.example/", true],
    ["https://h.example/mcp", "https://h.example/mcp/", true],
    ["https://h.example/mcp/", "https://h.example/mcp", true],
    ["https://h.example/org/mcp", "https://h.example/org", true],
    ["https://h.example/mcp?x=1", "https://h.example/mcp", true],
    ["https://h.example/mcp?x=1", "https://h.example/mcp?x=1", true],
    ["https://h.example/mcp?x=1", "https://h.example/mcp?x=2", false],
    ["https://h.example/mcp", "https://h.example/mcp?x=1", false],
    ["https://h.example/mcp2", "https://h.example/mcp", false],
    ["https://h.example/mcp", "https://h.example/mcp/more", false],
    ["https://h.example/mcp", "https://h.example/other/../mc", false],
    ["https://h.example/mcp", "https://victim.example/mcp", false],
    ["https://h.example/mcp", "http://h.example/mcp", false],
    ["https://h.example/mcp", "https://h.example:8443/mcp", false],
    ["https://h.example/mcp", "https://h.example/mcp#x", false],
    ["https://h.example/mcp", "https://u@h.example/mcp", false],
    ["https://h.example/mcp", "h.example/mcp", false],
    ["https://h.example/mcp", "urn:mcp", false],
  ])("for %s may be %s: %s", (server, resource, verdict) => {
    expect(resourceMatches(server, resource)).toBe(verdict);
  });
});

test("a shown URL has no query", () => {
  expect(withoutQuery("https://a.example/p?code=secret#x")).toBe("https://a.example/p");
  expect(withoutQuery("not\u0007 a url")).toBe("“not a url”");
});
