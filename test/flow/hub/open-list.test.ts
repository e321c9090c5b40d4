/** A server that lets everybody in and lists its tools, and wants a sign-in only for a call. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { startAgent } from "../../fixtures/agent.ts";
import { ACCOUNTS, startAuthorizationServer, type TokenIssuer } from "../../fixtures/authorization-server.ts";
import { makeHome } from "../../fixtures/home.ts";
import { clickThrough } from "../../fixtures/oauth-client.ts";
import { runCli, startCli, startHeadlessHub } from "../../fixtures/program.ts";
import { use } from "../../fixtures/use.ts";
import { failure, PLAIN } from "./parts.ts";

async function startOpenList(issuer: TokenIssuer): Promise<string> {
  const server = await new Promise<Server>((resolve) => {
    const one = createServer((request, response) => {
      const origin = `http://${request.headers.host}`;
      const json = (status: number, body: unknown, headers: Record<string, string> = {}): void =>
        void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
      if (request.url === "/.well-known/oauth-protected-resource/mcp")
        return json(200, { resource: `${origin}/mcp`, authorization_servers: [issuer.issuer] });
      if (request.method !== "POST") return json(405, {});
      let text = "";
      request.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      request.on("end", () => {
        const { id, method } = JSON.parse(text) as { id?: number; method: string };
        if (id === undefined) return void response.writeHead(202).end();
        if (method === "initialize") {
          const serverInfo = { name: "open-list", version: "1" };
          return json(200, {
            jsonrpc: "2.0",
            id,
            result: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo },
          });
        }
        if (method === "tools/list")
          return json(200, {
            jsonrpc: "2.0",
            id,
            result: { tools: [{ name: "private", inputSchema: { type: "object" } }] },
          });
        if (request.headers.authorization === undefined) {
          const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
          return json(401, {}, { "www-authenticate": `Bearer resource_metadata="${metadata}"` });
        }
        json(200, { jsonrpc: "2.0", id, result: { content: [{ type: "text", text: "done" }] } });
      });
    }).listen(0, "127.0.0.1", () => resolve(one));
  });
  use({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  issuer.addResource(url, []);
  return url;
}

test("its list stays usable, also after a restart of the hub, and one sign-in makes the call work", async () => {
  const as = use(await startAuthorizationServer());
  const home = use(makeHome({ s: { url: await startOpenList(as) } }));
  const there = { home: home.path, env: PLAIN };
  const connect = async () => use(await startAgent({ ...there, server: "s" }));
  const state = async () => {
    const { servers } = JSON.parse((await runCli(["status", "--json"], there)).stdout) as {
      servers: { state: string }[];
    };
    return servers[0]?.state;
  };

  const first = use(await startHeadlessHub(there));
  const agent = await connect();
  expect(await agent.toolNames()).toEqual(["private"]);
  expect(await failure(agent.callText("private"))).toMatchObject({ code: "sign_in_required", server: "s" });
  expect(await state()).toBe("sign_in_required");
  expect(await (await connect()).toolNames()).toEqual(["private"]);
  await first.stop();

  use(await startHeadlessHub(there));
  const later = await connect();
  expect(await later.toolNames()).toEqual(["private"]);
  expect(await state()).toBe("sign_in_required");
  // Nothing has been refused since the restart, so a probe alone would find that no sign-in is needed.
  const login = use(startCli(["login", "s", "--no-browser"], there));
  const [url] = await login.waitForStderr(/https?:\/\/\S+\/authorize\?\S+/);
  await fetch(await clickThrough(new URL(url), { user: "ada", password: ACCOUNTS.ada ?? "" }));
  expect(await login.exited).toBe(0);
  expect(await later.callText("private")).toBe("done");
  expect(await state()).toBe("ready");
});
