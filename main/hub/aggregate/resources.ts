/** Which server a resource's URI belongs to, and what URI the agent knows it by. */
import type { Item, ListKind } from "./lists.ts";
import type { Member } from "./member.ts";
import { matchesTemplate, prefixedUri, unprefixedUri } from "./uris.ts";

type ResourceKind = Extract<ListKind, "resources" | "templates">;

const KEY = { resources: "uri", templates: "uriTemplate" } as const;

export interface ResourceRoute {
  /** To be asked in this order until one has it. */
  readonly members: readonly Member[];
  /** As those servers know it. */
  readonly uri: string;
}

/** The lists of all servers as one: what two of them list under the same URI gets prefixes. */
export function combineResources(
  kind: ResourceKind,
  lists: readonly { readonly member: Member; readonly items: readonly Item[] }[],
): Item[] {
  const key = KEY[kind];
  const owners = new Map<unknown, Set<Member>>();
  for (const { member, items } of lists) {
    for (const item of items) owners.set(item[key], (owners.get(item[key]) ?? new Set()).add(member));
  }
  return lists.flatMap(({ member, items }) =>
    items.map((item) =>
      (owners.get(item[key])?.size ?? 0) > 1 ? { ...item, [key]: prefixedUri(member.part, String(item[key])) } : item,
    ),
  );
}

/** What the agent knows this server's URI as. */
export function shownUri(members: readonly Member[], owner: Member, uri: string): string {
  const others = members.filter((member) => member !== owner && lists(member, "resources", uri));
  return others.length > 0 && lists(owner, "resources", uri) ? prefixedUri(owner.part, uri) : uri;
}

/** `uri`: as the agent gave it, a resource's or a template's. */
export function routeResource(members: readonly Member[], uri: string): ResourceRoute {
  const own = unprefixedUri(uri);
  const prefixed = own === null ? undefined : members.find(({ part }) => part === own.part);
  if (own !== null && prefixed !== undefined) return { members: [prefixed], uri: own.uri };
  const listing = members.filter((member) => lists(member, "resources", uri) || lists(member, "templates", uri));
  if (listing.length > 0) return { members: listing, uri };
  const matching = members.filter((member) =>
    member.lists.known("templates")?.some(({ uriTemplate }) => matchesTemplate(String(uriTemplate), uri)),
  );
  return { members: [...matching, ...members.filter((member) => !matching.includes(member))], uri };
}

function lists(member: Member, kind: ResourceKind, uri: string): boolean {
  return member.lists.known(kind)?.some((item) => item[KEY[kind]] === uri) ?? false;
}
