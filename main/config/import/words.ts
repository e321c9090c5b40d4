/** Values of foreign members as the entry wants them. */

/** Numbers and switches are taken where a text is wanted; undefined: nothing that could be one. */
export function text(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** As mcp-oauth2-proxy takes switches, in any case. Undefined: it is none. */
export function truth(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.trim().toLowerCase() : value;
  if (word === "true" || word === "1" || word === 1 || word === "yes" || word === "on") return true;
  if (word === "false" || word === "0" || word === 0 || word === "no" || word === "off") return false;
  return undefined;
}

export function number(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const read = Number(value);
  return Number.isFinite(read) ? read : undefined;
}

/** A list of texts, or one text with blanks or commas between them. */
export function list(value: unknown): string[] | undefined {
  if (typeof value === "string") return value.split(/[\s,]+/).filter((part) => part !== "");
  if (!Array.isArray(value)) return undefined;
  const texts = value.map(text);
  return texts.some((part) => part === undefined) ? undefined : (texts as string[]);
}

/** An object, or a text that holds one as JSON. */
export function object(value: unknown): Readonly<Record<string, unknown>> | undefined {
  let read = value;
  if (typeof value === "string") {
    try {
      read = JSON.parse(value);
    } catch {
      return undefined;
    }
  }
  if (typeof read !== "object" || read === null || Array.isArray(read)) return undefined;
  return read as Readonly<Record<string, unknown>>;
}
