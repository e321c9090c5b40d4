/** The small print of a server: account, tools, agents, address. Pure. */
import { accountLabel } from "../preload/accounts.ts";
import type { ServerStatus } from "../preload/api.ts";
import { errorHeadline, isSignedIn, serverText, wantsMore } from "../preload/text.ts";
import { t } from "../preload/words.ts";
import { pastTime, timeLeft } from "./time.ts";

/** Host of a remote server with its port, or where a local one runs; null when the entry says neither. */
export function placeOf(server: ServerStatus): string | null {
  if (server.url === null) return server.command === null ? null : t("servers:fact.local");
  return URL.canParse(server.url) ? new URL(server.url).host : server.url;
}

/** Names of the agents that use it, or how many there are. */
export function agentsText(server: ServerStatus): string | null {
  if (server.agents === 0) return null;
  const names = server.agent_names;
  return names.length === 0
    ? t("agents", { count: server.agents })
    : t("servers:fact.used_by", { agents: listOf(names, 3) });
}

/** Tools that the entry leaves out; null: none that are known. */
export function deniedText(server: ServerStatus): string | null {
  const names = server.blocked_tools.filter(({ reason }) => reason === "denied").map(({ name }) => name);
  return names.length === 0 ? null : listOf(names, 8);
}

/** `a, b and 3 more`. */
function listOf(names: readonly string[], shown: number): string {
  const list = names.slice(0, shown).join(", ");
  return names.length > shown ? t("list_more", { list, count: names.length - shown }) : list;
}

/** What follows the state in a row, in order of interest. `now` in milliseconds. */
export function facts(server: ServerStatus, now: number): string[] {
  const found: (string | null)[] = [];
  switch (server.state) {
    case "sign_in_required":
      if (server.error !== null && server.error.code !== "sign_in_required")
        found.push(errorHeadline(server.error.code));
      found.push(server.asked === null ? placeOf(server) : askedText(server.asked, now));
      break;
    case "signing_in":
      found.push(server.sign_in === null ? null : timeLeft(server.sign_in.deadline, now));
      break;
    case "failing":
      found.push(placeOf(server), agentsText(server));
      break;
    case "disabled":
      found.push(server.error === null ? placeOf(server) : errorHeadline(server.error.code));
      break;
    case "idle":
    case "connecting":
    case "ready":
      if (wantsMore(server)) found.push(server.asked === null ? null : askedText(server.asked, now));
      else if (server.error !== null && serverText(server).label !== errorHeadline(server.error.code))
        found.push(errorHeadline(server.error.code));
      found.push(isSignedIn(server) ? accountNames(server) : placeOf(server));
      found.push(server.tools === null ? null : t("tools", { count: server.tools }), agentsText(server));
      break;
  }
  if (server.ad_hoc) found.push(t("servers:fact.by_agent"));
  return found.filter((fact) => fact !== null);
}

export function askedText(asked: { readonly agent: string; readonly at: string }, now: number): string {
  return t("servers:fact.asked", { agent: asked.agent, when: pastTime(asked.at, now) });
}

/** Accounts by name; one alone without a name is told by the server's address. */
export function accountNames(server: ServerStatus): string | null {
  const names = server.accounts.filter(({ state }) => state === "signed_in").map(({ name }) => name);
  return names.every((name) => name === "default") ? placeOf(server) : names.map(accountLabel).join(", ");
}

/** What an agent's settings need to reach this server through Gatehouse. `command`: program and first arguments. */
export function agentSnippet(name: string, command: readonly string[]): string {
  const [program = "gatehouse", ...args] = command;
  return JSON.stringify({ mcpServers: { [name]: { command: program, args: [...args, "connect", name] } } }, null, 2);
}
