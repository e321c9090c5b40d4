/** Runs the tests and closes with one line, `N passed, N failed`. Arguments go to Vitest: `npm test -- test/unit`. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { electronRuntime, root, runtimeEnv } from "./runtime.mjs";
import { programOf } from "./step.mjs";

const folder = mkdtempSync(join(tmpdir(), "gatehouse-tally-"));
const tallyPath = join(folder, "line");
const runtime = electronRuntime();
const env = { ...(runtime ? runtimeEnv(runtime) : process.env), GATEHOUSE_TEST_TALLY: tallyPath };
// The person's own Gatehouse is none of the tests' business.
for (const name of Object.keys(env)) {
  if (name.startsWith("GATEHOUSE_") && name !== "GATEHOUSE_TEST_TALLY") delete env[name];
}

const child = spawn(process.execPath, [programOf("vitest", "vitest"), "run", ...process.argv.slice(2)], {
  cwd: root,
  env,
  stdio: "inherit",
});
// Ctrl-C reaches the child by itself; it must be gone, with all that it started, before this script is.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));

child.on("close", (code, signal) => {
  let line = "";
  try {
    line = readFileSync(tallyPath, "utf8");
  } catch {
    // The run ended before it could count: it crashed, or no file matched the arguments.
    line = "0 passed, 1 failed";
  }
  rmSync(folder, { recursive: true, force: true });
  const passed = code === 0 && / 0 failed/.test(line) && !line.startsWith("0 passed");
  if (code === 0 && !passed) console.log("No test passed: nothing was run.");
  if (signal) console.log(`The tests were stopped by ${signal}.`);
  console.log(line);
  process.exitCode = passed ? 0 : code || 1;
});
