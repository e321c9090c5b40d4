import { describe, expect, test } from "vitest";
import { refreshDueAt, renewedGrant } from "../../../main/oauth/refresh.ts";
import type { Tokens } from "../../../main/oauth/token-endpoint.ts";
import type { Grant } from "../../../main/vault/types.ts";

const GRANT: Grant = {
  v: 1,
  issuer: "https://as.example",
  token_endpoint: "https://as.example/token",
  revocation_endpoint: null,
  resource: "https://h.example",
  client: {
    source: "dynamic",
    client_id: "id",
    token_endpoint_auth_method: "none",
    redirect_uri: "http://127.0.0.1:1/callback",
  },
  access_token: "at-1",
  refresh_token: "rt-1",
  id_token: "id-1",
  scope: "a",
  expires_at: 3_600_000,
  obtained_at: 0,
  signed_in_at: 0,
};

describe("a refresh is due", () => {
  test.each([
    [3_600_000, undefined, 3_570_000],
    [3_600_000, 300, 3_300_000],
    [3_600_000, 0, 3_600_000],
    [61_000, undefined, 31_000],
    [60_000, undefined, 54_000],
    [5_000, undefined, 4_500],
    [2_000, undefined, 1_800],
    [-5, undefined, -5],
    [null, undefined, null],
  ])("for a token that ends at %j with a skew of %j s at %j", (expires_at, skew, due) => {
    expect(refreshDueAt({ ...GRANT, expires_at }, skew)).toBe(due);
  });
});

test("a renewed grant keeps what the answer leaves out", () => {
  const bare: Tokens = {
    accessToken: "at-2",
    type: "DPoP",
    issuedTokenType: null,
    refreshToken: null,
    idToken: null,
    scope: null,
    lifetimeS: null,
  };
  expect(renewedGrant(GRANT, bare, 9)).toEqual({
    ...GRANT,
    access_token: "at-2",
    token_type: "DPoP",
    expires_at: null,
    obtained_at: 9,
  });
  const full: Tokens = { ...bare, type: "Bearer", refreshToken: "rt-2", idToken: "id-2", scope: "b", lifetimeS: 10 };
  expect(renewedGrant(GRANT, full, 9)).toEqual({
    ...GRANT,
    access_token: "at-2",
    token_type: "Bearer",
    refresh_token: "rt-2",
    id_token: "id-2",
    scope: "b",
    expires_at: 10_009,
    obtained_at: 9,
  });
});
