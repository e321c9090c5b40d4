import { describe, expect, test } from "vitest";
import { exposedName, serverPart, splitName } from "../../../../main/hub/aggregate/names.ts";

const FIT = /^[A-Za-z0-9_-]{1,64}$/;

describe("a name that is fit as it is", () => {
  test.each([
    ["github", "create_issue", "github__create_issue"],
    ["my_files", "read-file", "my_files__read-file"],
    ["A-1", "_private", "A-1___private"],
    ["a", "b__c", "a__b__c"],
  ])("%s and %s", (server, tool, name) => {
    expect(exposedName(server, tool)).toBe(name);
    expect(splitName(name)).toEqual({ part: server, name: tool });
  });
});

describe("a name that is not is made fit, ends in a hash, and is no other's", () => {
  const servers = [
    "my server",
    "my-server",
    "my_server",
    "my.server",
    "a__b",
    "a",
    "a_",
    "été",
    "日本",
    "x".repeat(60),
    "git-0a1b2c3d",
  ];
  const tools = [
    "read",
    "read.file",
    "read/file",
    "read file",
    "",
    "b__c",
    "tool_0a1b2c3d",
    "t".repeat(70),
    `${"t".repeat(69)}u`,
    "日本",
    "語",
  ];
  const all = servers.flatMap((server) => tools.map((tool) => ({ server, tool, name: exposedName(server, tool) })));

  test("fit", () => {
    expect(all.filter(({ name }) => !FIT.test(name))).toEqual([]);
  });

  test("unique", () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(new Set(servers.map(serverPart)).size).toBe(servers.length);
  });

  test("its server can be told from it, and its own name or that only a list tells it", () => {
    for (const { server, tool, name } of all) {
      const split = splitName(name);
      expect(split?.part).toBe(serverPart(server));
      if (split?.name !== null) expect(split?.name).toBe(tool);
      else expect(name).toMatch(/_[0-9a-f]{8}$/);
    }
  });

  test("the same in every start: what agents have stored stays true", () => {
    expect(exposedName("my server", "read")).toBe("my_server-d39601f4__read");
    expect(exposedName("github", "read.file")).toBe("github__read_file_ddb90dc7");
  });
});

test.each(["", "plain", "__x", "_"])("%j is no name of ours", (name) => {
  expect(splitName(name)).toBeNull();
});
