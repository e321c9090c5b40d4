/** `${VAR}`, `${VAR:-default}` and `${keychain:NAME}` in the texts of an entry. */
import type { GatehouseError } from "../errors.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** What the vault answered for a secret's name: its value, null for none, or why it cannot tell. */
export type Secrets = ReadonlyMap<string, string | null | GatehouseError>;

export const NO_SECRETS: Secrets = new Map();

/** A reference that cannot be replaced, and the member it stands in (`headers.X-Org`, `args.0`). */
export interface BadReference {
  readonly member: string;
  /**
   * `unset`: the variable is not there. `secret`: the vault holds none of this name, or `cause` keeps it from telling.
   * `misplaced`: a secret where its value would be shown. `unknown`: no form that this file knows.
   */
  readonly kind: "unset" | "secret" | "misplaced" | "unknown";
  /** The variable's or secret's name, or the reference as written. */
  readonly reference: string;
  readonly cause?: GatehouseError;
}

export interface Expanded {
  readonly value: unknown;
  readonly bad: readonly BadReference[];
  /** Names of the secrets that are referred to, whether or not there are values. */
  readonly secrets: ReadonlySet<string>;
}

const REFERENCE = /\$?\$\{([^}]*)\}/g;
const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;
const SECRET = /^keychain:([A-Za-z0-9][A-Za-z0-9._-]{0,63})$/;
/** Where nobody gets to see a value: not an address or an argument, which windows and process lists show. */
const MAY_HOLD_SECRETS = /^(headers|env)\.|^auth\.(client_secret|private_key|assertion|idp\.[^.]+)$/;

/** Whether `${keychain:NAME}` is replaced in this member, as in `headers.Authorization`. */
export function mayHoldSecrets(member: string): boolean {
  return MAY_HOLD_SECRETS.test(member);
}

/** Behind the last brace nothing can be a reference; looking there for each beginning would take quadratic time. */
function closedPart(text: string): string {
  return text.slice(0, text.lastIndexOf("}") + 1);
}

export function isSecretName(name: string): boolean {
  return SECRET.test(`keychain:${name}`);
}

/** Names that a text refers to as it stands, in comments too. */
export function secretNames(text: string): Set<string> {
  const names = [...closedPart(text).matchAll(REFERENCE)].map(([, inner = ""]) => SECRET.exec(inner)?.[1]);
  return new Set(names.filter((name) => name !== undefined));
}

/**
 * A copy of `value` (as JSON holds it) with the references in its texts replaced. As in a shell, `:-default` also serves
 * for an empty variable. `$${` stands for a plain `${`. What could not be replaced is in `bad`.
 */
export function expand(value: unknown, env: Env, secrets: Secrets = NO_SECRETS): Expanded {
  const bad: BadReference[] = [];
  const named = new Set<string>();
  const walk = (item: unknown, path: readonly string[]): unknown => {
    if (typeof item === "string") return expandText(item, path.join("."));
    if (Array.isArray(item)) return item.map((each: unknown, index) => walk(each, [...path, String(index)]));
    if (typeof item !== "object" || item === null) return item;
    return Object.fromEntries(Object.entries(item).map(([key, each]) => [key, walk(each, [...path, key])]));
  };

  function expandText(text: string, member: string): string {
    const closed = closedPart(text);
    const replaced = closed.replace(REFERENCE, (whole: string, inner: string) => {
      if (whole.startsWith("$$")) return whole.slice(1);
      const secret = SECRET.exec(inner)?.[1];
      return (secret === undefined ? variable(inner, whole, member) : secretValue(secret, member)) ?? whole;
    });
    return replaced + text.slice(closed.length);
  }

  function variable(inner: string, whole: string, member: string): string | undefined {
    const [, name, fallback] = VARIABLE.exec(inner) ?? [];
    if (name === undefined) {
      bad.push({ member, kind: "unknown", reference: whole });
      return undefined;
    }
    const found = Object.hasOwn(env, name) ? env[name] : undefined;
    const result = fallback === undefined ? found : found || fallback;
    if (result === undefined) bad.push({ member, kind: "unset", reference: name });
    return result;
  }

  function secretValue(name: string, member: string): string | undefined {
    if (!mayHoldSecrets(member)) {
      bad.push({ member, kind: "misplaced", reference: name });
      return undefined;
    }
    named.add(name);
    const found = secrets.get(name) ?? null;
    if (typeof found === "string") return found;
    bad.push({ member, kind: "secret", reference: name, ...(found === null ? {} : { cause: found }) });
    return undefined;
  }

  return { value: walk(value, []), bad, secrets: named };
}
