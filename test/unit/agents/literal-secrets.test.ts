/** Secrets of agents' files in plain text: nothing of them is left in any line that is shown. */
import { describe, expect, test } from "vitest";
import { CLIENTS } from "../../../main/agents/clients.ts";
import { FORMATS } from "../../../main/agents/file.ts";
import { literalSecrets, masker } from "../../../main/agents/literal-secrets.ts";
import { CONFIGS } from "./configs.ts";

function dataOf(client: string, file: string, text: string): unknown {
  const format = file.endsWith(".toml") ? "toml" : file.endsWith(".yaml") ? "yaml" : "json";
  const place = CLIENTS.find(({ id }) => id === client)?.places.find((each) => each.format === format);
  if (place === undefined) throw new Error(`no place of ${client} in ${format}`);
  return FORMATS[format].parse(text, place.slot(null)).data;
}

describe.each(CONFIGS)("$client, $file", ({ client, file, text, secret }) => {
  const data = dataOf(client, file, text);

  test("what is found is the secret and nothing else", () => {
    expect(literalSecrets(data)).toEqual(secret === undefined ? [] : [secret]);
  });

  test("no line says it", () => {
    const lines = text.split("\n");
    const shown = lines.map(masker(data));
    const changed = lines.filter((line, n) => shown[n] !== line);
    expect(changed).toEqual(secret === undefined ? [] : lines.filter((line) => line.includes(secret)));
    for (const line of shown) if (secret !== undefined) expect(line).not.toContain(secret);
  });
});

test.each([
  [`// "token": "0123456789abcdef"`, `// "token": "••••"`],
  [`# Authorization: Bearer abcdefghijkl`, `# Authorization: Bearer ••••`],
  [`  password = 'hunter22' # mine`, `  password = '••••' # mine`],
  [`"headers": { "Authorization": "Bearer \${TOKEN}" }`, `"headers": { "Authorization": "Bearer \${TOKEN}" }`],
  [`// ghp_abcdefghijklmnopqrstuvwxyz0123456789`, `// ••••`],
  [
    `"max_tokens": 200, "token_endpoint": "https://a.example/token"`,
    `"max_tokens": 200, "token_endpoint": "https://a.example/token"`,
  ],
])("in a comment or a place that nobody reads: %s", (line, shown) => {
  expect(masker(null)(line)).toBe(shown);
});

test.each([
  ["escaped", { env: { API_KEY: 'quo"te\\and\ttab' } }, JSON.stringify('quo"te\\and\ttab')],
  ["over several lines", { env: { PRIVATE_KEY: "-----BEGIN\nabcdefgh\n-----END" } }, "    abcdefgh"],
  ["in a URL", { url: "https://me:p%40ssword@a.example/" }, '"https://me:p%40ssword@a.example/"'],
])("a value that is written otherwise, %s", (_how, data, line) => {
  expect(masker(data)(line)).toContain("••••");
  expect(masker(data)(line)).not.toMatch(/quo|abcdefgh|ssword/);
});
