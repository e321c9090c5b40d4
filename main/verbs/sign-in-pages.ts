/**
 * Pages on this machine that start a sign-in when a person's browser loads them: what an agent may hand out instead of an
 * authorization URL. Each is good for one sign-in and known to nobody who was not given its address.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ErrorObject, Result, SignInProgress } from "../../preload/api.ts";
import { type Page, renderPage } from "../oauth/pages.ts";

const HOST = "127.0.0.1";
const PATH = "/sign-in/";
/** Milliseconds for which a page waits to be opened. */
const KEEP_MS = 10 * 60_000;
const MAX_PAGES = 100;

/** The verb of that name, as a click calls it. */
export type SignIn = (
  server: string,
  account: string,
  onProgress: (progress: SignInProgress) => void,
) => Promise<Result<unknown>>;

interface Offer {
  readonly server: string;
  readonly account: string;
  readonly timer: NodeJS.Timeout;
  used: boolean;
}

export class SignInPages {
  readonly #signIn: SignIn;
  /** By the last part of their path. */
  readonly #offers = new Map<string, Offer>();
  #listening: Promise<Server> | null = null;

  constructor(signIn: SignIn) {
    this.#signIn = signIn;
  }

  /** The address of a new page. Rejects when nobody can listen here. */
  async offer(server: string, account: string): Promise<string> {
    this.#listening ??= listen((request, response) => this.#serve(request, response));
    const listening = this.#listening;
    const { port } = (
      await listening.catch((error: unknown) => {
        this.#listening = null;
        throw error;
      })
    ).address() as AddressInfo;
    const name = randomBytes(32).toString("base64url");
    const timer = setTimeout(() => this.#forget(name), KEEP_MS);
    timer.unref();
    this.#offers.set(name, { server, account, timer, used: false });
    const [oldest] = this.#offers.keys();
    if (this.#offers.size > MAX_PAGES && oldest !== undefined) this.#forget(oldest);
    return `http://${HOST}:${port}${PATH}${name}`;
  }

  async close(): Promise<void> {
    for (const { timer } of this.#offers.values()) clearTimeout(timer);
    this.#offers.clear();
    await this.#stop();
  }

  #forget(name: string): void {
    clearTimeout(this.#offers.get(name)?.timer);
    this.#offers.delete(name);
    if (this.#offers.size === 0) void this.#stop();
  }

  async #stop(): Promise<void> {
    const listening = this.#listening;
    this.#listening = null;
    const server = await listening?.catch(() => null);
    if (server === undefined || server === null) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const name = request.url?.startsWith(PATH) ? request.url.slice(PATH.length) : "";
    const offer = this.#offers.get(name);
    if (offer === undefined || !isPersons(request)) return show(response, { kind: "not_found" });
    if (offer.used) return show(response, { kind: "stale", server: offer.server });
    offer.used = true;
    void this.#begin(offer).then((outcome) => {
      if (typeof outcome !== "string") return show(response, outcome);
      response.writeHead(303, { location: outcome, "cache-control": "no-store", "referrer-policy": "no-referrer" });
      response.end();
    });
  }

  /** Where the browser goes on, or what it shows. */
  #begin({ server, account }: Offer): Promise<string | Page> {
    return new Promise((resolve) => {
      const ended = this.#signIn(server, account, ({ url, user_code: code }) => {
        if (url !== undefined) resolve(code === undefined ? url : { kind: "code", server, code, address: url });
      });
      void ended.then((result) => resolve(result.ok ? { kind: "success", server } : errorPage(server, result.error)));
    });
  }
}

/**
 * A browser says what it loads a page for (Fetch Metadata, Sec-Fetch-Dest; Sec-Purpose), and asks for it at the address
 * that it was given: no other page's request, no preview and no name that was bound to this machine counts.
 */
function isPersons({ method, headers, socket }: IncomingMessage): boolean {
  const destination = headers["sec-fetch-dest"];
  const purpose = headers["sec-purpose"] ?? headers.purpose;
  return (
    method === "GET" &&
    headers.host === `${HOST}:${socket.localPort}` &&
    (destination === undefined || destination === "document") &&
    purpose === undefined
  );
}

function errorPage(server: string, { code, message, suggestion }: ErrorObject): Page {
  return code === "authorization_denied" ? { kind: "denied", server } : { kind: "error", server, message, suggestion };
}

function show(response: ServerResponse, page: Page): void {
  const { status, headers, body } = renderPage(page);
  response.writeHead(status, headers);
  response.end(body);
}

function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer({ maxHeaderSize: 32_768, requestTimeout: 10_000 }, answer);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: HOST, port: 0, exclusive: true }, () => {
      server.off("error", reject);
      server.unref();
      resolve(server);
    });
  });
}
