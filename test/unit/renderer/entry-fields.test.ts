import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type FieldSpec,
  isHidden,
  isReference,
  namesSecret,
  parsedOf,
  secretName,
  sectionsOf,
  splitProgram,
  typedOf,
  valueAt,
  withValue,
} from "../../../renderer/entry-fields.ts";

interface Schema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: { readonly anyOf: readonly Schema[] };
  readonly mcpServers?: Schema;
}

/** Members of the published schema, as in `auth.client_id`. */
function membersOf(schema: Schema): string[] {
  return Object.entries(schema.properties).flatMap(([name, of]) =>
    name === "auth" || name === "tools" ? Object.keys(of.properties).map((inner) => `${name}.${inner}`) : [name],
  );
}

const published = JSON.parse(
  readFileSync(new URL("../../../assets/servers.schema.json", import.meta.url), "utf8"),
) as Schema;
const [remote, stdio] = published.properties.mcpServers?.additionalProperties?.anyOf ?? [];
const formOf = (entry: Record<string, unknown>): string[] =>
  sectionsOf(entry).flatMap(({ fields }) => fields.map(({ member }) => member));

describe("the form", () => {
  test("has every member of the schema, and no other", () => {
    // Its own switch of the form turns a server on and off.
    const without = (members: string[]): string[] => members.filter((member) => member !== "enabled").sort();
    if (remote === undefined || stdio === undefined) throw new Error("the schema has another shape");
    expect(formOf({ url: "x" }).sort()).toEqual(without(membersOf(remote)));
    expect(["type", ...formOf({ command: "x" })].sort()).toEqual(without(membersOf(stdio)));
  });
});

describe("members", () => {
  test("are read, put, and taken out with the group that is empty then", () => {
    const entry = { url: "u", auth: { scope: "a" } };
    expect(valueAt(entry, "auth.scope")).toBe("a");
    expect(valueAt(entry, "auth.toString")).toBeUndefined();
    expect(valueAt({ auth: 7 }, "auth.scope")).toBeUndefined();
    expect(withValue(entry, "auth.client_id", "c")).toEqual({ url: "u", auth: { scope: "a", client_id: "c" } });
    expect(withValue(entry, "auth.scope", undefined)).toEqual({ url: "u" });
    expect(entry).toEqual({ url: "u", auth: { scope: "a" } });
  });
});

describe("what is typed", () => {
  const spec = (member: FieldSpec["member"], kind: FieldSpec["kind"]): FieldSpec => ({ member, kind });
  test.each([
    [spec("timeout", "number"), " 60 ", 60],
    [spec("timeout", "number"), "", undefined],
    [spec("args", "lines"), "-y\n\na b\n", ["-y", "a b"]],
    [spec("auth.authorize_params", "json"), '{"a":"b"}', { a: "b" }],
    [spec("auth.resource", "text"), "none", false],
    [spec("auth.scope", "text"), " a b ", "a b"],
  ])("%j %j", (field, typed, value) => {
    expect(parsedOf(field, typed)).toEqual({ ok: true, value });
    if (value !== undefined) expect(parsedOf(field, typedOf(field, value))).toEqual({ ok: true, value });
  });

  test("what is no number or no JSON says so", () => {
    expect(parsedOf(spec("timeout", "number"), "soon")).toMatchObject({ ok: false });
    expect(parsedOf(spec("auth.idp", "json"), "{")).toMatchObject({ ok: false });
  });

  test("a whole command line is a program and its arguments", () => {
    expect(splitProgram("npx -y 'a b'")).toEqual({ command: "npx", args: ["-y", "a b"] });
    expect(splitProgram("npx")).toBeNull();
  });
});

test("secrets: where one stands, where one is meant, and what it is called in the vault", () => {
  expect([isHidden("${hidden:headers.X}"), isHidden("x"), isHidden(7)]).toEqual([true, false, false]);
  expect([isReference("Bearer ${TOKEN}"), isReference("abc"), isReference("${}")]).toEqual([true, false, false]);
  expect([namesSecret("Authorization"), namesSecret("X-Api-Key"), namesSecret("X-Org")]).toEqual([true, true, false]);
  expect(secretName("My Server", "client_secret")).toBe("my-server-client-secret");
});
