/** MCP 2026-07-28 transports, "Custom Headers from Tool Parameters" and "Value Encoding". */
import { describe, expect, test } from "vitest";
import {
  headerValue,
  mirroredIn,
  parameterHeaders,
  standardHeaders,
} from "../../../../main/upstream/modern/parameter-headers.ts";

const schema = (properties: object, more: object = {}): object => ({ type: "object", properties, ...more });
const mirrored = (name: unknown, type: unknown = "string"): object => ({ type, "x-mcp-header": name });

describe("headerValue", () => {
  test.each([
    ["us-west1", "us-west1"],
    ["two words", "two words"],
    ["", ""],
    ["Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="],
    [" padded ", "=?base64?IHBhZGRlZCA=?="],
    ["line1\nline2", "=?base64?bGluZTEKbGluZTI=?="],
    ["a\tb", "=?base64?YQli?="],
    ["=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="],
  ])("%j stands as %j", (value, header) => {
    expect(headerValue(value)).toBe(header);
  });
});

describe("standardHeaders", () => {
  const of = (method: string, params: Record<string, unknown>) => standardHeaders(method, (key) => params[key]);

  test("repeat the method, and what the request is about, character by character", () => {
    const uri = "file:///a%20b?q=1#x";
    expect(of("resources/read", { uri, name: "no" })).toEqual({ "mcp-method": "resources/read", "mcp-name": uri });
    expect(of("tools/call", { name: "ü" })).toEqual({ "mcp-method": "tools/call", "mcp-name": "=?base64?w7w=?=" });
    expect(of("prompts/get", { name: "p" })).toEqual({ "mcp-method": "prompts/get", "mcp-name": "p" });
    expect(of("tasks/get", { taskId: "t" })).toEqual({ "mcp-method": "tasks/get", "mcp-name": "t" });
    expect(of("tools/list", { name: "p" })).toEqual({ "mcp-method": "tools/list" });
    expect(of("tools/call", { name: 1 })).toEqual({ "mcp-method": "tools/call" });
  });
});

describe("mirroredIn", () => {
  test("finds annotations along chains of properties", () => {
    const nested = schema({ region: mirrored("Region"), deep: schema({ n: mirrored("N", "integer") }) });
    expect(mirroredIn(nested)).toEqual([
      { header: "mcp-param-region", path: ["region"] },
      { header: "mcp-param-n", path: ["deep", "n"] },
    ]);
    expect(mirroredIn(schema({ plain: { type: "string" } }))).toEqual([]);
    expect(mirroredIn(undefined)).toEqual([]);
  });

  test("takes a property that is merely called like the annotation for what it is", () => {
    expect(mirroredIn(schema({ "x-mcp-header": { type: "string" } }))).toEqual([]);
    expect(mirroredIn(schema({ a: { type: "object", default: { "x-mcp-header": "" } } }))).toEqual([]);
  });

  test.each([
    ["empty", schema({ a: mirrored("") })],
    ["not a string", schema({ a: mirrored(7) })],
    ["with a blank", schema({ a: mirrored("My Region") })],
    ["with a colon", schema({ a: mirrored("a:b") })],
    ["with a line end", schema({ a: mirrored("a\r\nb") })],
    ["not ASCII", schema({ a: mirrored("Région") })],
    ["twice, in upper and lower case", schema({ a: mirrored("X"), b: mirrored("x") })],
    ["on a number", schema({ a: mirrored("A", "number") })],
    ["on an object", schema({ a: mirrored("A", "object") })],
    ["on an array", schema({ a: mirrored("A", "array") })],
    ["on null", schema({ a: mirrored("A", "null") })],
    ["on several types", schema({ a: mirrored("A", ["string", "null"]) })],
    ["at the root", { ...schema({}), "x-mcp-header": "A", type: "string" }],
    ["within items", schema({ a: { type: "array", items: mirrored("A") } })],
    ["within a choice", schema({ a: { anyOf: [mirrored("A")] } })],
    ["within a condition", schema({}, { if: schema({ a: mirrored("A") }) })],
    ["within a definition", schema({}, { $defs: { a: mirrored("A") } })],
  ])("refuses one that is %s", (_what, inputSchema) => {
    expect(mirroredIn(inputSchema)).toBeNull();
  });
});

test("a call has a header for each mirrored argument that it gives", () => {
  const found = mirroredIn(
    schema({
      text: mirrored("Text"),
      empty: mirrored("Empty"),
      n: mirrored("N", "integer"),
      big: mirrored("Big", "integer"),
      yes: mirrored("Yes", "boolean"),
      none: mirrored("None"),
      absent: mirrored("Absent"),
      deep: schema({ in: mirrored("In") }),
    }),
  );
  const args = { text: "é", empty: "", n: -7, big: 2 ** 53, yes: false, none: null, deep: { in: "x" }, other: "y" };
  expect(parameterHeaders(found ?? [], args)).toEqual({
    "mcp-param-text": "=?base64?w6k=?=",
    "mcp-param-empty": "",
    "mcp-param-n": "-7",
    "mcp-param-yes": "false",
    "mcp-param-in": "x",
  });
  expect(parameterHeaders(found ?? [], undefined)).toEqual({});
});
