/** How a URL turns out when it is asked, before anything is added. */
import type { ClientHint, UrlReport } from "../../preload/api-config.ts";
import { type CatalogueEntry, catalogue, catalogueIds, knownProvider } from "../config/catalogue.ts";
import { judgeRemote } from "../config/entry.ts";
import { nameForUrl, takeName } from "../config/import/names.ts";
import { wholeUrl } from "../config/import/url.ts";
import { entryError } from "../config/problems.ts";
import type { RemoteServer } from "../config/types.ts";
import { asGatehouseError, GatehouseError } from "../errors.ts";
import { lookAt } from "../hub/look.ts";
import { outlook } from "../oauth/outlook.ts";
import { type Challenge, systemClock } from "../ports.ts";
import type { VerbDeps, Verbs } from "./types.ts";

/** Milliseconds for all of it: somebody is looking on. */
const LIMIT = 12_000;

/** Of those before anything was asked. */
const UNKNOWN = {
  type: null,
  sign_in: "unknown",
  registration: null,
  client: null,
  authorization_server: null,
  title: null,
} as const;

export function inspectUrlVerbs({ config, log }: VerbDeps): Verbs<"inspectUrl"> {
  /** Whoever types goes on typing: what was asked for last counts, and is the only one that is still asked. */
  let latest: { readonly url: string; readonly stop: AbortController; readonly report: Promise<UrlReport> } | null =
    null;

  return {
    inspectUrl({ url: typed }) {
      const url = wholeUrl(typed.trim());
      if (latest?.url === url) return latest.report;
      latest?.stop.abort(superseded());
      const stop = new AbortController();
      const report = inspect(url, stop.signal).finally(() => {
        if (latest?.stop === stop) latest = null;
      });
      latest = { url, stop, report };
      return report;
    },
  };

  async function inspect(url: string, stopped: AbortSignal): Promise<UrlReport> {
    const known = await entryFor(url);
    const taken = new Set([...config.current.servers.keys(), ...config.current.invalid.keys()]);
    const name = takeName(known?.name ?? nameForUrl(url), taken);
    const base: UrlReport = { url, ...UNKNOWN, suggested_name: name, catalogue: known?.name ?? null, error: null };
    const judged = judgeRemote(name, { url, ...(known === null ? {} : { auth: known.auth }) });
    if ("problems" in judged) return { ...base, error: entryError(name, judged.problems[0], null).toObject() };
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(LIMIT)]);
    try {
      return await ask(base, { ...(judged.server as RemoteServer), type: "auto" }, known, signal);
    } catch (error) {
      const reason: unknown = signal.aborted ? signal.reason : error;
      const timedOut = reason instanceof DOMException && reason.name === "TimeoutError";
      return { ...base, error: (timedOut ? late(name) : asGatehouseError(reason, name)).toObject() };
    }
  }

  async function ask(
    base: UrlReport,
    server: RemoteServer,
    known: CatalogueEntry | null,
    signal: AbortSignal,
  ): Promise<UrlReport> {
    const look = await lookAt(server, { clock: systemClock, log, signal });
    if (look.kind === "error") return { ...base, error: look.error.toObject() };
    if (look.kind === "challenged") {
      return withOutlook({ ...base, type: "auto", sign_in: "needed" }, server, known, look.challenge, signal);
    }
    const open: UrlReport = { ...base, type: look.type, sign_in: "none", title: look.title };
    // Some let everybody look, and ask for a sign-in at the first call: they say so in their metadata.
    const later = await withOutlook({ ...open, sign_in: "unknown" }, server, known, null, signal);
    return later.authorization_server === null ? open : later;
  }

  async function withOutlook(
    base: UrlReport,
    server: RemoteServer,
    known: CatalogueEntry | null,
    challenge: Challenge | null,
    signal: AbortSignal,
  ): Promise<UrlReport> {
    const hint = hintOf(known);
    try {
      const { issuer, registers, isProtected } = await outlook(server, challenge, signal);
      if (challenge === null && !isProtected) return base;
      const client = hint ?? (registers === false ? hintOf(await knownProvider(server.url, issuer)) : null);
      const registration = hint !== null || registers === false ? "client_id" : registers ? "by_itself" : null;
      return { ...base, registration, client, authorization_server: new URL(issuer).host };
    } catch (error) {
      signal.throwIfAborted();
      const registration = hint === null ? null : "client_id";
      return { ...base, registration, client: hint, error: asGatehouseError(error, server.name).toObject() };
    }
  }
}

async function entryFor(url: string): Promise<CatalogueEntry | null> {
  if (!URL.canParse(url)) return null;
  const id = (await catalogueIds())(url);
  return (await catalogue()).find(({ name }) => name === id) ?? null;
}

function hintOf(known: CatalogueEntry | null): ClientHint | null {
  if (known === null || known.client === null) return null;
  return { ...known.client, redirect_uri: known.auth.redirect_uri ?? null };
}

function superseded(): GatehouseError {
  return new GatehouseError({
    code: "conflict",
    message: "Another URL is being looked at.",
    suggestion: "Look at this one again when that is done.",
  });
}

function late(server: string): GatehouseError {
  return new GatehouseError({
    code: "timeout",
    server,
    message: "It did not answer in time.",
    suggestion: "Check the URL. It can be added all the same, and is asked again then.",
  });
}
