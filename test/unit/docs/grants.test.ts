import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { remoteServer, unknownMembers } from "../../../main/config/schema.ts";
import { repoRoot } from "../../fixtures/root.ts";

const page = readFileSync(join(repoRoot, "docs", "grants.md"), "utf8");
const blocks = [...page.matchAll(/```jsonc\n([\s\S]*?)```/g)].map(([, text = ""]) => JSON.parse(text));

test.each(blocks)("the entry for $auth.grant is one that servers.json takes", (entry) => {
  expect(remoteServer.safeParse(entry).error).toBeUndefined();
  expect(unknownMembers(entry)).toEqual([]);
});

test("every grant that servers.json knows is told of", () => {
  const { grant } = remoteServer.shape.auth.unwrap().shape;
  const told = grant.unwrap().options.filter((name: string) => name !== "authorization_code");
  expect(told.filter((name: string) => !page.includes(name))).toEqual([]);
  expect(new Set(blocks.map(({ auth }) => auth.grant)).size).toBe(told.length - 1);
});
