import { describe, expect, test } from "vitest";
import { linkIn, readLink } from "../../../main/electron/links.ts";

const snippet = (text: string): string => `gatehouse://add?snippet=${Buffer.from(text).toString("base64url")}`;

describe("a link that adds a server", () => {
  test.each([
    ["gatehouse://add?url=https%3A%2F%2Fmcp.example%2Fmcp", "https://mcp.example/mcp"],
    ["GATEHOUSE://add/?url=http://127.0.0.1:8080/mcp", "http://127.0.0.1:8080/mcp"],
    // What looks like another host's letters is shown as what it is.
    ["gatehouse://add?url=https%3A%2F%2Fgith%D1%83b.com", "https://xn--githb-hze.com/"],
    [snippet("npx -y server --root '/home/me'\n"), "npx -y server --root '/home/me'\n"],
    [snippet('{"mcpServers":{"ü":{}}}'), '{"mcpServers":{"ü":{}}}'],
  ])("%s fills the form", (link, text) => {
    expect(readLink(link)).toEqual({ ok: true, text });
  });

  test("a name comes as a snippet with that name", () => {
    const read = readLink("gatehouse://add?name=My%20server&url=https%3A%2F%2Fmcp.example");
    expect(JSON.parse(read.ok ? read.text : "")).toEqual({
      mcpServers: { "My server": { url: "https://mcp.example/" } },
    });
  });

  test.each([
    ["gatehouse://remove?url=https://mcp.example", "not an address that Gatehouse knows"],
    ["gatehouse://add/more?url=https://mcp.example", "not an address that Gatehouse knows"],
    ["gatehouse://user@add?url=https://mcp.example", "not an address that Gatehouse knows"],
    ["gatehouse://add?url=https://mcp.example#x", "not an address that Gatehouse knows"],
    ["https://add?url=https://mcp.example", "not an address that Gatehouse knows"],
    ["gatehouse:add?url=https://mcp.example", "not an address that Gatehouse knows"],
    ["gatehouse://add", "url or snippet, one of them"],
    ["gatehouse://add?name=x", "url or snippet, one of them"],
    [`${snippet("x")}&url=https://mcp.example`, "url or snippet, one of them"],
    [`${snippet("x")}&name=x`, "a name with a snippet"],
    ["gatehouse://add?url=https://a.example&url=https://b.example", "a parameter twice"],
    ["gatehouse://add?url=https://a.example&approve=1", "an unknown parameter"],
    ["gatehouse://add?url=https://a.example&__proto__=1", "an unknown parameter"],
    ["gatehouse://add?url=https://a.example&name=__proto__", "a name that cannot be one"],
    ["gatehouse://add?url=https://a.example&name=a%0Ab", "a name that cannot be one"],
    ["gatehouse://add?url=javascript:alert(1)", "the url is no web address"],
    ["gatehouse://add?url=file:///etc/passwd", "the url is no web address"],
    ["gatehouse://add?url=mcp.example", "the url is no address"],
    ["gatehouse://add?url=https://me:secret@mcp.example", "the url holds a user or a password"],
    ["gatehouse://add?url=https://mcp.example/%E2%80%AEpcm", "the url has hidden characters"],
    ["gatehouse://add?snippet=", "the snippet is not base64url"],
    ["gatehouse://add?snippet=a+b", "the snippet is not base64url"],
    ["gatehouse://add?snippet=_w", "the snippet is no text"],
    [snippet("  \n"), "the snippet is empty"],
    [snippet("npx server \u200b--all"), "the snippet has hidden characters"],
    [snippet("npx server \u001b[8m"), "the snippet has hidden characters"],
    [snippet("x".repeat(24_577)), "too long"],
    ["gatehouse://", "not an address that Gatehouse knows"],
    [`gatehouse://add?url=https://a.example/${"x".repeat(40_000)}`, "too long"],
  ])("%s is refused: %s", (link, why) => {
    expect(readLink(link)).toEqual({ ok: false, why });
  });

  test("is found among a program's arguments", () => {
    expect(linkIn(["/usr/bin/gatehouse-app", "--hidden", "gatehouse://add?url=x"])).toBe("gatehouse://add?url=x");
    expect(linkIn(["/usr/bin/gatehouse-app", "/home/me/gatehouse"])).toBeNull();
  });
});
