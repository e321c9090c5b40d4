/** The real app in a network with a proxy and an authority of its own, and a secret of the real keychain. */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startAgent } from "../fixtures/agent.ts";
import { startApp } from "../fixtures/app.ts";
import { makeAuthority } from "../fixtures/certificates.ts";
import { startDesktop } from "../fixtures/desktop.ts";
import { makeHome } from "../fixtures/home.ts";
import { runCli } from "../fixtures/program.ts";
import { startProtectedServer } from "../fixtures/protected-server.ts";
import { startProxy } from "../fixtures/proxy.ts";
import { findBytes } from "../fixtures/secrets.ts";
import { startTlsFront } from "../fixtures/tls-front.ts";
import { use } from "../fixtures/use.ts";

const PASSWORD = "proxy-password-of-ada";
const REFERENCE = "$" + "{keychain:team-key}"; // spelled apart, so that no linter takes the text for a template

test("agents reach a server through proxy and added authority, with a secret that outlives the app", async () => {
  const secret = randomBytes(24).toString("base64url");
  const desktop = use(await startDesktop());
  const acme = use(await startProtectedServer());
  const authority = makeAuthority();
  const front = use(await startTlsFront(authority.issue("acme.test"), acme.port));
  const proxy = use(await startProxy({ names: { "acme.test:443": front.port }, credentials: `ada:${PASSWORD}` }));
  const home = use(makeHome({ acme: { url: "https://acme.test/mcp", headers: { "X-Team-Key": REFERENCE } } }));
  const ca = join(home.path, "ca.pem");
  writeFileSync(ca, authority.cert);
  const HTTPS_PROXY = `http://ada:${PASSWORD}@127.0.0.1:${proxy.port}`;
  const there = { home: home.path, env: { ...desktop.env, HTTPS_PROXY, NODE_EXTRA_CA_CERTS: ca } };
  const connect = async () => use(await startAgent({ ...there, server: "acme", clientName: "Claude" }));

  const app = use(await startApp(there));
  expect((await runCli(["secret", "set", "team-key"], { ...there, stdin: secret })).code).toBe(0);
  expect(await (await connect()).callText("add", { a: 1, b: 1 })).toBe("2");
  expect(new Set(proxy.asked)).toEqual(new Set(["acme.test:443"]));
  expect(acme.requests.at(-1)?.headerNames).toContain("x-team-key");
  await app.quit();

  const again = use(await startApp(there));
  const before = acme.requests.length;
  expect(await (await connect()).callText("add", { a: 2, b: 2 })).toBe("4");
  expect(acme.requests.slice(before).every(({ headerNames }) => headerNames.includes("x-team-key"))).toBe(true);
  await again.quit();
  const strings = { first: app.log(), second: again.log() };
  const folders = [join(home.path, "logs"), join(home.path, "state"), join(home.path, "electron")];
  expect(findBytes([secret, PASSWORD], { files: folders, strings })).toEqual([]);
});
