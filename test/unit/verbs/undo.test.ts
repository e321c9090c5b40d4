import { expect, test } from "vitest";
import { GatehouseError } from "../../../main/errors.ts";
import { Undos } from "../../../main/verbs/undo.ts";

test("a step is taken back once", async () => {
  const undo = new Undos();
  let times = 0;
  const token = undo.add(async () => {
    times += 1;
    return { name: "acme" };
  });
  const both = await Promise.allSettled([undo.take(token), undo.take(token)]);
  expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect(both[0]).toMatchObject({ value: { name: "acme" } });
  expect(times).toBe(1);
});

test("a step that failed can be tried again", async () => {
  const undo = new Undos();
  let fails = true;
  const token = undo.add(async () => {
    if (!fails) return { name: "acme" };
    throw new GatehouseError({ code: "conflict", message: "Changed.", suggestion: "Look." });
  });
  await expect(undo.take(token)).rejects.toMatchObject({ code: "conflict" });
  fails = false;
  await expect(undo.take(token)).resolves.toEqual({ name: "acme" });
});

test("the last hundred are remembered", async () => {
  const undo = new Undos();
  const tokens = Array.from({ length: 101 }, (_, n) => undo.add(async () => ({ name: `s${n}` })));
  await expect(undo.take(tokens[0] ?? "")).rejects.toMatchObject({ code: "invalid_request" });
  await expect(undo.take(tokens[1] ?? "")).resolves.toEqual({ name: "s1" });
  await expect(undo.take("no such")).rejects.toMatchObject({ code: "invalid_request" });
});
