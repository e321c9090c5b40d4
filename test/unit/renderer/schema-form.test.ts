import { describe, expect, test } from "vitest";
import { argumentsOf, fieldsOf, resultParts, saysFailed } from "../../../renderer/schema-form.ts";

const schema = {
  type: "object",
  required: ["query", "limit", "tags"],
  properties: {
    query: { type: "string", title: "Words", description: "What to find" },
    limit: { type: "integer" },
    ratio: { type: "number", default: 0.5 },
    order: { type: "string", enum: ["asc", "desc"], default: "desc" },
    level: { enum: [1, null, "x"] },
    deep: { type: "boolean" },
    tags: { type: "array", items: { type: "string" } },
    filter: { type: "object" },
    __proto__x: { type: "string" },
  },
};
const fields = fieldsOf(schema) ?? [];
const typed = (values: Record<string, string>) => argumentsOf(fields, new Map(Object.entries(values)));

describe("a form made of a schema", () => {
  test("has a field of its own kind for each property", () => {
    expect(fields.map(({ name, kind, required }) => [name, kind, required])).toEqual([
      ["query", "text", true],
      ["limit", "integer", true],
      ["ratio", "number", false],
      ["order", "choice", false],
      ["level", "choice", false],
      ["deep", "boolean", false],
      ["tags", "list", true],
      ["filter", "json", false],
      ["__proto__x", "text", false],
    ]);
    expect(fields[0]).toMatchObject({ title: "Words", description: "What to find" });
  });

  test("a schema that is no plain object has none, and no schema no fields", () => {
    expect(fieldsOf({ type: "object", oneOf: [{}] })).toBeNull();
    expect(fieldsOf({ type: "array" })).toBeNull();
    expect(fieldsOf(null)).toEqual([]);
    expect(fieldsOf({ type: "object", properties: { broken: 7 } })).toMatchObject([{ name: "broken", kind: "json" }]);
  });
});

describe("arguments", () => {
  test("are of the schema's types; what was left empty is left out, presets are kept", () => {
    const { value, issues } = typed({
      query: "a",
      limit: " 3 ",
      deep: "false",
      tags: "x\n\ny",
      level: "1",
      filter: '{"a":1}',
    });
    expect(issues.size).toBe(0);
    expect(value).toEqual({
      query: "a",
      limit: 3,
      ratio: 0.5,
      order: "desc",
      level: null,
      deep: false,
      tags: ["x", "y"],
      filter: { a: 1 },
    });
  });

  test("say what is missing or wrong, by field", () => {
    const { issues } = typed({ query: "", limit: "1.5", ratio: "much", filter: "{" });
    expect([...issues.keys()]).toEqual(["query", "limit", "ratio", "filter"]);
    expect(issues.get("filter")).toMatch(/^This is not JSON: /);
  });

  test("an argument that is called as a prototype is one like any other", () => {
    const { value } = argumentsOf(
      fieldsOf({ properties: JSON.parse('{"__proto__":{"type":"string"}}') }) ?? [],
      new Map([["__proto__", "x"]]),
    );
    expect(Object.keys(value)).toEqual(["__proto__"]);
  });
});

describe("results", () => {
  test("text as text, known pictures as data, all else as JSON", () => {
    const parts = resultParts({
      content: [
        { type: "text", text: "hello" },
        { type: "image", mimeType: "image/png", data: "AAAA" },
        { type: "image", mimeType: "image/svg+xml", data: "AAAA" },
        "odd",
      ],
    });
    expect(parts[0]).toEqual({ kind: "text", text: "hello" });
    expect(parts[1]).toMatchObject({ kind: "picture", url: "data:image/png;base64,AAAA" });
    expect(parts[2]?.kind).toBe("text");
    expect(parts[3]).toEqual({ kind: "text", text: '"odd"' });
  });

  test("a long text is cut, and no content at all is shown as it is", () => {
    const [part] = resultParts({ content: [{ type: "text", text: "x".repeat(300_000) }] });
    expect(part?.kind === "text" && part.text.length).toBe(200_001);
    expect(resultParts({ structuredContent: { a: 1 } })).toMatchObject([{ kind: "text" }]);
    expect(resultParts(undefined)).toEqual([{ kind: "text", text: "" }]);
    expect([saysFailed({ isError: true }), saysFailed({}), saysFailed(null)]).toEqual([true, false, false]);
  });
});
