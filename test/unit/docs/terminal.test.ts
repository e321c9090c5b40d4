/** What help, docs/terminal.md and the README say of the terminal is what it does. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CHECK_AREAS } from "../../../preload/api-doctor.ts";
import { GROUPS, helpOf, helpOfVerb } from "../../../shim/cli-help.ts";
import { SETTINGS } from "../../../shim/cli-settings.ts";
import { VERBS } from "../../../shim/cli-verbs.ts";
import { repoRoot } from "../../fixtures/root.ts";

const page = readFileSync(join(repoRoot, "docs", "terminal.md"), "utf8");
const readme = readFileSync(join(repoRoot, "README.md"), "utf8");

/** The row of a verb in the tables of commands. */
const rowOf = (name: string): string =>
  page.split("\n").find((line) => line.startsWith("| `gatehouse") && line.includes(`\`gatehouse ${name}`)) ?? "";

test("verbs have names of their own, and a group", () => {
  expect(new Set(VERBS.map(({ name }) => name)).size).toBe(VERBS.length);
  expect(new Set(VERBS.map(({ group }) => group))).toEqual(new Set(GROUPS));
});

describe.each(VERBS.map((verb) => [verb.name, verb] as const))("%s", (name, verb) => {
  test("is in the help, which has its options", () => {
    expect(helpOf(VERBS)).toMatch(new RegExp(`^ {2}${name}( |$)`, "m"));
    const own = helpOfVerb(verb);
    expect(own).toContain(`gatehouse ${name}`);
    for (const { flag, about } of verb.options ?? [])
      expect(own).toMatch(new RegExp(`${flag}[^\\n]*\\s+${escaped(about)}`));
    for (const line of own.split("\n")) expect(line.length).toBeLessThanOrEqual(130);
  });

  test("is in the documentation, with its options", () => {
    expect(rowOf(name)).not.toBe("");
    for (const { flag, short } of verb.options ?? []) {
      expect(rowOf(name)).toContain(flag);
      if (short !== undefined) expect(rowOf(name)).toContain(`\`${short}\``);
    }
  });

  test("is in the README", () => {
    expect(readme).toMatch(new RegExp(`\`(gatehouse )?${name}[ \`]`));
  });

  test("that prints JSON tells of its shape", () => {
    const json = verb.options?.some(({ flag }) => flag === "--json") ?? false;
    const shapes = page.slice(page.indexOf("## JSON"));
    const told = new RegExp(`^\\| [^|]*\`${name}( [a-z]+)?\``, "m").test(shapes);
    expect(told).toBe(json);
  });
});

test("exit codes, areas and settings are all told of", () => {
  for (const code of [0, 1, 2, 3, 4]) expect(page).toMatch(new RegExp(`^\\| ${code} \\|`, "m"));
  for (const area of CHECK_AREAS) expect(page).toContain(`\`${area}\``);
  for (const name of Object.keys(SETTINGS)) expect(rowOf("settings")).toContain(`\`${name}\``);
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
