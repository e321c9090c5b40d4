/** `${VAR}` and `${VAR:-default}` in every text of an entry. */

export type Env = Readonly<Record<string, string | undefined>>;

/** A reference that cannot be replaced, and the member it stands in (`headers.X-Org`, `args.0`). */
export interface BadReference {
  readonly member: string;
  /** `unset`: the variable is not there. `unknown`: no form that this file knows. */
  readonly kind: "unset" | "unknown";
  /** The variable's name, or the reference as written. */
  readonly reference: string;
}

const REFERENCE = /\$?\$\{([^}]*)\}/g;
const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * A copy of `value` (as JSON holds it) with the references in its texts replaced from `env`. As in a shell,
 * `:-default` also serves for an empty variable. `$${` stands for a plain `${`. What could not be replaced is in `bad`.
 */
export function expand(value: unknown, env: Env): { readonly value: unknown; readonly bad: readonly BadReference[] } {
  const bad: BadReference[] = [];
  const walk = (item: unknown, path: readonly string[]): unknown => {
    if (typeof item === "string") return expandText(item, env, path.join("."), bad);
    if (Array.isArray(item)) return item.map((each: unknown, index) => walk(each, [...path, String(index)]));
    if (typeof item !== "object" || item === null) return item;
    return Object.fromEntries(Object.entries(item).map(([key, each]) => [key, walk(each, [...path, key])]));
  };
  return { value: walk(value, []), bad };
}

function expandText(text: string, env: Env, member: string, bad: BadReference[]): string {
  return text.replace(REFERENCE, (whole: string, inner: string) => {
    if (whole.startsWith("$$")) return whole.slice(1);
    const parts = VARIABLE.exec(inner);
    const name = parts?.[1];
    if (name === undefined) {
      bad.push({ member, kind: "unknown", reference: whole });
      return whole;
    }
    const fallback = parts?.[2];
    const found = Object.hasOwn(env, name) ? env[name] : undefined;
    const result = fallback === undefined ? found : found || fallback;
    if (result === undefined) bad.push({ member, kind: "unset", reference: name });
    return result ?? whole;
  });
}
