/** The grant client_credentials (RFC 6749 §4.4) with every client authentication, against a real authorization server. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt, decodeProtectedHeader } from "jose";
import type { ClientMetadata } from "oidc-provider";
import { describe, expect, test } from "vitest";
import type { AuthConfig } from "../../../main/config/types.ts";
import type { Challenge } from "../../../main/ports.ts";
import { startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { use } from "../../fixtures/use.ts";
import { codeOf, errorOf, makeRig, makeWorld, remoteServer, tokenOf } from "./parts.ts";

const HOUR_MS = 3_600_000;
const SECRET = "s3cr:et/with+signs";
const NO_TOKEN: Challenge = {
  status: 401,
  scheme: "bearer",
  resourceMetadata: null,
  scope: null,
  error: null,
  errorDescription: null,
  at: 0,
};
const SILENT = { openBrowser: true } as const;

function robot(metadata: ClientMetadata = { client_id: "" }): ClientMetadata {
  return {
    grant_types: ["client_credentials"],
    redirect_uris: [],
    response_types: [],
    token_endpoint_auth_method: "client_secret_basic",
    client_secret: SECRET,
    ...metadata,
    client_id: "robot",
  };
}

function keyed(publicKey: KeyObject, alg: string, kid?: string): ClientMetadata {
  const jwk = { ...publicKey.export({ format: "jwk" }), use: "sig", ...(kid === undefined ? {} : { kid }) };
  const { client_secret: _, ...rest } = robot();
  return {
    ...rest,
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: alg as "ES256",
    jwks: { keys: [jwk] } as NonNullable<ClientMetadata["jwks"]>,
  };
}

async function world(client: ClientMetadata, auth: AuthConfig) {
  const whole = { grant: "client_credentials", client_id: "robot", ...auth } as const;
  const { as, resource, server, ...rig } = await makeWorld({ clients: [client] }, whole);
  const credentials = rig.signIns.credentials(server, "default");
  const challenge: Challenge = { ...NO_TOKEN, resourceMetadata: resource.metadataUrl, scope: "mcp:tools" };
  const opens = async (token: string | null) => {
    const answer = await fetch(resource.url, {
      headers: { authorization: `Bearer ${token}`, accept: "text/event-stream" },
    });
    await answer.body?.cancel();
    return answer.status !== 401 && answer.status !== 403;
  };
  return { as, resource, server, credentials, challenge, opens, requests: () => as.records.tokenRequests(), ...rig };
}

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = (key: KeyObject, type: "pkcs8" | "sec1" | "pkcs1") => key.export({ format: "pem", type }).toString();

describe("client authentication", () => {
  const jwk = JSON.stringify({ ...ec.privateKey.export({ format: "jwk" }), kid: "k-1", alg: "ES256" });
  test.each<[string, ClientMetadata, AuthConfig]>([
    ["client_secret_basic by default", robot(), { client_secret: SECRET }],
    [
      "client_secret_post",
      robot({ client_id: "", token_endpoint_auth_method: "client_secret_post" }),
      { client_secret: SECRET, token_endpoint_auth_method: "client_secret_post" },
    ],
    ["private_key_jwt, ES256, PKCS #8", keyed(ec.publicKey, "ES256"), { private_key: pem(ec.privateKey, "pkcs8") }],
    ["private_key_jwt, ES256, SEC 1", keyed(ec.publicKey, "ES256"), { private_key: pem(ec.privateKey, "sec1") }],
    ["private_key_jwt, ES256, JWK with kid", keyed(ec.publicKey, "ES256", "k-1"), { private_key: jwk }],
    ["private_key_jwt, RS256, PKCS #8", keyed(rsa.publicKey, "RS256"), { private_key: pem(rsa.privateKey, "pkcs8") }],
    ["private_key_jwt, RS256, PKCS #1", keyed(rsa.publicKey, "RS256"), { private_key: pem(rsa.privateKey, "pkcs1") }],
    [
      "private_key_jwt, PS256 when told",
      keyed(rsa.publicKey, "PS256"),
      { private_key: pem(rsa.privateKey, "pkcs8"), token_endpoint_auth_signing_alg: "PS256" },
    ],
  ])("%s", async (_name, client, auth) => {
    const { as, resource, server, signIns, vault, browser, opens } = await world(client, auth);
    const progress: string[] = [];
    const onProgress = ({ step }: { step: string }) => void progress.push(step);
    const outcome = await signIns.signIn(server, "default", { ...SILENT, onProgress });
    expect(outcome).toEqual({ account: "default", scope: "mcp:tools" });
    expect(progress).toEqual(["probe", "exchange", "done"]);
    expect(browser.opened).toEqual([]);
    expect(as.records.count("register")).toBe(0);
    const [request] = as.records.tokenRequests();
    expect(request?.params).toMatchObject({
      grant_type: "client_credentials",
      scope: "mcp:tools",
      resource: resource.url,
    });
    const grant = vault.only();
    expect(grant).toMatchObject({ grant_type: "client_credentials", refresh_token: null, issuer: as.issuer });
    expect(JSON.stringify(grant)).not.toContain("PRIVATE KEY");
    expect(await opens(grant.access_token)).toBe(true);
    expect(signIns.status(server, []).accounts[0]).toMatchObject({ state: "signed_in", renewable: true });
  });

  test("signs an assertion that is for the issuer alone, short-lived, and never twice the same", async () => {
    const auth: AuthConfig = {
      private_key: JSON.stringify({ ...ec.privateKey.export({ format: "jwk" }), kid: "k-1" }),
    };
    const { as, server, signIns, requests } = await world(keyed(ec.publicKey, "ES256", "k-1"), auth);
    await signIns.signIn(server, "default", SILENT);
    await signIns.signIn(server, "default", SILENT);
    const assertions = requests().map(({ params }) => String(params.client_assertion));
    const [first = "", second = ""] = assertions;
    expect(decodeProtectedHeader(first)).toEqual({ alg: "ES256", kid: "k-1" });
    const claims = decodeJwt(first);
    expect(claims).toMatchObject({ iss: "robot", sub: "robot", aud: as.issuer });
    expect(Number(claims.exp) - Number(claims.iat)).toBeLessThanOrEqual(300);
    expect(claims.jti).toBeTruthy();
    expect(decodeJwt(second).jti).not.toBe(claims.jti);
    expect(requests()[0]?.params.client_assertion_type).toBe("urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    expect(requests()[0]?.headerNames).not.toContain("authorization");
  });

  test("takes the key from a file, read anew each time", async () => {
    const folder = await mkdtemp(join(tmpdir(), "gatehouse-key-"));
    try {
      const file = join(folder, "key.pem");
      const { server, signIns } = await world(keyed(ec.publicKey, "ES256"), { private_key: file });
      const missing = await errorOf(signIns.signIn(server, "default", SILENT));
      expect(missing).toMatchObject({
        code: "config_invalid",
        details: { member: "auth.private_key", path: file, reason: "ENOENT" },
      });
      writeFileSync(file, pem(ec.privateKey, "pkcs8"), { mode: 0o600 });
      expect(await signIns.signIn(server, "default", SILENT)).toMatchObject({ scope: "mcp:tools" });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test.each<[string, AuthConfig]>([
    ["nothing that is a key", { private_key: "not a key at all" }],
    ["a public key", { private_key: ec.publicKey.export({ format: "pem", type: "spki" }).toString() }],
    [
      "another kind of key than the algorithm's",
      { private_key: pem(rsa.privateKey, "pkcs8"), token_endpoint_auth_signing_alg: "ES256" },
    ],
    [
      "an encrypted key",
      {
        private_key: ec.privateKey
          .export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "x" })
          .toString(),
      },
    ],
    ["no key", { token_endpoint_auth_method: "private_key_jwt" }],
  ])("%s is config_invalid, without a token request and without the key in the error", async (_name, auth) => {
    const { server, signIns, requests } = await world(keyed(ec.publicKey, "ES256"), auth);
    const error = await errorOf(signIns.signIn(server, "default", SILENT));
    expect(error.code).toBe("config_invalid");
    const shown = JSON.stringify(error.toObject());
    for (const line of (auth.private_key ?? "").split("\n")) if (line.length > 20) expect(shown).not.toContain(line);
    expect(requests()).toEqual([]);
  });

  test("no client id is client_id_required, with no redirect URI to enter", async () => {
    const { resource, signIns } = await world(robot(), {});
    const server = remoteServer(resource.url, { grant: "client_credentials", client_secret: SECRET });
    const error = await errorOf(signIns.signIn(server, "default", SILENT));
    expect(error.code).toBe("client_id_required");
    expect(error.suggestion).not.toContain("redirect");
  });
});

describe("without a click", () => {
  test("the first refusal gets a token, once for twenty callers", async () => {
    const { credentials, challenge, requests, signIns, server, opens, vault } = await world(robot(), {
      client_secret: SECRET,
    });
    expect(signIns.isSignedIn(server, "default")).toBe(true);
    expect(await tokenOf(credentials)).toBeNull();
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => credentials.refused(null, challenge)));
    expect(new Set(verdicts)).toEqual(new Set(["retry"]));
    expect(requests()).toHaveLength(1);
    const token = await tokenOf(credentials);
    expect(token).toBe(vault.only().access_token);
    expect(await opens(token)).toBe(true);
    expect(signIns.status(server, [])).toMatchObject({ challenge: null, error: null });
  });

  test("a token that ended is replaced before it is used, by the same grant, without metadata", async () => {
    const { as, credentials, challenge, clock, requests, vault } = await world(robot(), { client_secret: SECRET });
    await credentials.refused(null, challenge);
    const first = vault.only();
    const metadata = as.records.count("metadata");
    clock.ahead = HOUR_MS;
    const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenOf(credentials)));
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).not.toBe(first.access_token);
    expect(requests().map(({ params }) => params.grant_type)).toEqual(["client_credentials", "client_credentials"]);
    expect(as.records.count("metadata")).toBe(metadata);
    expect(vault.only()).toMatchObject({
      access_token: tokens[0],
      signed_in_at: first.signed_in_at,
      refresh_token: null,
    });
  });

  test("a token that the resource refuses is replaced once", async () => {
    const { as, credentials, challenge, clock, requests, vault } = await world(robot(), { client_secret: SECRET });
    await credentials.refused(null, challenge);
    const first = vault.only().access_token;
    as.expireAccessTokens();
    // Right after the first it would be a refusal of a fresh token, which another one does not mend.
    clock.ahead = 60_000;
    expect(await credentials.refused(first, challenge)).toBe("retry");
    expect(await credentials.refused(vault.only().access_token, challenge)).toBe("sign_in");
    expect(requests()).toHaveLength(2);
  });

  test("an authorization server that is away costs nothing; later it works by itself", async () => {
    const { as, credentials, challenge, clock, vault, signIns, server } = await world(robot(), {
      client_secret: SECRET,
    });
    await as.stop();
    expect(await errorOf(credentials.refused(null, challenge))).toMatchObject({
      code: "refresh_failed",
      details: { retryable: true },
    });
    expect(signIns.isSignedIn(server, "default")).toBe(true);
    await as.start();
    clock.ahead = 60_000;
    expect(await credentials.refused(null, challenge)).toBe("retry");
    expect(vault.entries.size).toBe(1);
  });

  test("a refusal stands: no second request until the configuration changes or somebody clicks", async () => {
    const { credentials, challenge, requests, signIns, server } = await world(robot(), { client_secret: "wrong" });
    expect(await credentials.refused(null, challenge)).toBe("sign_in");
    expect(await credentials.refused(null, challenge)).toBe("sign_in");
    expect(await tokenOf(credentials)).toBeNull();
    expect(requests()).toHaveLength(1);
    expect(signIns.isSignedIn(server, "default")).toBe(false);
    expect(signIns.status(server, []).error).toMatchObject({
      code: "token_exchange_failed",
      details: { error: "“invalid_client”", grant: "client_credentials" },
      request_id: expect.any(String),
    });
    expect(await codeOf(signIns.signIn(server, "default", SILENT))).toBe("token_exchange_failed");
    expect(requests()).toHaveLength(2);
    const mended = remoteServer(server.url, { ...server.auth, client_secret: SECRET });
    expect(signIns.isSignedIn(mended, "default")).toBe(true);
    expect(await signIns.credentials(mended, "default").refused(null, challenge)).toBe("retry");
    expect(requests()).toHaveLength(3);
  });

  test("a changed secret is used for the next token at once", async () => {
    const { credentials, challenge, server, signIns, clock, requests } = await world(robot(), {
      client_secret: SECRET,
    });
    await credentials.refused(null, challenge);
    clock.ahead = HOUR_MS;
    const changed = remoteServer(server.url, { ...server.auth, client_secret: "wrong" });
    expect(await tokenOf(signIns.credentials(changed, "default"))).toBeNull();
    expect(requests().at(-1)?.answer).toMatchObject({ error: "invalid_client" });
  });

  test("after a sign-out it stays out until somebody signs in", async () => {
    const { credentials, challenge, server, signIns, requests, vault } = await world(robot(), {
      client_secret: SECRET,
    });
    await credentials.refused(null, challenge);
    expect(await signIns.signOut(server, "default", false)).toEqual({ wasSignedIn: true, revocation: "revoked" });
    expect(await credentials.refused(null, challenge)).toBe("sign_in");
    expect(requests()).toHaveLength(1);
    expect(vault.entries.size).toBe(0);
    await signIns.signIn(server, "default", SILENT);
    expect(await credentials.refused(null, challenge)).toBe("retry");
  });
});

test("a key authenticates every request of a code sign-in, too: exchange, refresh, revocation", async () => {
  const { client_secret: _, ...client } = keyed(ec.publicKey, "ES256");
  const as = use(
    await startAuthorizationServer({
      clients: [
        {
          ...client,
          grant_types: ["authorization_code", "refresh_token"],
          response_types: ["code"],
          redirect_uris: ["http://127.0.0.1/callback"],
        },
      ],
    }),
  );
  const resource = use(await startProtectedServer({ issuer: as }));
  const auth: AuthConfig = {
    client_id: "robot",
    private_key: pem(ec.privateKey, "pkcs8"),
    redirect_uri: "http://127.0.0.1/callback",
  };
  const server = remoteServer(resource.url, auth);
  const { signIns, vault } = makeRig();
  await signIns.signIn(server, "default", SILENT);
  const refused: Challenge = { ...NO_TOKEN, error: "invalid_token" };
  const { access_token: first } = vault.only();
  expect(await signIns.credentials(server, "default").refused(first, refused)).toBe("retry");
  expect(await signIns.signOut(server, "default", false)).toEqual({ wasSignedIn: true, revocation: "revoked" });
  const authenticated = [...as.records.tokenRequests(), ...as.records.of("revoke")];
  expect(authenticated.map(({ params, status }) => [params.grant_type, status])).toEqual([
    ["authorization_code", 200],
    ["refresh_token", 200],
    [undefined, 200],
    [undefined, 200],
  ]);
  expect(authenticated.every(({ params }) => typeof params.client_assertion === "string")).toBe(true);
  expect(as.records.count("register")).toBe(0);
});

test("a named account is one more, and goes with the others", async () => {
  const { signIns, server, challenge, vault } = await world(robot(), { client_secret: SECRET });
  await signIns.credentials(server, "work").refused(null, challenge);
  expect([...vault.entries.keys()].map((key) => JSON.parse(key).account)).toEqual(["work"]);
  expect(signIns.status(server, []).accounts.map(({ name }) => name)).toContain("work");
  await signIns.removeAllAccounts(server);
  expect(vault.entries.size).toBe(0);
});

test("a resource that names another authorization server later gets the secret sent nowhere", async () => {
  const { as, resource, server, signIns, credentials, challenge, clock } = await world(robot(), {
    client_secret: SECRET,
  });
  const thief = use(await startAuthorizationServer({ clients: [robot()] }));
  await signIns.signIn(server, "default", SILENT);
  resource.metadata.authorization_servers = [thief.issuer];
  expect(await errorOf(signIns.signIn(server, "default", SILENT))).toMatchObject({ code: "issuer_mismatch" });
  clock.ahead = HOUR_MS;
  expect(await tokenOf(credentials)).not.toBeNull();
  await credentials.refused(await tokenOf(credentials), challenge);
  expect(thief.records.count("token")).toBe(0);
  expect(as.records.tokenRequests().length).toBeGreaterThan(1);
});

test("an authorization server without authorization endpoint and PKCE will do", async () => {
  const { as, server, signIns } = await world(robot(), { client_secret: SECRET });
  as.metadata.authorization_endpoint = undefined;
  as.metadata.code_challenge_methods_supported = undefined;
  expect(await signIns.signIn(server, "default", SILENT)).toMatchObject({ scope: "mcp:tools" });
});
