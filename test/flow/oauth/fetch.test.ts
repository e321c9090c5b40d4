import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createSafeFetch, type Resolve } from "../../../main/http/fetch.ts";
import { use } from "../../fixtures/use.ts";
import { startHostileServer } from "./hostile-server.ts";
import { codeOf, errorOf } from "./parts.ts";

/** Answers each question about a name with the next list, the last one for ever. */
function resolving(...answers: string[][]): Resolve & { asked: string[] } {
  const asked: string[] = [];
  const resolve = async (hostname: string) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(hostname);
    return addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  };
  return Object.assign(resolve, { asked });
}

async function local() {
  const server = use(await startHostileServer());
  return { server, fetch: createSafeFetch({ server: "notes", configured: [server.url], timeoutMs: 2_000 }) };
}

describe("the fetch of a sign-in", () => {
  test("reads gzip and br, asks for JSON, and follows nothing unless told", async () => {
    const { server, fetch } = await local();
    const packed = { gzip: gzipSync('{"a":1}'), br: brotliCompressSync('{"a":1}') };
    for (const [encoding, body] of Object.entries(packed)) {
      server.paths.set("/packed", { headers: { "content-encoding": encoding }, body });
      const response = await fetch(`${server.origin}/packed`);
      expect(await response.json()).toEqual({ a: 1 });
    }
    expect(server.seen[0]?.headers.accept).toBe("application/json");
    server.paths.set("/moved", { status: 302, headers: { location: "/packed" } });
    expect((await fetch(`${server.origin}/moved`)).status).toBe(302);
    expect(await (await fetch(`${server.origin}/moved`, { redirects: "same_origin" })).json()).toEqual({ a: 1 });
    const posted = await fetch(`${server.origin}/moved`, { method: "POST", body: "x", redirects: "same_origin" });
    expect(posted.status).toBe(302);
  });

  test("stops after three redirects, and at another origin", async () => {
    const { server, fetch } = await local();
    const other = use(await startHostileServer());
    server.paths.set("/round", { status: 302, headers: { location: "/round" } });
    expect((await fetch(`${server.origin}/round`, { redirects: "same_origin" })).status).toBe(302);
    expect(server.asked("/round")).toHaveLength(4);
    server.paths.set("/away", { status: 307, headers: { location: `${other.origin}/mcp` } });
    expect((await fetch(`${server.origin}/away`, { redirects: "same_origin" })).status).toBe(307);
    expect(other.seen).toEqual([]);
  });

  test("limits size, decoded, and time", async () => {
    const { server, fetch } = await local();
    server.paths.set("/bomb", { headers: { "content-encoding": "gzip" }, body: gzipSync("0".repeat(20_000_000)) });
    expect(await codeOf(fetch(`${server.origin}/bomb`))).toBe("too_large");
    const hurried = createSafeFetch({ server: "notes", configured: [server.url], timeoutMs: 50 });
    server.paths.set("/slow", { hang: true });
    expect(await errorOf(hurried(`${server.origin}/slow`))).toMatchObject({
      code: "upstream_unreachable",
      details: { reason: "timeout" },
    });
  });

  test("says what a network failure was, and gives an abort's reason", async () => {
    const { server, fetch } = await local();
    await server.close();
    const error = await errorOf(fetch(`${server.origin}/x?secret=1`));
    expect(error).toMatchObject({ code: "upstream_unreachable", details: { reason: "ECONNREFUSED" } });
    expect(JSON.stringify(error.toObject())).not.toContain("secret");
    const reason = new Error("enough");
    await expect(fetch(`${server.origin}/x`, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test.each([
    "https://127.0.0.1:PORT/",
    "https://localhost:PORT/",
    "http://127.0.0.1:PORT/",
    "http://localhost:PORT/",
    "https://[::1]:PORT/",
    "https://[::ffff:127.0.0.1]:PORT/",
    "https://2130706433:PORT/",
    "https://0x7f.1:PORT/",
    "https://10.0.0.1/",
    "https://169.254.169.254/",
    "https://0.0.0.0:PORT/",
  ])("sends nothing to %s on a public server's word", async (address) => {
    const { server } = await local();
    const fetch = createSafeFetch({
      server: "notes",
      configured: ["https://mcp.example/mcp"],
      resolve: resolving(["93.184.216.34"], ["127.0.0.1", "::1"]),
    });
    const { port } = new URL(server.origin);
    expect(await codeOf(fetch(address.replace("PORT", port)))).toBe("unsafe_url");
    expect(server.seen).toEqual([]);
  });

  test("connects to the address that was judged: a name that turns private afterwards gains nothing", async () => {
    const { server } = await local();
    const { port } = new URL(server.origin);
    const resolve = resolving(["93.184.216.34"], ["127.0.0.1"]);
    const fetch = createSafeFetch({ server: "notes", configured: ["https://rebind.example/mcp"], resolve });
    expect(await codeOf(fetch(`https://rebind.example:${port}/token`))).toBe("unsafe_url");
    expect(resolve.asked).toEqual(["rebind.example", "rebind.example"]);
    expect(server.seen).toEqual([]);
  });

  test("does not let a public name that resolves to this machine open this machine", async () => {
    const { server } = await local();
    const { port } = new URL(server.origin);
    const fetch = createSafeFetch({
      server: "notes",
      configured: ["https://mcp.example/mcp"],
      resolve: resolving(["127.0.0.1"]),
    });
    expect(await codeOf(fetch(`https://mcp.example:${port}/`))).toBe("unsafe_url");
    expect(await codeOf(fetch(`http://127.0.0.1:${port}/`))).toBe("unsafe_url");
    expect(server.seen).toEqual([]);
  });

  test("lets a server in a private network name its neighbours, but not the metadata service", async () => {
    const fetch = createSafeFetch({
      server: "notes",
      configured: ["https://10.255.255.1/mcp"],
      timeoutMs: 200,
    });
    expect(await codeOf(fetch("https://10.255.255.2:1/"))).toBe("upstream_unreachable");
    expect(await codeOf(fetch("https://169.254.169.254/"))).toBe("unsafe_url");
    expect(await codeOf(fetch("https://127.0.0.1:1/"))).toBe("unsafe_url");
  });
});
