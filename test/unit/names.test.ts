import { describe, expect, test } from "vitest";
import { checkName, MAX_NAME, normalName } from "../../main/names.ts";

describe("a server's name", () => {
  test.each([
    "github",
    "GitHub 2",
    "a",
    "7",
    "my.server_x-y",
    "日本語",
    "Ελλάδα",
    "हिन्दी",
    "٣",
    "x".repeat(MAX_NAME),
    "constructor",
  ])("%s will do", (name) => {
    expect(checkName(name)).toEqual({ ok: true });
  });

  test.each([
    ["", "server"],
    ["__proto__", "proto__"],
    ["-x", "x"],
    [" x", "x"],
    [".hidden", "hidden"],
    ["a/b", "a-b"],
    ["../../etc", "etc"],
    ["a:b@c", "a-b-c"],
    ["tab\there", "tab-here"],
    ["new\nline", "new-line"],
    ["zero\u200bwidth", "zero-width"],
    ["\u202egnp.exe", "gnp.exe"],
    ["https://mcp.example.com/mcp", "https-mcp.example.com-mcp"],
    ["🚀", "server"],
    ["x".repeat(65), "x".repeat(64)],
    ["½", "server"],
  ])("%j will not, %j would", (name, suggestion) => {
    expect(checkName(name)).toEqual({ ok: false, suggestion });
    expect(checkName(suggestion)).toEqual({ ok: true });
  });

  test("is counted in code points, so that every script has the same room", () => {
    expect(checkName("𝒳".repeat(64)).ok).toBe(true);
    expect(checkName("𝒳".repeat(65)).ok).toBe(false);
  });

  test("is the same name however its letters are composed", () => {
    expect(checkName("cafe\u0301")).toEqual({ ok: true });
    expect(normalName("cafe\u0301")).toBe("caf\u00e9");
  });
});
