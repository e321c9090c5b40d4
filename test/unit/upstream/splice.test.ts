import { describe, expect, test } from "vitest";
import { member, withMembers } from "../../../main/upstream/splice.ts";

const json = (text: string): Buffer => Buffer.from(text);

describe("member", () => {
  test("finds a value as it was written", () => {
    const object = json('{ "a" : [1, {"b": 2}] , "b":1.0e2,"\\u0063":"x\\"}"}');
    expect(member(object, "a")?.toString()).toBe('[1, {"b": 2}]');
    expect(member(object, "b")?.toString()).toBe("1.0e2");
    expect(member(object, "c")?.toString()).toBe('"x\\"}"');
  });

  test("finds nothing where there is nothing, or more than one", () => {
    expect(member(json('{"a":1}'), "b")).toBeUndefined();
    expect(member(json('{"a":1,"a":2}'), "a")).toBeUndefined();
    expect(member(json("[1]"), "0")).toBeUndefined();
    expect(member(undefined, "a")).toBeUndefined();
  });
});

describe("withMembers", () => {
  test("sets and takes out members and leaves the bytes of all others", () => {
    const object = json('{"id": 12345678901234567890, "x": 1.0, "x":2, "list" : [ ] }');
    expect(withMembers(object, { x: null, y: json('"new"') }).toString()).toBe(
      '{"id": 12345678901234567890,"list" : [ ],"y":"new"}',
    );
    expect(withMembers(object, { id: json("7") }).toString()).toBe('{"x": 1.0,"x":2,"list" : [ ],"id":7}');
  });

  test("knows a key that is written with escapes", () => {
    expect(withMembers(json('{"\\u0061":1,"b":2}'), { a: null }).toString()).toBe('{"b":2}');
  });

  test("makes an object of what is none", () => {
    expect(withMembers(undefined, { a: json("1") }).toString()).toBe('{"a":1}');
    expect(withMembers(json("3"), { a: json("1") }).toString()).toBe('{"a":1}');
    expect(withMembers(json('{"a":1}'), { a: null }).toString()).toBe("{}");
  });
});
