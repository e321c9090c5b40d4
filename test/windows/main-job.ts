/** The main job on Windows: sign in once, every agent uses it, tokens rest in the Credential Manager. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { Entry } from "@napi-rs/keyring";
import { waitFor } from "../fixtures/wait.ts";
import {
  ACME,
  type Agent,
  endHub,
  environment,
  login,
  makeHome,
  runCli,
  seen,
  serverStatus,
  startAgent,
} from "./world.ts";

const grantAtRest = () => new Entry("gatehouse", `acme:${new URL(ACME).origin}`).getSecret();

describe("the main job", () => {
  const home = makeHome("main job", { acme: { url: ACME } });
  let agent: Agent;
  after(async () => {
    await agent?.close();
    await endHub(home);
  });

  test("an agent that comes before the sign-in gets the one tool that tells how", async () => {
    agent = await startAgent(home, "acme");
    assert.deepEqual(await agent.toolNames(), ["sign_in"]);
    assert.equal((await serverStatus(home, "acme")).state, "sign_in_required");
  });

  test("login --no-browser signs in, and the waiting agent has the tools", async () => {
    const { code, stderr } = await login(home, "acme");
    assert.equal(code, 0, stderr);
    await waitFor("tools/list_changed", () => agent.received.find((line) => line.includes("tools/list_changed")));
    assert.ok((await agent.toolNames()).includes("whoami"));
    assert.equal(await agent.callText("whoami"), "ada");
    assert.equal((await runCli(["status"], environment(home))).code, 0);
  });

  test("the grant rests in the Credential Manager", () => {
    assert.match(Buffer.from(grantAtRest() ?? []).toString(), /"refresh_token":"[^"]/);
  });

  test("an access token that ended is renewed once for all calls, without anybody's doing", async () => {
    const before = await seen("expire");
    assert.deepEqual(await Promise.all([1, 2, 3].map(() => agent.callText("whoami"))), ["ada", "ada", "ada"]);
    const now = await seen();
    assert.equal(now.refreshes, before.refreshes + 1);
    assert.equal(now.codes, 1);
  });

  test("the grant outlives the hub", async () => {
    const { pid } = JSON.parse(readFileSync(join(home, "hub.json"), "utf8")) as { pid: number };
    await endHub(home);
    const second = await startAgent(home, "acme");
    assert.equal(await second.callText("whoami"), "ada");
    assert.notEqual((JSON.parse(readFileSync(join(home, "hub.json"), "utf8")) as { pid: number }).pid, pid);
    assert.equal((await seen()).codes, 1);
    await second.close();
  });

  test("logout revokes, forgets, and leaves nothing in the Credential Manager", async () => {
    const before = await seen();
    const { code, stderr } = await runCli(["logout", "acme"], environment(home));
    assert.equal(code, 0, stderr);
    assert.match(stderr, /revoked/);
    assert.ok((await seen()).revocations > before.revocations);
    assert.equal(grantAtRest(), null);
    assert.equal((await serverStatus(home, "acme")).state, "sign_in_required");
  });
});
