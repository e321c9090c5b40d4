/**
 * Sign-ins that are asked for here and run in another process's hub. That hub may have no browser to open, a person's
 * `gatehouse hub` over SSH for one, and here is a desktop: so their pages open here, and a browser that does not open is
 * this side's to tell.
 */
import type { Answer, ErrorObject, Result, ServerStatus, SignInProgress, Snapshot } from "../../preload/api.ts";
import { asGatehouseError } from "../errors.ts";
import { checkedUrl } from "../http/urls.ts";
import type { Browser, Clock } from "../ports.ts";

export interface OwnBrowserParts {
  readonly browser: Browser;
  readonly clock: Clock;
  /** Asks the hub. */
  readonly call: (method: "signIn" | "cancelSignIn", params: object) => Promise<unknown>;
}

/** One call of `signIn`, until it is answered. */
interface Click {
  readonly server: string;
  /** Undefined: the server's default one. */
  readonly account: string | undefined;
  /** The sign-in was under way before: somebody else may be at it. */
  readonly joins: boolean;
  isServed: boolean;
  error: ErrorObject | null;
}

/** A second click this long after the first one comes from somebody who lost the tab. */
const REOPEN_AFTER_MS = 2_000;

export class OwnBrowser {
  readonly #parts: OwnBrowserParts;
  readonly #clicks = new Set<Click>();
  /** By server and account. */
  readonly #opened = new Map<string, { readonly url: string; readonly at: number }>();
  /** By server. */
  readonly #failed = new Map<string, ErrorObject>();

  constructor(parts: OwnBrowserParts) {
    this.#parts = parts;
  }

  /** As the hub's own `signIn`. Rejects when the hub goes away. */
  async signIn(params: unknown, now: Snapshot): Promise<Result<Answer<"signIn">>> {
    const { server, account, open_browser } = (params ?? {}) as Record<string, unknown>;
    // What is wrong with the parameters is the hub's to say.
    const asked = typeof params === "object" && params !== null ? params : {};
    if (typeof server !== "string" || open_browser === false) return this.#ask(asked);
    const click: Click = {
      server,
      account: typeof account === "string" ? account : undefined,
      joins: now.servers.some(({ name, state }) => name === server && state === "signing_in"),
      isServed: false,
      error: null,
    };
    this.#failed.delete(server);
    this.#clicks.add(click);
    try {
      const result = await this.#ask({ ...asked, open_browser: false });
      return result.ok || click.error === null ? result : { ok: false, error: click.error };
    } finally {
      this.#clicks.delete(click);
    }
  }

  /** What a sign-in asked for here says. */
  heard(progress: SignInProgress): void {
    const { server, account, url } = progress;
    if (url === undefined) return;
    const clicks = [...this.#clicks].filter(
      (click) => click.server === server && (click.account ?? account) === account,
    );
    const isWanted = clicks.some(({ isServed }) => !isServed);
    for (const click of clicks) click.isServed = true;
    const key = JSON.stringify([server, account]);
    const last = this.#opened.get(key);
    const at = this.#parts.clock.now();
    const isNew = last?.url !== url;
    if (clicks.length === 0 || !(isNew || (isWanted && at - last.at >= REOPEN_AFTER_MS))) return;
    this.#opened.set(key, { url, at });
    this.#open(url, server).catch((error: unknown) => this.#notOpened(progress, clicks, error));
  }

  /** The hub's snapshot with the failures of this side, which the hub does not know. */
  seen(snapshot: Snapshot): Snapshot {
    const { servers } = snapshot;
    for (const name of this.#failed.keys()) {
      const server = servers.find((one) => one.name === name);
      const isOurs = [...this.#clicks].some((click) => click.server === name);
      // Somebody else's sign-in is the latest one now.
      if (server === undefined || (server.state === "signing_in" && !isOurs)) this.#failed.delete(name);
    }
    if (this.#failed.size === 0) return snapshot;
    return { ...snapshot, servers: servers.map((server) => this.#withFailure(server)) };
  }

  #withFailure(server: ServerStatus): ServerStatus {
    const { name, state } = server;
    const failed = this.#failed.get(name);
    const hidden = state === "signing_in" || state === "disabled" || state === "failing";
    return failed === undefined || hidden ? server : { ...server, error: failed };
  }

  async #open(url: string, server: string): Promise<void> {
    await this.#parts.browser.open(checkedUrl(url, { server, what: "sign-in page" }));
  }

  #notOpened(progress: SignInProgress, clicks: readonly Click[], thrown: unknown): void {
    // A code to enter is on the screen: any browser will do.
    if (progress.user_code !== undefined) return;
    const waiting = clicks.filter((click) => this.#clicks.has(click) && !click.joins);
    if (waiting.length === 0) return;
    const { server, account } = progress;
    const error = { ...asGatehouseError(thrown, server).toObject(), server };
    for (const click of waiting) click.error = error;
    this.#failed.set(server, error);
    void this.#parts.call("cancelSignIn", { server, account, browser_failed: true }).catch(() => {});
  }

  async #ask(params: object): Promise<Result<Answer<"signIn">>> {
    return (await this.#parts.call("signIn", params)) as Result<Answer<"signIn">>;
  }
}
