/** `npm run conformance`: gets the official suite, bundles what drives it, and runs it against the built program. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { ensureSuite } from "./conformance-suite.mjs";
import { root } from "./runtime.mjs";
import { Failure, Steps } from "./step.mjs";

const outdir = join(root, "node_modules", ".cache", "gatehouse", "conformance");
await esbuild.build({
  absWorkingDir: root,
  entryPoints: ["test/conformance/run.ts", "test/conformance/agent.ts"],
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  packages: "external",
  logLevel: "error",
});

const steps = new Steps();
try {
  const suite = await ensureSuite(steps);
  steps.end();
  const { runConformance } = await import(pathToFileURL(join(outdir, "run.mjs")).href);
  process.exitCode = await runConformance(process.argv.slice(2), suite, join(outdir, "agent.mjs"));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(`${error.message}\nRun: ${error.command}`);
  process.exitCode = 1;
}
