/**
 * Requests to one server in the name of one account, alike in both eras: the token goes with them, and a 401, a 403 or a
 * wish for a nonce is dealt with before anybody hears of an answer (RFC 6750 §3, RFC 9449 §9).
 */
import type { Peek } from "../../shim/scan.ts";
import type { RemoteServer } from "../config/types.ts";
import type { GatehouseError } from "../errors.ts";
import { asksForNonce, challengeFrom } from "../http/www-authenticate.ts";
import { type Challenge, type Clock, type Credentials, NO_PERMIT, type Permit, type Verdict } from "../ports.ts";
import type { Answer } from "./answer.ts";
import { badAnswer, connectionCut, insufficientScope, signInRequired, unreachable } from "./failures.ts";
import { exchange, type Handle, type HeaderList, headerList, RACED, readBody } from "./http-exchange.ts";
import { Valve } from "./valve.ts";

export interface AuthorizedOptions {
  readonly server: RemoteServer;
  readonly credentials: Credentials;
  readonly clock: Clock;
}

/** A message to be sent. Calls back exactly once, unless it is aborted. */
export interface Post {
  /** Default: POST. A GET carries no message. */
  readonly method?: "GET";
  /** Default: the server's own; never of another origin. */
  readonly url?: URL;
  readonly message: Buffer;
  readonly peeked: Peek;
  /** What goes with it beside the token and what the configuration adds: the same object while it is the same. Asked for again by every try. */
  headers(): Readonly<Record<string, string>>;
  /** Milliseconds until the answer's headers must be there; null: no limit. */
  readonly headersWithin: number | null;
  /** Any answer that is not about authorization, its body unread. */
  answered(answer: Answer): void;
  failed(error: GatehouseError): void;
}

interface Pending {
  readonly post: Post;
  /** The token that the last try carried. */
  used: string | null;
  /** Tries left after a 401: a token the resource refused is replaced once. */
  retries: number;
  /** Tries left with the nonce that a proof lacked, and after a kept connection was closed under it (RFC 9449). */
  nonces: number;
  races: number;
  handle: Handle | null;
  aborted: boolean;
}

const POST_HEADERS = { "content-type": "application/json", accept: "application/json, text/event-stream" };

export class AuthorizedExchange {
  readonly url: URL;
  readonly #options: AuthorizedOptions;
  readonly #headers: Readonly<Record<string, string>>;
  /** A static Authorization header in the configuration stands for itself: no token of ours goes beside it. */
  readonly #staticAuthorization: boolean;
  readonly #open = new Set<Pending>();
  readonly #valve = new Valve();
  /** The headers of the last post, and what they were made of. */
  #last: {
    readonly permit: Permit;
    readonly own: Readonly<Record<string, string>>;
    readonly url: URL;
    readonly list: HeaderList;
  } | null = null;
  #closed = false;

  constructor(options: AuthorizedOptions) {
    this.#options = options;
    this.url = new URL(options.server.url);
    this.#headers = Object.fromEntries(
      Object.entries(options.server.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    this.#staticAuthorization = "authorization" in this.#headers;
  }

  /** Cuts off all posts; none calls back any more. */
  close(): void {
    this.#closed = true;
    for (const pending of this.#open) abort(pending);
    this.#open.clear();
  }

  /** Sends a message. */
  post(post: Post): Handle {
    const isCall = post.peeked.method === "tools/call";
    const pending: Pending = {
      post,
      used: null,
      retries: 1,
      nonces: 1,
      races: isCall ? 0 : 1,
      handle: null,
      aborted: false,
    };
    this.#open.add(pending);
    this.#post(pending);
    return {
      abort: () => {
        this.#open.delete(pending);
        abort(pending);
      },
    };
  }

  /** What a request of another method carries: the configuration's headers and the token's. Rejects without a token. */
  async headers(method: "GET" | "DELETE"): Promise<Record<string, string>> {
    return { ...this.#headers, ...(await this.#permit(method, this.url)).headers };
  }

  /** {@link headers}, without the token's where there is none to be had. */
  async headersIfAny(method: "GET" | "DELETE"): Promise<Record<string, string>> {
    return await this.headers(method).catch(() => ({ ...this.#headers }));
  }

  /** Whether the bodies of all answers stay unread for now. */
  setPaused(paused: boolean): void {
    this.#valve.set(paused);
  }

  /** Reads an answer's body as {@link readBody} does, within what may be kept of all of them. */
  readWhole(answer: Answer, cap: number, done: (body: Buffer | null, isTooLarge: boolean) => void): void {
    readBody(answer, cap, done, (bytes) => this.#valve.keeps(answer, bytes));
  }

  /** To be called with the answer to a request that was not made by {@link post}, before it is read. */
  hear(answer: Answer, closed?: () => void): void {
    const length = Number(answer.headers["content-length"]);
    this.#valve.through(answer, Number.isNaN(length) ? null : length, closed);
    const { "dpop-nonce": nonce, date = null } = answer.headers;
    if ((nonce === undefined && answer.statusCode !== 401) || this.#staticAuthorization) return;
    this.#options.credentials.heard(this.url, { nonce: typeof nonce === "string" ? nonce : null, date });
  }

  get #name(): string {
    return this.#options.server.name;
  }

  /** None of ours beside a static Authorization header. */
  #permit(method: string, url: URL): Permit | Promise<Permit> {
    return this.#staticAuthorization ? NO_PERMIT : this.#options.credentials.permit(method, url);
  }

  #post(pending: Pending): void {
    const { method = "POST", url = this.url } = pending.post;
    const permit = this.#permit(method, url);
    // Most have their token at hand: waiting for what is there costs a call a turn of the loop.
    if (!(permit instanceof Promise)) return this.#send(pending, permit, method, url);
    permit.then(
      (late) => this.#send(pending, late, method, url),
      (error: unknown) => this.#fail(pending, error as GatehouseError),
    );
  }

  #send(pending: Pending, permit: Permit, method: "POST" | "GET", url: URL): void {
    if (this.#closed || pending.aborted) return;
    pending.used = permit.token;
    const isCall = pending.post.peeked.method === "tools/call";
    const handle = exchange(
      {
        url,
        method,
        headers:
          method === "POST"
            ? this.#postHeaders(permit, pending.post.headers(), url)
            : this.#getHeaders(permit, pending.post.headers()),
        body: method === "POST" ? pending.post.message : null,
        headersWithin: pending.post.headersWithin,
        // A call may have been carried out although its connection was cut: it is not made twice.
        once: "dpop" in permit.headers || isCall,
      },
      (answer) => {
        answer.on("error", ignored);
        this.#answered(pending, answer, () => {
          if (pending.handle === handle) this.#open.delete(pending);
        });
      },
      (error) => {
        if (error.code === RACED && pending.races-- > 0 && !this.#closed) return this.#post(pending);
        const isCut = error.code === RACED || error.code === "ECONNRESET" || error.code === "EPIPE";
        if (isCut && isCall) return this.#fail(pending, connectionCut(this.#name, error));
        this.#fail(pending, unreachable(this.#name, this.url.host, error));
      },
    );
    pending.handle = handle;
  }

  #getHeaders(permit: Permit, own: Readonly<Record<string, string>>): Record<string, string> {
    return { ...this.#headers, ...permit.headers, ...own };
  }

  /** Nearly always the same as the last ones. */
  #postHeaders(permit: Permit, own: Readonly<Record<string, string>>, url: URL): HeaderList {
    const last = this.#last;
    if (last !== null && last.permit === permit && last.own === own && last.url === url) return last.list;
    const list = headerList({ ...this.#headers, ...POST_HEADERS, ...permit.headers, ...own }, url);
    this.#last = { permit, own, url, list };
    return list;
  }

  #fail(pending: Pending, error: GatehouseError): void {
    this.#open.delete(pending);
    if (!this.#closed && !pending.aborted) pending.post.failed(error);
  }

  #answered(pending: Pending, answer: Answer, closed: () => void): void {
    const status = answer.statusCode ?? 0;
    this.hear(answer, closed);
    if (status === 401 || status === 403) return this.#refused(pending, answer, status);
    if (status >= 200 && status < 300 && pending.used !== null) this.#options.credentials.accepted(pending.used);
    pending.post.answered(answer);
  }

  #refused(pending: Pending, answer: Answer, status: 401 | 403): void {
    const challenge = challengeFrom(status, answer.headers["www-authenticate"], this.#options.clock.now());
    if (status === 403 && challenge.error !== "insufficient_scope") return pending.post.answered(answer);
    // What comes next is another exchange.
    pending.handle = null;
    answer.resume();
    if (status === 401 && pending.used !== null && asksForNonce(answer.headers["www-authenticate"])) {
      if (pending.nonces-- > 0) return this.#post(pending);
      return this.#fail(pending, badAnswer(this.#name, "asks for one DPoP nonce after another", { status }));
    }
    if (this.#staticAuthorization)
      return this.#fail(
        pending,
        badAnswer(this.#name, "refused the Authorization header that servers.json holds for it", { status }),
      );
    void this.#askForToken(pending, challenge);
  }

  async #askForToken(pending: Pending, challenge: Challenge): Promise<void> {
    let verdict: Verdict;
    try {
      verdict = await this.#options.credentials.refused(pending.used, challenge);
      if (this.#closed || pending.aborted) return;
      if (verdict === "retry" && pending.retries > 0) {
        pending.retries--;
        pending.nonces = 1;
        return this.#post(pending);
      }
    } catch (error) {
      return this.#fail(pending, error as GatehouseError);
    }
    this.#fail(
      pending,
      challenge.status === 403
        ? insufficientScope(this.#name, {
            scope: challenge.scope,
            tool: toolOf(pending.post),
            given: verdict === "give_up",
          })
        : signInRequired(this.#name),
    );
  }
}

/** Whoever reads an answer hears of its errors by its end. */
function ignored(): void {}

function abort(pending: Pending): void {
  pending.aborted = true;
  pending.handle?.abort();
}

const MAX_TOOL_NAME = 128;

/** The tool that a request calls, fit to be shown; null when it calls none. */
function toolOf({ message, peeked }: Post): string | null {
  if (peeked.method !== "tools/call") return null;
  try {
    const { params } = JSON.parse(message.toString("utf8")) as { params?: { name?: unknown } };
    if (typeof params?.name !== "string") return null;
    return params.name.replace(/[\p{Cc}\p{Cf}]+/gu, " ").slice(0, MAX_TOOL_NAME);
  } catch {
    return null;
  }
}

/** Why an answer with this status is no answer; null: it does not say that the server has moved. */
export function moved(name: string, base: URL, answer: Answer): GatehouseError | null {
  const status = answer.statusCode ?? 0;
  if (status < 300 || status >= 400) return null;
  const to = redirectTarget(answer.headers.location, base);
  const details = { status, ...(to === null ? {} : { location: to }) };
  return badAnswer(name, "has moved; its address in servers.json has to be changed", details);
}

/** Origin and path of where it says it went; the query may hold anything. */
function redirectTarget(location: string | undefined, base: URL): string | null {
  if (location === undefined || !URL.canParse(location, base)) return null;
  const url = new URL(location, base);
  return `${url.origin}${url.pathname}`.slice(0, 200);
}
