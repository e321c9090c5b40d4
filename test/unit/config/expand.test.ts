import { describe, expect, test } from "vitest";
import { expand, secretNames } from "../../../main/config/expand.ts";
import { GatehouseError } from "../../../main/errors.ts";

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
    expect(expand(text, env)).toEqual({ value: result, bad: [], secrets: new Set() });
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

  test.each(["keychain:", "keychain:a b", "keychain:../x", "env:HOME", "1X", "", "A-B", "HOME:x"])(
    "does not guess what %j may mean",
    (inner) => {
      expect(expand({ url: `${V}${inner}}` }, env).bad).toEqual([
        { member: "url", kind: "unknown", reference: `${V}${inner}}` },
      ]);
    },
  );
});

describe("a secret", () => {
  const ref = `${V}keychain:github}`;

  test("is put where nobody gets to see it", () => {
    const entry = {
      url: "https://mcp.example/mcp",
      headers: { "X-Key": `Key ${ref}` },
      env: { KEY: ref },
      auth: { client_secret: ref, private_key: ref, assertion: ref, idp: { client_secret: ref } },
    };
    const { value, bad, secrets } = expand(entry, env, new Map([["github", "s3cret"]]));
    expect(bad).toEqual([]);
    expect([...secrets]).toEqual(["github"]);
    expect(value).toEqual({
      url: "https://mcp.example/mcp",
      headers: { "X-Key": "Key s3cret" },
      env: { KEY: "s3cret" },
      auth: { client_secret: "s3cret", private_key: "s3cret", assertion: "s3cret", idp: { client_secret: "s3cret" } },
    });
  });

  test("is taken as it is, not expanded again", () => {
    const found = new Map([["github", `${V}HOME} $${V}x}`]]);
    expect(expand({ headers: { a: ref } }, env, found).value).toEqual({ headers: { a: `${V}HOME} $${V}x}` } });
  });

  test.each(["url", "command", "cwd"])("does not go into %s", (member) => {
    const { bad, secrets } = expand({ [member]: ref }, env, new Map([["github", "s3cret"]]));
    expect(bad).toEqual([{ member, kind: "misplaced", reference: "github" }]);
    expect(secrets.size).toBe(0);
  });

  test("does not go into an argument, which every process list shows", () => {
    expect(expand({ args: ["--key", ref] }, env).bad).toEqual([
      { member: "args.1", kind: "misplaced", reference: "github" },
    ]);
  });

  test("that is not there, or that the vault keeps to itself, is said", () => {
    const locked = new GatehouseError({ code: "vault_locked", message: "Locked.", suggestion: "Unlock it." });
    for (const [found, cause] of [
      [new Map(), undefined],
      [new Map([["github", null]]), undefined],
      [new Map([["github", locked]]), locked],
    ] as const) {
      expect(expand({ headers: { a: ref } }, env, found).bad).toEqual([
        { member: "headers.a", kind: "secret", reference: "github", ...(cause === undefined ? {} : { cause }) },
      ]);
    }
  });
});

test.each(["${", "$${", "${keychain:", "$"])("a very long text of %j without an end holds nobody up", (part) => {
  const long = part.repeat(1024 * 1024);
  expect(expand({ a: long }, {})).toMatchObject({ value: { a: long }, bad: [] });
  expect(secretNames(long).size).toBe(0);
});
