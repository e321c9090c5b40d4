import { describe, expect, test } from "vitest";
import { challengeFrom, parseWwwAuthenticate } from "../../../main/http/www-authenticate.ts";

const parsed = (header: string | string[] | null | undefined) =>
  parseWwwAuthenticate(header).map(({ scheme, params }) => [scheme, Object.fromEntries(params)]);

describe("WWW-Authenticate", () => {
  test.each([
    ["Bearer", [["bearer", {}]]],
    ['Bearer realm="x", error="invalid_token"', [["bearer", { realm: "x", error: "invalid_token" }]]],
    ["bearer scope=read", [["bearer", { scope: "read" }]]],
    [
      'BEARER  scope = "a b" ,resource_metadata="https://h/p?q=1,2"',
      [["bearer", { scope: "a b", resource_metadata: "https://h/p?q=1,2" }]],
    ],
    [
      'Bearer error_description="a \\"quoted\\" \\\\ word, and more"',
      [["bearer", { error_description: 'a "quoted" \\ word, and more' }]],
    ],
    [
      'Basic realm="a", Bearer scope="b", DPoP algs="ES256"',
      [
        ["basic", { realm: "a" }],
        ["bearer", { scope: "b" }],
        ["dpop", { algs: "ES256" }],
      ],
    ],
    [
      "Negotiate YWJj==, Bearer scope=x",
      [
        ["negotiate", {}],
        ["bearer", { scope: "x" }],
      ],
    ],
    [
      "NTLM, Negotiate",
      [
        ["ntlm", {}],
        ["negotiate", {}],
      ],
    ],
    ['Bearer scope="first", scope="second"', [["bearer", { scope: "first" }]]],
    ['Bearer scope="never closed', [["bearer", { scope: "never closed" }]]],
    ['Bearer error="ends with a backslash\\', [["bearer", { error: "ends with a backslash\\" }]]],
    [',,  , Bearer ,, scope="x",', [["bearer", { scope: "x" }]]],
    ['scope="of nobody", Bearer scope="x"', [["bearer", { scope: "x" }]]],
    ["Bearer __proto__=1, constructor=2", [["bearer", JSON.parse('{"__proto__":"1","constructor":"2"}')]]],
    ["((( , Bearer scope=x", [["bearer", { scope: "x" }]]],
    ['""', []],
    ["", []],
    [null, []],
    [undefined, []],
  ])("%j is read", (header, challenges) => {
    expect(parsed(header)).toEqual(challenges);
  });

  test("of several headers is read as one", () => {
    const several = ['Basic realm="a"', 'Bearer scope="b"'];
    expect(parsed(several)).toEqual(parsed(several.join(", ")));
    expect(parsed(several)).toHaveLength(2);
  });

  test("that is endless is read in a moment", () => {
    for (const junk of ["a".repeat(1e6), '"'.repeat(1e6), "=,".repeat(5e5), "\\".repeat(1e6), "Bearer ".repeat(1e5)]) {
      expect(parseWwwAuthenticate(junk).length).toBeLessThan(16_384);
    }
  });
});

describe("a challenge", () => {
  test("is the one that helps a sign-in", () => {
    const metadata = "https://h/.well-known/oauth-protected-resource";
    const header = `Basic realm="a", Bearer scope="b", DPoP algs="ES256", resource_metadata="${metadata}"`;
    expect(challengeFrom(401, header, 7)).toEqual({
      status: 401,
      scheme: "dpop",
      resourceMetadata: metadata,
      scope: null,
      error: null,
      errorDescription: null,
      at: 7,
    });
    expect(challengeFrom(403, 'Basic realm="a", Bearer error="insufficient_scope", scope="b"', 7)).toMatchObject({
      status: 403,
      scheme: "bearer",
      scope: "b",
      error: "insufficient_scope",
    });
    expect(challengeFrom(401, "Basic realm=x", 7).scheme).toBe("basic");
  });

  test("without a header, or with empty values, has nothing in it", () => {
    const nothing = { status: 401, resourceMetadata: null, scope: null, error: null, errorDescription: null, at: 7 };
    expect(challengeFrom(401, null, 7)).toEqual({ ...nothing, scheme: null });
    expect(challengeFrom(401, 'Bearer scope="", error=', 7)).toEqual({ ...nothing, scheme: "bearer" });
  });
});
