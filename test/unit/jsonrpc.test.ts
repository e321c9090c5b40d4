import { describe, expect, test } from "vitest";
import { GatehouseError } from "../../main/errors.ts";
import { errorResponse, isNotification, isRequest, isResponse, resultResponse } from "../../main/jsonrpc.ts";

const kinds = (value: unknown) => [isRequest(value), isNotification(value), isResponse(value)];

describe("the kind of a message", () => {
  test.each([
    [{ jsonrpc: "2.0", id: 1, method: "ping" }, [true, false, false]],
    [{ jsonrpc: "2.0", id: "a", method: "ping", params: {} }, [true, false, false]],
    [{ jsonrpc: "2.0", id: 0, method: "ping" }, [true, false, false]],
    [{ jsonrpc: "2.0", method: "notifications/initialized" }, [false, true, false]],
    [{ jsonrpc: "2.0", id: 1, result: null }, [false, false, true]],
    [{ jsonrpc: "2.0", id: null, error: { code: -32700, message: "no" } }, [false, false, true]],
  ])("%j", (message, expected) => {
    expect(kinds(message)).toEqual(expected);
  });

  test.each([
    null,
    [],
    "x",
    { id: 1, method: "ping" },
    { jsonrpc: "1.0", id: 1, method: "ping" },
    { jsonrpc: "2.0", id: null, method: "ping" },
    { jsonrpc: "2.0", id: {}, method: "ping" },
    { jsonrpc: "2.0", id: 1, method: 7 },
    { jsonrpc: "2.0", id: 1 },
    { jsonrpc: "2.0", id: null, result: {} },
    { jsonrpc: "2.0", id: 1, result: {}, error: { code: 1, message: "" } },
    { jsonrpc: "2.0", id: 1, error: { message: "no code" } },
  ])("%j is none", (message) => {
    expect(kinds(message)).toEqual([false, false, false]);
  });
});

test("an error of ours is the same object in `data`, under one code", () => {
  const error = new GatehouseError({
    code: "sign_in_required",
    server: "github",
    message: "github needs you to sign in.",
    suggestion: "Click “Sign in”.",
    requestId: "r-1",
  });
  const response = errorResponse(7, error);
  expect(response).toEqual({
    jsonrpc: "2.0",
    id: 7,
    error: { code: -32010, message: "github needs you to sign in. Click “Sign in”.", data: error.toObject() },
  });
  expect(isResponse(JSON.parse(JSON.stringify(response)))).toBe(true);
});

test("a result goes back under the id that asked", () => {
  expect(resultResponse("a", { tools: [] })).toEqual({ jsonrpc: "2.0", id: "a", result: { tools: [] } });
});
