/** Tokens through time: ahead of need, after a sleep, on clocks that are wrong, and beside a second hub. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acquireFileLock } from "../../../main/file-lock.ts";
import type { AuthorizationServerOptions } from "../../fixtures/authorization-server.ts";
import { tempFolder } from "../../fixtures/children.ts";
import { use } from "../../fixtures/use.ts";
import { sleep, waitFor } from "../../fixtures/wait.ts";
import { errorOf, makeRig, makeWorld, remoteServer, tokenOf } from "./parts.ts";

const MINUTE_MS = 60_000;

async function signedIn(
  options: AuthorizationServerOptions = {},
  parts: Parameters<typeof makeRig>[0] = {},
  ahead = 0,
) {
  const world = await makeWorld(options, {}, parts);
  const { as, server, signIns, vault, clock } = world;
  clock.ahead = ahead;
  await signIns.signIn(server, "default", { openBrowser: true });
  const credentials = signIns.credentials(server, "default");
  const refreshes = () => as.records.tokenRequests("refresh_token");
  return { ...world, credentials, refreshes, first: vault.only() };
}

const inUse = (server: ReturnType<typeof remoteServer>) => [{ server, accounts: ["default"] }];

test("a token that agents use is renewed although nobody asks for it, and no longer once they are gone", async () => {
  const { server, signIns, refreshes, as } = await signedIn({ accessTokenTtlS: 1 });
  signIns.use(inUse(server));
  await waitFor("two refreshes", () => (refreshes().length >= 2 ? true : undefined));
  signIns.use([]);
  await sleep(100);
  const count = refreshes().length;
  await sleep(1_500);
  expect(refreshes()).toHaveLength(count);
  expect(as.records.tokenRequests("refresh_token").every(({ status }) => status === 200)).toBe(true);
});

test("an authorization server that is away does not make it run: it is asked now and then, and the grant is kept", async () => {
  const { as, server, signIns, refreshes } = await signedIn({ accessTokenTtlS: 1 });
  as.controls.fail("token", { status: 503, times: 3 });
  signIns.use(inUse(server));
  await waitFor("the refresh that works", () => refreshes().find(({ status }) => status === 200));
  const [one, two, three, four] = refreshes().map(({ at }) => at);
  expect((two ?? 0) - (one ?? 0)).toBeGreaterThanOrEqual(450);
  expect((three ?? 0) - (two ?? 0)).toBeGreaterThanOrEqual(950);
  expect((four ?? 0) - (three ?? 0)).toBeGreaterThanOrEqual(1_950);
  await waitFor("the error to go", () => (signIns.status(server, []).error === null ? true : undefined));
});

test("a vault that is shut when a token is to be renewed costs no refresh token, and is not asked without a pause", async () => {
  const { server, signIns, refreshes, vault, clock, credentials } = await signedIn();
  vault.failing.add("get");
  clock.ahead = 59 * MINUTE_MS + 45_000;
  let asked = 0;
  const { get } = vault;
  vault.get = async (key) => {
    asked += 1;
    return get.call(vault, key);
  };
  signIns.use(inUse(server));
  await sleep(1_200);
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThan(5);
  expect(refreshes()).toHaveLength(0);
  vault.failing.clear();
  await waitFor("the refresh", () => (refreshes().length > 0 ? true : undefined));
  expect(await tokenOf(credentials)).toBe(vault.only().access_token);
});

test("after a sleep every grant in use is looked at at once, whatever pause there was", async () => {
  const { as, server, signIns, refreshes, clock, credentials } = await signedIn();
  signIns.use(inUse(server));
  await as.stop();
  clock.ahead = 61 * MINUTE_MS;
  await errorOf(tokenOf(credentials));
  await as.start();
  signIns.resumed();
  await waitFor("the refresh", () => (refreshes().length === 1 ? true : undefined));
});

test("a clock that was set back says nothing of a token's end: it is renewed once", async () => {
  const { refreshes, clock, credentials, first } = await signedIn();
  clock.ahead = -90 * MINUTE_MS;
  expect(await tokenOf(credentials)).not.toBe(first.access_token);
  await tokenOf(credentials);
  expect(refreshes()).toHaveLength(1);
});

test.each([
  ["fast", 20 * MINUTE_MS],
  ["slow", -20 * MINUTE_MS],
])("proofs made on a clock that is %s are dated by the servers' own", async (_name, ahead) => {
  const { as, resource, credentials, clock } = await signedIn({ dpop: true }, {}, ahead);
  const url = new URL(resource.url);
  const { headers } = await credentials.permit("DELETE", url);
  expect((await fetch(url, { method: "DELETE", headers })).status).toBe(400);
  expect(resource.proofs?.seen.thumbprints.size).toBe(1);
  clock.ahead = ahead + 61 * MINUTE_MS;
  await tokenOf(credentials);
  expect(as.records.tokenRequests("refresh_token").at(-1)?.status).toBe(200);
});

test("a resource whose clock is another than everybody's is believed about its own", async () => {
  const { resource, credentials } = await signedIn({ dpop: true });
  const url = new URL(resource.url);
  resource.clockAhead = 45 * MINUTE_MS;
  const send = async () => fetch(url, { method: "DELETE", headers: (await credentials.permit("DELETE", url)).headers });
  const refused = await send();
  expect(refused.status).toBe(401);
  credentials.heard(url, { nonce: null, date: refused.headers.get("date") });
  expect((await send()).status).toBe(400);
});

test("a second hub on the same vault: one refresh for both, and the lock is given back", async () => {
  const folder = use(tempFolder("locks")).path;
  const lock: Parameters<typeof makeRig>[0] = {
    lock: (key, signal) => acquireFileLock(join(folder, `${key.server}.lock`), { staleMs: 60_000, signal }),
  };
  const { as, server, vault, clock, credentials, refreshes, resource } = await signedIn({}, lock);
  const other = makeRig({ ...lock, vault });
  const theirs = other.signIns.credentials(remoteServer(resource.url), "default");
  expect(await tokenOf(theirs)).toBe(await tokenOf(credentials));
  clock.ahead = 61 * MINUTE_MS;
  other.clock.ahead = 61 * MINUTE_MS;
  as.controls.delay("token", 50);
  const [ours, second] = await Promise.all([tokenOf(credentials), tokenOf(theirs)]);
  expect(ours).toBe(second);
  expect(ours).toBe(vault.only().access_token);
  expect(refreshes()).toHaveLength(1);
  expect(readdirSync(folder)).toEqual([]);
  expect(server.name).toBe("notes");
});

test("a sign-out in a second hub is one here, too, before the spent tokens are tried", async () => {
  const { resource, vault, clock, credentials, refreshes, signIns, server } = await signedIn();
  const other = makeRig({ vault });
  await other.signIns.signOut(remoteServer(resource.url), "default", false);
  clock.ahead = 61 * MINUTE_MS;
  expect(await tokenOf(credentials)).toBeNull();
  expect(refreshes()).toHaveLength(0);
  expect(signIns.isSignedIn(server, "default")).toBe(false);
});
