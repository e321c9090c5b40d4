/** A tool that wants more access than the person has given (RFC 6750 §3.1, MCP 2025-11-25 authorization, step-up). */
import { expect, test } from "vitest";
import { failure, makeWorld, type World } from "./parts.ts";

/** Signed in with `mcp:tools`; the tool `add` wants `mcp:sums` besides. */
async function signedIn() {
  const world = await makeWorld({}, {}, { toolScopes: { add: "mcp:sums" } });
  const agent = await world.connect();
  expect((await world.login()).code).toBe(0);
  await agent.waitForToolsChanged();
  return { world, agent };
}

const asked = (world: World): unknown[] => world.as.records.authorizations.map(({ params }) => params.scope);

test("is told to agent and window; the sign-in asks for both; the next call works in the same server session", async () => {
  const { world, agent } = await signedIn();
  const changes = agent.changed.tools;
  const error = await failure(agent.callText("add", { a: 1, b: 2 }));
  expect(error).toMatchObject({
    code: "insufficient_scope",
    server: "acme",
    message: expect.stringMatching(/“mcp:sums”.*“add”/),
    suggestion: expect.stringMatching(/“Allow more access to acme”.*gatehouse login acme/),
    details: { scope: "mcp:sums", tool: "add", retryable: true },
  });
  expect(await world.server()).toMatchObject({
    state: "ready",
    accounts: [{ state: "signed_in", scope: "mcp:tools" }],
    challenge: { status: 403, error: "insufficient_scope", scope: "mcp:sums", step_up: "open", account: "default" },
    asked: { agent: "Claude", tool: "add" },
  });
  const { code, stdout, stderr } = await world.cli(["status"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "To allow more access: gatehouse login acme\n" });
  expect(stdout).toContain("Wants more access");

  expect(await agent.callText("whoami")).toBe("ada");
  expect((await world.server()).challenge).toMatchObject({ status: 403 });

  expect((await world.login()).code).toBe(0);
  expect(asked(world)).toEqual(["mcp:tools offline_access", "mcp:tools mcp:sums offline_access"]);
  await agent.waitForToolsChanged(changes);
  expect(await agent.callText("add", { a: 1, b: 2 })).toBe("3");
  expect(world.acme.opened).toHaveLength(1);
  expect(await world.server()).toMatchObject({
    state: "ready",
    accounts: [{ scope: "mcp:tools mcp:sums" }],
    challenge: null,
    error: null,
  });
});

test("that the person refuses is remembered: what was given stays, nothing is offered again by itself, a later yes counts", async () => {
  const { world, agent } = await signedIn();
  await failure(agent.callText("add", { a: 1, b: 2 }));
  expect((await world.login("deny")).stderr).toContain("authorization_denied");
  expect(await world.server()).toMatchObject({
    state: "ready",
    accounts: [{ state: "signed_in", scope: "mcp:tools" }],
    challenge: { status: 403, step_up: "refused" },
  });
  expect(await agent.callText("whoami")).toBe("ada");
  const again = await failure(agent.callText("add", { a: 1, b: 2 }));
  expect(again).toMatchObject({ code: "insufficient_scope", details: { retryable: false, tool: "add" } });
  expect((await world.server()).challenge).toMatchObject({ step_up: "refused" });

  expect((await world.login()).code).toBe(0);
  expect(await agent.callText("add", { a: 1, b: 2 })).toBe("3");
  expect((await world.server()).challenge).toBeNull();
});

test("that no sign-in satisfies ends after three authorization requests; a sign-out begins anew", async () => {
  const world = await makeWorld({}, {}, { toolScopes: { add: "mcp:never" } });
  const agent = await world.connect();
  await world.login();
  await agent.waitForToolsChanged();
  // The authorization server gives whatever else was asked for.
  world.as.addResource(world.acme.url, ["mcp:tools"]);
  for (const stepUp of ["open", "refused"]) {
    expect(await failure(agent.callText("add", { a: 1, b: 2 }))).toMatchObject({ code: "insufficient_scope" });
    expect((await world.server()).challenge).toMatchObject({ step_up: stepUp });
    expect((await world.login()).code).toBe(0);
  }
  expect(await failure(agent.callText("add", { a: 1, b: 2 }))).toMatchObject({ details: { retryable: false } });
  const { code, stderr } = await world.cli(["login", "acme"]);
  expect(code).toBe(1);
  expect(stderr).toContain("insufficient_scope");
  expect(asked(world)).toHaveLength(3);
  expect(await agent.callText("whoami")).toBe("ada");

  await world.cli(["logout", "acme"]);
  expect((await world.server()).challenge).toBeNull();
  expect((await world.login()).code).toBe(0);
  expect(asked(world)).toHaveLength(4);
});
