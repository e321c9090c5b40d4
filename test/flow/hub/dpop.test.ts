/** Tokens bound to a key (RFC 9449), between an authorization server and a resource that insist on it. */
import { expect, test } from "vitest";
import { makeWorld } from "./parts.ts";

test.each([
  ["without nonces", true],
  ["with nonces of both servers", "nonces"],
] as const)(
  "a resource that asks for DPoP %s gets a fresh proof with every request, refreshes and streams included",
  async (_name, dpop) => {
    const world = await makeWorld({}, { dpop }, { dpop });
    const agent = await world.connect();
    expect((await world.login()).code).toBe(0);
    await agent.waitForToolsChanged();
    expect(await agent.callText("whoami")).toBe("ada");
    world.acme.proofs?.changeNonce();
    const sums = await Promise.all([1, 2, 3, 4].map((a) => agent.callText("add", { a, b: 1 })));
    expect(sums).toEqual(["2", "3", "4", "5"]);
    world.as.expireAccessTokens();
    expect(await agent.callText("whoami")).toBe("ada");
    expect(world.as.records.tokenRequests("refresh_token").filter(({ status }) => status === 200)).toHaveLength(1);

    const [request] = world.as.records.authorizations;
    const { seen } = world.acme.proofs ?? { seen: { thumbprints: new Set(), replays: -1 } };
    expect([...seen.thumbprints]).toEqual([request?.params.dpop_jkt]);
    expect(seen.replays).toBe(0);
    expect(
      world.acme.requests.filter(({ headerNames }) => headerNames.includes("authorization")).length,
    ).toBeGreaterThan(6);
    expect(world.acme.calls).toHaveLength(6);
    expect(await world.server()).toMatchObject({ state: "ready", challenge: null, error: null });
  },
);

test("an authorization server that merely could bind tokens is not asked to", async () => {
  const world = await makeWorld({}, { dpop: true });
  await world.login();
  const agent = await world.connect();
  expect(await agent.callText("whoami")).toBe("ada");
  expect(world.as.records.authorizations[0]?.params).not.toHaveProperty("dpop_jkt");
  expect(world.as.records.tokenRequests()[0]?.headerNames).not.toContain("dpop");
});

test("a resource whose metadata asks for bound tokens gets them from a Bearer challenge on, too", async () => {
  const world = await makeWorld({}, { dpop: true });
  world.acme.metadata.dpop_bound_access_tokens_required = true;
  await world.login();
  expect(world.as.records.tokenRequests()[0]?.headerNames).toContain("dpop");
  expect(world.as.records.tokenRequests()[0]?.answer).toMatchObject({ token_type: "DPoP" });
});

test("an authorization server that binds tokens to no key of ours: unsupported, before a browser opens", async () => {
  const world = await makeWorld({}, { dpop: true }, { dpop: true });
  world.as.metadata.dpop_signing_alg_values_supported = ["EdDSA"];
  const { code, stderr } = await world.cli(["login", "acme"]);
  expect(code).toBe(1);
  expect(stderr).toContain("unsupported");
  expect(stderr).toContain("EdDSA");
  expect(world.as.records.count("authorize")).toBe(0);
});
