import { describe, expect, test } from "vitest";
import { proxyRule } from "../../../main/http/proxy.ts";

const PROXY = "http://proxy.corp:3128";
const through = (target: string, env: Record<string, string>) => proxyRule(env)(new URL(target))?.url.host ?? null;

describe("which proxy", () => {
  test.each([
    [{ HTTPS_PROXY: PROXY }, "https://mcp.example/", "proxy.corp:3128"],
    [{ https_proxy: PROXY }, "https://mcp.example/", "proxy.corp:3128"],
    [{ https_proxy: "http://lower:1", HTTPS_PROXY: "http://upper:1" }, "https://mcp.example/", "lower:1"],
    [{ https_proxy: "", HTTPS_PROXY: PROXY }, "https://mcp.example/", null],
    [{ HTTP_PROXY: PROXY }, "https://mcp.example/", "proxy.corp:3128"],
    [{ HTTP_PROXY: "http://plain:1", HTTPS_PROXY: PROXY }, "https://mcp.example/", "proxy.corp:3128"],
    [{ HTTPS_PROXY: "proxy.corp:3128" }, "https://mcp.example/", "proxy.corp:3128"],
    [{ HTTPS_PROXY: "https://proxy.corp" }, "https://mcp.example/", "proxy.corp"],
    [{ HTTPS_PROXY: "[::1]:3128" }, "https://mcp.example/", "[::1]:3128"],
    [{ ALL_PROXY: "socks5://proxy.corp:1080" }, "https://mcp.example/", "proxy.corp:1080"],
    [{ all_proxy: "socks5h://[::1]" }, "http://mcp.example/", "[::1]"],
    [{ ALL_PROXY: "socks5://any:1", HTTPS_PROXY: PROXY }, "https://mcp.example/", "proxy.corp:3128"],
    [{}, "https://mcp.example/", null],
  ])("%j for %s: %s", (env, target, host) => {
    expect(through(target, env as Record<string, string>)).toBe(host);
  });

  test.each(["http://127.0.0.1:8080/", "http://localhost:1/", "http://[::1]:1/", "https://127.9.9.9/"])(
    "none for this machine: %s",
    (target) => {
      expect(through(target, { HTTPS_PROXY: PROXY, HTTP_PROXY: PROXY })).toBeNull();
    },
  );

  test("a setting that cannot be read stays a proxy, so that nothing goes past it", () => {
    expect(proxyRule({ HTTPS_PROXY: "http://[bad" })(new URL("https://mcp.example/"))?.url.protocol).toBe("invalid:");
  });

  test("user and password are taken out of the URL, decoded", () => {
    const proxy = proxyRule({ HTTPS_PROXY: "http://ada:p%40ss%3Aword@proxy.corp:3128" })(new URL("https://x.example"));
    expect(proxy?.url.href).toBe("http://proxy.corp:3128/");
    expect(proxy?.login).toEqual({ user: "ada", password: "p@ss:word" });
    expect(proxyRule({ HTTPS_PROXY: PROXY })(new URL("https://x.example"))?.login).toBeNull();
  });
});

describe("NO_PROXY", () => {
  test.each([
    ["*", "https://mcp.example/", true],
    ["example", "https://mcp.example/", true],
    ["mcp.example", "https://mcp.example/", true],
    [".example", "https://mcp.example/", true],
    ["*.example", "https://mcp.example/", true],
    ["MCP.Example.", "https://mcp.example/", true],
    ["mcp.example", "https://mcp.example./", true],
    ["ample", "https://mcp.example/", false],
    ["cp.example", "https://mcp.example/", false],
    ["other, mcp.example", "https://mcp.example/", true],
    ["other mcp.example", "https://mcp.example/", true],
    ["mcp.example:443", "https://mcp.example/", true],
    ["mcp.example:8443", "https://mcp.example/", false],
    ["mcp.example:8443", "https://mcp.example:8443/", true],
    ["10.0.0.0/8", "https://10.1.2.3/", true],
    ["10.0.0.0/8", "https://11.1.2.3/", false],
    ["10.0.0.0/99", "https://10.1.2.3/", false],
    ["10.1.2.3", "https://10.1.2.3/", true],
    ["fd00::/8", "https://[fd00::1]/", true],
    ["fd00::/8", "https://[fe00::1]/", false],
    ["[fd00::1]:443", "https://[fd00::1]/", true],
    ["[fd00::1]:444", "https://[fd00::1]/", false],
    ["fd00:0::1", "https://[fd00::1]/", true],
    ["10.0.0.0/8", "https://mcp.example/", false],
    ["", "https://mcp.example/", false],
    [".", "https://mcp.example/", false],
  ])("%j lets %s go straight: %s", (exceptions, target, straight) => {
    expect(through(target, { HTTPS_PROXY: PROXY, NO_PROXY: exceptions }) === null).toBe(straight);
    expect(through(target, { HTTPS_PROXY: PROXY, no_proxy: exceptions, NO_PROXY: "*" }) === null).toBe(straight);
  });
});
