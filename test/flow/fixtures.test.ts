import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, test } from "vitest";
import {
  ACCOUNTS,
  type AuthorizationServer,
  type AuthorizationServerOptions,
  startAuthorizationServer,
} from "../fixtures/authorization-server.ts";
import { tempFolder } from "../fixtures/children.ts";
import { everythingServer } from "../fixtures/everything.ts";
import { makeHome } from "../fixtures/home.ts";
import {
  authorizationRequest,
  clickThrough,
  exchangeCode,
  postForm,
  type RegisteredClient,
  refresh,
  registerClient,
} from "../fixtures/oauth-client.ts";
import { type ProtectedServer, startProtectedServer } from "../fixtures/protected-server.ts";
import { findBytes, fingerprint } from "../fixtures/secrets.ts";
import { use } from "../fixtures/use.ts";
import { sleep, waitFor } from "../fixtures/wait.ts";

const ADA = { user: "ada", password: ACCOUNTS.ada ?? "" };

interface World {
  readonly as: AuthorizationServer;
  readonly server: ProtectedServer;
}

async function startWorld(options: AuthorizationServerOptions = {}): Promise<World> {
  const as = use(await startAuthorizationServer(options));
  const server = use(await startProtectedServer({ issuer: as }));
  return { as, server };
}

interface SignedIn {
  readonly client: RegisteredClient;
  readonly accessToken: string;
  readonly refreshToken: string;
}

async function signIn({ as, server }: World, resource: string | undefined = server.url): Promise<SignedIn> {
  const client = await registerClient(as.issuer);
  const redirectUri = "http://127.0.0.1:49999/callback";
  const asked = resource === undefined ? { scope: "openid" } : { resource, scope: "mcp:tools" };
  const attempt = authorizationRequest(as.issuer, client, { ...asked, redirectUri });
  const end = await clickThrough(attempt.url, ADA);
  expect(end.searchParams.get("state")).toBe(attempt.state);
  expect(end.searchParams.get("iss")).toBe(as.issuer);
  const answer = await exchangeCode(as.issuer, client, attempt, end.searchParams.get("code") ?? "", resource);
  expect(answer).toMatchObject({ status: 200, body: { token_type: "Bearer" } });
  return {
    client,
    accessToken: String(answer.body.access_token),
    refreshToken: String(answer.body.refresh_token),
  };
}

async function connect(server: ProtectedServer, token?: string): Promise<Client> {
  const client = new Client({ name: "plain-client", version: "1.0.0" });
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers } });
  await client.connect(transport as Transport);
  return use(client);
}

function post(server: ProtectedServer, token: string | undefined): Promise<Response> {
  return fetch(server.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "fetch", version: "1" } },
    }),
  });
}

describe.each(["opaque", "jwt"] as const)("%s access tokens", (accessTokenFormat) => {
  test("open the protected server for the person who signed in", async () => {
    const world = await startWorld({ accessTokenFormat });
    const { accessToken } = await signIn(world);
    const client = await connect(world.server, accessToken);
    expect(await client.callTool({ name: "whoami" })).toMatchObject({ content: [{ type: "text", text: "ada" }] });
    expect(world.server.calls).toMatchObject([{ tool: "whoami", token: fingerprint(accessToken) }]);
  });

  test("for another resource are refused", async () => {
    const world = await startWorld({ accessTokenFormat });
    const other = use(await startProtectedServer({ issuer: world.as }));
    const { accessToken } = await signIn(world, other.url);
    const response = await post(world.server, accessToken);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toContain("The access token is for another resource.");
    expect((await post(other, accessToken)).status).toBe(200);
  });

  test("end by their own time, and when the server says so", async () => {
    const world = await startWorld({ accessTokenFormat, accessTokenTtlS: 1 });
    const short = await signIn(world);
    expect((await post(world.server, short.accessToken)).status).toBe(200);
    await sleep(2100);
    expect((await post(world.server, short.accessToken)).status).toBe(401);

    const fresh = await startWorld({ accessTokenFormat });
    const long = await signIn(fresh);
    expect((await post(fresh.server, long.accessToken)).status).toBe(200);
    fresh.as.expireAccessTokens();
    expect((await post(fresh.server, long.accessToken)).status).toBe(401);
    const again = await refresh(fresh.as.issuer, long.client, long.refreshToken, fresh.server.url);
    expect(again.status).toBe(200);
    expect((await post(fresh.server, String(again.body.access_token))).status).toBe(200);
  });
});

describe("authorization server", () => {
  test("speaks of itself in its metadata, and as told", async () => {
    const as = use(await startAuthorizationServer());
    const read = async () => (await fetch(`${as.issuer}/.well-known/oauth-authorization-server`)).json();
    expect(await read()).toMatchObject({
      issuer: as.issuer,
      registration_endpoint: `${as.issuer}/register`,
      revocation_endpoint: `${as.issuer}/revoke`,
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
    });
    as.metadata.authorization_endpoint = "file:///etc/passwd";
    as.metadata.registration_endpoint = undefined;
    const changed = await read();
    expect(changed).toMatchObject({ authorization_endpoint: "file:///etc/passwd" });
    expect(changed).not.toHaveProperty("registration_endpoint");
  });

  test("lets nobody in with a wrong password, and fills the page in when told", async () => {
    const { as, server } = await startWorld({ prefill: "ada" });
    const client = await registerClient(as.issuer);
    const attempt = authorizationRequest(as.issuer, client, { resource: server.url });
    const page = await clickThrough(attempt.url, { ...ADA, password: "guessed" }).catch((error: Error) => error);
    expect(String(page)).toContain("never came to an end");
    expect(as.records.issued.codes).toEqual([]);

    const start = await fetch(attempt.url, { redirect: "manual" });
    const login = new URL(start.headers.get("location") ?? "", as.issuer);
    expect((await fetch(login)).status).toBe(400);
    const cookie = start.headers.getSetCookie().map((line) => line.split(";")[0]);
    const filled = await (await fetch(login, { headers: { cookie: cookie.join("; ") } })).text();
    expect(filled).toContain('value="ada"');
    expect(filled).toContain(`value="${ADA.password}"`);
  });

  test("works below a path", async () => {
    const world = await startWorld({ path: "/tenant" });
    const { as } = world;
    for (const place of [
      "/.well-known/oauth-authorization-server/tenant",
      "/tenant/.well-known/openid-configuration",
    ]) {
      const response = await fetch(`http://127.0.0.1:${as.port}${place}`);
      expect(await response.json()).toMatchObject({ issuer: as.issuer, token_endpoint: `${as.issuer}/token` });
    }
    const { accessToken } = await signIn(world);
    expect((await post(world.server, accessToken)).status).toBe(200);
  });

  test("rotates refresh tokens and ends the grant when one comes twice", async () => {
    const world = await startWorld();
    const { client, refreshToken } = await signIn(world);
    const first = await refresh(world.as.issuer, client, refreshToken);
    expect(first.status).toBe(200);
    expect(first.body.refresh_token).not.toBe(refreshToken);
    expect(await refresh(world.as.issuer, client, refreshToken)).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
    expect((await refresh(world.as.issuer, client, String(first.body.refresh_token))).status).toBe(400);
    expect(world.as.records.tokenRequests("refresh_token")).toHaveLength(3);
  });

  test("does not rotate when told so", async () => {
    const world = await startWorld({ refreshRotation: false });
    const { client, refreshToken } = await signIn(world);
    expect((await refresh(world.as.issuer, client, refreshToken)).body.refresh_token).toBe(refreshToken);
    expect((await refresh(world.as.issuer, client, refreshToken)).status).toBe(200);
  });

  test("revokes a grant by its refresh token", async () => {
    const world = await startWorld();
    const { client, accessToken, refreshToken } = await signIn(world);
    const form = { client_id: client.clientId, token: refreshToken, token_type_hint: "refresh_token" };
    expect((await postForm(`${world.as.issuer}/revoke`, form)).status).toBe(200);
    expect((await post(world.server, accessToken)).status).toBe(401);
    expect((await refresh(world.as.issuer, client, refreshToken)).status).toBe(400);
  });

  test("refuses a resource it does not know, a missing challenge and a denied consent", async () => {
    const { as, server } = await startWorld();
    const client = await registerClient(as.issuer);
    const unknown = authorizationRequest(as.issuer, client, { resource: "https://elsewhere.example/mcp" });
    expect((await clickThrough(unknown.url, ADA)).searchParams.get("error")).toBe("invalid_target");

    const plain = authorizationRequest(as.issuer, client, { resource: server.url });
    plain.url.searchParams.delete("code_challenge");
    plain.url.searchParams.delete("code_challenge_method");
    expect((await clickThrough(plain.url, ADA)).searchParams.get("error")).toBe("invalid_request");

    const denied = authorizationRequest(as.issuer, client, { resource: server.url });
    const end = await clickThrough(denied.url, { ...ADA, decision: "deny" });
    expect(end.searchParams.get("error")).toBe("access_denied");
    expect(as.records.issued.codes).toEqual([]);
  });

  test("records what it saw and every secret it gave out", async () => {
    const world = await startWorld();
    const { accessToken, refreshToken } = await signIn(world);
    const { records } = world.as;
    expect(records.registrations).toHaveLength(1);
    expect(records.authorizations).toMatchObject([
      { params: { resource: world.server.url, scope: "mcp:tools", code_challenge_method: "S256" } },
    ]);
    expect(records.tokenRequests("authorization_code")).toHaveLength(1);
    expect(records.count("token")).toBe(1);
    expect(records.issued).toMatchObject({ accessTokens: [accessToken], refreshTokens: [refreshToken] });
    expect(records.issued.codes).toEqual([records.tokenRequests()[0]?.params.code]);
    const { registration_access_token } = records.registrations[0]?.answer ?? {};
    expect(records.secrets.sort()).toEqual(
      [accessToken, refreshToken, ...records.issued.codes, String(registration_access_token)].sort(),
    );
    expect(JSON.stringify(records.of("interaction"))).not.toContain(ADA.password);
  });

  test("fails, hangs, goes away and comes back when told", async () => {
    const world = await startWorld();
    const { as } = world;
    const { client, refreshToken } = await signIn(world);
    as.controls.fail("token", { times: 2, status: 503 });
    expect((await refresh(as.issuer, client, refreshToken)).status).toBe(503);
    expect((await refresh(as.issuer, client, refreshToken)).status).toBe(503);
    as.controls.hang("token");
    const patience = new AbortController();
    const hanging = fetch(`${as.issuer}/token`, { method: "POST", signal: patience.signal });
    await waitFor("the request", () => (as.controls.held("token") === 1 ? true : undefined));
    patience.abort();
    await expect(hanging).rejects.toThrow();
    as.controls.release();
    await as.stop();
    await expect(refresh(as.issuer, client, refreshToken)).rejects.toThrow();
    await as.start();
    expect((await refresh(as.issuer, client, refreshToken)).status).toBe(200);
    as.revokeAll();
    expect((await refresh(as.issuer, client, String(as.records.issued.refreshTokens.at(-1)))).status).toBe(400);
  });
});

describe("protected server", () => {
  test("says with its 401 where to go", async () => {
    const { as, server } = await startWorld();
    const response = await post(server, undefined);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer resource_metadata="${server.metadataUrl}", scope="mcp:tools"`,
    );
    expect(new URL(server.metadataUrl).pathname).toBe("/.well-known/oauth-protected-resource/mcp");
    expect(await (await fetch(server.metadataUrl)).json()).toMatchObject({
      resource: server.url,
      authorization_servers: [as.issuer],
      scopes_supported: ["mcp:tools"],
    });
    expect((await post(server, "not-a-token")).status).toBe(401);
  });

  test("does real work when open", async () => {
    const server = use(await startProtectedServer());
    const client = await connect(server);
    const steps: number[] = [];
    expect(await client.callTool({ name: "add", arguments: { a: 2, b: 40 } })).toMatchObject({
      content: [{ text: "42" }],
    });
    await client.callTool({ name: "slow", arguments: { steps: 3, step_ms: 5 } }, undefined, {
      onprogress: ({ progress }) => steps.push(progress),
    });
    expect(steps).toEqual([1, 2, 3]);
    expect((await client.listPrompts()).prompts.map((prompt) => prompt.name)).toEqual(["greet"]);
    expect(await client.readResource({ uri: "acme://motto" })).toMatchObject({
      contents: [{ mimeType: "text/plain" }],
    });

    let changes = 0;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void changes++);
    await waitFor("the stream", () => server.requests.find((request) => request.method === "GET"));
    server.addTool("fresh");
    await waitFor("tools/list_changed", () => (changes > 0 ? true : undefined));
    expect((await client.listTools()).tools.map((tool) => tool.name)).toContain("fresh");
    expect(server.opened).toHaveLength(1);
  });

  test("drops sessions, fails and refuses when told", async () => {
    const world = await startWorld();
    const { server } = world;
    const { accessToken } = await signIn(world);
    const client = await connect(server, accessToken);
    await server.dropSessions();
    expect(server.closed).toEqual(server.opened);
    await expect(client.callTool({ name: "whoami" })).rejects.toMatchObject({ code: 404 });
    server.failNext(502);
    expect((await post(server, accessToken)).status).toBe(502);
    expect((await post(server, accessToken)).status).toBe(200);
    server.refuseTokens();
    expect((await post(server, accessToken)).status).toBe(401);
    server.refuseTokens(false);
    expect((await post(server, accessToken)).status).toBe(200);
    expect(JSON.stringify([server.requests, server.calls])).not.toContain(accessToken);
  });
});

test("the reference server runs over stdio", async () => {
  const { command, args } = everythingServer();
  const client = use(new Client({ name: "plain-client", version: "1.0.0" }));
  await client.connect(new StdioClientTransport({ command, args, stderr: "ignore" }));
  expect((await client.listTools()).tools.map((tool) => tool.name)).toContain("echo");
});

describe("search for secrets", () => {
  const secret = 'abcDEF123-_/+=xyz?"&';

  test.each([
    ["plain", secret],
    ["base64", Buffer.from(`id:${secret}`).toString("base64")],
    ["base64", Buffer.from(`x${secret}`).toString("base64url")],
    ["url", `code=${encodeURIComponent(secret)}`],
    ["json", JSON.stringify({ token: secret })],
  ])("finds the %s form", (form, text) => {
    const hits = findBytes([secret], { strings: { here: text } });
    expect(hits).toContainEqual({ needle: fingerprint(secret), form, where: "here" });
    expect(JSON.stringify(hits)).not.toContain(secret);
  });

  test("looks into files in depth, names of files, and processes", () => {
    const folder = use(tempFolder("secrets"));
    mkdirSync(join(folder.path, "deep"));
    writeFileSync(join(folder.path, "deep", "utf16"), Buffer.from(secret, "utf16le"));
    writeFileSync(join(folder.path, "name-with-secret-0123456789"), "");
    const found = findBytes([secret, "secret-0123456789"], { files: [folder.path] });
    expect(found.map((hit) => hit.form).sort()).toEqual(["plain", "utf-16le"]);
    expect(findBytes([process.execPath], { processes: [process.pid] }).map((hit) => hit.where)).toContain(
      `/proc/${process.pid}/cmdline`,
    );
    expect(findBytes(["nowhere-to-be-found"], { files: [folder.path], processes: [process.pid] })).toEqual([]);
    expect(() => findBytes(["short"], {})).toThrow();
    expect(() => findBytes(["long enough"], { files: [join(folder.path, "missing")] })).toThrow();
  });
});

test("a home is private, holds its servers, and goes", async () => {
  const home = makeHome({ notes: { type: "streamable-http", url: "http://127.0.0.1:1/mcp" } });
  expect(JSON.parse(home.readServers())).toMatchObject({ mcpServers: { notes: { type: "streamable-http" } } });
  home.writeServers("{ not json");
  expect(home.readServers()).toBe("{ not json");
  expect(home.processes()).toEqual([]);
  await home.close();
  expect(() => home.readServers()).toThrow();
});
