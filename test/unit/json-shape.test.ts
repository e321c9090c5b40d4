/** Against JSON.parse, over made-up texts and over what is left of them when something is taken out or put in. */
import { expect, test } from "vitest";
import { hasJsonShape } from "../../main/json-shape.ts";

const shape = (text: string): boolean => hasJsonShape(Buffer.from(text));

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test.each([
  ['{"a":[1,-2.5e+3,0,{"b":null}],"c":"x\\"y\\\\","d":{},"e":[]}', true],
  ['  "alone"\n', true],
  ["-0.1E-2", true],
  ["{]", false],
  ['{"a":{]}', false],
  ['{"a":1,}', false],
  ["[1,]", false],
  ["[,1]", false],
  ["01", false],
  ["-", false],
  ["1.", false],
  ["+1", false],
  ["nul", false],
  ["True", false],
  ['{"a" 1}', false],
  ["{a:1}", false],
  ['{"a":1}}', false],
  ['{"a":1} 2', false],
  ["", false],
  ['"open', false],
])("%s: %s, as JSON.parse says", (text, is) => {
  expect(shape(text)).toBe(is);
  expect(parses(text)).toBe(is);
});

test("nesting has an end", () => {
  expect(shape("[".repeat(9_000) + "]".repeat(9_000))).toBe(true);
  expect(shape("[".repeat(10 * 1024 * 1024))).toBe(false);
  expect(shape('{"a":'.repeat(1024 * 1024))).toBe(false);
});

/** The same numbers in every run. */
function sequence(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

function makeUp(next: (below: number) => number, depth: number): unknown {
  const kind = next(depth > 4 ? 5 : 7);
  if (kind === 0) return next(2) === 0;
  if (kind === 1) return null;
  if (kind === 2) return (next(2_000_001) - 1_000_000) / (next(2) === 0 ? 1 : 1e12);
  if (kind <= 4) return ['"', "\\", "é", "{[", ",:", ""][next(6)]?.repeat(next(3));
  const parts = Array.from({ length: next(4) }, () => makeUp(next, depth + 1));
  return kind === 5 ? parts : Object.fromEntries(parts.map((part, n) => [`k"${n}`, part]));
}

test("20,000 damaged texts are judged as JSON.parse judges them", () => {
  const next = sequence(7);
  let broken = 0;
  for (let round = 0; round < 20_000; round++) {
    const text = JSON.stringify(makeUp(next, 0), null, next(3));
    const at = next(text.length + 1);
    const damaged =
      text.slice(0, at) + ["", "{", "]", ",", ":", '"', "1", "x", " "][next(9)] + text.slice(at + next(2));
    // A wrong escape inside a string is not looked at.
    const is = parses(damaged.replace(/\\[^"\\/bfnrtu]/g, "\\n"));
    if (shape(damaged) !== is && !/\\[^"\\]/.test(damaged)) expect.fail(`judged wrongly: ${damaged}`);
    if (!is) broken++;
  }
  expect(broken).toBeGreaterThan(3_000);
  expect(broken).toBeLessThan(19_000);
});
