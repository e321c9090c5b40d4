/** The whole program in a network with a proxy and an authority of its own. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startAgent } from "../../fixtures/agent.ts";
import { makeAuthority } from "../../fixtures/certificates.ts";
import { makeHome } from "../../fixtures/home.ts";
import { runCli, startHeadlessHub } from "../../fixtures/program.ts";
import { startProtectedServer } from "../../fixtures/protected-server.ts";
import { startProxy } from "../../fixtures/proxy.ts";
import { findBytes } from "../../fixtures/secrets.ts";
import { startTlsFront } from "../../fixtures/tls-front.ts";
import { use } from "../../fixtures/use.ts";
import { PLAIN } from "../hub/parts.ts";

const PASSWORD = "proxy-password-of-ada";

test("agents and sign-ins reach a server through proxy and added authority; the password is nowhere", async () => {
  const open = use(await startProtectedServer());
  const near = use(await startProtectedServer());
  const authority = makeAuthority();
  const front = use(await startTlsFront(authority.issue("acme.test"), open.port));
  const proxy = use(await startProxy({ names: { "acme.test:443": front.port }, credentials: `ada:${PASSWORD}` }));
  const home = use(makeHome({ acme: { url: "https://acme.test/mcp" }, near: { url: near.url } }));
  const ca = join(home.path, "ca.pem");
  writeFileSync(ca, authority.cert);
  const options = {
    home: home.path,
    env: { ...PLAIN, HTTPS_PROXY: `http://ada:${PASSWORD}@127.0.0.1:${proxy.port}`, NODE_EXTRA_CA_CERTS: ca },
  };
  const hub = use(await startHeadlessHub(options));
  const probed = proxy.asked.length;
  expect(new Set(proxy.asked)).toEqual(new Set(["acme.test:443"]));

  const agent = use(await startAgent({ ...options, server: "acme", clientName: "Claude" }));
  expect((await agent.client.listTools()).tools.length).toBeGreaterThan(1);
  const login = await runCli(["login", "acme", "--no-browser"], options);
  expect(login.code).toBe(1);
  expect(login.stderr).toContain("asked for no sign-in");
  expect(proxy.asked.length).toBeGreaterThan(probed);

  const neighbour = use(await startAgent({ ...options, server: "near", clientName: "Claude" }));
  expect((await neighbour.client.listTools()).tools.length).toBeGreaterThan(1);
  expect(near.requests.length).toBeGreaterThan(0);
  expect(new Set(proxy.asked)).toEqual(new Set(["acme.test:443"]));

  await hub.stop();
  expect(readFileSync(join(home.path, "logs/gatehouse.log"), "utf8")).toContain(`127.0.0.1:${proxy.port}`);
  const pair = Buffer.from(`ada:${PASSWORD}`).toString("base64");
  expect(
    findBytes([PASSWORD, pair], { files: [home.path], strings: { stderr: login.stderr, hub: hub.log() } }),
  ).toEqual([]);
});
