import { expect, test } from "vitest";
import { GatehouseError } from "../../main/errors.ts";
import {
  errorLine,
  GATEHOUSE_ERROR,
  METHOD_NOT_FOUND,
  notificationLine,
  resultLine,
  rpcErrorLine,
} from "../../main/jsonrpc.ts";

const parse = (line: Buffer): unknown => JSON.parse(line.toString("utf8"));

test("an answer has the id as the request had it, number or string, to the letter", () => {
  expect(resultLine("7", { tools: [] }).toString()).toBe('{"jsonrpc":"2.0","id":7,"result":{"tools":[]}}');
  expect(resultLine('"a\\u00e9"', {}).toString()).toBe('{"jsonrpc":"2.0","id":"a\\u00e9","result":{}}');
});

test("our error carries its whole object in data, and says message and suggestion to whoever shows only those", () => {
  const error = new GatehouseError({
    code: "sign_in_required",
    server: "github",
    message: "github needs you to sign in.",
    suggestion: "Click Sign in.",
  });
  expect(parse(errorLine("1", error))).toEqual({
    jsonrpc: "2.0",
    id: 1,
    error: {
      code: GATEHOUSE_ERROR,
      message: "github needs you to sign in. Click Sign in.",
      data: error.toObject(),
    },
  });
});

test("an error to a request whose id could not be read has a null id and no data", () => {
  expect(parse(rpcErrorLine(null, METHOD_NOT_FOUND, "no"))).toEqual({
    jsonrpc: "2.0",
    id: null,
    error: { code: -32601, message: "no" },
  });
});

test("no answer has a raw line end", () => {
  const error = new GatehouseError({ code: "internal", message: "a\nb", suggestion: "c\r\nd" });
  for (const line of [errorLine("1", error), resultLine("1", { text: "x\ny" }), notificationLine("a/b")])
    expect(line.includes(0x0a) || line.includes(0x0d)).toBe(false);
});
