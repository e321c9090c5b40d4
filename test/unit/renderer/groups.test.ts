import { describe, expect, test } from "vitest";
import { groupServers, hueOf, letterOf, searchServers } from "../../../renderer/groups.ts";
import * as made from "../../fixtures-window/snapshots.ts";

describe("groups", () => {
  test("what needs the person first, then by what works, in the file's order", () => {
    const servers = [...made.everyday().servers, made.unused(), made.needing("asana")];
    expect(groupServers(servers).map(({ title, servers: of }) => [title, of.map((server) => server.name)])).toEqual([
      ["Needs you", ["linear", "notion", "asana"]],
      ["Ready", ["github", "files"]],
      ["Not used yet", ["stripe"]],
      ["Not working", ["intranet-search"]],
      ["Off", ["sentry"]],
    ]);
  });

  test("a server that works and wants more access needs the person", () => {
    expect(groupServers([made.signedIn(), made.wantingMore()])[0]).toMatchObject({
      title: "Needs you",
      servers: [{ name: "calendar" }],
    });
  });

  test("so does one whose tools have changed, and a program that waits for leave to run", () => {
    const [group] = groupServers([made.failing(), made.withChangedTools(), made.unapproved()]);
    expect(group).toMatchObject({ title: "Needs you", servers: [{ name: "notes" }, { name: "imported" }] });
  });

  test("no servers, no groups", () => {
    expect(groupServers([])).toEqual([]);
  });
});

describe("search", () => {
  const names = (search: string) => searchServers(made.everyday().servers, search).map((server) => server.name);

  test("every word counts, in name, address and command, whatever its case", () => {
    expect(names("GITHUB copilot")).toEqual(["github"]);
    expect(names("filesystem")).toEqual(["files"]);
    expect(names("github sentry")).toEqual([]);
  });

  test("nothing typed finds all", () => {
    expect(names("  ")).toHaveLength(6);
  });
});

describe("tiles", () => {
  test("a name has one colour for ever, and names have many", () => {
    expect(hueOf("github")).toBe(hueOf("github"));
    const hues = new Set(Array.from({ length: 200 }, (_, index) => hueOf(`server ${index}`)));
    expect([...hues].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index));
  });

  test("the first letter, of any script", () => {
    expect([letterOf("github"), letterOf("éclair"), letterOf("日本"), letterOf("7zip"), letterOf("𝒜x")]).toEqual([
      "G",
      "É",
      "日",
      "7",
      "𝒜",
    ]);
  });
});
