import { describe, expect, test } from "vitest";
import type { AuthConfig } from "../../../main/config/types.ts";
import { GatehouseError } from "../../../main/errors.ts";
import { advised } from "../../../main/oauth/advice.ts";
import { remoteServer } from "../../flow/oauth/parts.ts";

function failed(code: GatehouseError["code"], details?: Readonly<Record<string, unknown>>): GatehouseError {
  return new GatehouseError({
    code,
    server: "notes",
    requestId: "request",
    message: "It failed.",
    suggestion: "Think.",
    ...(details === undefined ? {} : { details }),
  });
}

const advise = (url: string, auth: AuthConfig, error = failed("client_id_required")) =>
  advised(remoteServer(url, auth), error);

describe("advice", () => {
  test("names where a client id comes from, the redirect URI to enter, and what to set", async () => {
    const error = await advise("https://api.githubcopilot.com/mcp/", {}, failed("client_id_required", { result: 404 }));
    expect(error).toMatchObject({
      code: "client_id_required",
      server: "notes",
      requestId: "request",
      message: "It failed.",
    });
    expect(error.suggestion).toBe(
      "Create an OAuth app at https://github.com/settings/developers with the redirect URI http://127.0.0.1:53682/callback, then set “client_id”, “client_secret” and “redirect_uri” (http://127.0.0.1:53682/callback) in the server's auth settings.",
    );
    expect(error.details).toEqual({
      result: 404,
      catalogue: "github",
      auth: { redirect_uri: "http://127.0.0.1:53682/callback" },
    });
  });

  test("keeps to the redirect URI that is set", async () => {
    const auth = { redirect_uri: "http://localhost:9000/here" };
    const { suggestion } = await advise("https://mcp.asana.com/v2/mcp", auth);
    expect(suggestion).toContain(
      "with the redirect URI http://localhost:9000/here, then set “client_id” and “client_secret” in",
    );
  });

  test("names only what is missing", async () => {
    const auth = { client_id: "mine", redirect_uri: "http://127.0.0.1:53682/callback", authorize_params: {} };
    const { suggestion } = await advise("https://gmailmcp.googleapis.com/mcp/v1", auth, failed("issuer_mismatch"));
    expect(suggestion).toBe(
      "Gmail needs “authorization_server” (https://accounts.google.com) in the server's auth settings.",
    );
  });

  test("knows an authorization server by its issuer", async () => {
    const error = await advise(
      "https://api.example.com/mcp",
      {},
      failed("client_id_required", { issuer: "“https://x.eu.auth0.com/”" }),
    );
    expect(error.suggestion).toMatch(
      /^Create a native application at https:\/\/manage\.auth0\.com .*“authorize_params” \(\{"audience":"API_IDENTIFIER"\}\)/,
    );
  });

  test.each([
    ["nothing is known", "https://api.example.com/mcp", {}, "client_id_required"],
    ["everything is set", "https://mcp.notion.com/mcp", {}, "registration_failed"],
    ["it is another matter", "https://api.githubcopilot.com/mcp/", {}, "callback_timeout"],
    ["another issuer answers than was meant", "https://api.githubcopilot.com/mcp/", {}, "issuer_mismatch"],
    ["the answer was not ours to trust", "https://api.githubcopilot.com/mcp/", {}, "state_mismatch"],
  ] as const)("is not given where %s", async (_, url, auth, code) => {
    const error = failed(code);
    expect(await advise(url, auth, error)).toBe(error);
  });
});
