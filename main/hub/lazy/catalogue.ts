/** The tools of all servers as a search sees them. A server is not started for what is remembered of it. */
import { record } from "../../jsonrpc.ts";
import { type Item, ListRefused } from "../aggregate/lists.ts";
import type { Member } from "../aggregate/member.ts";
import { exposedName } from "../aggregate/names.ts";
import { SIGN_IN_TOOL, signInTool } from "../provisional.ts";
import { type Findable, Ranking } from "./ranking.ts";
import { Strikes } from "./strikes.ts";

export interface Hit extends Findable {
  /** As the agent knows it. */
  readonly shown: string;
  readonly member: Member;
  readonly item: Item;
}

export class Catalogue {
  readonly #members: () => readonly Member[];
  readonly strikes = new Strikes<Member>();
  readonly #signIns = new WeakMap<Member, readonly Item[]>();
  /** Fetches whose end is watched already. */
  readonly #watched = new WeakSet<Promise<unknown>>();
  #ranking: {
    readonly of: readonly (readonly Item[])[];
    readonly hits: readonly Hit[];
    readonly by: Ranking<Hit>;
  } | null = null;

  constructor(members: () => readonly Member[]) {
    this.#members = members;
  }

  /** Best first. Servers of which nothing is known are asked, for a short while. */
  async search(query: string, limit: number): Promise<Hit[]> {
    return (await this.#current()).by.search(query, limit);
  }

  /** Names like this one that there are. */
  async similar(name: string): Promise<string[]> {
    const { hits, by } = await this.#current();
    const pairs = pairsOf(name);
    const alike = hits
      .map(({ shown }) => ({ shown, likeness: likeness(pairs, pairsOf(shown)) }))
      .filter((one) => one.likeness > 0.4)
      .sort((a, b) => b.likeness - a.likeness)
      .slice(0, 3);
    const found = by.search(name, 3);
    return [...new Set([...alike.map(({ shown }) => shown), ...found.map(({ shown }) => shown)])].slice(0, 4);
  }

  /** Servers that are left out for now. */
  leftOut(): readonly Member[] {
    return this.#members().filter((member) => this.strikes.isOut(member));
  }

  async #current() {
    const members = this.#members();
    const lists = await Promise.all(members.map((member) => this.#tools(member)));
    const before = this.#ranking;
    if (before?.of.length === lists.length && lists.every((list, at) => list === before.of[at])) return before;
    const hits = members.flatMap((member, at) => (lists[at] ?? []).flatMap((item) => hitOf(member, item)));
    this.#ranking = { of: lists, hits, by: new Ranking(hits) };
    return this.#ranking;
  }

  /** The same list each time, so that it is taken in once. */
  #onlySignIn(member: Member): readonly Item[] {
    const list = this.#signIns.get(member) ?? [record(signInTool(member.name))];
    this.#signIns.set(member, list);
    return list;
  }

  async #tools(member: Member): Promise<readonly Item[]> {
    const { lists } = member;
    const known = lists.known("tools");
    if (member.needsSignIn) return known ?? this.#onlySignIn(member);
    if (this.strikes.isOut(member)) return NONE;
    if (known !== null && (!member.isStarted || lists.isFresh("tools"))) return known;
    const fetch = lists.fetch("tools");
    if (!this.#watched.has(fetch)) {
      this.#watched.add(fetch);
      fetch.then(
        () => this.strikes.worked(member),
        (error: unknown) => this.strikes.failed(member, (error instanceof ListRefused ? error.reason : null) ?? ""),
      );
    }
    return lists.soon("tools");
  }
}

const NONE: readonly Item[] = [];

function hitOf(member: Member, item: Item): Hit[] {
  const { name, title, description, inputSchema } = item;
  if (typeof name !== "string") return [];
  const properties = Object.entries(record(record(inputSchema).properties));
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  return [
    {
      server: member.name,
      // What it is called says nothing of what its server does.
      name: name === SIGN_IN_TOOL ? `${name} ${member.name}` : name,
      title: text(title) || text(record(item.annotations).title),
      description: text(description),
      parameters: properties.map(([one, schema]) => ({ name: one, description: text(record(schema).description) })),
      shown: exposedName(member.name, name),
      member,
      item,
    },
  ];
}

/** Pairs of neighbouring letters. */
function pairsOf(text: string): Set<string> {
  const lower = text.toLowerCase();
  return new Set(Array.from({ length: Math.max(0, lower.length - 1) }, (_, at) => lower.slice(at, at + 2)));
}

/** Dice's coefficient, 0 to 1. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = [...a].filter((pair) => b.has(pair)).length;
  return a.size + b.size === 0 ? 0 : (2 * both) / (a.size + b.size);
}
