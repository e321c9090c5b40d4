/** Providers with ways of their own: the catalogue's block makes each work, and without it the error says what to set. */
import { describe, expect, test } from "vitest";
import { catalogue } from "../../../main/config/catalogue.ts";
import type { AuthConfig } from "../../../main/config/types.ts";
import { type FakeProvider, startFakeProvider } from "../../fixtures/providers/fake-provider.ts";
import {
  fakeAuth0,
  fakeCognito,
  fakeEntra,
  fakeKeycloak,
  fakeKeycloakWithTrustedHosts,
} from "../../fixtures/providers/identity-providers.ts";
import type { Quirks } from "../../fixtures/providers/quirks.ts";
import {
  fakeAsana,
  fakeAtlassian,
  fakeFigma,
  fakeGitHub,
  fakeGoogle,
  fakeMiro,
  fakeNotion,
  fakeSlack,
} from "../../fixtures/providers/service-providers.ts";
import { use } from "../../fixtures/use.ts";
import { errorOf, makeRig, type Rig, remoteServer } from "./parts.ts";

const OPEN = { openBrowser: true };
const HOUR_MS = 3_600_000;

interface Scene extends Rig {
  readonly provider: FakeProvider;
  readonly server: ReturnType<typeof remoteServer>;
  signIn(): Promise<unknown>;
  /** Status of a tool call with what Gatehouse would send now. */
  call(): Promise<number>;
}

/** `auth`: with the provider's own URLs. */
async function scene(quirks: Quirks, auth: AuthConfig): Promise<Scene> {
  const provider = use(await startFakeProvider(quirks));
  const rig = makeRig();
  const server = remoteServer(provider.url, provider.here(auth));
  return {
    ...rig,
    provider,
    server,
    signIn: () => rig.signIns.signIn(server, "default", OPEN),
    async call() {
      const { headers } = await rig.signIns.credentials(server, "default").permit("POST", new URL(server.url));
      const response = await fetch(server.url, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "any" } }),
      });
      return response.status;
    },
  };
}

/** The catalogue's block with the client that a person got, and with their own words for those in capitals. */
async function blockOf(name: string, quirks: Quirks, own: AuthConfig = {}): Promise<AuthConfig> {
  const entry = (await catalogue()).find((one) => one.name === name);
  if (entry === undefined) throw new Error(`the catalogue has no ${name}`);
  const { client } = quirks;
  return {
    ...entry.auth,
    ...(entry.client === null || client === undefined ? {} : { client_id: client.id }),
    ...(entry.client === null || client?.secret === undefined ? {} : { client_secret: client.secret }),
    ...own,
  };
}

const PROVIDERS: readonly [name: string, quirks: Quirks, own?: AuthConfig][] = [
  ["github", fakeGitHub],
  ["slack", fakeSlack],
  ["google", fakeGoogle],
  ["azure-devops", fakeEntra],
  ["figma", fakeFigma],
  ["atlassian", fakeAtlassian],
  ["notion", fakeNotion],
  ["asana", fakeAsana],
  ["auth0", fakeAuth0, { authorize_params: { audience: "urn:notes" } }],
  ["cognito", fakeCognito],
  ["miro", fakeMiro],
];

describe("the catalogue's block", () => {
  test.each(PROVIDERS)("for %s makes a sign-in and a call work", async (name, quirks, own) => {
    const { signIn, call, provider } = await scene(quirks, await blockOf(name, quirks, own));
    expect(await call()).toBe(401);
    await signIn();
    expect(await call()).toBe(200);
    expect(provider.askedAt(quirks.token).map(({ status }) => status)).toEqual([200]);
  });

  test("for a Keycloak that registers nobody works with a client made by hand", async () => {
    const block = await blockOf("keycloak", fakeKeycloakWithTrustedHosts);
    const { signIn, call } = await scene(fakeKeycloakWithTrustedHosts, block);
    await signIn();
    expect(await call()).toBe(200);
  });

  test("for a Keycloak that registers by itself is not needed: the smaller registration is taken", async () => {
    const { signIn, call, provider } = await scene(fakeKeycloak, {});
    await signIn();
    expect(await call()).toBe(200);
    expect(provider.askedAt(fakeKeycloak.registration ?? "").map(({ status }) => status)).toEqual([400, 201]);
  });
});

describe("without it", () => {
  test.each([
    [fakeGitHub, "client_id_required"],
    [fakeSlack, "issuer_mismatch"],
    [fakeGoogle, "issuer_mismatch"],
    [fakeEntra, "client_id_required"],
    [fakeFigma, "registration_failed"],
    [fakeAtlassian, "issuer_mismatch"],
    [fakeAsana, "client_id_required"],
    [fakeAuth0, "client_id_required"],
    [fakeCognito, "client_id_required"],
    [fakeKeycloakWithTrustedHosts, "registration_failed"],
  ] as const)("the $name ends in $1 before a browser opens", async (quirks, code) => {
    // Google's list is open: a person who wants to sign in there says so by the client id.
    const auth = quirks.open === true ? { client_id: "by-hand" } : {};
    const { signIn, provider, browser } = await scene(quirks, auth);
    const error = await errorOf(signIn());
    expect(error.code).toBe(code);
    expect(browser.opened).toEqual([]);
    expect(provider.askedAt(quirks.authorization)).toEqual([]);
    expect(provider.askedAt(quirks.token)).toEqual([]);
  });

  test("the catalogue's advice comes with the error", async () => {
    const { metadata = { at: "" } } = fakeGitHub;
    const provider = use(await startFakeProvider(fakeGitHub));
    const rig = makeRig({ resolve: () => Promise.reject(new Error("nothing outside of this machine is asked")) });
    const server = remoteServer(fakeGitHub.server, { metadata_url: provider.here(metadata.at) });
    rig.signIns.challenged(server, "default", {
      status: 401,
      scheme: "bearer",
      resourceMetadata: null,
      scope: null,
      error: null,
      errorDescription: null,
      at: 0,
    });
    const { code, suggestion, details } = await errorOf(rig.signIns.signIn(server, "default", OPEN));
    expect(code).toBe("client_id_required");
    expect(suggestion).toContain(
      "https://github.com/settings/developers with the redirect URI http://127.0.0.1:53682/callback",
    );
    expect(details).toMatchObject({ catalogue: "github", registration_attempted: false });
  });

  test("Figma's word on the registration is told", async () => {
    const { signIn } = await scene(fakeFigma, {});
    const { message, details } = await errorOf(signIn());
    expect(message).toMatch(/refused to register Gatehouse \(403, “Forbidden”\)/);
    expect(details).toMatchObject({ registration_attempted: true, result: 403 });
  });

  test("an Entra that gets a resource says what to set", async () => {
    const block = await blockOf("azure-devops", fakeEntra);
    const { resource: _, ...others } = block;
    const { signIn } = await scene(fakeEntra, { ...others, resource: "https://mcp.dev.azure.com/" });
    const { code, message, suggestion } = await errorOf(signIn());
    expect(code).toBe("token_exchange_failed");
    expect(message).toContain("AADSTS9010010");
    expect(suggestion).toMatch(/“resource”.*false/);
  });

  test("an Atlassian that refuses the redirect URI says so", async () => {
    const { redirect_uri: _, ...others } = await blockOf("atlassian", fakeAtlassian);
    const { signIn } = await scene(fakeAtlassian, others);
    const { code, message } = await errorOf(signIn());
    expect(code).toBe("registration_failed");
    expect(message).toContain("invalid_redirect_uri");
  });

  test("an Auth0 without audience gives a token that the server does not take", async () => {
    const { authorize_params: _, ...others } = await blockOf("auth0", fakeAuth0);
    const { signIn, call } = await scene(fakeAuth0, others);
    await signIn();
    expect(await call()).toBe(401);
  });

  test("a Cognito server does not take the access token", async () => {
    const { use_id_token: _, ...others } = await blockOf("cognito", fakeCognito);
    const { signIn, call } = await scene(fakeCognito, others);
    await signIn();
    expect(await call()).toBe(401);
  });
});

describe("a token's life", () => {
  test("at Google: a refresh brings no refresh token, and the old one goes on", async () => {
    const { signIn, call, clock, vault, provider } = await scene(fakeGoogle, await blockOf("google", fakeGoogle));
    await signIn();
    const { refresh_token: first } = vault.only();
    for (const hours of [1, 2]) {
      clock.ahead = hours * HOUR_MS;
      expect(await call()).toBe(200);
      expect(vault.only().refresh_token).toBe(first);
    }
    expect(provider.askedAt(fakeGoogle.token).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test("at Google without consent asked for: no refresh token", async () => {
    const { authorize_params: _, ...others } = await blockOf("google", fakeGoogle);
    const { signIn, vault } = await scene(fakeGoogle, others);
    await signIn();
    expect(vault.only().refresh_token).toBeNull();
  });

  test("at Notion: ten callers refresh once, three times over, and nothing is revoked", async () => {
    const { signIn, call, clock, provider } = await scene(fakeNotion, {});
    await signIn();
    for (const hours of [1, 2, 3]) {
      clock.ahead = hours * HOUR_MS;
      expect(await Promise.all(Array.from({ length: 10 }, call))).toEqual(Array(10).fill(200));
    }
    expect(provider.askedAt(fakeNotion.token)).toHaveLength(4);
    expect(provider.revoked).toBe(false);
  });

  test.each([
    ["GitHub", "github", fakeGitHub],
    ["Atlassian", "atlassian", fakeAtlassian],
  ] as const)("at %s: a token whose end is not told is used on", async (_, name, quirks) => {
    const { signIn, call, clock, vault } = await scene(quirks, await blockOf(name, quirks));
    await signIn();
    expect(vault.only().expires_at).toBeNull();
    clock.ahead = 1000 * HOUR_MS;
    expect(await call()).toBe(200);
  });

  test("at GitHub: an error in a form with status 200 is an error", async () => {
    const block = await blockOf("github", fakeGitHub, { client_secret: "wrong" });
    const { signIn, vault } = await scene(fakeGitHub, block);
    const { code, message, suggestion } = await errorOf(signIn());
    expect(code).toBe("token_exchange_failed");
    expect(message).toContain("invalid_client");
    expect(suggestion).toContain("“client_secret”");
    expect(vault.entries.size).toBe(0);
  });
});
