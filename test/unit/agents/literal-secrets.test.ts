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

/** As it is shown, whole. */
function masked(data: unknown): (line: string) => string {
  const mask = masker(data);
  return (line) => {
    const known = mask.known(line);
    return mask.looks(known, 0, known.length);
  };
}

describe.each(CONFIGS)("$client, $file", ({ client, file, text, secret }) => {
  const data = dataOf(client, file, text);

  test("what is found is the secret and nothing else", () => {
    expect(literalSecrets(data)).toEqual(secret === undefined ? [] : [secret]);
  });

  test("no line says it", () => {
    const lines = text.split("\n");
    const shown = lines.map(masked(data));
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
  expect(masked(null)(line)).toBe(shown);
});

test.each([
  ["escaped", { env: { API_KEY: 'quo"te\\and\ttab' } }, JSON.stringify('quo"te\\and\ttab')],
  ["over several lines", { env: { PRIVATE_KEY: "-----BEGIN\nabcdefgh\n-----END" } }, "    abcdefgh"],
  ["in a URL", { url: "https://me:p%40ssword@a.example/" }, '"https://me:p%40ssword@a.example/"'],
])("a value that is written otherwise, %s", (_how, data, line) => {
  expect(masked(data)(line)).toContain("••••");
  expect(masked(data)(line)).not.toMatch(/quo|abcdefgh|ssword/);
});

test("a secret that is cut through is gone on both sides", () => {
  const line = `// ${"a ".repeat(200)}ghp_${"0123456789".repeat(4)} ${"b ".repeat(200)}`;
  const at = line.indexOf("ghp_");
  for (let from = at - 2; from < at + 46; from++) {
    for (const part of [masker(null).looks(line, 0, from), masker(null).looks(line, from, line.length)]) {
      expect(part).not.toMatch(/ghp|[0-9]/);
    }
  }
});

test.each([
  ["letters", "x".repeat(2_000_000)],
  ["names", "token=".repeat(300_000)],
  ["references", "${".repeat(500_000)],
  ["tokens' beginnings", "-eyJ".repeat(400_000)],
  ["schemes", "Bearer ".repeat(300_000)],
  ["quotes", `key="`.repeat(300_000)],
  ["blanks", `Bearer${" ".repeat(1_000_000)}`],
])("a long line of %s is no trap", (_what, text) => {
  const data = { token: text, env: { A: text }, args: ["--key", text, text], url: `https://a.example/?${text}` };
  expect(literalSecrets(data)).toBeInstanceOf(Array);
  expect(masked(data)(text.slice(0, 5_000)).length).toBeLessThan(5_001);
  expect(masker(null).looks(text, 1_000, 1_400).length).toBeLessThan(401);
});
