import { describe, expect, test } from "vitest";
import { answerAhead, elementSpans, peek, spanOf, withId } from "../../../shim/scan.ts";

const look = (text: string) => peek(Buffer.from(text));

describe("what a message is", () => {
  test.each([
    [
      '{"jsonrpc":"2.0","id":7,"method":"tools/list"}',
      { id: "7", method: "tools/list", isAnswer: false, isError: false, ok: true },
    ],
    [
      '{"method":"a","params":{"id":3,"method":"no"},"id":"x"}',
      { id: '"x"', method: "a", isAnswer: false, isError: false, ok: true },
    ],
    [
      '{"method":"notifications/initialized"}',
      { id: null, method: "notifications/initialized", isAnswer: false, isError: false, ok: true },
    ],
    ['{"id":null,"error":{"code":1}}', { id: null, method: null, isAnswer: true, isError: true, ok: true }],
    [
      '{"result":{"id":9,"a":[{"b":"}"}]},"id":-2}',
      { id: "-2", method: null, isAnswer: true, isError: false, ok: true },
    ],
    ["{}", { id: null, method: null, isAnswer: false, isError: false, ok: true }],
    [' \t{ "id" : 1 , "method" : "a" } \r', { id: "1", method: "a", isAnswer: false, isError: false, ok: true }],
  ])("%s", (text, expected) => {
    expect(look(text)).toEqual(expected);
  });

  test.each([
    "",
    " ",
    "null",
    "[]",
    '"x"',
    "{",
    '{"id":1',
    '{"id":}',
    '{"a":"b}',
    '{"a":[1,2}',
    '{"id":1}x',
    "{a:1}",
    '{"a" 1}',
  ])("%j is not a message", (text) => {
    expect(look(text).ok).toBe(false);
  });

  test("a string that ends in escaped quotes and backslashes hides nothing", () => {
    const text = JSON.stringify({
      params: { text: 'end\\" \\\\', other: '","id":666,"method":"evil' },
      id: 5,
      method: "real",
    });
    expect(look(text)).toMatchObject({ id: "5", method: "real", ok: true });
  });

  test("an escaped method name is read as JSON reads it, and the last of two ids counts", () => {
    expect(look('{"method":"tools\\/list","id":1,"id":2}')).toMatchObject({ method: "tools/list", id: "2" });
  });

  test("agrees with JSON.parse on messages of every shape", () => {
    const values = [1, "two", null, true, [1, [2, { id: 3 }]], { id: "inner", method: "inner" }, 'é🙂\\"', -1.5e3];
    for (const params of values) {
      for (const id of [0, 1e10, "a b", 'q"uote', ""]) {
        const message = { jsonrpc: "2.0", params, id, method: "m", extra: values };
        const seen = look(JSON.stringify(message));
        expect(JSON.parse(seen.id ?? "null")).toEqual(id);
        expect(seen).toMatchObject({ method: "m", isAnswer: false, isError: false, ok: true });
      }
    }
  });
});

test("another id takes the place of the message's own, and nothing else changes", () => {
  const swap = (text: string): string => withId(Buffer.from(text), '"x-1"').toString();
  expect(swap('{"jsonrpc":"2.0","id":0,"method":"m","params":{"id":0}}')).toBe(
    '{"jsonrpc":"2.0","id":"x-1","method":"m","params":{"id":0}}',
  );
  expect(swap(' { "method" : "é" , "id" : "a\\"b" } ')).toBe(' { "method" : "é" , "id" : "x-1" } ');
  expect(swap('{"id":1,"id":2}')).toBe('{"id":"x-1","id":"x-1"}');
  expect(swap('{"method":"m"}')).toBe('{"method":"m"}');
});

describe("a value inside", () => {
  const at = (text: string, ...path: string[]): string | null => {
    const span = spanOf(Buffer.from(text), path);
    return span === null ? null : text.slice(span.start, span.end);
  };

  test.each([
    ['{"params":{"name":"add","arguments":{"name":"no"}}}', '"add"'],
    ['{"params":{"arguments":{"name":"no"},"n\\u0061me":"add"}}', '"add"'],
    [' { "params" : { "name" : 7 } }', "7"],
    ['{"params":{"arguments":{"name":"no"}}}', null],
    ['{"params":{"name":"a","name":"b"}}', null],
    ['{"params":["name"]}', null],
    ['{"params":{"name":"a"', null],
    ["{}", null],
  ])("%s", (text, value) => {
    expect(at(text, "params", "name")).toBe(value);
  });

  test.each([
    ["[]", []],
    ["[ ]", []],
    ['[1, {"a":[2]} ,"]",[3]]', ["1", '{"a":[2]}', '"]"', "[3]"]],
    ["[true]", ["true"]],
    ["[1", null],
    ["[1 2]", null],
    ["{}", null],
  ])("the elements of %s", (text, elements) => {
    expect(elementSpans(Buffer.from(text), 0)?.map(({ start, end }) => text.slice(start, end)) ?? null).toEqual(
      elements,
    );
  });
});

test("an answer's id is told by its ends only where they leave no doubt", () => {
  const pad = "x".repeat(600);
  const ahead = (text: string): string | null => answerAhead(Buffer.from(text), Buffer.from(text));
  expect(ahead(`{"jsonrpc":"2.0","id":7,"result":"${pad}"}`)).toBe("7");
  expect(ahead(`{ "id" : "a-1" , "error" : "${pad}"}`)).toBe('"a-1"');
  expect(ahead(`{"id":7,"method":"m","params":"${pad}"}`)).toBeNull();
  expect(ahead(`{"result":"${pad}","id":7}`)).toBeNull();
  expect(ahead(`{"id":7,"result":"${pad}","id":8}`)).toBeNull();
  expect(ahead(`{"id":7,"result":"${pad}","method":"m"}`)).toBeNull();
  expect(ahead(`{"id":"a\\u0031","result":"${pad}"}`)).toBeNull();
  expect(ahead('{"id":7,"result":{}}')).toBeNull();
});
