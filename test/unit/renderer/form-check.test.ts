import { describe, expect, test } from "vitest";
import {
  accountProblem,
  commandProblem,
  nameProblem,
  serverInput,
  splitCommand,
  suggestName,
  urlProblem,
} from "../../../renderer/form-check.ts";

describe("names", () => {
  test.each(["github", "My server 2", "日本語", "a.b_c-d", "7", "x".repeat(64)])("%j will do", (name) => {
    expect(nameProblem(name, [])).toBeNull();
  });

  test.each(["", "  ", "-x", ".hidden", "a/b", "a:b", "x\u0000", "x".repeat(65), "😀"])("%j will not", (name) => {
    expect(nameProblem(name, [])).toMatch(/\.$/);
  });

  test("one that is there already, also in another normal form", () => {
    expect(nameProblem(" github ", ["github"])).toContain("already");
    expect(nameProblem("Cafe\u0301", ["Café"])).toContain("already");
  });
});

describe("addresses", () => {
  test.each(["https://mcp.example.com/mcp", "http://127.0.0.1:8080/mcp", "http://localhost/x", "http://[::1]:1/"])(
    "%j will do",
    (url) => {
      expect(urlProblem(url)).toBeNull();
    },
  );

  test.each([
    "",
    "mcp.example.com",
    "http://mcp.example.com/mcp",
    "http://localhost.evil.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://user:pass@example.com/",
  ])("%j will not", (url) => {
    expect(urlProblem(url)).not.toBeNull();
  });

  test.each([
    ["https://mcp.linear.app/mcp", "linear"],
    ["https://api.githubcopilot.com/mcp/", "githubcopilot"],
    ["https://notion.example/mcp", "notion"],
    ["http://127.0.0.1:9000/mcp", ""],
    ["not an address", ""],
  ])("%j suggests the name %j", (url, name) => {
    expect(suggestName(url, [])).toBe(name);
  });

  test("no name that is taken is suggested", () => {
    expect(suggestName("https://mcp.linear.app/mcp", ["linear"])).toBe("");
  });
});

describe("command lines", () => {
  test.each([
    ["npx -y @scope/server /home/me", ["npx", "-y", "@scope/server", "/home/me"]],
    [`'/opt/my tools/run' "a b" c\\ d`, ["/opt/my tools/run", "a b", "c d"]],
    [`node -e "say(\\"hi\\")"`, ["node", "-e", 'say("hi")']],
    ["C:\\tools\\server.exe --x", ["C:\\tools\\server.exe", "--x"]],
    [`run ""`, ["run", ""]],
    ["   ", []],
  ])("%j", (line, words) => {
    expect(splitCommand(line)).toEqual(words);
  });

  test("an open quotation mark is said, not guessed", () => {
    expect(splitCommand(`run "a b`)).toBeNull();
    expect(commandProblem(`run "a b`)).toContain("quotation");
    expect(commandProblem(" ")).not.toBeNull();
  });

  test("what the hub gets", () => {
    expect(serverInput("command", "npx -y x")).toEqual({ command: "npx", args: ["-y", "x"] });
    expect(serverInput("command", "")).toBeNull();
    expect(serverInput("url", " https://a.example/ ")).toEqual({ url: "https://a.example/" });
    expect(serverInput("url", "ftp://a.example/")).toBeNull();
  });
});

describe("names of accounts", () => {
  test.each(["work", "anna@example.com", "a+b", "Zuhause 2", "x".repeat(64)])("%j will do", (name) => {
    expect(accountProblem(name, ["default"])).toBeNull();
  });

  test.each(["", " ", "@x", "a:b", "a/b", "a#b", "x".repeat(65), "Default"])("%j will not", (name) => {
    expect(accountProblem(name, ["default"])).toMatch(/\.$/);
  });

  test("one that is there already, however it is written", () => {
    expect(accountProblem("Work", ["default", "work"])).toBe("There is an account “work” already.");
  });
});
