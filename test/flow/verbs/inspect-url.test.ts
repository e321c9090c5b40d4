/** Looking at a URL before it is added, at real servers and at what is none. */
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { startAuthorizationServer } from "../../fixtures/authorization-server.ts";
import { startEverythingHttp } from "../../fixtures/everything-http.ts";
import { listen } from "../../fixtures/listen.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { use } from "../../fixtures/use.ts";
import { runHub } from "./parts.ts";

// Nobody outside of this machine is asked, whatever a test types.
process.env.HTTPS_PROXY = "http://127.0.0.1:1";

test("a server that lets everybody in", async () => {
  const open = use(await startProtectedServer());
  const hub = await runHub();
  expect(await hub.call("inspectUrl", { url: open.url })).toEqual({
    url: open.url,
    type: "streamable-http",
    sign_in: "none",
    registration: null,
    client: null,
    authorization_server: null,
    title: "Acme Notes",
    suggested_name: "local",
    catalogue: null,
    error: null,
  });
  // Its session has ended, and nothing was set up.
  expect(open.closed).toEqual(open.opened);
  expect(hub.snapshot().servers).toEqual([]);
});

test("a server of the older transport only", async () => {
  const sse = use(await startEverythingHttp("sse"));
  const hub = await runHub();
  expect(await hub.call("inspectUrl", { url: sse.url })).toMatchObject({ type: "sse", sign_in: "none", error: null });
});

test("a sign-in that sets itself up, and one that wants a client id; nothing is registered, nothing secret is sent", async () => {
  const hub = await runHub();
  const reports = [];
  for (const registration of [true, false]) {
    const as = use(await startAuthorizationServer({ registration }));
    const acme = use(await startProtectedServer({ issuer: as }));
    reports.push(await hub.call("inspectUrl", { url: acme.url }));
    expect(reports.at(-1)).toMatchObject({
      authorization_server: new URL(as.issuer).host,
      sign_in: "needed",
      error: null,
    });
    expect(as.records.count("register") + as.records.count("authorize") + as.records.count("token")).toBe(0);
    expect(acme.requests.flatMap(({ headerNames }) => headerNames)).not.toContain("authorization");
  }
  expect(reports.map(({ registration }) => registration)).toEqual(["by_itself", "client_id"]);
});

test("a server that lets everybody look, and names an authorization server for later", async () => {
  const as = use(await startAuthorizationServer());
  const site = await listen((request, response) => {
    const { port } = request.socket.address() as { port: number };
    const isMetadata = request.url?.startsWith("/.well-known/oauth-protected-resource");
    const metadata = { resource: `http://127.0.0.1:${port}/mcp`, authorization_servers: [as.issuer] };
    const hello = { protocolVersion: "2025-06-18", capabilities: {}, serverInfo: { name: "later", version: "1" } };
    if (!isMetadata && request.method !== "POST") return void response.writeHead(405).end();
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const { id, method } = isMetadata ? {} : JSON.parse(body);
      const answer = method === "initialize" ? { result: hello } : { error: { code: -32601, message: "no" } };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(isMetadata ? metadata : { jsonrpc: "2.0", id, ...answer }));
    });
  });
  use({ close: site.stop });
  const hub = await runHub();
  expect(await hub.call("inspectUrl", { url: `${site.origin}/mcp` })).toMatchObject({
    type: "streamable-http",
    sign_in: "unknown",
    registration: "by_itself",
    authorization_server: new URL(as.issuer).host,
    title: "later",
    error: null,
  });
});

test("a web site, a closed port, plain http to elsewhere, a URL with a password", async () => {
  const site = await listen((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<h1>Welcome</h1>");
  });
  use({ close: site.stop });
  const hub = await runHub();
  const look = (url: string) => hub.call("inspectUrl", { url });
  expect(await look(`http://127.0.0.1:${site.port}/`)).toMatchObject({
    type: null,
    sign_in: "unknown",
    error: { code: "upstream_failed" },
  });
  expect(await look("http://127.0.0.1:1/mcp")).toMatchObject({ type: null, error: { code: "upstream_unreachable" } });
  expect(await look("http://192.0.2.1/mcp")).toMatchObject({ type: null, error: { code: "unsafe_url" } });
  const secret = await look("https://ada:hunter22@mcp.example.com/mcp");
  expect(secret).toMatchObject({ type: null, error: { code: "config_invalid" } });
  expect(JSON.stringify(secret.error)).not.toContain("hunter22");
});

test("whoever types on is not kept waiting by the first half of a URL", async () => {
  const quiet = createServer(() => {});
  await new Promise<void>((resolve) => quiet.listen(0, "127.0.0.1", resolve));
  use({ close: async () => void quiet.close() });
  const { port } = quiet.address() as { port: number };
  const open = use(await startProtectedServer());
  const hub = await runHub();
  const first = hub.call("inspectUrl", { url: `http://127.0.0.1:${port}/m` });
  const second = hub.call("inspectUrl", { url: open.url });
  expect(await second).toMatchObject({ sign_in: "none", error: null });
  expect(await first).toMatchObject({ type: null, error: { code: "conflict" } });
});

test("a known server: its name, and the client that a person has to register", async () => {
  const hub = await runHub({ github: { url: "https://elsewhere.example/mcp" } });
  const report = await hub.call("inspectUrl", { url: "api.githubcopilot.com/mcp/" });
  expect(report).toMatchObject({
    url: "https://api.githubcopilot.com/mcp/",
    catalogue: "github",
    suggested_name: "github-2",
    error: { code: "upstream_unreachable" },
  });
});
