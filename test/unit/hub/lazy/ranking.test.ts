/** The figures of docs/lazy-mode.md: 500 tools, 40 questions that were written before the ranking was. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Ranking } from "../../../../main/hub/lazy/ranking.ts";
import { stem, words } from "../../../../main/hub/lazy/words.ts";
import { figuresText, measure } from "../../../fixtures/many-tools/measure.ts";
import { repoRoot } from "../../../fixtures/root.ts";

test("500 tools, 40 questions: the right one is among the first five, at the price of a few hundred tokens", () => {
  const figures = measure();
  expect(figures.tools).toBe(500);
  expect(figures.servers).toBe(12);
  expect(figures.questions).toBe(40);
  expect(figures.inFirstFive).toBeGreaterThanOrEqual(38);
  expect(figures.first).toBeGreaterThanOrEqual(28);
  expect(figures.lazyTokens).toBeLessThanOrEqual(600);
  expect(figures.allTokens).toBeGreaterThan(20 * figures.lazyTokens);
});

test("docs/lazy-mode.md has these figures", () => {
  const page = readFileSync(join(repoRoot, "docs", "lazy-mode.md"), "utf8");
  expect(page).toContain(`-->\n${figuresText(measure())}\n<!--`);
});

const tool = (name: string, description = "", server = "x") => ({
  server,
  name,
  title: "",
  description,
  parameters: [],
});

describe("a search", () => {
  const ranking = new Ranking([
    tool("createIssue", "Create a new issue"),
    tool("list_issues", "List issues"),
    tool("delete_branch", "Delete a branch"),
    tool("send", "Post something", "slack"),
  ]);
  const names = (query: string) => ranking.search(query, 9).map(({ name }) => name);

  test.each([
    ["creating issues", "createIssue"],
    ["remove branches", "delete_branch"],
    ["slack", "send"],
    ["LIST ISSUE", "list_issues"],
  ])("%s", (query, first) => {
    expect(names(query)[0]).toBe(first);
  });

  test.each(["", "the of and", "xyzzy", "🙂"])("%j finds nothing", (query) => {
    expect(names(query)).toEqual([]);
  });

  test("keeps to its limit, and to what there is", () => {
    expect(ranking.search("issue", 1)).toHaveLength(1);
    expect(new Ranking([]).search("issue", 5)).toEqual([]);
  });
});

test.each([
  ["createPullRequest", ["creat", "pull", "request"]],
  ["get_HTTPResponse-2", ["get", "http", "respons", "2"]],
  ["Résumé of the page", ["resum", "page"]],
])("the words of %s", (text, expected) => {
  expect(words(text)).toEqual(expected);
});

test.each([
  ["issues", "issue"],
  ["queries", "query"],
  ["creating", "create"],
  ["created", "create"],
  ["stopped", "stop"],
  ["pods", "pod"],
  ["branches", "branch"],
])("%s and %s are the same word", (a, b) => {
  expect(stem(a)).toBe(stem(b));
});

test.each([["status"], ["bus"], ["access"], ["analysis"]])("%s is no plural", (word) => {
  expect(stem(word)).toBe(word);
});
