import { describe, expect, test } from "vitest";
import { GatehouseError } from "../../../main/errors.ts";
import { StepUps, scopeTokens } from "../../../main/oauth/step-up.ts";
import type { Challenge } from "../../../main/ports.ts";

const RUN = { server: "notes", requestId: "r" };
const wants = (scope: string | null): Challenge => ({
  status: 403,
  scheme: "bearer",
  resourceMetadata: null,
  scope,
  error: "insufficient_scope",
  errorDescription: null,
  at: 0,
});

test("scope tokens: each once, in order, none for nothing", () => {
  expect(scopeTokens(" b  a b\ta ")).toEqual(["b", "a"]);
  expect(scopeTokens(null)).toEqual([]);
});

describe("more access", () => {
  test.each([
    ["a b", "a", "open"],
    ["a b", null, "open"],
    ["a b", "c b a", "given"],
    [null, "a", "open"],
  ] as const)("%j, with %j granted, is %s at first", (wanted, granted, expected) => {
    expect(new StepUps().of(wants(wanted), granted)).toBe(expected);
  });

  test("that the person refused, or that did not come, is refused; other access is not", () => {
    const stepUps = new StepUps();
    stepUps.ended(wants("a b"), null);
    expect(stepUps.of(wants("b a"), "a")).toBe("refused");
    expect(stepUps.of(wants("c"), "a")).toBe("open");
    stepUps.ended(wants("c"), { scope: "a" });
    expect(stepUps.of(wants("c"), "a")).toBe("refused");
  });

  test("that came after all is given, and so is access without a name after one sign-in", () => {
    const stepUps = new StepUps();
    stepUps.ended(wants("b"), null);
    stepUps.ended(wants("b"), { scope: "a b" });
    expect(stepUps.of(wants("b"), "a b")).toBe("given");
    stepUps.ended(wants(null), { scope: "a b" });
    expect(stepUps.of(wants(null), "a b")).toBe("given");
  });

  test("is not worth a third sign-in", () => {
    const stepUps = new StepUps();
    for (const _ of [1, 2]) {
      expect(() => stepUps.assertUseful(RUN, wants("b"))).not.toThrow();
      stepUps.ended(wants("b"), { scope: "b" });
    }
    expect(() => stepUps.assertUseful(RUN, wants("b"))).toThrow(GatehouseError);
    expect(() => stepUps.assertUseful(RUN, wants("b"))).toThrow(/“b”/);
    expect(() => stepUps.assertUseful(RUN, wants("c"))).not.toThrow();
  });
});
