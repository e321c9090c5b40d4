/** How connections are made, for every request that leaves this process: proxies and trusted certificates. */
import { type AgentOptions, type ClientRequestArgs, Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { LookupFunction } from "node:net";
import type { Duplex } from "node:stream";
import type { buildConnector } from "undici";
import { type ProxyFor, type ProxyServer, proxyRule } from "./proxy.ts";
import { type Trust, trustFrom, type UnreadableFile, unreadableFiles } from "./trust.ts";
import { openTunnel } from "./tunnel.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface Network {
  readonly proxyFor: ProxyFor;
  /** Keeps connections alive; one for all direct requests of a scheme, one for each proxy. */
  agentFor(target: URL): HttpAgent;
  /** Makes one connection to `target` for undici; `lookup` serves direct ones only, a proxy resolves names itself. */
  connectorFor(target: URL, lookup: LookupFunction): Promise<buildConnector.connector>;
}

const KEEP_ALIVE: AgentOptions = { keepAlive: true, keepAliveMsecs: 15_000 };

export function networkFrom(env: Env): Network {
  const proxyFor = proxyRule(env);
  const trust = trustFrom(env);
  const http = new HttpAgent(KEEP_ALIVE);
  let https: HttpsAgent | null = null;
  const tunnels = new Map<string, HttpsAgent>();
  return {
    proxyFor,
    agentFor(target) {
      const proxy = proxyFor(target);
      if (proxy === null) {
        if (target.protocol !== "https:") return http;
        https ??= new HttpsAgent({ ...KEEP_ALIVE, ...trusting(trust) });
        return https;
      }
      const agent = tunnels.get(proxy.url.href) ?? new TunnelAgent(proxy, trust);
      tunnels.set(proxy.url.href, agent);
      return agent;
    },
    async connectorFor(target, lookup) {
      // Loaded at the first sign-in: a hub that only passes messages on does with half the memory.
      const { buildConnector } = await import("undici");
      const proxy = proxyFor(target);
      if (proxy === null) return buildConnector({ lookup, ...(target.protocol === "https:" ? trusting(trust) : {}) });
      const connect = buildConnector(trusting(trust));
      return (options, callback) => {
        openTunnel(proxy, options.hostname, Number(options.port) || 443, trust.context()).then(
          (httpSocket) => connect({ ...options, httpSocket }, callback),
          (error: Error) => callback(error, null),
        );
      };
    },
  };
}

let system: Network | null = null;
/** Empty: as the environment says. */
let chosenProxy = "";

/** As this process's environment was when it was first needed, or when another proxy was chosen. */
export function systemNetwork(): Network {
  system ??= networkFrom(withProxy(process.env, chosenProxy));
  return system;
}

/** What begins from now on goes through this proxy, whatever the environment says; empty: as it says. */
export function chooseProxy(proxy: string): void {
  if (proxy.trim() === chosenProxy) return;
  chosenProxy = proxy.trim();
  system = null;
}

/** NO_PROXY goes on to count. */
function withProxy(env: Env, proxy: string): Env {
  if (proxy === "") return env;
  return { ...env, https_proxy: proxy, http_proxy: proxy };
}

/** The variables of the environment that name a proxy, as they are called there. */
export function proxyVariables(env: Env): string[] {
  const names = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
  return names.filter((name) => env[name] !== undefined && env[name] !== "");
}

/** What a log may say of it: the proxy without credentials. */
export function describeNetwork(env: Env): { proxy: string | null; unreadable: readonly UnreadableFile[] } {
  const proxy = proxyRule({ ...env, NO_PROXY: "", no_proxy: "" })(new URL("https://mcp.example.com/"));
  return { proxy: proxy?.url.host ?? null, unreadable: unreadableFiles(env) };
}

function trusting(trust: Trust): { secureContext?: NonNullable<ReturnType<Trust["context"]>> } {
  const secureContext = trust.context();
  return secureContext === undefined ? {} : { secureContext };
}

/** TLS connections inside tunnels, kept alive like direct ones. */
class TunnelAgent extends HttpsAgent {
  readonly #proxy: ProxyServer;
  readonly #trust: Trust;

  constructor(proxy: ProxyServer, trust: Trust) {
    super({ ...KEEP_ALIVE, ...trusting(trust) });
    this.#proxy = proxy;
    this.#trust = trust;
  }

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const answer = callback as (error: Error | null, stream?: Duplex) => void;
    openTunnel(this.#proxy, options.host ?? "", Number(options.port) || 443, this.#trust.context()).then(
      (socket) => answer(null, super.createConnection({ ...options, socket } as ClientRequestArgs) ?? undefined),
      (error: Error) => answer(error),
    );
    return undefined;
  }
}
