import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { commandBrowser, systemBrowser } from "../../main/browser.ts";
import { tempFolder } from "../fixtures/children.ts";
import { use } from "../fixtures/use.ts";
import { waitFor } from "../fixtures/wait.ts";

/** A program that writes down what it was given. */
function recorder(name: string, what = "process.argv.slice(2)"): { path: string; args: () => string[] | undefined } {
  const folder = use(tempFolder("browser"));
  const path = join(folder.path, name);
  const out = join(folder.path, "args.json");
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(
    path,
    `#!${process.execPath}\nrequire("fs").writeFileSync(${JSON.stringify(out)}, JSON.stringify(${what}));\n`,
  );
  chmodSync(path, 0o700);
  return {
    path,
    args: () => {
      try {
        return JSON.parse(readFileSync(out, "utf8")) as string[];
      } catch {
        return undefined;
      }
    },
  };
}

const url = new URL("https://as.example/authorize?a=1&b=$(touch%20x)&c=`id`;echo'");

describe("the command of GATEHOUSE_BROWSER", () => {
  test("gets the URL as its last argument, to the letter, with no shell between", async () => {
    const program = recorder("open");
    await commandBrowser(`${program.path} --new-tab "a b" 'c d'`).open(url);
    expect(await waitFor("the arguments", program.args)).toEqual(["--new-tab", "a b", "c d", url.href]);
  });

  test("may be a path with blanks", async () => {
    const program = recorder("with blanks/my browser");
    await commandBrowser(program.path).open(url);
    expect(await waitFor("the arguments", program.args)).toEqual([url.href]);
  });

  test("gets our environment, without what is only ours", async () => {
    vi.stubEnv("GATEHOUSE_VAULT_PASSPHRASE", "correct horse");
    vi.stubEnv("GATEHOUSE_HOME", "/somewhere");
    vi.stubEnv("DISPLAY", ":77");
    use({ close: () => void vi.unstubAllEnvs() });
    const program = recorder("open", 'Object.entries(process.env).map((pair) => pair.join("="))');
    await commandBrowser(program.path).open(url);
    const variables = await waitFor("the environment", program.args);
    expect(variables).toContain("DISPLAY=:77");
    expect(variables.filter((pair) => /^GATEHOUSE_|horse/.test(pair))).toEqual([]);
  });

  test.each([
    ["is not there", "/nowhere/browser"],
    ["fails", "/bin/false"],
    ["is empty", "  "],
  ])("that %s is browser_failed, with the way out", async (_what, command) => {
    await expect(commandBrowser(command).open(url)).rejects.toMatchObject({
      code: "browser_failed",
      suggestion: expect.stringContaining("--no-browser"),
    });
  });
});

test.each(["file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "vbscript:x"])(
  "%s is opened by nobody",
  async (bad) => {
    const program = recorder("open");
    await expect(commandBrowser(program.path).open(new URL(bad))).rejects.toMatchObject({ code: "browser_failed" });
    await expect(systemBrowser("linux").open(new URL(bad))).rejects.toMatchObject({ code: "browser_failed" });
    expect(program.args()).toBeUndefined();
  },
);
