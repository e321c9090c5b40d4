import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { AuthConfig } from "../../../main/config/types.ts";
import { use } from "../../fixtures/use.ts";
import { type HostileServer, serverMetadata, startHostileServer } from "./hostile-server.ts";
import { codeOf, errorOf, makeRig, remoteServer, tokenOf } from "./parts.ts";

const OPEN = { openBrowser: true };
const PRM = "/.well-known/oauth-protected-resource/mcp";
const ASM = "/.well-known/oauth-authorization-server";

/** A browser that follows redirects and sees whatever comes. */
function following() {
  const opened: string[] = [];
  return {
    opened,
    open: async (url: URL) => {
      opened.push(url.href);
      await fetch(url);
    },
  };
}

async function world() {
  const hostile = use(await startHostileServer());
  const browser = following();
  const { signIns, vault, clock } = makeRig({ browser });
  const signIn = (auth: AuthConfig = {}, url = hostile.url) => signIns.signIn(remoteServer(url, auth), "default", OPEN);
  return { hostile, browser, signIns, signIn, vault, clock };
}

function challengeWith(hostile: HostileServer, parameters: string) {
  hostile.paths.set("/mcp", { status: 401, headers: { "www-authenticate": `Bearer ${parameters}` } });
}

describe("metadata", () => {
  test.each([
    "a:$(cmd.exe /c whoami > c:\\temp\\pwned.txt)?response_type=code",
    "https://a:$(cmd.exe /c calc)?.com",
    "file:/c:/windows/system32/calc.exe?response_type=code",
    "javascript:fetch('http://127.0.0.1:6277/')",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "http://as.example/authorize",
    "https://as.example/`calc`",
    'https://x/"&calc&"',
    "https://x/\nfile:///etc/passwd",
    "--help",
    "-flag=1",
    "https://user:password@as.example/authorize",
    "//as.example/authorize",
    "",
  ])("with the authorization endpoint %j opens no browser", async (authorization_endpoint) => {
    const { hostile, browser, signIn } = await world();
    hostile.paths.set(ASM, { body: serverMetadata(hostile.origin, { authorization_endpoint }) });
    expect(await codeOf(signIn())).toBe("unsafe_url");
    expect(browser.opened).toEqual([]);
    expect(hostile.asked("/register")).toEqual([]);
  });

  test.each(["token_endpoint", "registration_endpoint", "revocation_endpoint"])(
    "with an unencrypted %s is refused",
    async (member) => {
      const { hostile, browser, signIn } = await world();
      hostile.paths.set(ASM, { body: serverMetadata(hostile.origin, { [member]: "http://as.example/x" }) });
      expect(await codeOf(signIn())).toBe("unsafe_url");
      expect(browser.opened).toEqual([]);
    },
  );

  test.each([
    "http://169.254.169.254/latest/meta-data/",
    "http://localhost:6379/",
    "http://192.168.1.1/admin",
    "http://10.0.0.1/api",
    "http://127.0.0.1.nip.io/",
    "https://elsewhere.example/.well-known/oauth-protected-resource",
    "not a url",
  ])("named by the challenge at %s is not asked for", async (named) => {
    const { hostile, browser, signIn } = await world();
    challengeWith(hostile, `resource_metadata="${named}"`);
    hostile.paths.delete(PRM);
    hostile.paths.delete(ASM);
    const error = await errorOf(signIn());
    expect(error.code).toBe("metadata_discovery_failed");
    expect(error.details?.tried).toContainEqual(expect.objectContaining({ result: "refused" }));
    expect(browser.opened).toEqual([]);
  });

  test.each([
    "http://169.254.169.254/",
    "https://169.254.169.254/",
    "https://[fe80::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://0.0.0.0/",
    "http://192.168.1.1/",
    "javascript:alert(1)",
  ])("that names the authorization server %s is refused", async (issuer) => {
    const { hostile, browser, signIn } = await world();
    hostile.paths.set(PRM, { body: { resource: hostile.url, authorization_servers: [issuer] } });
    expect(await codeOf(signIn())).toBe("unsafe_url");
    expect(browser.opened).toEqual([]);
  });

  test.each(["https://victim.example/mcp", "http://127.0.0.1:1/mcp", "ORIGIN/mcp/other", "ORIGIN/mc", "ORIGIN/mcp#x"])(
    "of the resource %s is not ours",
    async (named) => {
      const { hostile, browser, signIn } = await world();
      const resource = named.replace("ORIGIN", hostile.origin);
      hostile.paths.set(PRM, { body: { resource, authorization_servers: [hostile.origin] } });
      expect(await codeOf(signIn())).toBe("resource_mismatch");
      expect(hostile.asked(ASM)).toEqual([]);
      expect(browser.opened).toEqual([]);
    },
  );

  test("of a bare origin covers the path, and is sent byte for byte", async () => {
    const { hostile, browser, signIn } = await world();
    hostile.paths.delete(PRM);
    hostile.paths.set("/.well-known/oauth-protected-resource", {
      body: { resource: hostile.origin, authorization_servers: [hostile.origin] },
    });
    await signIn();
    expect(new URL(browser.opened[0] ?? "").searchParams.get("resource")).toBe(hostile.origin);
    expect(new URLSearchParams(hostile.asked("/token")[0]?.body).get("resource")).toBe(hostile.origin);
    expect(new URL(browser.opened[0] ?? "").searchParams.has("scope")).toBe(false);
  });

  test.each([undefined, "https://evil.example", "SLASH"])("with the issuer %s is not used at all", async (named) => {
    const { hostile, browser, signIn } = await world();
    const issuer = named === "SLASH" ? `${hostile.origin}/` : named;
    hostile.paths.set(ASM, { body: serverMetadata(hostile.origin, { issuer }) });
    expect(await codeOf(signIn())).toBe(named === undefined ? "metadata_invalid" : "issuer_mismatch");
    expect(hostile.asked("/register")).toEqual([]);
    expect(browser.opened).toEqual([]);
  });

  test.each([undefined, [], ["plain"], "S256"])("that offers the PKCE methods %j is refused", async (methods) => {
    const { hostile, browser, signIn } = await world();
    hostile.paths.set(ASM, {
      body: serverMetadata(hostile.origin, { code_challenge_methods_supported: methods }),
    });
    expect(await codeOf(signIn())).toBe("pkce_unsupported");
    expect(hostile.asked("/register")).toEqual([]);
    expect(browser.opened).toEqual([]);
  });

  test("that is broken is not replaced by default endpoints", async () => {
    const { hostile, browser, signIn } = await world();
    hostile.paths.set(PRM, { headers: { "content-type": "application/json" }, body: "{ not json" });
    expect(await codeOf(signIn())).toBe("metadata_invalid");
    hostile.paths.set(PRM, { status: 503 });
    hostile.paths.delete(ASM);
    expect(await codeOf(signIn())).toBe("metadata_discovery_failed");
    expect(browser.opened).toEqual([]);
    expect(hostile.asked("/register")).toEqual([]);
  });

  test("redirected to another origin is not followed, within its own it is", async () => {
    const { hostile, signIn, browser } = await world();
    const other = use(await startHostileServer());
    hostile.paths.set(PRM, { status: 302, headers: { location: `${other.origin}/anything` } });
    expect(await codeOf(signIn())).toBe("metadata_discovery_failed");
    expect(other.seen).toEqual([]);
    hostile.paths.set(PRM, { status: 302, headers: { location: "/moved" } });
    hostile.paths.set("/moved", { body: { resource: hostile.url, authorization_servers: [hostile.origin] } });
    await signIn();
    expect(browser.opened).toHaveLength(1);
  });

  test("may be compressed, and may not be endless", async () => {
    const { hostile, signIn, browser } = await world();
    const packed = (value: unknown) => ({
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body: gzipSync(JSON.stringify(value)),
    });
    hostile.paths.set(ASM, packed(serverMetadata(hostile.origin)));
    await signIn();
    expect(browser.opened).toHaveLength(1);
    hostile.paths.set(PRM, packed({ resource: hostile.url, padding: "x".repeat(3_000_000) }));
    const error = await errorOf(signIn());
    expect(error.details?.tried).toContainEqual({ url: `${hostile.origin}${PRM}`, result: "too_large" });
  });

  test("in its openid variants and from the second of two authorization servers is found", async () => {
    const { hostile, signIn, vault } = await world();
    const issuer = `${hostile.origin}/tenant`;
    hostile.paths.set(PRM, {
      body: { resource: hostile.url, authorization_servers: [`${hostile.origin}/gone`, issuer] },
    });
    hostile.paths.set("/tenant/.well-known/openid-configuration", { body: serverMetadata(hostile.origin, { issuer }) });
    await signIn();
    expect(vault.only().issuer).toBe(issuer);
    const asked = hostile.seen
      .map(({ url }) => url)
      .filter((url) => url.includes("/tenant") && url.includes("well-known"));
    expect(asked).toEqual([
      "/.well-known/oauth-authorization-server/tenant",
      "/.well-known/openid-configuration/tenant",
      "/tenant/.well-known/openid-configuration",
    ]);
  });

  test("missing everywhere leads to the default endpoints, and an error when those fail too", async () => {
    const { hostile, signIn, vault, browser } = await world();
    hostile.paths.delete(PRM);
    hostile.paths.delete(ASM);
    await signIn();
    expect(vault.only()).toMatchObject({ issuer: hostile.origin, resource: null, revocation_endpoint: null });
    hostile.paths.delete("/register");
    const error = await errorOf(signIn());
    expect(error.code).toBe("metadata_discovery_failed");
    expect(error.details).toMatchObject({ registration_attempted: true });
    expect(browser.opened).toHaveLength(1);
  });

  test("can be pinned, and endpoints set", async () => {
    const { hostile, signIn, vault, browser } = await world();
    const other = use(await startHostileServer());
    await signIn({ authorization_server: other.origin });
    expect(vault.only().issuer).toBe(other.origin);
    hostile.paths.delete(ASM);
    await signIn({
      client_id: "mine",
      authorization_endpoint: `${other.origin}/authorize`,
      token_endpoint: `${other.origin}/token`,
      authorize_params: { access_type: "offline" },
      resource: false,
    });
    const asked = new URL(browser.opened[1] ?? "").searchParams;
    expect([asked.get("client_id"), asked.get("access_type"), asked.get("resource")]).toEqual([
      "mine",
      "offline",
      null,
    ]);
    expect(await codeOf(signIn({ authorize_params: { state: "mine" } }))).toBe("config_invalid");
  });
});

describe("a registration", () => {
  test("that is refused says what was said, quoted", async () => {
    const { hostile, signIn, browser } = await world();
    hostile.paths.set("/register", {
      status: 403,
      body: { error: "forbidden", error_description: "go\u001b[31m away\u202e" },
    });
    const error = await errorOf(signIn());
    expect(error).toMatchObject({
      code: "registration_failed",
      details: { registration_attempted: true, result: 403 },
    });
    expect(error.message).toContain("“forbidden: go [31m away”");
    expect(hostile.asked("/register")).toHaveLength(1);
    expect(browser.opened).toEqual([]);
  });

  test("that is malformed to the server is tried once more with less", async () => {
    const { hostile, signIn, vault } = await world();
    hostile.paths.set("/register", ({ body }) =>
      "application_type" in JSON.parse(body)
        ? { status: 400, body: { error: "invalid_client_metadata" } }
        : { status: 201, body: { client_id: "smaller" } },
    );
    await signIn({ client_metadata: { contacts: ["me@example.com"], redirect_uris: ["https://evil.example/"] } });
    const [full, smaller] = hostile.asked("/register").map(({ body }) => JSON.parse(body));
    expect(full).toMatchObject({ contacts: ["me@example.com"], redirect_uris: smaller.redirect_uris });
    expect(smaller).not.toHaveProperty("contacts");
    expect(vault.only().client.client_id).toBe("smaller");
    hostile.paths.set("/register", { status: 400, body: { error: "invalid_redirect_uri" } });
    expect(await codeOf(signIn())).toBe("registration_failed");
    expect(hostile.asked("/register")).toHaveLength(4);
  });

  test("decides with its answer how the client authenticates", async () => {
    const { hostile, signIn } = await world();
    hostile.paths.set("/register", {
      status: 201,
      body: { client_id: "id", client_secret: "s3cret", token_endpoint_auth_method: "client_secret_post" },
    });
    await signIn();
    const [post] = hostile.asked("/token");
    expect(new URLSearchParams(post?.body).get("client_secret")).toBe("s3cret");
    expect(post?.headers.authorization).toBeUndefined();
    hostile.paths.set("/register", {
      status: 201,
      body: { client_id: "id", client_secret: "s3cret", token_endpoint_auth_method: "client_secret_basic" },
    });
    await signIn();
    const basic = hostile.asked("/token")[1];
    expect(basic?.headers.authorization).toBe(`Basic ${Buffer.from("id:s3cret").toString("base64")}`);
    expect(new URLSearchParams(basic?.body).has("client_secret")).toBe(false);
  });

  test("is not made where a client id metadata document serves", async () => {
    const { hostile, signIn, vault } = await world();
    hostile.paths.set(ASM, { body: serverMetadata(hostile.origin, { client_id_metadata_document_supported: true }) });
    const client_metadata_url = "https://client.example/gatehouse.json";
    await signIn({ client_metadata_url });
    expect(vault.only().client).toMatchObject({ source: "metadata_document", client_id: client_metadata_url });
    expect(hostile.asked("/register")).toEqual([]);
  });
});

describe("tokens", () => {
  test.each([
    [undefined, null],
    [0, null],
    [-5, null],
    ["soon", null],
    [null, null],
    ["7200", 7_200_000],
    [1e300, 315_360_000_000],
  ])("with expires_in %j end sanely", async (expires_in, lifetime) => {
    const { hostile, signIn, vault } = await world();
    hostile.paths.set("/token", { body: { access_token: "at-1", token_type: "bearer", expires_in } });
    await signIn();
    const { expires_at, obtained_at } = vault.only();
    expect(expires_at === null ? null : expires_at - obtained_at).toBe(lifetime);
  });

  test("refused with status 200, or by a challenge, are an error that is read", async () => {
    const { hostile, signIn, vault } = await world();
    hostile.paths.set("/token", { body: { error: "bad_verification_code", error_description: "expired" } });
    expect((await errorOf(signIn())).message).toContain("“bad_verification_code: expired”");
    hostile.paths.set("/token", {
      status: 401,
      headers: { "www-authenticate": 'Basic realm="x"' },
      body: { error: "invalid_client" },
    });
    const error = await errorOf(signIn());
    expect(error).toMatchObject({ code: "token_exchange_failed", server: "notes" });
    expect(error.message).toContain("invalid_client");
    hostile.paths.set("/token", { body: "<html>" });
    expect(await codeOf(signIn())).toBe("token_exchange_failed");
    expect(vault.entries.size).toBe(0);
  });

  test("come with an id token that decides nothing, and keep the refresh token that an answer leaves out", async () => {
    const { hostile, signIn, signIns, vault, clock } = await world();
    hostile.paths.set("/token", {
      body: { access_token: "at-1", token_type: "user", expires_in: 60, refresh_token: "rt-1", id_token: "not.a.jwt" },
    });
    await signIn();
    expect(vault.only()).toMatchObject({ id_token: "not.a.jwt", refresh_token: "rt-1" });
    hostile.paths.set("/token", { body: { access_token: "at-2", token_type: "Bearer", expires_in: 60 } });
    clock.ahead = 61_000;
    expect(await tokenOf(signIns.credentials(remoteServer(hostile.url), "default"))).toBe("at-2");
    expect(vault.only()).toMatchObject({ access_token: "at-2", refresh_token: "rt-1" });
  });

  test("go to the server that issued them, whatever its metadata says later", async () => {
    const { hostile, signIn, signIns, vault, clock } = await world();
    const evil = use(await startHostileServer());
    hostile.paths.set("/token", {
      body: { access_token: "at-1", token_type: "Bearer", expires_in: 60, refresh_token: "rt-1" },
    });
    await signIn();
    hostile.paths.set(PRM, { body: { resource: hostile.url, authorization_servers: [evil.origin] } });
    clock.ahead = 61_000;
    await tokenOf(signIns.credentials(remoteServer(hostile.url), "default"));
    expect(evil.seen).toEqual([]);
    await signIn();
    expect(vault.only().issuer).toBe(evil.origin);
    const told = evil.seen.map(({ url, body }) => `${url} ${body}`).join("\n");
    expect(told).toContain("/register");
    expect(told).not.toContain("rt-1");
  });

  test.each([404, 405, 410])(
    "follow their issuer to its new token endpoint after a %i, and stay there",
    async (status) => {
      const { hostile, signIn, signIns, vault, clock } = await world();
      const lasting = { token_type: "Bearer", expires_in: 60 };
      hostile.paths.set("/token", { body: { ...lasting, access_token: "at-1", refresh_token: "rt-1" } });
      await signIn();
      hostile.paths.set("/token", { status, body: "moved away" });
      hostile.paths.set("/v2/token", { body: { ...lasting, access_token: "at-2", refresh_token: "rt-2" } });
      const moved = {
        token_endpoint: `${hostile.origin}/v2/token`,
        revocation_endpoint: `${hostile.origin}/v2/revoke`,
      };
      hostile.paths.set(ASM, { body: serverMetadata(hostile.origin, moved) });
      const credentials = signIns.credentials(remoteServer(hostile.url), "default");
      clock.ahead = 61_000;
      expect(await tokenOf(credentials)).toBe("at-2");
      expect(vault.only()).toMatchObject({ ...moved, refresh_token: "rt-2" });
      const looked = hostile.asked(ASM).length;
      clock.ahead = 122_000;
      await tokenOf(credentials);
      expect(hostile.asked("/v2/token")).toHaveLength(2);
      expect(hostile.asked(ASM)).toHaveLength(looked);
    },
  );

  test("are kept when the endpoint is gone and their own issuer names no other", async () => {
    const { hostile, signIn, signIns, vault, clock } = await world();
    const evil = use(await startHostileServer());
    hostile.paths.set("/token", {
      body: { access_token: "at-1", token_type: "Bearer", expires_in: 60, refresh_token: "rt-1" },
    });
    await signIn();
    hostile.paths.set("/token", { status: 404 });
    hostile.paths.set(PRM, { body: { resource: hostile.url, authorization_servers: [evil.origin] } });
    clock.ahead = 61_000;
    const credentials = signIns.credentials(remoteServer(hostile.url), "default");
    expect(await codeOf(tokenOf(credentials))).toBe("refresh_failed");
    hostile.paths.set(ASM, { body: serverMetadata(evil.origin) });
    clock.ahead = 122_000;
    expect(await codeOf(tokenOf(credentials))).toBe("refresh_failed");
    expect(evil.seen).toEqual([]);
    expect(vault.only()).toMatchObject({ refresh_token: "rt-1" });
  });

  test("follow their issuer when the token endpoint's own host is no more", async () => {
    const { hostile, signIn, signIns, clock } = await world();
    const tokens = await startHostileServer();
    use(tokens);
    tokens.paths.set("/token", {
      body: { access_token: "at-1", token_type: "Bearer", expires_in: 60, refresh_token: "rt-1" },
    });
    hostile.paths.set(ASM, { body: serverMetadata(hostile.origin, { token_endpoint: `${tokens.origin}/token` }) });
    await signIn();
    await tokens.close();
    hostile.paths.set("/token", { body: { access_token: "at-2", token_type: "Bearer", expires_in: 60 } });
    hostile.paths.set(ASM, { body: serverMetadata(hostile.origin) });
    clock.ahead = 61_000;
    expect(await tokenOf(signIns.credentials(remoteServer(hostile.url), "default"))).toBe("at-2");
  });

  test("had without a person come from the new endpoint, too", async () => {
    const { hostile, signIn, signIns, clock } = await world();
    const auth: AuthConfig = { grant: "client_credentials", client_id: "robot", client_secret: "robot-secret" };
    hostile.paths.set("/token", { body: { access_token: "at-1", token_type: "Bearer", expires_in: 60 } });
    await signIn(auth);
    hostile.paths.set("/token", { status: 404 });
    hostile.paths.set("/v2/token", { body: { access_token: "at-2", token_type: "Bearer", expires_in: 60 } });
    hostile.paths.set(ASM, {
      body: serverMetadata(hostile.origin, { token_endpoint: `${hostile.origin}/v2/token` }),
    });
    clock.ahead = 61_000;
    expect(await tokenOf(signIns.credentials(remoteServer(hostile.url, auth), "default"))).toBe("at-2");
  });

  test("are asked for again when the answer was lost on the way", async () => {
    const { hostile, signIn, signIns, clock } = await world();
    hostile.paths.set("/token", {
      body: { access_token: "at-1", token_type: "Bearer", expires_in: 60, refresh_token: "rt-1" },
    });
    await signIn();
    let times = 0;
    hostile.paths.set("/token", () => {
      times += 1;
      if (times === 1) throw new Error("the line goes dead");
      return { body: { access_token: "at-2", token_type: "Bearer", expires_in: 60 } };
    });
    clock.ahead = 61_000;
    expect(await tokenOf(signIns.credentials(remoteServer(hostile.url), "default"))).toBe("at-2");
    expect(
      hostile
        .asked("/token")
        .slice(1)
        .map(({ body }) => new URLSearchParams(body).get("refresh_token")),
    ).toEqual(["rt-1", "rt-1"]);
  });
});
