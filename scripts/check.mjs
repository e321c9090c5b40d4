/** Everything about the sources that a machine can judge, side by side; a line each when it is well, all of it when not. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "./runtime.mjs";
import { programOf } from "./step.mjs";

/** What each check says, and the script that does it: a package's program or one of ours. */
const CHECKS = [
  { says: "lock file", script: join(root, "scripts", "lock.mjs"), args: [] },
  { says: "types", of: "typescript", bin: "tsc", args: ["-p", "."] },
  {
    says: "format and lint",
    of: "@biomejs/biome",
    bin: "biome",
    args: ["check", "--error-on-warnings", "--diagnostic-level=warn"],
  },
  {
    says: "dead code and dependencies",
    of: "knip",
    bin: "knip",
    args: ["--no-progress", "--treat-config-hints-as-errors"],
  },
  {
    says: "layers and cycles",
    of: "vitest",
    bin: "vitest",
    args: ["run", "--project", "unit", "--reporter=dot", "test/architecture.test.ts"],
  },
];

function check({ says, script, of, bin, args }) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script ?? programOf(of, bin), ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    child.on("close", (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(code === 0 ? `✓ ${says} (${seconds} s)` : `✗ ${says}\n\n${output.trim()}\n`);
      resolve(code === 0);
    });
  });
}

const results = await Promise.all(CHECKS.map(check));
if (results.includes(false)) {
  console.log(`The check found ${results.filter((good) => !good).length} of ${results.length} wanting.`);
  process.exitCode = 1;
}
