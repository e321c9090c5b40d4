import { describe, expect, test } from "vitest";
import { authorizationUrl, chooseScope, extraParameters } from "../../../main/oauth/authorization-request.ts";
import { remoteServer } from "../../flow/oauth/parts.ts";

const RUN = { server: "notes", requestId: "r-1" };
const REQUEST = {
  endpoint: "https://as.example/authorize?tenant=a",
  clientId: "id",
  redirectUri: "http://127.0.0.1:5/callback",
  scope: null,
  resource: null,
  state: "s",
  codeChallenge: "c",
  dpopThumbprint: null,
};
const url = (changes: Partial<Record<keyof typeof REQUEST, string>> = {}, authorize_params = {}) =>
  authorizationUrl(RUN, remoteServer("https://h.example/mcp", { authorize_params }), { ...REQUEST, ...changes });

describe("the scope", () => {
  const none = { configured: undefined, challenged: null, granted: null, resource: [], server: [] };
  test.each([
    ["nothing known", {}, null],
    ["configured", { configured: "mine", challenged: "a", resource: ["b"] }, "mine"],
    ["configured, left as it is", { configured: "mine", server: ["offline_access"] }, "mine"],
    ["configured as none", { configured: " ", challenged: "a" }, null],
    ["challenged", { challenged: "a  b", resource: ["c"] }, "a b"],
    ["supported", { resource: ["c", "d", "c"] }, "c d"],
    ["challenged as none", { challenged: "", resource: ["c"] }, "c"],
    ["no token at all", { challenged: '"quoted" back\\slash', resource: ["with blank"] }, null],
    ["offline", { challenged: "a", server: ["openid", "offline_access"] }, "a offline_access"],
    ["offline already", { challenged: "offline_access a", server: ["offline_access"] }, "offline_access a"],
    ["offline alone", { server: ["offline_access"] }, null],
    ["more than is granted", { challenged: "b c", granted: "a b", resource: ["d"] }, "a b c"],
    ["more, offline", { challenged: "b", granted: "a", server: ["offline_access"] }, "a b offline_access"],
    ["more than is granted, configured", { challenged: "c", granted: "a", configured: "a b" }, "a b c"],
    ["more, nobody says what", { granted: "a offline_access" }, "a offline_access"],
  ])("%s", (_, changes, scope) => {
    expect(chooseScope({ ...none, ...changes })).toBe(scope);
  });
});

describe("the authorization URL", () => {
  test("holds PKCE, state and redirect, and nothing that was not asked for", () => {
    expect(Object.fromEntries(url().searchParams)).toEqual({
      tenant: "a",
      response_type: "code",
      client_id: "id",
      redirect_uri: "http://127.0.0.1:5/callback",
      code_challenge: "c",
      code_challenge_method: "S256",
      state: "s",
    });
  });

  test("holds the resource byte for byte, the scope, and consent for offline access", () => {
    const { searchParams } = url({ resource: "https://h.example", scope: "a offline_access" });
    expect(searchParams.get("resource")).toBe("https://h.example");
    expect(searchParams.get("scope")).toBe("a offline_access");
    expect(searchParams.get("prompt")).toBe("consent");
  });

  test("holds the thumbprint of the key that the tokens will be bound to", () => {
    expect(url({ dpopThumbprint: "jkt" }).searchParams.get("dpop_jkt")).toBe("jkt");
    expect(url().searchParams.has("dpop_jkt")).toBe(false);
  });

  test("cannot be given a second state by the endpoint's own query", () => {
    const { searchParams } = url({ endpoint: "https://as.example/authorize?state=theirs&code_challenge=theirs" });
    expect([searchParams.getAll("state"), searchParams.getAll("code_challenge")]).toEqual([["s"], ["c"]]);
  });

  test("takes more parameters, but none that protects the flow", () => {
    expect(url({}, { access_type: "offline", prompt: "login" }).searchParams.get("prompt")).toBe("login");
    for (const name of [
      "state",
      "code_challenge",
      "code_challenge_method",
      "redirect_uri",
      "client_id",
      "response_type",
    ]) {
      expect(() => url({}, { [name]: "x" })).toThrowError(expect.objectContaining({ code: "config_invalid" }));
    }
    expect(() => extraParameters(RUN, "token_params", { code_verifier: "x" })).toThrowError(
      expect.objectContaining({ code: "config_invalid" }),
    );
  });

  test("is never made from an unsafe endpoint", () => {
    expect(() => url({ endpoint: "javascript:alert(1)" })).toThrowError(
      expect.objectContaining({ code: "unsafe_url" }),
    );
  });
});
