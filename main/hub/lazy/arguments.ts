/** What can be said of a call's arguments at first sight, for a model that never saw the schema. The server has the last word. */
import { record } from "../../jsonrpc.ts";

/** One sentence each; none: nothing is plainly wrong. */
export function problemsOf(schema: unknown, value: unknown): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return ["The arguments have to be an object."];
  const { properties, required, additionalProperties } = record(schema);
  const known = record(properties);
  const given = value as Readonly<Record<string, unknown>>;
  const missing = (Array.isArray(required) ? (required as unknown[]) : []).filter(
    (name): name is string => typeof name === "string" && given[name] === undefined,
  );
  const unknown =
    additionalProperties === false ? Object.keys(given).filter((name) => !Object.hasOwn(known, name)) : [];
  return [
    ...missing.map((name) => `“${name}” is missing.`),
    ...unknown.map((name) => `There is no argument “${name}”.`),
    ...Object.entries(given).flatMap(([name, one]) => {
      const types = Object.hasOwn(known, name) ? typesOf(known[name]) : [];
      return types.length === 0 || types.some((type) => isOfType(type, one))
        ? []
        : [`“${name}” has to be: ${types.join(" or ")}.`];
    }),
  ];
}

function typesOf(schema: unknown): string[] {
  const { type } = record(schema);
  return [type].flat().filter((one): one is string => typeof one === "string");
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case "string":
    case "boolean":
      return typeof value === type;
    case "number":
      return typeof value === "number";
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "null":
      return value === null;
    default:
      return true;
  }
}
