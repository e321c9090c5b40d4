/** A refresh token from elsewhere, an ID token as bearer, the grant `none`, and a client that was forgotten. */
import type { ClientMetadata } from "oidc-provider";
import { describe, expect, test } from "vitest";
import type { AuthConfig } from "../../../main/config/types.ts";
import { asGatehouseError } from "../../../main/errors.ts";
import type { Challenge } from "../../../main/ports.ts";
import { ACCOUNTS, startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { authorizationRequest, clickThrough, exchangeCode } from "../../fixtures/oauth-client.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { use } from "../../fixtures/use.ts";
import { startHostileServer } from "./hostile-server.ts";
import { codeOf, errorOf, makeRig, makeWorld, remoteServer, tokenOf } from "./parts.ts";

const HOUR_MS = 3_600_000;
const ADA = { user: "ada", password: ACCOUNTS.ada ?? "" };
const challenge: Challenge = {
  status: 401,
  scheme: "bearer",
  resourceMetadata: null,
  scope: null,
  error: null,
  errorDescription: null,
  at: 0,
};

describe("a refresh token from elsewhere", () => {
  const ELSEWHERE: ClientMetadata = {
    client_id: "elsewhere",
    token_endpoint_auth_method: "none",
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    redirect_uris: ["http://127.0.0.1/callback"],
  };

  /** Another program's sign-in. */
  async function world(auth: AuthConfig = {}) {
    const as = use(await startAuthorizationServer({ clients: [ELSEWHERE] }));
    const resource = use(await startProtectedServer({ issuer: as }));
    const client = { clientId: "elsewhere", redirectUri: "http://127.0.0.1/callback" };
    const attempt = authorizationRequest(as.issuer, client, { resource: resource.url, scope: "mcp:tools" });
    const home = await clickThrough(attempt.url, ADA);
    const code = home.searchParams.get("code") ?? "";
    const { body } = await exchangeCode(as.issuer, client, attempt, code, resource.url);
    const server = remoteServer(resource.url, { client_id: "elsewhere", ...auth });
    return { as, resource, server, refreshToken: String(body.refresh_token), ...makeRig() };
  }

  test("is renewed once, and what comes of it is kept and goes on renewing itself", async () => {
    const { as, resource, server, refreshToken, signIns, vault, browser, clock } = await world();
    const said: string[] = [];
    const outcome = await signIns.signIn(server, "default", {
      openBrowser: true,
      refreshToken,
      onProgress: ({ step, text }) => void said.push(`${step} ${text}`),
    });
    expect(outcome).toEqual({ account: "default", scope: "mcp:tools" });
    expect(said.map((line) => line.split(" ")[0])).toEqual(["probe", "exchange", "done"]);
    expect(said.join()).not.toContain(refreshToken);
    expect(browser.opened).toEqual([]);
    const [request, ...more] = as.records.tokenRequests("refresh_token");
    expect(more).toEqual([]);
    expect(request?.params).toMatchObject({
      client_id: "elsewhere",
      refresh_token: refreshToken,
      resource: resource.url,
    });
    expect(request?.params).not.toHaveProperty("scope");
    const grant = vault.only();
    expect(grant.refresh_token).toBe(request?.answer?.refresh_token);
    expect(grant.refresh_token).not.toBe(refreshToken);
    clock.ahead = HOUR_MS;
    expect(await tokenOf(signIns.credentials(server, "default"))).toBe(vault.only().access_token);
    expect(as.records.tokenRequests("refresh_token")).toHaveLength(2);
  });

  test("that is not good is refused, shown nowhere, and changes nothing", async () => {
    const { server, signIns, vault } = await world();
    const error = await errorOf(
      signIns.signIn(server, "default", { openBrowser: true, refreshToken: "made-up-token" }),
    );
    expect(error).toMatchObject({ code: "token_exchange_failed", details: { retryable: false } });
    expect(JSON.stringify(error.toObject())).not.toContain("made-up-token");
    expect(vault.entries.size).toBe(0);
  });

  test("needs the client that it was issued to; none is registered for it", async () => {
    const { as, resource, refreshToken, signIns } = await world();
    const unset = remoteServer(resource.url);
    expect(await codeOf(signIns.signIn(unset, "default", { openBrowser: true, refreshToken }))).toBe(
      "client_id_required",
    );
    expect(as.records.count("register")).toBe(0);
    expect(as.records.tokenRequests("refresh_token")).toEqual([]);
  });

  test("is not used while another sign-in is under way, nor for a grant that has none", async () => {
    const { as, resource, server, refreshToken, signIns } = await world();
    const waiting = codeOf(signIns.signIn(server, "default", { openBrowser: false }));
    expect(await codeOf(signIns.signIn(server, "default", { openBrowser: true, refreshToken }))).toBe(
      "invalid_request",
    );
    signIns.cancel(server.name, "default");
    expect(await waiting).toBe("sign_in_cancelled");
    const robot = remoteServer(resource.url, { grant: "client_credentials", client_id: "elsewhere" });
    expect(await codeOf(signIns.signIn(robot, "default", { openBrowser: true, refreshToken }))).toBe("invalid_request");
    expect(as.records.tokenRequests("refresh_token")).toEqual([]);
  });
});

describe("use_id_token", () => {
  test("sends the ID token, and renews it with its own end", async () => {
    const asIdToken = { use_id_token: true, scope: "openid mcp:tools", resource: false } as const;
    const { as, server, signIns, vault, clock } = await makeWorld({}, asIdToken);
    await signIns.signIn(server, "default", { openBrowser: true });
    const credentials = signIns.credentials(server, "default");
    const grant = vault.only();
    expect(grant.id_token).toMatch(/^eyJ/);
    const permit = await credentials.permit("POST", new URL(server.url));
    expect(permit).toMatchObject({ token: grant.id_token, headers: { authorization: `Bearer ${grant.id_token}` } });
    clock.ahead = HOUR_MS;
    const next = await tokenOf(credentials);
    expect(next).toBe(vault.only().id_token);
    expect(next).toBe(as.records.tokenRequests("refresh_token").at(-1)?.answer?.id_token);
    // Switched off, it is the access token again, without a sign-in.
    const { use_id_token: _, ...auth } = server.auth;
    expect(await tokenOf(signIns.credentials(remoteServer(server.url, auth), "default"))).toBe(
      vault.only().access_token,
    );
  });

  test.each([
    ["before the access token", 60, 60],
    ["after it", 7200, 3600],
  ])("an ID token that ends %s", async (_name, idLifetime, expected) => {
    const host = use(await startHostileServer());
    const iat = 1_700_000_000;
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const idToken = `${part({ alg: "none" })}.${part({ iat, exp: iat + idLifetime })}.x`;
    host.paths.set("/token", {
      body: { access_token: "at", token_type: "Bearer", expires_in: 3600, id_token: idToken },
    });
    const { signIns, vault } = makeRig();
    await signIns.signIn(remoteServer(host.url, { use_id_token: true }), "default", { openBrowser: true });
    const { expires_at, obtained_at } = vault.only();
    expect((Number(expires_at) - obtained_at) / 1000).toBe(expected);
  });

  test("a server that gives none is told apart from one that refuses, and nothing is kept", async () => {
    const host = use(await startHostileServer());
    const { signIns, vault } = makeRig();
    const server = remoteServer(host.url, { use_id_token: true });
    const error = await errorOf(signIns.signIn(server, "default", { openBrowser: true }));
    expect(error).toMatchObject({ code: "token_exchange_failed", details: { reason: "no id_token" } });
    expect(error.suggestion).toContain("openid");
    expect(vault.entries.size).toBe(0);
  });
});

test("the grant none sends no token, signs nobody in, and says so when the server asks all the same", async () => {
  const { resource, signIns, vault } = await makeWorld();
  await signIns.signIn(remoteServer(resource.url), "default", { openBrowser: true });
  const server = remoteServer(resource.url, { grant: "none" });
  expect(vault.entries.size).toBe(1);
  const credentials = signIns.credentials(server, "default");
  expect(await tokenOf(credentials)).toBeNull();
  expect(await codeOf(signIns.signIn(server, "default", { openBrowser: true }))).toBe("no_sign_in_needed");
  const error = await errorOf(credentials.refused(null, challenge));
  expect(error.code).toBe("upstream_failed");
  expect(error.suggestion).toContain("grant");
});

describe("a client that the authorization server has forgotten", () => {
  const UNKNOWN = { status: 401, body: { error: "invalid_client" } };

  test("between consent and exchange is registered anew, once, and the person asked once more", async () => {
    const { as, server, signIns, browser, vault } = await makeWorld();
    as.controls.fail("token", { ...UNKNOWN, times: 1 });
    expect(await signIns.signIn(server, "default", { openBrowser: true })).toMatchObject({
      account: "default",
    });
    expect(as.records.registrations).toHaveLength(2);
    expect(browser.opened).toHaveLength(2);
    const clients = browser.opened.map((url) => url.searchParams.get("client_id"));
    expect(clients[0]).not.toBe(clients[1]);
    expect(vault.only().client.client_id).toBe(clients[1]);
    expect(new Set(browser.opened.map((url) => url.searchParams.get("state"))).size).toBe(2);
  });

  test("again and again ends with an error, not in a loop", async () => {
    const { as, server, signIns, browser, vault } = await makeWorld();
    as.controls.fail("token", { ...UNKNOWN, times: 9 });
    const error = await errorOf(signIns.signIn(server, "default", { openBrowser: true }));
    expect(error).toMatchObject({ code: "token_exchange_failed", details: { registration_attempted: true } });
    expect(browser.opened).toHaveLength(2);
    expect(as.records.count("token")).toBe(2);
    expect(vault.entries.size).toBe(0);
    expect((await browser.page()).text).toContain("does not know the client");
  });

  test("at a refresh ends the grant; the next sign-in registers anew", async () => {
    const { as, server, signIns, vault, clock } = await makeWorld();
    await signIns.signIn(server, "default", { openBrowser: true });
    as.forgetClients();
    clock.ahead = HOUR_MS;
    expect(await tokenOf(signIns.credentials(server, "default"))).toBeNull();
    expect(signIns.status(server, []).accounts[0]).toMatchObject({ state: "expired" });
    await signIns.signIn(server, "default", { openBrowser: true });
    expect(as.records.registrations).toHaveLength(2);
    expect(await tokenOf(signIns.credentials(server, "default"))).toBe(vault.only().access_token);
  });

  test("that the settings name is not replaced", async () => {
    const auth = { client_id: "gone", redirect_uri: "http://127.0.0.1/callback" };
    const { as, server, signIns } = await makeWorld({}, auth, { browser: { open: async () => {} } });
    const failure = signIns.signIn(server, "default", { openBrowser: true, timeoutS: 1 }).catch(asGatehouseError);
    expect(await failure).toMatchObject({ code: "callback_timeout" });
    expect(as.records.count("register")).toBe(0);
  });
});
