import { request } from "node:http";
import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { listenForCallback } from "../../../main/oauth/loopback.ts";
import { OldTabs } from "../../../main/oauth/old-tabs.ts";
import { use } from "../../fixtures/use.ts";
import { codeOf } from "./parts.ts";

const RUN = { server: "notes", requestId: "r-1" };

interface Got {
  readonly status: number;
  readonly body: string;
  readonly headers: Record<string, unknown>;
}

function send(url: string, options: { method?: string; host?: string } = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const headers = options.host === undefined ? {} : { host: options.host };
    const sent = request(url, { method: options.method ?? "GET", headers }, async (response) => {
      let body = "";
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode ?? 0, body, headers: response.headers });
    });
    sent.once("error", reject).end();
  });
}

const oldTabs = new OldTabs();
const open = async (redirectUri?: string) => use(await listenForCallback(RUN, { redirectUri, oldTabs }));

describe("the callback listener", () => {
  test("is on this machine only", async () => {
    const { redirectUri } = await open();
    const { hostname, port } = new URL(redirectUri);
    expect(hostname).toBe("127.0.0.1");
    const others = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4");
    for (const { address } of others) {
      await expect(send(`http://${address}:${port}/callback?state=s&code=c`)).rejects.toThrow();
    }
    expect((await send(`http://127.0.0.1:${port}/`)).status).toBe(404);
  });

  test("answers abuse without ending the wait, and the first answer once", async () => {
    const loopback = await open();
    const { port } = new URL(loopback.redirectUri);
    const answer = `${loopback.redirectUri}?state=s&code=c`;
    const got: [number, string][] = [];
    for (const [url, options] of [
      [answer, { method: "POST" }],
      [answer, { method: "PUT" }],
      [answer, { host: "evil.example" }],
      [answer, { host: `evil.example:${port}` }],
      [answer, { host: `127.0.0.1.nip.io:${port}` }],
      [answer, { host: `localhost:${port}` }],
      [loopback.redirectUri, {}],
      [`${loopback.redirectUri}/x?state=s&code=c`, {}],
      [`http://127.0.0.1:${port}/favicon.ico`, {}],
    ] as const) {
      const { status, body } = await send(url, options);
      got.push([status, /<h1>(.*)<\/h1>/.exec(body)?.[1] ?? body]);
    }
    const nothing = "Nothing to see here";
    expect(got.map(([status]) => status)).toEqual([400, 400, 400, 400, 400, 400, 400, 404, 404]);
    expect(new Set(got.map(([, title]) => title))).toEqual(new Set([nothing]));

    oldTabs.ended("old");
    const old = await send(`${loopback.redirectUri}?state=old&code=c`);
    expect([old.status, old.body.includes("no longer waiting")]).toEqual([410, true]);

    const first = send(answer);
    const arrival = await loopback.arrival;
    expect(arrival.params.get("code")).toBe("c");
    const second = await send(`${loopback.redirectUri}?state=s&code=other`);
    expect([second.status, second.body.includes("no longer waiting")]).toEqual([410, true]);
    expect(await codeOf(Promise.resolve().then(() => loopback.submit(answer)))).toBe("invalid_request");
    await arrival.respond({ kind: "success", server: "a <b> & 'c'" });
    const page = await first;
    expect(page.body).toContain("<h1>Signed in to a &lt;b&gt; &amp; &#39;c&#39;</h1>");
    expect(page.body).not.toContain("<b>");
    expect(page.headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
    const csp = String(page.headers["content-security-policy"]);
    expect(csp).toMatch(/^default-src 'none'; script-src 'nonce-[^']{20,}'; style-src 'nonce-[^']{20,}';/);
    expect(csp).not.toContain("unsafe");
    const nonce = /'nonce-([^']+)'/.exec(csp)?.[1];
    expect(page.body).toContain(`<script nonce="${nonce}">history.replaceState(`);
    await loopback.close();
    await expect(send(answer)).rejects.toThrow("ECONNREFUSED");
  });

  test("takes host, port and path as configured, both families for localhost", async () => {
    const before = await open("http://localhost/a/b");
    await before.close();
    const wanted = before.redirectUri;
    const loopback = await open(wanted);
    expect(loopback.redirectUri).toBe(wanted);
    const url = new URL(`${wanted}?state=s&code=c`);
    const ipv4 = new URL(url);
    ipv4.hostname = "127.0.0.1";
    expect((await send(ipv4.href, { host: "evil.example" })).status).toBe(400);
    const hasIPv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ family }) => family === "IPv6"));
    const ipv6 = new URL(url);
    ipv6.hostname = "[::1]";
    const reached = send(ipv6.href, { host: "evil.example" }).then(
      ({ status }) => status,
      () => null,
    );
    expect(await reached).toBe(hasIPv6 ? 400 : null);
    expect(await codeOf(open(wanted))).toBe("redirect_unavailable");
  });

  test("takes a random port where the configuration names none", async () => {
    const { redirectUri } = await open("http://localhost");
    expect(redirectUri).toMatch(/^http:\/\/localhost:\d+$/);
    expect((await open("http://127.0.0.1/done")).redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/done$/);
  });

  test.each([
    "https://127.0.0.1:1/x",
    "http://example.com/x",
    "http://0.0.0.0:1/",
    "gatehouse:/x",
    "x",
    "http://[::]:1/",
  ])("refuses the redirect URI %s", async (redirectUri) => {
    expect(await codeOf(open(redirectUri))).toBe("config_invalid");
  });
});
