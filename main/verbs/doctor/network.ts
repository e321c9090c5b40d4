/** The way out: a proxy, certificates that are trusted, and the clock, by which tokens and certificates are judged. */
import { connect } from "node:net";
import type { Check } from "../../../preload/api-doctor.ts";
import { describeNetwork } from "../../http/network.ts";
import { type ProxyServer, proxyRule } from "../../http/proxy.ts";
import type { VerbDeps } from "../types.ts";
import { bad, good, open, type Subject } from "./checks.ts";

type Env = VerbDeps["env"];

/** Milliseconds. */
const PATIENCE = 5_000;
/** Any name that is not this machine's: what is asked is which proxy would be taken. */
const ELSEWHERE = new URL("https://mcp.example.com/");
const PORTS: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };
const SOCKS_PORT = 1080;

export async function networkChecks({ env, config }: VerbDeps): Promise<Check[]> {
  const certificates: Subject = { area: "network", id: "certificates", title: "trusted certificates" };
  const unreadable = describeNetwork(env).unreadable.map(({ path, reason }) =>
    bad(
      certificates,
      `${path} is named in the environment and cannot be used (${reason}).`,
      "Correct or unset NODE_EXTRA_CA_CERTS, SSL_CERT_FILE or SSL_CERT_DIR, then start Gatehouse again.",
    ),
  );
  const named = [env.NODE_EXTRA_CA_CERTS, env.SSL_CERT_FILE, env.SSL_CERT_DIR].filter(Boolean).length;
  const trusted = named === 0 ? "The system's, and none beside." : "The system's and yours.";
  const chosen = config.current.settings.proxy.trim();
  return [await proxyCheck(env, chosen), ...(unreadable.length > 0 ? unreadable : [good(certificates, trusted)])];
}

/** `chosen`: by the settings, over the environment; empty: none. */
async function proxyCheck(env: Env, chosen: string): Promise<Check> {
  const subject: Subject = { area: "network", id: "proxy", title: "the proxy" };
  // What NO_PROXY leaves out goes straight, and says nothing about the proxy.
  const named = chosen === "" ? env : { ...env, https_proxy: chosen };
  const proxy = proxyRule({ ...named, NO_PROXY: "", no_proxy: "" })(ELSEWHERE);
  if (proxy === null) return good(subject, "None is set: requests go straight to their servers.");
  const fix =
    chosen === ""
      ? "Check HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or unset it, then start Gatehouse again."
      : 'Correct it, or take it out: gatehouse settings proxy ""';
  if (!/^(https?|socks\w*):$/.test(proxy.url.protocol)) {
    return bad(
      subject,
      `${chosen === "" ? "The environment names" : "The settings name"} a proxy that nobody understands.`,
      fix,
    );
  }
  const problem = await reach(proxy);
  return problem === null
    ? good(subject, `${proxy.url.host} answers.`)
    : bad(subject, `${proxy.url.host} cannot be reached (${problem}).`, fix);
}

/** Null: somebody listens there. */
function reach({ url }: ProxyServer): Promise<string | null> {
  const port = Number(url.port) || (PORTS[url.protocol] ?? SOCKS_PORT);
  return new Promise((resolve) => {
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ""), port });
    const end = (problem: string | null): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(PATIENCE, () => end("no answer in time"));
    socket.once("connect", () => end(null));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? "network"));
  });
}

/** Milliseconds that may lie between two clocks: an answer says the second only, and takes its time. */
const TOLERANCE = 60_000;

/** `skews`: milliseconds that each server's clock is ahead of ours. */
export function clockCheck(skews: readonly number[]): Check {
  const subject: Subject = { area: "clock", id: "clock", title: "the time" };
  const sorted = [...skews].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) return open(subject, "No server has told its own time.");
  if (Math.abs(middle) <= TOLERANCE) return good(subject, "It is the same here and at the servers.");
  const way = middle > 0 ? "behind" : "ahead of";
  const who =
    sorted.length === 1 ? "the one server that was asked" : `most of the ${sorted.length} servers that were asked`;
  return bad(
    subject,
    `This computer's clock is ${minutes(Math.abs(middle))} ${way} that of ${who}. Tokens and certificates count as over, or as not yet good.`,
    "Set the clock, best by the system's own time service.",
  );
}

function minutes(ms: number): string {
  const whole = Math.round(ms / 60_000);
  return whole < 120 ? `${whole} min` : `${Math.round(whole / 60)} h`;
}
