/**
 * Which tools fit some words best: BM25 over weighted fields (Robertson, Zaragoza, "The Probabilistic Relevance
 * Framework", 2009, §3.6), with synonyms that count less than the word itself.
 */
import { synonyms } from "./synonyms.ts";
import { words } from "./words.ts";

/** A tool as far as a search looks at it. */
export interface Findable {
  readonly server: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: readonly { readonly name: string; readonly description: string }[];
}

/** How much a word in this field says of what the tool is for. */
const WEIGHTS = { name: 4, server: 2, title: 3, description: 1.6, parameter: 0.6, parameterDescription: 0.3 } as const;
const SYNONYM = 0.6;
/** BM25's own: how soon a repeated word says no more, and how much long texts are held back. */
const K1 = 1.2;
const B = 0.5;

interface Indexed<T> {
  readonly tool: T;
  /** Weighted frequencies by stem. */
  readonly frequencies: ReadonlyMap<string, number>;
  readonly length: number;
}

export class Ranking<T extends Findable> {
  readonly #tools: readonly Indexed<T>[];
  readonly #tellsHowMuch = new Map<string, number>();
  readonly #usualLength: number;

  constructor(tools: Iterable<T>) {
    this.#tools = [...tools].map(indexed);
    const total = this.#tools.length;
    const having = new Map<string, number>();
    for (const { frequencies } of this.#tools) {
      for (const word of frequencies.keys()) having.set(word, (having.get(word) ?? 0) + 1);
    }
    for (const [word, count] of having)
      this.#tellsHowMuch.set(word, Math.log(1 + (total - count + 0.5) / (count + 0.5)));
    this.#usualLength = this.#tools.reduce((sum, { length }) => sum + length, 0) / Math.max(1, total);
  }

  /** Best first; none that has no word in common with the query. Equals stay in their order. */
  search(query: string, limit: number): T[] {
    const asked = [...new Set(words(query))];
    return this.#tools
      .map((tool) => {
        const scores = asked.map((word) => this.#score(tool, word)).filter((score) => score > 0);
        // What meets more of the words is meant rather than what meets one of them strongly.
        const covered = Math.sqrt(scores.length / asked.length);
        return { tool: tool.tool, score: covered * scores.reduce((sum, score) => sum + score, 0) };
      })
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, limit)
      .map(({ tool }) => tool);
  }

  /** Of one asked word: the word itself, or its best synonym. */
  #score(tool: Indexed<T>, word: string): number {
    let best = this.#exact(tool, word);
    for (const other of synonyms(word)) best = Math.max(best, SYNONYM * this.#exact(tool, other));
    return best;
  }

  #exact({ frequencies, length }: Indexed<T>, word: string): number {
    const frequency = frequencies.get(word);
    if (frequency === undefined) return 0;
    const held = K1 * (1 - B + (B * length) / this.#usualLength);
    return ((this.#tellsHowMuch.get(word) ?? 0) * frequency * (K1 + 1)) / (frequency + held);
  }
}

function indexed<T extends Findable>(tool: T): Indexed<T> {
  const frequencies = new Map<string, number>();
  let length = 0;
  const add = (text: string, weight: number): void => {
    for (const word of words(text)) {
      frequencies.set(word, (frequencies.get(word) ?? 0) + weight);
      length += weight;
    }
  };
  add(tool.name, WEIGHTS.name);
  add(tool.server, WEIGHTS.server);
  add(tool.title, WEIGHTS.title);
  add(tool.description, WEIGHTS.description);
  for (const { name, description } of tool.parameters) {
    add(name, WEIGHTS.parameter);
    add(description, WEIGHTS.parameterDescription);
  }
  return { tool, frequencies, length };
}
