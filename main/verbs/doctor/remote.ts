/** A server somewhere else: that it answers, that its authorization server is found and knows us, that a sign-in works. */
import { randomUUID } from "node:crypto";
import type { Check } from "../../../preload/api-doctor.ts";
import type { RemoteServer } from "../../config/types.ts";
import { asGatehouseError, type GatehouseError } from "../../errors.ts";
import { createSafeFetch, type SafeFetch } from "../../http/fetch.ts";
import { probe as askHub } from "../../hub/probe.ts";
import { advised } from "../../oauth/advice.ts";
import { type Discovered, discover } from "../../oauth/discovery.ts";
import { isUnattended } from "../../oauth/grant-types.ts";
import { probe } from "../../oauth/probe.ts";
import type { Run } from "../../oauth/problem.ts";
import { chooseClient } from "../../oauth/registration.ts";
import type { KnownAccount } from "../../oauth/types.ts";
import { type Challenge, systemClock } from "../../ports.ts";
import { VERSION } from "../../version.ts";
import type { VerbDeps } from "../types.ts";
import { bad, failure, good, open, type Subject } from "./checks.ts";

/** Milliseconds for one request, and for all that is asked of one server. */
const REQUEST_LIMIT = 8_000;
const LIMIT = 20_000;
/** Where the catalogue says nothing else. */
const REDIRECT = "http://127.0.0.1:53682/callback";

export interface Looked {
  readonly checks: readonly Check[];
  /** Milliseconds that its clock is ahead of ours; null: it did not tell. */
  readonly skew: number | null;
}

export async function lookAtRemote(deps: VerbDeps, server: RemoteServer): Promise<Looked> {
  const patient = new Patient(deps, server);
  const checks = await patient.look();
  return { checks, skew: patient.skew };
}

class Patient {
  readonly #deps: VerbDeps;
  readonly #server: RemoteServer;
  readonly #run: Run;
  readonly #signal = AbortSignal.timeout(LIMIT);
  readonly #fetch: SafeFetch;
  skew: number | null = null;

  constructor(deps: VerbDeps, server: RemoteServer) {
    this.#deps = deps;
    this.#server = server;
    this.#run = { server: server.name, requestId: randomUUID() };
    const { authorization_server, metadata_url, authorization_endpoint, token_endpoint } = server.auth;
    const configured = [server.url, authorization_server, metadata_url, authorization_endpoint, token_endpoint];
    const fetch = createSafeFetch({
      server: server.name,
      configured: configured.filter((url) => url !== undefined),
      timeoutMs: REQUEST_LIMIT,
    });
    this.#fetch = async (url, request) => {
      const sent = Date.now();
      const response = await fetch(url, request);
      const told = Date.parse(response.headers.get("date") ?? "");
      if (!Number.isNaN(told)) this.skew ??= told - (sent + Date.now()) / 2;
      return response;
    };
  }

  async look(): Promise<Check[]> {
    const { checks, challenge } = await this.#reach();
    if (challenge === undefined) return checks;
    const wantsSignIn = challenge !== null || this.#isSetUp();
    const asked = wantsSignIn ? await this.#signInWay(challenge) : [];
    return [...checks, ...asked, ...(await this.#accounts(wantsSignIn))];
  }

  /** `challenge` undefined: nothing more can be asked. */
  async #reach(): Promise<{ checks: Check[]; challenge: Challenge | null | undefined }> {
    const subject = this.#subject("reach", "reaching it");
    const prober = { fetch: this.#fetch, signal: this.#signal, clock: systemClock, version: VERSION };
    try {
      const challenge = await probe(this.#run, this.#server, prober);
      const how = challenge === null ? "without a sign-in" : "and wants a sign-in";
      return { checks: [good(subject, `${new URL(this.#server.url).host} answers ${how}.`)], challenge };
    } catch (error) {
      return { checks: [failure(subject, this.#known(error).toObject())], challenge: undefined };
    }
  }

  async #signInWay(challenge: Challenge | null): Promise<Check[]> {
    const metadata = this.#subject("metadata", "who signs in to it");
    let found: Discovered;
    try {
      found = await discover(this.#run, this.#server, challenge, this.#fetch, this.#signal);
    } catch (error) {
      return [failure(metadata, (await advised(this.#server, this.#known(error))).toObject())];
    }
    const { as } = found;
    const { host } = new URL(as.authorizationEndpoint ?? as.tokenEndpoint);
    const source = { metadata: "as its metadata says", configured: "as its entry says", default: "by MCP's default" };
    return [good(metadata, `${host}, ${source[as.source]}.`), await this.#registration(found)];
  }

  async #registration({ as }: Discovered): Promise<Check> {
    const subject = this.#subject("registration", "being known there");
    const { client_id: id, client_metadata_url: document, redirect_uri: redirect = REDIRECT } = this.#server.auth;
    if (id !== undefined) return good(subject, "By the client id of its entry.");
    if (document !== undefined && as.clientIdMetadataDocument)
      return good(subject, "By a client ID metadata document.");
    // Registering for a look would leave a client behind at every one.
    if (as.registrationEndpoint !== null) return good(subject, "Gatehouse registers itself when you sign in.");
    try {
      const redirectUri = isUnattended(this.#server) ? null : redirect;
      await chooseClient({
        run: this.#run,
        server: this.#server,
        as,
        redirectUri,
        fetch: this.#fetch,
        signal: this.#signal,
        onRegister: () => {},
      });
      return good(subject, "No client id is needed.");
    } catch (error) {
      return failure(subject, (await advised(this.#server, this.#known(error))).toObject());
    }
  }

  async #accounts(wantsSignIn: boolean): Promise<Check[]> {
    const { signIns, hub } = this.#deps;
    const server = this.#server;
    if (!wantsSignIn) return [await this.#session(signIns.defaultAccount(server), null)];
    const needed = hub.view(server.name)?.needs ?? [];
    const accounts = signIns.status(server, hub.view(server.name)?.accounts).accounts;
    // One that nobody has signed in to matters where agents mean it, or wait for it.
    const looked = accounts.filter((one) => one.state !== "signed_out" || one.default || needed.includes(one.name));
    return await Promise.all(looked.map((account) => this.#account(account, accounts.length > 1)));
  }

  async #account(account: KnownAccount, several: boolean): Promise<Check> {
    const title = several ? `the sign-in of ${account.name}` : "the sign-in";
    if (account.state === "signed_in" || isUnattended(this.#server)) return await this.#session(account.name, title);
    const subject = this.#subject("sign_in", title);
    const detail = account.state === "expired" ? "It has ended." : "Nobody is signed in.";
    return bad(subject, detail, this.#login(account.name));
  }

  /** What an agent would get, with a token renewed where need be. */
  async #session(account: string, title: string | null): Promise<Check> {
    const subject = this.#subject(title === null ? "session" : "token", title ?? "answering an agent");
    if (this.#deps.snapshot().paused) return open(subject, "Not asked, because everything is paused.");
    const outcome = await askHub(this.#deps.hub.runtime(this.#server.name), account);
    switch (outcome.kind) {
      case "open":
        return good(subject, title === null ? "It does." : `It is good${this.#renewal(account)}.`);
      case "late":
        return bad(subject, "It does not answer in time.", "Try again later; the trouble is at the server.");
      case "error":
        return outcome.error.code === "sign_in_required"
          ? bad({ ...subject, id: "sign_in" }, "The server does not take it any more.", this.#login(account))
          : failure(subject, outcome.error.toObject());
    }
  }

  #renewal(account: string): string {
    const held = this.#deps.signIns.status(this.#server).accounts.find(({ name }) => name === account);
    if (held === undefined || held.renewable || isUnattended(this.#server)) return " and renews itself";
    return held.expires_at === null ? "" : ` until ${held.expires_at}, and cannot renew itself`;
  }

  /** Who configured a sign-in wants one, though some servers ask for it only when a tool is called. */
  #isSetUp(): boolean {
    const { grant, client_id, authorization_server, metadata_url, authorization_endpoint } = this.#server.auth;
    const { known } = this.#deps;
    const wanted = grant ?? client_id ?? authorization_server ?? metadata_url ?? authorization_endpoint;
    return (
      grant !== "none" && (wanted !== undefined || known.needsSignIn(this.#server.name, this.#server.url) === true)
    );
  }

  #login(account: string): string {
    const quote = (text: string): string => (/\s/u.test(text) ? `"${text}"` : text);
    const isDefault = account === this.#deps.signIns.defaultAccount(this.#server);
    return `Sign in: gatehouse login ${quote(this.#server.name)}${isDefault ? "" : ` --account ${quote(account)}`}`;
  }

  #known(error: unknown): GatehouseError {
    return asGatehouseError(error, this.#server.name);
  }

  #subject(id: string, title: string): Subject {
    return { area: "server", id, title, server: this.#server.name };
  }
}
