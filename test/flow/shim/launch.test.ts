/** A hub that cannot be started: the reason, at once, in the words of the exit code's contract. */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeHome } from "../../fixtures/home.ts";
import { runCli } from "../../fixtures/program.ts";
import { use } from "../../fixtures/use.ts";
import { PLAIN } from "../hub/parts.ts";

test.each(["connect", "login"])("%s: a log that cannot be opened is told, not thrown", async (verb) => {
  const home = use(makeHome());
  mkdirSync(join(home.path, "logs", "launch.log"), { recursive: true });
  const { code, stderr } = await runCli([verb, "acme"], { home: home.path, env: PLAIN });
  expect(code).toBe(4);
  expect(stderr).toContain(`the folder ${home.path} cannot be used (EISDIR)`);
  expect(stderr).not.toContain("at openSync");
});

test.runIf(process.platform === "linux")("where no lock can be made, nobody else is blamed for it", async () => {
  const home = use(makeHome());
  // No file can be made in there, by root neither.
  symlinkSync("/proc/self/fdinfo", join(home.path, "state"));
  const { code, stderr } = await runCli(["connect", "acme"], { home: home.path, env: PLAIN });
  expect(code).toBe(4);
  expect(stderr).toMatch(/the folder .* cannot be used \(E[A-Z]+\)/);
});
