/** Counts a run and says so in one line: `N passed, N failed`, with `, N skipped` only when some were. */
import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The line that closes a test run. */
export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * What a run came to. A file that could not be loaded, a hook that threw and an error that no test caught count as one
 * failure each: the run must not look green because tests were never reached.
 */
export function tally(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Tally {
  let passed = 0;
  let failed = unhandled.length;
  let skipped = 0;
  for (const module of modules) {
    failed += module.errors().length;
    for (const suite of module.children.allSuites()) failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") passed += 1;
      else if (state === "skipped") skipped += 1;
      else failed += 1;
    }
  }
  return { passed, failed, skipped };
}

/** Leaves the tally for the script that started the run, or prints the line when Vitest was started by hand. */
export default class ClosingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const line = closingLine(tally(modules, unhandled));
    const path = process.env.GATEHOUSE_TEST_TALLY;
    if (path) writeFileSync(path, line);
    else process.on("exit", () => process.stdout.write(`${line}\n`));
  }
}
