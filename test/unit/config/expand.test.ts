import { describe, expect, test } from "vitest";
import { expand } from "../../../main/config/expand.ts";

const V = "$" + "{"; // spelled apart, so that no linter takes the text for a template
const env = { HOME: "/home/me", EMPTY: "", NESTED: `${V}HOME}` };

describe("expand", () => {
  test.each([
    [`${V}HOME}`, "/home/me"],
    [`a ${V}HOME}/b ${V}HOME}`, "a /home/me/b /home/me"],
    [`${V}EMPTY}`, ""],
    [`${V}EMPTY:-x}`, "x"],
    [`${V}MISSING:-x y:z}`, "x y:z"],
    [`${V}MISSING:-}`, ""],
    [`${V}HOME:-x}`, "/home/me"],
    [`${V}NESTED}`, `${V}HOME}`],
    [`$${V}HOME}`, `${V}HOME}`],
    ["$HOME and $ and {HOME}", "$HOME and $ and {HOME}"],
    [`${V}unclosed`, `${V}unclosed`],
  ])("%j gives %j", (text, result) => {
    expect(expand(text, env)).toEqual({ value: result, bad: [] });
  });

  test("reaches every text, at any depth, and nothing else", () => {
    const value = { a: [`${V}HOME}`, 1, null, true], b: { [`${V}HOME}`]: `${V}HOME}` } };
    expect(expand(value, env).value).toEqual({ a: ["/home/me", 1, null, true], b: { [`${V}HOME}`]: "/home/me" } });
  });

  test("says which variable is unset, and where", () => {
    expect(expand({ headers: { "X-Org": `${V}ORG}` }, args: ["x", `${V}ALSO}`] }, env).bad).toEqual([
      { member: "headers.X-Org", kind: "unset", reference: "ORG" },
      { member: "args.1", kind: "unset", reference: "ALSO" },
    ]);
    expect(expand(`${V}toString}`, env).bad).toHaveLength(1);
  });

  test.each(["keychain:github", "env:HOME", "1X", "", "A-B", "HOME:x"])("does not guess what %j may mean", (inner) => {
    expect(expand({ url: `${V}${inner}}` }, env).bad).toEqual([
      { member: "url", kind: "unknown", reference: `${V}${inner}}` },
    ]);
  });
});
