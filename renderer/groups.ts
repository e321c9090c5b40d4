/** How the list is ordered and filtered. Pure. */
import type { ServerStatus } from "../preload/api.ts";
import { changedTools, isSignedIn, needsApproval, needUnknown, wantsClientId, wantsMore } from "../preload/text.ts";
import { language, t } from "../preload/words.ts";

export interface Group {
  readonly kind: GroupKind;
  readonly title: string;
  /** In the order that they were given in. */
  readonly servers: readonly ServerStatus[];
}

const KINDS = ["needs_you", "ready", "unused", "failing", "off"] as const;
export type GroupKind = (typeof KINDS)[number];

/** What needs the person comes first; a server that is being signed in to stays where it was. Empty groups are left out. */
export function groupServers(servers: readonly ServerStatus[]): Group[] {
  const groups = new Map<GroupKind, ServerStatus[]>(KINDS.map((kind) => [kind, []]));
  for (const server of servers) groups.get(kindOf(server))?.push(server);
  return KINDS.map((kind) => ({ kind, title: t(`servers:group.${kind}`), servers: groups.get(kind) ?? [] })).filter(
    (group) => group.servers.length > 0,
  );
}

/** How many wait for the person. One that is being signed in to does not. */
export function countNeeds(servers: readonly ServerStatus[]): number {
  return servers.filter((server) => server.state !== "signing_in" && kindOf(server) === "needs_you").length;
}

function kindOf(server: ServerStatus): GroupKind {
  switch (server.state) {
    case "sign_in_required":
    case "signing_in":
      return "needs_you";
    case "failing":
      return needsApproval(server) || wantsClientId(server) ? "needs_you" : "failing";
    case "disabled":
      return "off";
    case "idle":
    case "connecting":
    case "ready":
      if (wantsMore(server) || changedTools(server).length > 0) return "needs_you";
      if (wantsClientId(server) && !isSignedIn(server)) return "needs_you";
      return needUnknown(server) ? "unused" : "ready";
  }
}

export const SORTS = ["name", "state", "used"] as const;
export type Sort = (typeof SORTS)[number];

/** `usedAt`: when an agent called each last, milliseconds. By `state` they stay as they are: groups order them. */
export function sortServers(
  servers: readonly ServerStatus[],
  sort: Sort,
  usedAt: ReadonlyMap<string, number>,
): ServerStatus[] {
  if (sort === "state") return [...servers];
  const names = new Intl.Collator(language(), { numeric: true });
  const byName = (a: ServerStatus, b: ServerStatus): number => names.compare(a.name, b.name);
  if (sort === "name") return [...servers].sort(byName);
  const used = (server: ServerStatus): number => usedAt.get(server.name) ?? 0;
  return [...servers].sort((a, b) => used(b) - used(a) || b.agents - a.agents || byName(a, b));
}

/** Servers whose name or address holds every word of the search, whatever its case. */
export function searchServers(servers: readonly ServerStatus[], search: string): ServerStatus[] {
  return servers.filter(({ name, url, command, catalogue }) => matches(search, name, url, command, catalogue));
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

/** Every word of the search is in one of the texts, whatever its case. */
export function matches(search: string, ...texts: (string | null)[]): boolean {
  const text = texts.join(" ").toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
