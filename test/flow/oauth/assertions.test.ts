/** Enterprise-managed authorization (id_jag) and workload identity (jwt_bearer) against strict fakes. */
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateKeyPair, SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import type { AuthConfig } from "../../../main/config/types.ts";
import type { Challenge } from "../../../main/ports.ts";
import { use } from "../../fixtures/use.ts";
import { startHostileServer } from "./hostile-server.ts";
import { startAssertionServer, startIdentityProvider } from "./identity-servers.ts";
import { codeOf, errorOf, makeRig, remoteServer, tokenOf } from "./parts.ts";

const HOUR_MS = 3_600_000;
const SECRET = "shared-secret";
const WITH_BROWSER = { openBrowser: true } as const;
const challenge: Challenge = {
  status: 401,
  scheme: "bearer",
  resourceMetadata: null,
  scope: null,
  error: null,
  errorDescription: null,
  at: 0,
};

async function protectedBy(issuer: () => string) {
  const resource = use(await startHostileServer());
  resource.paths.set("/.well-known/oauth-protected-resource/mcp", () => ({
    body: { resource: resource.url, authorization_servers: [issuer()] },
  }));
  return resource;
}

describe("id_jag", () => {
  async function world(auth: AuthConfig = {}, idpChanges: Readonly<Record<string, string>> = {}) {
    const idp = use(await startIdentityProvider("idp-client", "mcp-client"));
    let issuer = "";
    const resource = await protectedBy(() => issuer);
    const as = use(
      await startAssertionServer({
        key: idp.publicKey,
        client: "mcp-client",
        secret: SECRET,
        idJag: true,
        resource: () => resource.url,
      }),
    );
    issuer = as.origin;
    const server = remoteServer(resource.url, {
      grant: "id_jag",
      client_id: "mcp-client",
      client_secret: SECRET,
      idp: {
        issuer: idp.origin,
        token_endpoint: `${idp.origin}/token`,
        client_id: "idp-client",
        id_token: await idp.idToken(),
        ...idpChanges,
      },
      ...auth,
    });
    const rig = makeRig();
    return { idp, as, resource, server, credentials: rig.signIns.credentials(server, "default"), ...rig };
  }

  test("exchanges the ID token for an assertion, and that for a token, without a browser", async () => {
    const { idp, as, resource, server, signIns, vault, browser } = await world({ scope: "notes" });
    expect(await signIns.signIn(server, "default", WITH_BROWSER)).toEqual({ account: "default", scope: "notes" });
    expect(browser.opened).toEqual([]);
    expect(idp.asked.map(({ form, error }) => [form.audience, form.resource, form.scope, error])).toEqual([
      [as.origin, resource.url, "notes", null],
    ]);
    expect(as.asked).toHaveLength(1);
    expect(vault.only()).toMatchObject({
      grant_type: "id_jag",
      access_token: "at-1",
      refresh_token: null,
      issuer: as.origin,
    });
    // Neither the ID token nor the assertion is worth keeping.
    expect(JSON.stringify(vault.only())).not.toContain("eyJ");
  });

  test("a refusal of the resource gets a token by itself; one that ended is replaced by both steps", async () => {
    const { idp, as, credentials, clock } = await world();
    expect(await credentials.refused(null, challenge)).toBe("retry");
    clock.ahead = HOUR_MS;
    expect(await Promise.all([tokenOf(credentials), tokenOf(credentials)])).toEqual(["at-2", "at-2"]);
    expect(idp.asked).toHaveLength(2);
    expect(as.asked).toHaveLength(2);
  });

  test("finds the identity provider's token endpoint by its issuer", async () => {
    const { idp, server, signIns } = await world();
    const { token_endpoint: _, ...rest } = server.auth.idp ?? {};
    const found = remoteServer(server.url, { ...server.auth, idp: rest });
    expect(await signIns.signIn(found, "default", WITH_BROWSER)).toMatchObject({ account: "default" });
    expect(idp.asked).toHaveLength(1);
    const wrong = remoteServer(server.url, { ...server.auth, idp: { ...rest, issuer: `${idp.origin}/` } });
    expect(await codeOf(signIns.signIn(wrong, "default", WITH_BROWSER))).toBe("issuer_mismatch");
    expect(idp.asked).toHaveLength(1);
  });

  test("an ID token that ended is said to be the identity provider's refusal, once", async () => {
    const { idp, as, server, signIns, credentials } = await world();
    const stale = remoteServer(server.url, {
      ...server.auth,
      idp: { ...server.auth.idp, id_token: await idp.idToken({ expired: true }) },
    });
    const error = await errorOf(signIns.signIn(stale, "default", WITH_BROWSER));
    expect(error).toMatchObject({
      code: "token_exchange_failed",
      details: { error: "“invalid_grant”", by: "identity provider" },
    });
    expect(error.suggestion).toContain("id_token");
    expect(await signIns.credentials(stale, "default").refused(null, challenge)).toBe("sign_in");
    expect(idp.asked).toHaveLength(1);
    expect(as.asked).toHaveLength(0);
    // Another ID token in the settings is another matter.
    expect(await credentials.refused(null, challenge)).toBe("retry");
  });

  test("something else than an ID-JAG is sent nowhere", async () => {
    const { idp, as, server, signIns } = await world();
    idp.instead = "urn:ietf:params:oauth:token-type:access_token";
    expect(await codeOf(signIns.signIn(server, "default", WITH_BROWSER))).toBe("token_exchange_failed");
    expect(as.asked).toHaveLength(0);
  });

  test.each(["client_id", "id_token"])("without “%s” of the identity provider is config_invalid", async (member) => {
    const { idp, server, signIns } = await world();
    const lacking = Object.fromEntries(Object.entries(server.auth.idp ?? {}).filter(([name]) => name !== member));
    const error = await errorOf(
      signIns.signIn(remoteServer(server.url, { ...server.auth, idp: lacking }), "default", WITH_BROWSER),
    );
    expect(error).toMatchObject({ code: "config_invalid", details: { member: `auth.idp.${member}` } });
    expect(idp.asked).toHaveLength(0);
  });

  test.each([
    ["plain http elsewhere", "http://idp.example/token"],
    ["a file", "file:///etc/passwd"],
  ])(
    "a token endpoint of the identity provider that is %s is unsafe_url; the ID token stays here",
    async (_name, endpoint) => {
      const { server, signIns } = await world({}, { token_endpoint: endpoint });
      const error = await errorOf(signIns.signIn(server, "default", WITH_BROWSER));
      expect(error.code).toBe("unsafe_url");
      expect(JSON.stringify(error.toObject())).not.toContain("eyJ");
    },
  );
});

describe("jwt_bearer", () => {
  async function world(auth: AuthConfig = {}) {
    const { publicKey, privateKey } = await generateKeyPair("ES256");
    let issuer = "";
    const resource = await protectedBy(() => issuer);
    const as = use(
      await startAssertionServer({ key: publicKey, client: "workload", idJag: false, resource: () => resource.url }),
    );
    issuer = as.origin;
    const assertion = (audience = as.origin, expires = "1h") =>
      new SignJWT({})
        .setProtectedHeader({ alg: "ES256" })
        .setIssuer("https://platform.example")
        .setSubject("job-7")
        .setAudience(audience)
        .setExpirationTime(expires)
        .sign(privateKey);
    const server = remoteServer(resource.url, {
      grant: "jwt_bearer",
      client_id: "workload",
      assertion: await assertion(),
      ...auth,
    });
    const rig = makeRig();
    return { as, resource, server, assertion, credentials: rig.signIns.credentials(server, "default"), ...rig };
  }

  test("sends the workload's assertion, client id without a secret", async () => {
    const { as, resource, server, signIns, vault, browser } = await world();
    await signIns.signIn(server, "default", WITH_BROWSER);
    expect(as.asked).toHaveLength(1);
    expect(as.asked[0]).toMatchObject({
      authorization: undefined,
      form: { client_id: "workload", assertion: server.auth.assertion, resource: resource.url },
    });
    expect(browser.opened).toEqual([]);
    expect(vault.only()).toMatchObject({ grant_type: "jwt_bearer", refresh_token: null });
    expect(JSON.stringify(vault.only())).not.toContain(server.auth.assertion);
  });

  test.each(["invalid_grant", "invalid_scope", "unauthorized_client"])(
    "after %s there is neither another try nor another grant",
    async (refusal) => {
      const { as, resource, server, signIns, credentials } = await world();
      as.refusals.push(refusal);
      const verdicts = await Promise.all([credentials.refused(null, challenge), credentials.refused(null, challenge)]);
      expect(verdicts).toEqual(["sign_in", "sign_in"]);
      expect(await credentials.refused(null, challenge)).toBe("sign_in");
      expect(await tokenOf(credentials)).toBeNull();
      expect(as.asked.map(({ error }) => error)).toEqual([refusal]);
      expect(signIns.status(server, []).error).toMatchObject({
        code: "token_exchange_failed",
        details: { error: `“${refusal}”`, grant: "jwt_bearer", by: "authorization server" },
      });
      expect(resource.asked("/authorize")).toEqual([]);
    },
  );

  test.each([
    [
      "for somebody else",
      async (make: (audience?: string, expires?: string) => Promise<string>) => make("https://wrong.example"),
    ],
    [
      "that has expired",
      async (make: (audience?: string, expires?: string) => Promise<string>) => make(undefined, "-60s"),
    ],
    ["that is no JWT", async () => "nonsense"],
  ])("an assertion %s is refused as such, and shown nowhere", async (_name, make) => {
    const { as, server, assertion, signIns } = await world();
    const text = await make(assertion);
    const error = await errorOf(
      signIns.signIn(remoteServer(server.url, { ...server.auth, assertion: text }), "default", WITH_BROWSER),
    );
    expect(error).toMatchObject({ code: "token_exchange_failed", details: { error: "“invalid_grant”" } });
    expect(error.suggestion).toContain("assertion");
    expect(JSON.stringify(error.toObject())).not.toContain(text);
    expect(as.asked).toHaveLength(1);
  });

  test("takes the assertion from a file that the platform renews in place", async () => {
    const folder = await mkdtemp(join(tmpdir(), "gatehouse-assertion-"));
    try {
      const file = join(folder, "token");
      const { as, assertion, credentials, clock } = await world({ assertion: file });
      const [first, second] = [await assertion(), await assertion(undefined, "2h")];
      writeFileSync(file, `${first}\n`);
      expect(await credentials.refused(null, challenge)).toBe("retry");
      writeFileSync(file, `${second}\n`);
      clock.ahead = HOUR_MS;
      expect(await tokenOf(credentials)).toBe("at-2");
      expect(as.asked.map(({ form }) => form.assertion)).toEqual([first, second]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("without an assertion is config_invalid", async () => {
    const { as, server, signIns } = await world();
    const { assertion: _, ...auth } = server.auth;
    const error = await errorOf(signIns.signIn(remoteServer(server.url, auth), "default", WITH_BROWSER));
    expect(error).toMatchObject({ code: "config_invalid", details: { member: "auth.assertion" } });
    expect(as.asked).toEqual([]);
  });
});
