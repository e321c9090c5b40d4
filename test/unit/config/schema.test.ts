import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { jsonSchema } from "../../../main/config/schema.ts";

// To write it anew: UPDATE_SCHEMA=1 npx vitest run test/unit/config/schema.test.ts && npx biome format --write assets
const FILE = join(import.meta.dirname, "../../../assets/servers.schema.json");

test("the published JSON Schema is the one that the hub checks with", async () => {
  if (process.env.UPDATE_SCHEMA === "1") {
    await writeFile(FILE, `${JSON.stringify(jsonSchema(), null, 2)}\n`);
  }
  expect(JSON.parse(await readFile(FILE, "utf8"))).toEqual(jsonSchema());
});

test("it asks for nothing but what makes a server", () => {
  const servers = (
    jsonSchema().properties as { mcpServers: { additionalProperties: { anyOf: { required: string[] }[] } } }
  ).mcpServers.additionalProperties;
  expect(servers.anyOf.map((kind) => kind.required)).toEqual([["url"], ["command"]]);
});
