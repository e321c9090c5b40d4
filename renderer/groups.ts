/** How the list is ordered and filtered. Pure. */
import type { ServerStatus } from "../preload/api.ts";
import { changedTools, needsApproval, needUnknown, wantsMore } from "../preload/text.ts";

export interface Group {
  readonly title: string;
  /** In the order of `servers.json`. */
  readonly servers: readonly ServerStatus[];
}

const TITLES = ["Needs you", "Ready", "Not used yet", "Not working", "Off"] as const;
type Title = (typeof TITLES)[number];

/** What needs the person comes first; a server that is being signed in to stays where it was. Empty groups are left out. */
export function groupServers(servers: readonly ServerStatus[]): Group[] {
  const groups = new Map<Title, ServerStatus[]>(TITLES.map((title) => [title, []]));
  for (const server of servers) groups.get(titleOf(server))?.push(server);
  return TITLES.map((title) => ({ title, servers: groups.get(title) ?? [] })).filter(
    (group) => group.servers.length > 0,
  );
}

function titleOf(server: ServerStatus): Title {
  switch (server.state) {
    case "sign_in_required":
    case "signing_in":
      return "Needs you";
    case "failing":
      return needsApproval(server) ? "Needs you" : "Not working";
    case "disabled":
      return "Off";
    case "idle":
    case "connecting":
    case "ready":
      if (wantsMore(server) || changedTools(server).length > 0) return "Needs you";
      return needUnknown(server) ? "Not used yet" : "Ready";
  }
}

/** Servers whose name or address holds every word of the search, whatever its case. */
export function searchServers(servers: readonly ServerStatus[], search: string): ServerStatus[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return servers.filter((server) => {
    const text = `${server.name} ${server.url ?? ""} ${server.command ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** One of twelve colours, always the same for a name. */
export function hueOf(name: string): number {
  let hash = 2_166_136_261;
  for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return hash % 12;
}

/** First letter or digit of a name, upper case; of the host where the name is a URL. */
export function letterOf(name: string): string {
  return Array.from(name.trim().replace(/^https?:\/\//, ""))[0]?.toLocaleUpperCase("en") ?? "?";
}
