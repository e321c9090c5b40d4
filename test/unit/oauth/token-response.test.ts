import { describe, expect, test } from "vitest";
import { retryAfter } from "../../../main/oauth/token-endpoint.ts";
import { lifetimeOf, tidyTokenResponse } from "../../../main/oauth/token-response.ts";

test.each([
  [3600, 3600],
  [0.5, 0.5],
  ["3600", 3600],
  [" 60 ", 60],
  [0, null],
  [-1, null],
  [Number.NaN, null],
  ["", null],
  ["soon", null],
  ["3600s", null],
  [null, null],
  [undefined, null],
  [true, null],
  [{}, null],
  [Number.POSITIVE_INFINITY, 315_360_000],
  [1e300, 315_360_000],
])("expires_in %j is a lifetime of %j s", (value, seconds) => {
  expect(lifetimeOf(value)).toBe(seconds);
});

describe("a token response", () => {
  const tidied = async (body: unknown, init: ResponseInit = {}) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const { response, idToken } = await tidyTokenResponse(new Response(text, init));
    return { status: response.status, idToken, headers: response.headers, text: await response.text() };
  };

  test("keeps what is right and repairs the rest", async () => {
    const { status, idToken, text } = await tidied({
      access_token: "at",
      token_type: "user",
      expires_in: "0",
      refresh_token: null,
      scope: ["a"],
      id_token: "a.b.c",
      extra: { kept: 1 },
    });
    expect([status, idToken]).toEqual([200, "a.b.c"]);
    expect(JSON.parse(text)).toEqual({ access_token: "at", token_type: "Bearer", extra: { kept: 1 } });
    expect(JSON.parse((await tidied({ access_token: "at", token_type: "DPoP", scope: "a" })).text)).toEqual({
      access_token: "at",
      token_type: "DPoP",
      scope: "a",
    });
  });

  test("that is an error is one, whatever its status and challenge", async () => {
    expect((await tidied({ error: "bad_code" })).status).toBe(400);
    expect((await tidied({ error: "none", access_token: "at" })).status).toBe(200);
    const refused = await tidied(
      { error: "invalid_client" },
      { status: 401, headers: { "www-authenticate": "Basic" } },
    );
    expect([refused.status, refused.headers.has("www-authenticate")]).toEqual([401, false]);
  });

  test("that is no JSON object stays as it is", async () => {
    expect(await tidied("<html>", { status: 502 })).toMatchObject({ status: 502, text: "<html>", idToken: null });
    expect((await tidied("[1]")).text).toBe("[1]");
    expect((await tidied("null")).text).toBe("null");
  });
});

test.each([
  [{}, null],
  [{ "retry-after": "7" }, 7],
  [{ "retry-after": "Sat, 21 Nov 2026 12:00:30 GMT", date: "Sat, 21 Nov 2026 12:00:00 GMT" }, 30],
  [{ "retry-after": "Sat, 21 Nov 2026 12:00:30 GMT", date: "Sat, 21 Nov 2026 12:01:00 GMT" }, null],
  [{ "retry-after": "Sat, 21 Nov 2026 12:00:30 GMT" }, null],
  [{ "retry-after": "soon", date: "Sat, 21 Nov 2026 12:00:00 GMT" }, null],
  [{ "retry-after": "-5" }, null],
])("an answer with %j wants %j seconds of patience", (headers, seconds) => {
  expect(retryAfter({ headers: new Headers(Object.entries(headers)) })).toBe(seconds);
});
