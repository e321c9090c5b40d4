import { describe, expect, test } from "vitest";
import { GatehouseError } from "../../../main/errors.ts";
import { judgeAuthorizationResponse } from "../../../main/oauth/authorization-response.ts";

const RUN = { server: "notes", requestId: "r-1" };
const EXPECTED = { state: "s", issuer: "https://as.example", issRequired: false };

function judged(query: string, changes: Partial<typeof EXPECTED> = {}): string {
  try {
    return judgeAuthorizationResponse(RUN, new URLSearchParams(query), { ...EXPECTED, ...changes }).reveal();
  } catch (error) {
    return error instanceof GatehouseError ? error.code : "another error";
  }
}

describe("an authorization response", () => {
  test.each([
    ["code=c&state=s", "c"],
    ["code=c&state=s&iss=https://as.example", "c"],
    ["code=c", "state_mismatch"],
    ["code=c&state=", "state_mismatch"],
    ["code=c&state=S", "state_mismatch"],
    ["code=c&state=s&state=s", "state_mismatch"],
    ["error=access_denied&state=x", "state_mismatch"],
    ["code=c&state=s&iss=https://evil.example", "issuer_mismatch"],
    ["code=c&state=s&iss=https://as.example/", "issuer_mismatch"],
    ["code=c&state=s&iss=https://AS.example", "issuer_mismatch"],
    ["code=c&state=s&iss=", "issuer_mismatch"],
    ["code=c&state=s&iss=https://as.example&iss=https://as.example", "issuer_mismatch"],
    ["error=access_denied&state=s&iss=https://evil.example", "issuer_mismatch"],
    ["error=access_denied&state=s", "authorization_denied"],
    ["error=access_denied&code=c&state=s", "authorization_denied"],
    ["error=server_error&state=s", "token_exchange_failed"],
    ["error=a&error=b&code=c&state=s", "token_exchange_failed"],
    ["state=s", "token_exchange_failed"],
    ["code=&state=s", "token_exchange_failed"],
    ["code=c&code=d&state=s", "token_exchange_failed"],
  ])("%s gives %s", (query, outcome) => {
    expect(judged(query)).toBe(outcome);
  });

  test("without the issuer that was promised is refused, unless it is an error anyway", () => {
    expect(judged("code=c&state=s", { issRequired: true })).toBe("issuer_mismatch");
    expect(judged("code=c&state=s&iss=https://as.example", { issRequired: true })).toBe("c");
    expect(judged("error=access_denied&state=s", { issRequired: true })).toBe("authorization_denied");
  });

  test("is quoted in errors, without control characters and cut", () => {
    const query = new URLSearchParams({ state: "s", error: "x\r\nfake log line", error_description: "y".repeat(999) });
    expect(() => judgeAuthorizationResponse(RUN, query, EXPECTED)).toThrowError(
      expect.objectContaining({
        requestId: "r-1",
        server: "notes",
        message: expect.stringMatching(/^The authorization server of “notes” .*“x fake log line: y{1,200}…”\)\.$/),
      }),
    );
  });

  test("does not show its code by accident", () => {
    const code = judgeAuthorizationResponse(RUN, new URLSearchParams("code=sec-ret&state=s"), EXPECTED);
    expect(`${JSON.stringify(code)} ${String(code)}`).not.toContain("sec-ret");
  });
});
