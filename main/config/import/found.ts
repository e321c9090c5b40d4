/** What a text says of a server, before it is an entry of `servers.json`. */

/** Plain data without a prototype, so that no key of it means anything. */
export type Fields = Readonly<Record<string, unknown>>;

/** One server as its text describes it. */
export interface Found {
  /** As written; null: it had none. */
  readonly name: string | null;
  /** Whose form it is in, as in `Claude Code`. */
  readonly format: string;
  readonly fields: Fields;
  /** What keeps it from being understood; it is shown with this. */
  readonly problem?: Problem;
}

/** Words for a person, without any value of the text. */
export interface Problem {
  /** Goes on after the server's name. */
  readonly what: string;
  readonly suggestion: string;
}

export interface Became {
  /** Of the text, as in `oauth.scopes`. */
  readonly member: string;
  /** Of the entry, as in `auth.scope`. */
  readonly became: string;
}

export interface Dropped {
  readonly member: string;
  readonly why: string;
}

/** What was understood, what was not, and what the person should look at. */
export class Notes {
  readonly became: Became[] = [];
  readonly dropped: Dropped[] = [];
  readonly warnings: string[] = [];

  take(member: string, became: string): void {
    if (member !== became) this.became.push({ member: shown(member), became });
  }

  drop(member: string, why: string): void {
    this.dropped.push({ member: shown(member), why });
  }

  /** What was said of these does not hold any more. */
  forget(members: readonly string[]): void {
    const kept = this.became.filter(({ became }) => !members.includes(became));
    this.became.splice(0, this.became.length, ...kept);
  }

  warn(text: string): void {
    if (!this.warnings.includes(text)) this.warnings.push(text);
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function record<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const made = Object.create(null) as Record<string, T>;
  for (const [key, value] of entries) made[key] = value;
  return made;
}

/** `clientId`, `CLIENT_ID` and `client-id` are one word in different habits. */
export function snake(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[-. ]+/g, "_")
    .toLowerCase();
}

const MAX_SHOWN = 80;

/** A part of the text, fit to be shown. */
function shown(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]+/gu, " ");
  return clean.length > MAX_SHOWN ? `${clean.slice(0, MAX_SHOWN)}…` : clean;
}
