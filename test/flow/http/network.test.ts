/** Proxies, authorities of one's own and IPv6, on both legs: the fetch of sign-ins and the transport to servers. */
import { writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { inspect } from "node:util";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createSafeFetch } from "../../../main/http/fetch.ts";
import { describeNetwork, type Network, networkFrom } from "../../../main/http/network.ts";
import { exchange, readBody } from "../../../main/upstream/http-exchange.ts";
import { makeAuthority } from "../../fixtures/certificates.ts";
import { tempFolder } from "../../fixtures/children.ts";
import { type ProxyOptions, startProxy } from "../../fixtures/proxy.ts";
import { startSocks } from "../../fixtures/socks.ts";
import { startTlsFront } from "../../fixtures/tls-front.ts";
import { use } from "../../fixtures/use.ts";
import { codeOf, errorOf } from "../oauth/parts.ts";

const nowhere = async (): Promise<never> => {
  throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
};

async function plainServer(listener: RequestListener, host = "127.0.0.1"): Promise<number> {
  const server = await new Promise<Server>((resolve) => {
    const one = createServer(listener).listen(0, host, () => resolve(one));
  });
  use({
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  });
  return (server.address() as AddressInfo).port;
}

/** `acme.test` with TLS by an authority that only the given environment knows, behind a proxy. */
async function corporate(more: Partial<ProxyOptions> = {}, user = "") {
  const authority = makeAuthority();
  const paths: string[] = [];
  const backend = await plainServer((request, response) => {
    paths.push(`${request.method} ${request.headers.host}${request.url}`);
    response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
  });
  const front = use(await startTlsFront(authority.issue("acme.test", "127.0.0.1"), backend));
  const proxy = use(await startProxy({ names: { "acme.test:443": front.port }, ...more }));
  const folder = use(tempFolder("ca"));
  const file = join(folder.path, "ca.pem");
  writeFileSync(file, `# ours\n${authority.cert}\nnot a certificate\n`);
  const env = { HTTPS_PROXY: `http://${user}127.0.0.1:${proxy.port}`, NODE_EXTRA_CA_CERTS: file };
  return { env, proxy, front, paths, file };
}

function fetchOver(network: Network, configured = ["https://acme.test/mcp"], resolve = nowhere as never) {
  return createSafeFetch({ server: "acme", configured, network, resolve, timeoutMs: 5_000 });
}

/** Status and body by the transport's way; rejects with what kept the answer from coming. */
function ask(network: Network, url: string): Promise<{ status: number; body: string | null }> {
  return new Promise((resolve, reject) => {
    exchange(
      { url: new URL(url), method: "POST", headers: {}, body: Buffer.from("{}"), headersWithin: 5_000, network },
      (answer) =>
        readBody(answer, 10_000, (body) => resolve({ status: answer.statusCode ?? 0, body: body?.toString() ?? null })),
      reject,
    );
  });
}

describe("behind a proxy", () => {
  test("both legs go through it, know the added authority, and nothing is asked of the local resolver", async () => {
    const { env, proxy, paths } = await corporate({ credentials: "ada:s3cret-enough" }, "ada:s3cret-enough@");
    const network = networkFrom(env);
    expect(await (await fetchOver(network)("https://acme.test/meta?x=1")).json()).toEqual({ ok: true });
    expect(await ask(network, "https://acme.test/mcp")).toEqual({ status: 200, body: '{"ok":true}' });
    expect(paths).toEqual(["GET acme.test/meta?x=1", "POST acme.test/mcp"]);
    expect(proxy.asked).toEqual(["acme.test:443", "acme.test:443"]);
  });

  test("of the SOCKS kind both legs go through it, which resolves the name; a wrong password does not", async () => {
    const { env, front } = await corporate();
    const proxy = use(await startSocks({ names: { "acme.test:443": front.port }, login: "ada:s3cret-enough" }));
    const over = (login: string): Network => {
      const { NODE_EXTRA_CA_CERTS } = env;
      return networkFrom({ NODE_EXTRA_CA_CERTS, ALL_PROXY: `socks5h://${login}@127.0.0.1:${proxy.port}` });
    };
    const network = over("ada:s3cret-enough");
    expect(await (await fetchOver(network)("https://acme.test/meta")).json()).toEqual({ ok: true });
    expect((await ask(network, "https://acme.test/mcp")).status).toBe(200);
    expect(proxy.asked).toEqual(["acme.test:443", "acme.test:443"]);
    await expect(ask(network, "https://other.test/")).rejects.toMatchObject({ code: "PROXY_REFUSED" });
    const error = await errorOf(fetchOver(over("ada:wrong-password"))("https://acme.test/meta"));
    expect(error.details?.reason).toBe("PROXY_REFUSED");
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("wrong-password");
  });

  test("the transport keeps its tunnel", async () => {
    const { env, proxy, paths } = await corporate();
    const network = networkFrom(env);
    for (let n = 0; n < 3; n += 1) expect((await ask(network, "https://acme.test/mcp")).status).toBe(200);
    expect(paths).toHaveLength(3);
    expect(proxy.asked).toEqual(["acme.test:443"]);
  });

  test("a certificate that nobody vouches for is refused, and the error says how to add an authority", async () => {
    const { env } = await corporate();
    const network = networkFrom({ HTTPS_PROXY: env.HTTPS_PROXY });
    const error = await errorOf(fetchOver(network)("https://acme.test/meta"));
    expect(error).toMatchObject({
      code: "upstream_unreachable",
      suggestion: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
    });
    await expect(ask(network, "https://acme.test/mcp")).rejects.toMatchObject({ code: error.details?.reason });
  });

  test("SSL_CERT_FILE does the same for a direct connection; the certificate must still carry the name", async () => {
    const { file, front, proxy } = await corporate();
    const network = networkFrom({ SSL_CERT_FILE: file });
    const url = `https://127.0.0.1:${front.port}/mcp`;
    expect((await fetchOver(network, [url])(url)).status).toBe(200);
    expect((await ask(network, url)).status).toBe(200);
    await expect(ask(network, `https://localhost:${front.port}/mcp`)).rejects.toMatchObject({
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
    expect(proxy.asked).toEqual([]);
  });

  test("SSL_CERT_DIR names folders whose files are all looked at", async () => {
    const { file, front } = await corporate();
    const url = `https://127.0.0.1:${front.port}/mcp`;
    const folders = ["/nowhere/certs", dirname(file)].join(delimiter);
    expect((await ask(networkFrom({ SSL_CERT_DIR: folders }), url)).status).toBe(200);
    expect(describeNetwork({ SSL_CERT_DIR: folders }).unreadable).toEqual([
      { path: "/nowhere/certs", reason: "ENOENT" },
    ]);
  });

  test("a file that cannot be read is told, and costs nothing else", async () => {
    const { env } = await corporate();
    const broken = { ...env, SSL_CERT_FILE: "/nowhere/ca.pem" };
    expect(describeNetwork(broken).unreadable).toEqual([{ path: "/nowhere/ca.pem", reason: "ENOENT" }]);
    expect((await fetchOver(networkFrom(broken))("https://acme.test/")).status).toBe(200);
  });

  test("wrong credentials, a refusal, a proxy that is not there, one of another kind: each said, no secret", async () => {
    const { env, proxy } = await corporate({ credentials: "ada:right-password" }, "ada:wrong-password@");
    const cases: [Record<string, string>, string, string][] = [
      [env, "https://acme.test/", "PROXY_407"],
      [
        { ...env, HTTPS_PROXY: `http://ada:right-password@127.0.0.1:${proxy.port}` },
        "https://other.test/",
        "PROXY_502",
      ],
      [{ HTTPS_PROXY: "http://ada:right-password@127.0.0.1:9" }, "https://acme.test/", "PROXY_ECONNREFUSED"],
      [{ ALL_PROXY: "socks5://ada:right-password@127.0.0.1:9" }, "https://acme.test/", "PROXY_REFUSED"],
      [{ HTTPS_PROXY: "quic://ada:right-password@127.0.0.1:9" }, "https://acme.test/", "PROXY_UNSUPPORTED"],
    ];
    for (const [given, url, reason] of cases) {
      const network = networkFrom(given);
      const error = await errorOf(fetchOver(network)(url));
      expect(error).toMatchObject({ code: "upstream_unreachable", details: { reason } });
      expect(JSON.stringify([error.toObject(), String(error.cause), describeNetwork(given)])).not.toContain("password");
      await expect(ask(network, url)).rejects.toMatchObject({ code: reason });
    }
  });

  test("an exception in NO_PROXY goes straight, and this machine always does", async () => {
    const { env, proxy, front } = await corporate();
    expect(describeNetwork(env)).toEqual({ proxy: `127.0.0.1:${proxy.port}`, unreadable: [] });
    const url = `https://127.0.0.1:${front.port}/mcp`;
    expect((await ask(networkFrom(env), url)).status).toBe(200);
    expect((await fetchOver(networkFrom(env), [url])(url)).status).toBe(200);
    await expect(ask(networkFrom({ ...env, NO_PROXY: ".test" }), "https://acme.test/")).rejects.toMatchObject({
      code: expect.not.stringMatching(/^PROXY/),
    });
    expect(proxy.asked).toEqual([]);
  });
});

describe("an address named by a server is judged before the proxy hears of it", () => {
  const at = (address: string) => async () => [{ address, family: 4 }];

  test.each([
    ["a private literal", "https://10.0.0.1/token", nowhere],
    ["the metadata service", "https://169.254.169.254/token", nowhere],
    ["a name known here as private", "https://as.example/token", at("192.168.1.1")],
    ["a name of the inside that is not known here", "https://vault.corp.internal/token", nowhere],
    ["a bare name", "https://intranet/token", nowhere],
  ])("%s", async (_what, url, resolve) => {
    const { env, proxy } = await corporate();
    const fetch = fetchOver(networkFrom(env), ["https://93.184.216.34/mcp"], resolve as never);
    expect(await codeOf(fetch(url))).toBe("unsafe_url");
    expect(proxy.asked).toEqual([]);
  });

  test("who configured a server of the inside may be sent to its neighbours", async () => {
    const { env, proxy } = await corporate();
    const fetch = fetchOver(networkFrom(env), ["https://mcp.corp.internal/mcp"]);
    expect((await errorOf(fetch("https://sso.corp.internal/token"))).details?.reason).toBe("PROXY_502");
    expect(await codeOf(fetch("https://169.254.169.254/token"))).toBe("unsafe_url");
    expect(proxy.asked).toEqual(["sso.corp.internal:443"]);
  });
});

describe("an answer that nobody asked to be compressed", () => {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, result: {} });

  test.each([
    ["gzip", gzipSync(body)],
    ["br", brotliCompressSync(body)],
    ["deflate", deflateSync(body)],
    ["br, gzip", gzipSync(brotliCompressSync(body))],
    ["identity", Buffer.from(body)],
  ])("%s is read", async (encoding, bytes) => {
    let accepted: string | undefined = "unseen";
    const port = await plainServer((request, response) => {
      accepted = request.headers["accept-encoding"];
      response.writeHead(200, { "content-encoding": encoding }).end(bytes);
    });
    expect(await ask(networkFrom({}), `http://127.0.0.1:${port}/`)).toEqual({ status: 200, body });
    expect(accepted).toBeUndefined();
  });

  test("one that is cut off, or grows beyond the limit, is no answer", async () => {
    const bodies = [gzipSync(body).subarray(0, -10), gzipSync("0".repeat(1_000_000))];
    const port = await plainServer((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(bodies.shift());
    });
    expect((await ask(networkFrom({}), `http://127.0.0.1:${port}/`)).body).toBeNull();
    expect((await ask(networkFrom({}), `http://127.0.0.1:${port}/`)).body).toBeNull();
  });
});

test("IPv6 literals, on both legs", async () => {
  const port = await plainServer((request, response) => response.end(request.headers.host), "::1");
  const url = `http://[::1]:${port}/mcp`;
  expect(await ask(networkFrom({}), url)).toEqual({ status: 200, body: `[::1]:${port}` });
  expect(await (await fetchOver(networkFrom({}), [url])(url)).text()).toBe(`[::1]:${port}`);
});
