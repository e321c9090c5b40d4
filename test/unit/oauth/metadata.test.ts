import { describe, expect, test } from "vitest";
import { GatehouseError } from "../../../main/errors.ts";
import {
  defaultServer,
  judgeResourceMetadata,
  judgeServerMetadata,
  resourceMetadataUrls,
  serverMetadataUrls,
} from "../../../main/oauth/metadata.ts";

const RUN = { server: "notes", requestId: "r-1" };

function codeOf(attempt: () => unknown): string {
  try {
    attempt();
    return "accepted";
  } catch (error) {
    return error instanceof GatehouseError ? error.code : "another error";
  }
}

test.each([
  ["https://h.example", ["https://h.example/.well-known/oauth-protected-resource"]],
  ["https://h.example/", ["https://h.example/.well-known/oauth-protected-resource"]],
  [
    "https://h.example/a/mcp/",
    [
      "https://h.example/.well-known/oauth-protected-resource/a/mcp",
      "https://h.example/.well-known/oauth-protected-resource",
    ],
  ],
  [
    "https://h.example/mcp?org=1",
    [
      "https://h.example/.well-known/oauth-protected-resource/mcp?org=1",
      "https://h.example/.well-known/oauth-protected-resource",
    ],
  ],
])("metadata of the resource %s is looked for in order", (url, places) => {
  expect(resourceMetadataUrls(url)).toEqual(places);
});

test.each([
  [
    "https://as.example",
    [
      "https://as.example/.well-known/oauth-authorization-server",
      "https://as.example/.well-known/openid-configuration",
    ],
  ],
  [
    "https://as.example/t/1/",
    [
      "https://as.example/.well-known/oauth-authorization-server/t/1",
      "https://as.example/.well-known/openid-configuration/t/1",
      "https://as.example/t/1/.well-known/openid-configuration",
    ],
  ],
])("metadata of the issuer %s is looked for in order", (issuer, places) => {
  expect(serverMetadataUrls(issuer)).toEqual(places);
});

describe("protected resource metadata", () => {
  const url = "https://h.example/mcp";
  test("is read as it is", () => {
    const document = {
      resource: "https://h.example",
      authorization_servers: ["https://a.example", 7, "", null],
      scopes_supported: "not a list",
    };
    expect(judgeResourceMetadata(RUN, url, document, undefined)).toEqual({
      resource: "https://h.example",
      authorizationServers: ["https://a.example"],
      scopesSupported: [],
      dpopRequired: false,
    });
  });

  test.each([
    [{}, "metadata_invalid"],
    [{ resource: 7 }, "metadata_invalid"],
    [{ resource: ["https://h.example/mcp"] }, "metadata_invalid"],
    [{ resource: "https://victim.example/mcp" }, "resource_mismatch"],
  ])("%j is refused", (document, code) => {
    expect(codeOf(() => judgeResourceMetadata(RUN, url, document, undefined))).toBe(code);
  });

  test("of another resource is taken when the person named that one", () => {
    const document = { resource: "api://notes" };
    expect(judgeResourceMetadata(RUN, url, document, "api://notes").resource).toBe("api://notes");
    expect(codeOf(() => judgeResourceMetadata(RUN, url, document, false))).toBe("resource_mismatch");
  });
});

describe("authorization server metadata", () => {
  const issuer = "https://as.example";
  const good = {
    issuer,
    authorization_endpoint: "https://as.example/authorize",
    token_endpoint: "https://elsewhere.example/token",
    code_challenge_methods_supported: ["plain", "S256"],
  };
  const judge = (changes: object, issuers: string[] | null = [issuer]) =>
    judgeServerMetadata(RUN, { ...good, ...changes }, { issuers });

  test("is read, with what is missing as not there", () => {
    expect(judge({ revocation_endpoint: null, scopes_supported: ["a"] })).toEqual({
      source: "metadata",
      issuer,
      authorizationEndpoint: good.authorization_endpoint,
      tokenEndpoint: good.token_endpoint,
      registrationEndpoint: null,
      revocationEndpoint: null,
      scopesSupported: ["a"],
      tokenAuthMethods: null,
      issInResponse: false,
      clientIdMetadataDocument: false,
      deviceEndpoint: null,
      dpopAlgorithms: null,
    });
    expect(judge({ authorization_response_iss_parameter_supported: true }).issInResponse).toBe(true);
    expect(judge({ authorization_response_iss_parameter_supported: "true" }).issInResponse).toBe(false);
  });

  test.each([
    [{ issuer: "https://as.example/" }, "issuer_mismatch"],
    [{ issuer: "https://AS.example" }, "issuer_mismatch"],
    [{ issuer: undefined }, "metadata_invalid"],
    [{ authorization_endpoint: undefined }, "metadata_invalid"],
    [{ token_endpoint: 7 }, "metadata_invalid"],
    [{ code_challenge_methods_supported: undefined }, "pkce_unsupported"],
    [{ code_challenge_methods_supported: ["plain"] }, "pkce_unsupported"],
    [{ authorization_endpoint: "javascript:x" }, "unsafe_url"],
    [{ token_endpoint: "http://as.example/token" }, "unsafe_url"],
    [{ registration_endpoint: "file:///x" }, "unsafe_url"],
    [{ revocation_endpoint: "http://as.example/x" }, "unsafe_url"],
  ])("with %j is refused", (changes, code) => {
    expect(codeOf(() => judge(changes))).toBe(code);
  });

  test("at a place that the person named may have any issuer, but needs one", () => {
    expect(judge({ issuer: "https://other.example" }, null).issuer).toBe("https://other.example");
    expect(codeOf(() => judge({ issuer: "" }, null))).toBe("metadata_invalid");
  });
});

test("the default endpoints are at the server's origin", () => {
  expect(defaultServer("https://h.example:8443/a/mcp?x=1")).toMatchObject({
    source: "default",
    issuer: "https://h.example:8443",
    authorizationEndpoint: "https://h.example:8443/authorize",
    tokenEndpoint: "https://h.example:8443/token",
    registrationEndpoint: "https://h.example:8443/register",
  });
});
