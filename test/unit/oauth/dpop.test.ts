import { createHash } from "node:crypto";
import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { GatehouseError } from "../../../main/errors.ts";
import { dpopProof, newDpopKey, thumbprint, wantsDpop } from "../../../main/oauth/dpop.ts";
import { type AuthorizationServer, defaultServer } from "../../../main/oauth/metadata.ts";
import { Origins } from "../../../main/oauth/origins.ts";
import type { Challenge } from "../../../main/ports.ts";

const RUN = { server: "notes", requestId: "r" };
const key = newDpopKey();
const at = 1_700_000_000_999;
const url = new URL("https://h.example:8443/mcp?team=a#part");

describe("a proof", () => {
  test("is signed by the key whose public half it carries, and says method, address, time and token", async () => {
    const text = dpopProof(key, { method: "POST", url, now: at, token: "at-1", nonce: "n-1" });
    const { protectedHeader, payload } = await jwtVerify(text, EmbeddedJWK, {
      typ: "dpop+jwt",
      currentDate: new Date(at),
    });
    expect(protectedHeader).toEqual({
      typ: "dpop+jwt",
      alg: "ES256",
      jwk: { kty: "EC", crv: "P-256", x: key.x, y: key.y },
    });
    expect(payload).toEqual({
      jti: expect.stringMatching(/^.{36}$/),
      htm: "POST",
      htu: "https://h.example:8443/mcp",
      iat: 1_700_000_000,
      ath: createHash("sha256").update("at-1").digest("base64url"),
      nonce: "n-1",
    });
  });

  test("says no token and no nonce where there is none, and is never the same twice", async () => {
    const make = () => dpopProof(key, { method: "GET", url, now: at, token: null, nonce: null });
    const ids = new Set<unknown>();
    for (const text of [make(), make(), make()]) {
      const { payload } = await jwtVerify(text, EmbeddedJWK);
      expect(Object.keys(payload).sort()).toEqual(["htm", "htu", "iat", "jti"]);
      ids.add(payload.jti);
    }
    expect(ids.size).toBe(3);
  });

  test("each key is another; its thumbprint is RFC 7638's", async () => {
    const { d: _, ...publicKey } = key;
    expect(thumbprint(key)).toBe(await calculateJwkThumbprint(publicKey));
    expect(thumbprint(newDpopKey())).not.toBe(thumbprint(key));
  });
});

describe("whether tokens are bound", () => {
  const challenge = (scheme: string): Challenge => ({
    status: 401,
    scheme,
    resourceMetadata: null,
    scope: null,
    error: null,
    errorDescription: null,
    at,
  });
  const resource = (dpopRequired: boolean) => ({
    resource: "https://h.example",
    authorizationServers: [],
    scopesSupported: [],
    dpopRequired,
  });
  const as = (dpopAlgorithms: AuthorizationServer["dpopAlgorithms"]) => ({
    ...defaultServer("https://h.example"),
    dpopAlgorithms,
  });

  test.each([
    ["a DPoP challenge", challenge("dpop"), null, ["ES256"], true],
    ["a DPoP challenge, of an authorization server nobody knows more of", challenge("dpop"), null, null, true],
    ["a resource that takes no others", challenge("bearer"), resource(true), ["ES256", "RS256"], true],
    ["an authorization server that merely could", challenge("bearer"), resource(false), ["ES256"], false],
    ["nobody", null, null, null, false],
  ])("is asked by %s", (_name, met, published, algorithms, wanted) => {
    expect(wantsDpop(RUN, met, published, as(algorithms))).toBe(wanted);
  });

  test("an authorization server that cannot read our proofs is told as it is", () => {
    const judge = () => wantsDpop(RUN, challenge("dpop"), null, as(["EdDSA"]));
    expect(judge).toThrow(GatehouseError);
    expect(judge).toThrow(/EdDSA/);
  });
});

describe("what servers say in passing", () => {
  const clock = { now: () => at };
  const proofOf = async (origins: Origins, to: URL) => {
    const text = origins.proof(key, "POST", to, null);
    expect(decodeProtectedHeader(text).alg).toBe("ES256");
    return (await jwtVerify(text, EmbeddedJWK)).payload;
  };

  test("a nonce is for its own origin, and the last one counts", async () => {
    const origins = new Origins(clock);
    origins.heard(url, { nonce: "one", date: null });
    origins.heard(url, { nonce: "two", date: null });
    origins.heard(url, { nonce: 'not a "nonce"', date: null });
    expect((await proofOf(origins, url)).nonce).toBe("two");
    expect(await proofOf(origins, new URL("https://as.example/token"))).not.toHaveProperty("nonce");
  });

  test("a proof is dated by the clock of who reads it; a moment's difference is none", async () => {
    const origins = new Origins(clock);
    origins.heard(url, { nonce: null, date: new Date(at + 3_000).toUTCString() });
    expect((await proofOf(origins, url)).iat).toBe(Math.floor(at / 1000));
    origins.heard(url, { nonce: null, date: new Date(at - 3_600_000).toUTCString() });
    expect((await proofOf(origins, url)).iat).toBe(Math.floor(at / 1000) - 3_600);
    origins.heard(url, { nonce: null, date: "yesterday" });
    expect(origins.offset(url.origin)).toBeLessThan(-3_590_000);
    expect(origins.offset("https://as.example")).toBe(0);
  });

  test("a fetch that listens hears it; a cached page tells no time", async () => {
    const origins = new Origins(clock);
    const date = new Date(at - 86_400_000).toUTCString();
    const answering = (headers: Record<string, string>) => origins.listening(async () => new Response("", { headers }));
    const as = new URL("https://as.example/token?a=b");
    await answering({ "dpop-nonce": "n-9", date, age: "86400" })(as.href);
    expect(origins.offset(as.origin)).toBe(0);
    await answering({ date })(as.href);
    expect(origins.offset(as.origin)).toBeLessThan(-86_000_000);
    expect(await proofOf(origins, as)).toMatchObject({ nonce: "n-9", htu: "https://as.example/token" });
  });
});
