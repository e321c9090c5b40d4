import { describe, expect, test } from "vitest";
import type { Challenge } from "../../../main/ports.ts";
import type { startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { codeOf, errorOf, makeRig, makeWorld, REFUSED, remoteServer, tokenOf } from "./parts.ts";

const HOUR_MS = 3_600_000;

async function signedIn(options: Parameters<typeof startAuthorizationServer>[0] = {}) {
  const world = await makeWorld(options);
  const { signIns, server, vault } = world;
  await signIns.signIn(server, "default", { openBrowser: true });
  return { ...world, credentials: signIns.credentials(server, "default"), first: vault.only() };
}

const refreshes = (as: { records: { tokenRequests(type: string): unknown[] } }) =>
  as.records.tokenRequests("refresh_token").length;

describe("an access token", () => {
  test("is given out as it is while it lives", async () => {
    const { as, credentials, first } = await signedIn();
    expect(await tokenOf(credentials)).toBe(first.access_token);
    expect(refreshes(as)).toBe(0);
  });

  test("that ended is refreshed once for twenty callers, with resource and without scope", async () => {
    const { as, resource, credentials, vault, clock, first } = await signedIn();
    clock.ahead = HOUR_MS;
    const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenOf(credentials)));
    expect(new Set(tokens).size).toBe(1);
    expect(refreshes(as)).toBe(1);
    const [request] = as.records.tokenRequests("refresh_token");
    expect(request?.params).toMatchObject({ refresh_token: first.refresh_token, resource: resource.url });
    expect(request?.params).not.toHaveProperty("scope");
    const second = vault.only();
    expect(tokens[0]).toBe(second.access_token);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(second.signed_in_at).toBe(first.signed_in_at);
  });

  test("is not used before its rotated refresh token is durable", async () => {
    const { credentials, vault, clock } = await signedIn();
    clock.ahead = HOUR_MS;
    const token = await tokenOf(credentials);
    expect(vault.journal.at(-1)).toBe(`put ${token}`);
  });

  test("whose rotated refresh token cannot be stored is withheld, and nothing is lost", async () => {
    const { as, credentials, vault, clock, first } = await signedIn();
    clock.ahead = HOUR_MS;
    vault.failing.add("put");
    expect(await codeOf(tokenOf(credentials))).toBe("vault_unavailable");
    expect(vault.only().access_token).toBe(first.access_token);
    vault.failing.clear();
    const token = await tokenOf(credentials);
    expect(vault.only()).toMatchObject({ access_token: token, refresh_token: as.records.issued.refreshTokens.at(-1) });
    expect(refreshes(as)).toBe(1);
  });

  test.each([
    [503, {}],
    [429, { error: "slow_down" }],
    [500, { error: "invalid_grant" }],
  ])("outlives a status %i at the token endpoint", async (status, body) => {
    const { as, credentials, vault, clock, signIns, server } = await signedIn();
    clock.ahead = HOUR_MS;
    as.controls.fail("token", { status, body, times: 1 });
    const error = await errorOf(tokenOf(credentials));
    expect(error).toMatchObject({
      code: "refresh_failed",
      requestId: expect.any(String),
      details: { retryable: true },
    });
    expect(vault.entries.size).toBe(1);
    expect(signIns.status(server)).toMatchObject({
      accounts: [{ state: "signed_in" }],
      error: { code: "refresh_failed" },
    });
    expect(await codeOf(tokenOf(credentials))).toBe("refresh_failed");
    expect(refreshes(as)).toBe(1);
    clock.ahead += 60_000;
    expect(await tokenOf(credentials)).toBe(vault.only().access_token);
    expect(signIns.status(server).error).toBeNull();
  });

  test("is not asked for before the time that the token endpoint names", async () => {
    const { as, credentials, clock } = await signedIn();
    clock.ahead = HOUR_MS;
    as.controls.fail("token", { status: 429, headers: { "retry-after": "120" } });
    expect(await codeOf(tokenOf(credentials))).toBe("refresh_failed");
    clock.ahead += 115_000;
    expect(await codeOf(tokenOf(credentials))).toBe("refresh_failed");
    expect(refreshes(as)).toBe(1);
    clock.ahead += 5_000;
    expect(await tokenOf(credentials)).not.toBeNull();
    expect(refreshes(as)).toBe(2);
  });

  test("that is about to end is used when it cannot be refreshed", async () => {
    const { as, credentials, clock, first } = await signedIn();
    clock.ahead = HOUR_MS - 20_000;
    as.controls.fail("token", { status: 503, times: 9 });
    expect(await tokenOf(credentials)).toBe(first.access_token);
    expect(refreshes(as)).toBe(1);
  });

  test("outlives the authorization server's absence", async () => {
    const { as, credentials, vault, clock } = await signedIn();
    clock.ahead = HOUR_MS;
    await as.stop();
    expect(await errorOf(tokenOf(credentials))).toMatchObject({ code: "refresh_failed", details: { retryable: true } });
    await as.start();
    clock.ahead += 60_000;
    expect(await tokenOf(credentials)).toBe(vault.only().access_token);
  });

  test("ends with invalid_grant: entry gone, account expired, no further request", async () => {
    const { as, credentials, vault, clock, signIns, server } = await signedIn();
    const changes: string[] = [];
    signIns.onChange(({ kind }) => changes.push(kind));
    as.revokeAll();
    clock.ahead = HOUR_MS;
    expect(await tokenOf(credentials)).toBeNull();
    expect(await tokenOf(credentials)).toBeNull();
    expect(refreshes(as)).toBe(1);
    expect(vault.entries.size).toBe(0);
    expect(changes).toContain("grant");
    expect(signIns.isSignedIn(server, "default")).toBe(false);
    expect(signIns.status(server)).toMatchObject({
      accounts: [{ state: "expired" }],
      error: { code: "refresh_failed" },
    });
  });

  test("whose spent refresh token somebody else tries ends with the whole grant, and the person is asked", async () => {
    const { as, credentials, vault, clock, signIns, server, first } = await signedIn();
    clock.ahead = HOUR_MS;
    await tokenOf(credentials);
    const { client, token_endpoint } = first;
    const stolen = {
      grant_type: "refresh_token",
      refresh_token: first.refresh_token ?? "",
      client_id: client.client_id,
    };
    const replay = await fetch(token_endpoint, { method: "POST", body: new URLSearchParams(stolen) });
    expect([replay.status, await replay.json()]).toMatchObject([400, { error: "invalid_grant" }]);
    clock.ahead = 3 * HOUR_MS;
    expect(await tokenOf(credentials)).toBeNull();
    expect(as.records.tokenRequests("refresh_token").map(({ status }) => status)).toEqual([200, 400, 400]);
    expect(vault.entries.size).toBe(0);
    expect(signIns.status(server)).toMatchObject({ accounts: [{ state: "expired" }] });
  });

  test("that another process has renewed meanwhile is taken over", async () => {
    const { as, resource, credentials, vault, clock } = await signedIn();
    const other = makeRig({ vault });
    other.clock.ahead = HOUR_MS;
    const theirs = await tokenOf(other.signIns.credentials(remoteServer(resource.url), "default"));
    // Our refresh token was spent by them; the server would revoke the whole grant if it were not for rotation checks.
    clock.ahead = HOUR_MS;
    as.controls.fail("token", { status: 400, body: { error: "invalid_grant" } });
    expect(await tokenOf(credentials)).toBe(theirs);
    expect(vault.entries.size).toBe(1);
  });
});

describe("a refused access token", () => {
  test("is refreshed once; a refusal of the fresh one asks for a person", async () => {
    const { as, credentials, vault, first, signIns, server } = await signedIn();
    const verdicts = await Promise.all(
      Array.from({ length: 5 }, () => credentials.refused(first.access_token, REFUSED)),
    );
    expect(verdicts).toEqual(["retry", "retry", "retry", "retry", "retry"]);
    expect(refreshes(as)).toBe(1);
    const fresh = vault.only().access_token;
    expect(await credentials.refused(first.access_token, REFUSED)).toBe("retry");
    expect(await credentials.refused(fresh, REFUSED)).toBe("sign_in");
    expect(refreshes(as)).toBe(1);
    expect(signIns.status(server).challenge).toMatchObject({ status: 401, error: "invalid_token" });
  });

  test("of nobody asks for a person, and for a retry once somebody signed in", async () => {
    const { resource, server, signIns } = await makeWorld();
    const credentials = signIns.credentials(server, "default");
    expect(await tokenOf(credentials)).toBeNull();
    const met: Challenge = { ...REFUSED, resourceMetadata: resource.metadataUrl, scope: "mcp:tools" };
    expect(await credentials.refused(null, met)).toBe("sign_in");
    await signIns.signIn(server, "default", { openBrowser: true });
    // The challenge was known, so nothing was probed: the first request was for metadata.
    expect(resource.requests[0]).toMatchObject({ method: "GET", status: 200 });
    expect(signIns.status(server).challenge).toBeNull();
    expect(await credentials.refused(null, met)).toBe("retry");
  });

  test("with too little scope asks for a person at once", async () => {
    const { as, credentials, first } = await signedIn();
    const wanted: Challenge = { ...REFUSED, status: 403, error: "insufficient_scope", scope: "mcp:admin" };
    expect(await credentials.refused(first.access_token, wanted)).toBe("sign_in");
    expect(refreshes(as)).toBe(0);
  });
});

describe("grants in the vault", () => {
  test("are there after a restart, for the same origin and issuer only", async () => {
    const { resource, vault, first } = await signedIn();
    const { signIns } = makeRig({ vault });
    const server = remoteServer(resource.url);
    await signIns.load([server]);
    expect(signIns.isSignedIn(server, "default")).toBe(true);
    expect(await tokenOf(signIns.credentials(server, "default"))).toBe(first.access_token);
    const moved = remoteServer(resource.url.replace("127.0.0.1", "localhost"));
    expect(await tokenOf(signIns.credentials(moved, "default"))).toBeNull();
    const repinned = remoteServer(resource.url, { authorization_server: "https://other.example" });
    expect(await tokenOf(signIns.credentials(repinned, "default"))).toBeNull();
    expect(signIns.isSignedIn(repinned, "default")).toBe(false);
    expect(signIns.status(repinned).accounts[0]).toMatchObject({ state: "signed_out", issuer: null });
    expect(await tokenOf(signIns.credentials(server, "work"))).toBeNull();
  });

  test("that cannot be read give no token; only who is refused gets the vault's error; they are read later", async () => {
    const { resource, vault, first } = await signedIn();
    const { signIns, clock } = makeRig({ vault });
    const server = remoteServer(resource.url);
    vault.failing.add("get");
    await signIns.load([server]);
    const credentials = signIns.credentials(server, "default");
    expect(await tokenOf(credentials)).toBeNull();
    expect(await codeOf(credentials.refused(null, REFUSED))).toBe("vault_unavailable");
    expect(signIns.status(server).challenge).toMatchObject({ status: 401 });
    vault.failing.clear();
    // A vault that may prompt is not asked again at once.
    expect(await tokenOf(credentials)).toBeNull();
    clock.ahead += 30_000;
    expect(await tokenOf(credentials)).toBe(first.access_token);
  });
});

describe("a sign-out", () => {
  test("deletes and revokes refresh and access token, and again does nothing", async () => {
    const { as, server, resource, signIns, vault, first, credentials } = await signedIn();
    expect(await signIns.signOut(server, "default", false)).toEqual({ wasSignedIn: true, revocation: "revoked" });
    expect(vault.entries.size).toBe(0);
    expect(as.records.of("revoke").map(({ params }) => params.token)).toEqual([
      first.refresh_token,
      first.access_token,
    ]);
    const refused = await fetch(resource.url, { headers: { authorization: `Bearer ${first.access_token}` } });
    expect(refused.status).toBe(401);
    expect(await tokenOf(credentials)).toBeNull();
    expect(await signIns.signOut(server, "default", false)).toEqual({ wasSignedIn: false, revocation: "nothing" });
  });

  test("keeps the grant at the server when asked to", async () => {
    const { as, server, signIns, vault } = await signedIn();
    expect(await signIns.signOut(server, "default", true)).toEqual({ wasSignedIn: true, revocation: "kept" });
    expect(as.records.count("revoke")).toBe(0);
    expect(vault.entries.size).toBe(0);
  });

  test("says when the server could not be told, and is done all the same", async () => {
    const { as, server, signIns, vault } = await signedIn();
    await as.stop();
    expect(await signIns.signOut(server, "default", false)).toEqual({ wasSignedIn: true, revocation: "failed" });
    expect(vault.entries.size).toBe(0);
  });

  test("does not claim what the vault would not do", async () => {
    const { as, server, signIns, vault } = await signedIn();
    vault.failing.add("delete");
    expect(await codeOf(signIns.signOut(server, "default", false))).toBe("vault_unavailable");
    expect(signIns.isSignedIn(server, "default")).toBe(true);
    expect(as.records.count("revoke")).toBe(0);
  });
});
