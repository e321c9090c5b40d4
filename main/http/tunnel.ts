/** A connection through a proxy: an HTTP one (CONNECT, RFC 9110 §9.3.6), or SOCKS (RFC 1928). */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIPv6, type Socket } from "node:net";
import type { SecureContext } from "node:tls";
import type { ProxyServer } from "./proxy.ts";

/** Milliseconds. */
const LIMIT = 15_000;

/**
 * Why there is no way through the proxy. `code` is `PROXY_` and the status that it answered, or the system's code of a
 * proxy that cannot be reached. Holds neither the proxy's answer nor the credentials.
 */
class ProxyError extends Error {
  readonly code: string;

  constructor(proxy: ProxyServer, reason: string, cause?: unknown) {
    super(`no way through the proxy ${proxy.url.host}`, cause === undefined ? undefined : { cause });
    this.code = `PROXY_${reason}`;
  }
}

/** Versions of the protocol by scheme. The proxy resolves the name in each case, also where the scheme would leave it to us. */
const SOCKS: Readonly<Record<string, 4 | 5>> = {
  "socks:": 5,
  "socks5:": 5,
  "socks5h:": 5,
  "socks4:": 4,
  "socks4a:": 4,
};
const SOCKS_PORT = 1080;

/**
 * A socket whose other end is `host`:`port`, not yet encrypted. Rejects with a {@link ProxyError}. `trust` judges an
 * https: proxy's own certificate.
 */
export function openTunnel(
  proxy: ProxyServer,
  host: string,
  port: number,
  trust: SecureContext | undefined,
): Promise<Socket> {
  const { url, login } = proxy;
  if (url.protocol in SOCKS) return openSocks(proxy, host, port);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return Promise.reject(new ProxyError(proxy, "UNSUPPORTED"));
  }
  // RFC 9110 §11.7.2, RFC 7617.
  const authorization = login === null ? null : Buffer.from(`${login.user}:${login.password}`).toString("base64");
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const options = {
    method: "CONNECT",
    path: authority,
    headers: {
      host: authority,
      ...(authorization === null ? {} : { "proxy-authorization": `Basic ${authorization}` }),
    },
    // A tunnel is one connection: nothing is shared and nothing kept.
    agent: false,
    timeout: LIMIT,
  };
  return new Promise((resolve, reject) => {
    const request: ClientRequest =
      url.protocol === "https:"
        ? httpsRequest(url, { ...options, ...(trust === undefined ? {} : { secureContext: trust }) })
        : httpRequest(url, options);
    const fail = (reason: string, cause?: unknown): void => {
      reject(new ProxyError(proxy, reason, cause));
      request.destroy();
    };
    request.on("connect", (answer: IncomingMessage, socket: Socket, head: Buffer) => {
      const { statusCode = 0 } = answer;
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        return fail(String(statusCode));
      }
      socket.setTimeout(0);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.on("timeout", () => fail("ETIMEDOUT"));
    request.on("error", (error: NodeJS.ErrnoException) => fail(error.code ?? "FAILED", error));
    request.end();
  });
}

async function openSocks(proxy: ProxyServer, host: string, port: number): Promise<Socket> {
  const { url, login } = proxy;
  const { SocksClient } = await import("socks");
  try {
    const { socket } = await SocksClient.createConnection({
      command: "connect",
      destination: { host, port },
      timeout: LIMIT,
      proxy: {
        host: url.hostname.replace(/^\[|\]$/g, ""),
        port: Number(url.port) || SOCKS_PORT,
        type: SOCKS[url.protocol] ?? 5,
        ...(login === null ? {} : { userId: login.user, password: login.password }),
      },
    });
    return socket;
  } catch {
    // The library's error holds the password.
    throw new ProxyError(proxy, "REFUSED");
  }
}
