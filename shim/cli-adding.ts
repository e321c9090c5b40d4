/** Adds what the catalogue or a registry offers: gaps filled from the command line, a secret from stdin. */
import { call, EXIT, failed, quoteName, readSecret, say, Usage } from "./cli-base.ts";
import type { Control } from "./control.ts";

/** Of both verbs, as `parseArgs` takes them. */
export const ADD_OPTIONS = {
  add: { type: "string" },
  as: { type: "string" },
  set: { type: "string", multiple: true, default: [] as string[] },
  "secret-stdin": { type: "boolean", default: false },
} as const;

/** Something to be added. */
export interface Offer {
  /** What it is called unless the person says otherwise. */
  readonly name: string;
  readonly entry: Readonly<Record<string, unknown>>;
  /** What is to be filled in, as it stands in the entry: a word, or `${…}`. */
  readonly gaps: readonly { readonly word: string; readonly about: string }[];
  /** Names that `${keychain:…}` in the entry uses. */
  readonly secrets: readonly string[];
}

export interface How {
  readonly as: string | undefined;
  /** As given: `WORD=value`. */
  readonly set: readonly string[];
  readonly secretStdin: boolean;
}

export async function addOffer(hub: Control, offer: Offer, how: How): Promise<number> {
  const values = new Map(how.set.map(pair));
  const known = offer.gaps.map(({ word }) => bare(word));
  const stranger = [...values.keys()].find((word) => !known.includes(word));
  if (stranger !== undefined) throw new Usage(`${offer.name} has no ${stranger} to be set.`);
  const missing = offer.gaps.filter(({ word }) => !values.has(bare(word)));
  if (missing.length > 0) {
    const wants = missing.map(({ word, about }) => `  --set ${bare(word)}=…${about === "" ? "" : `  ${about}`}`);
    throw new Usage(`${offer.name} needs to know:\n${wants.join("\n")}`);
  }
  const entry = filled(offer.entry, new Map(offer.gaps.map(({ word }) => [word, values.get(bare(word)) ?? ""])));
  const [secret, ...others] = offer.secrets;
  if (how.secretStdin && secret === undefined) throw new Usage(`${offer.name} has no secret.`);
  const given = how.secretStdin && secret !== undefined ? { [secret]: await readSecret(secret) } : {};
  const name = how.as ?? offer.name;
  const result = await call(hub, "setEntry", { name, entry, create: true, secrets: given });
  if (!result.ok) return failed(result.error);
  const added = quoteName(result.value.name);
  say(
    "command" in offer.entry
      ? `${result.value.name} was added. Look at its command, then let it run: gatehouse approve ${added} --command`
      : `${result.value.name} was added. Where it wants a sign-in: gatehouse login ${added}`,
  );
  const unset = [...(how.secretStdin ? [] : [secret]), ...others].filter((each) => each !== undefined);
  for (const each of unset) say(`It waits for a secret: gatehouse secret set ${each}`);
  return EXIT.done;
}

function pair(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at <= 0 || at === text.length - 1) throw new Usage(`--set takes WORD=value, not “${text}”.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** The word of a gap as a person types it. */
function bare(word: string): string {
  return word.replace(/^\$\{(.*)\}$/, "$1");
}

/** `value` with each of these words in its texts replaced. */
export function filled<T>(value: T, gaps: ReadonlyMap<string, string>): T {
  if (typeof value === "string") {
    let text: string = value;
    for (const [word, by] of gaps) text = text.replaceAll(word, () => by);
    return text as T;
  }
  if (Array.isArray(value)) return value.map((each: unknown) => filled(each, gaps)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, gaps)])) as T;
}

/** Every text in it. */
export function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
