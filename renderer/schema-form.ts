/** From a tool's JSON Schema to the fields of a form, and from what was typed to the arguments of a call. Pure. */
import { t } from "../preload/words.ts";

export type FieldKind = "text" | "number" | "integer" | "boolean" | "choice" | "list" | "json";

export interface SchemaField {
  readonly name: string;
  /** The server's own words for it. */
  readonly title: string;
  readonly description: string | null;
  readonly kind: FieldKind;
  readonly required: boolean;
  /** For `choice`, as they are shown; the values are at the same place of `values`. */
  readonly choices: readonly string[];
  readonly values: readonly unknown[];
  /** As it would be typed. */
  readonly preset: string;
}

type Schema = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** The properties of an object's schema; null when it is none that a form could be made of. */
export function fieldsOf(schema: Schema | null): SchemaField[] | null {
  if (schema === null) return [];
  if (schema.type !== undefined && schema.type !== "object") return null;
  if (schema.oneOf !== undefined || schema.anyOf !== undefined || schema.allOf !== undefined) return null;
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(properties).map(([name, property]) => fieldOf(name, property, required.includes(name)));
}

function fieldOf(name: string, property: unknown, required: boolean): SchemaField {
  const schema = isObject(property) ? property : {};
  const kind = kindOf(schema);
  const values = kind === "choice" && Array.isArray(schema.enum) ? (schema.enum as unknown[]) : [];
  return {
    name,
    title: textOf(schema.title) ?? name,
    description: textOf(schema.description),
    kind,
    required,
    values,
    choices: values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))),
    preset: presetOf(schema.default, kind, values),
  };
}

function kindOf(schema: Schema): FieldKind {
  if (Array.isArray(schema.enum) && schema.enum.length > 0 && schema.enum.length <= 200) return "choice";
  switch (schema.type) {
    case "string":
      return "text";
    case "number":
    case "integer":
    case "boolean":
      return schema.type;
    case "array":
      return isObject(schema.items) && schema.items.type === "string" ? "list" : "json";
    default:
      return "json";
  }
}

function presetOf(value: unknown, kind: FieldKind, values: readonly unknown[]): string {
  if (value === undefined) return "";
  if (kind === "choice") {
    const at = values.indexOf(value);
    return at < 0 ? "" : String(at);
  }
  if (kind === "list") return Array.isArray(value) ? value.join("\n") : "";
  return typeof value === "string" && kind === "text" ? value : JSON.stringify(value);
}

export interface Arguments {
  readonly value: Readonly<Record<string, unknown>>;
  /** What is wrong, by the field's name. */
  readonly issues: ReadonlyMap<string, string>;
}

/** What was left empty is left out; where it has to be there, only a list may be empty. */
export function argumentsOf(fields: readonly SchemaField[], typed: ReadonlyMap<string, string>): Arguments {
  const value: [string, unknown][] = [];
  const issues = new Map<string, string>();
  for (const field of fields) {
    const text = typed.get(field.name) ?? field.preset;
    const isEmpty = field.kind === "text" ? text === "" : text.trim() === "";
    if (isEmpty && !field.required) continue;
    if (isEmpty && field.kind !== "list") {
      issues.set(field.name, t("servers:contents.needs_value"));
      continue;
    }
    try {
      value.push([field.name, argumentOf(field, text)]);
    } catch (problem) {
      issues.set(field.name, problem instanceof Error ? problem.message : String(problem));
    }
  }
  // `fromEntries` defines members, so that one called `__proto__` is an argument like any other.
  return { value: Object.fromEntries(value), issues };
}

function argumentOf(field: SchemaField, text: string): unknown {
  switch (field.kind) {
    case "text":
      return text;
    case "choice":
      return field.values[Number(text)];
    case "boolean":
      return text === "true";
    case "list":
      return text.split("\n").filter((line) => line !== "");
    case "number":
    case "integer": {
      const number = Number(text.trim());
      if (!Number.isFinite(number) || (field.kind === "integer" && !Number.isInteger(number)))
        throw new TypeError(t("servers:contents.needs_number"));
      return number;
    }
    case "json":
      return parseJson(text);
  }
}

/** Throws an error that says in the person's language what is wrong. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new TypeError(t("servers:contents.not_json", { problem }));
  }
}

export type ResultPart =
  | { readonly kind: "text"; readonly text: string }
  /** `data:` URL. */
  | { readonly kind: "picture"; readonly url: string; readonly type: string };

/** Pictures of these kinds are drawn, as data and never as an address. */
const PICTURES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
/** More is not for reading. */
const MAX_TEXT = 200_000;

/** A tool's result in parts to be shown: text as text, pictures as pictures, all else as JSON. */
export function resultParts(result: unknown): readonly ResultPart[] {
  const content = isObject(result) && Array.isArray(result.content) ? (result.content as unknown[]) : null;
  if (content === null || content.length === 0) return [json(result)];
  return content.map((part) => {
    if (!isObject(part)) return json(part);
    if (part.type === "text" && typeof part.text === "string") return { kind: "text", text: cut(part.text) };
    const { mimeType: type, data } = part;
    if (part.type === "image" && typeof type === "string" && PICTURES.has(type) && typeof data === "string")
      return { kind: "picture", url: `data:${type};base64,${data}`, type };
    return json(part);
  });
}

export const saysFailed = (result: unknown): boolean => isObject(result) && result.isError === true;

const json = (value: unknown): ResultPart => ({ kind: "text", text: cut(JSON.stringify(value, null, 2) ?? "") });
const cut = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
