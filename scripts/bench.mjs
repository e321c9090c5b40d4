/** `npm run bench`: bundles the bench, which is written in TypeScript upon the tests' fixtures, and runs it. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { root } from "./runtime.mjs";

const outfile = join(root, "node_modules", ".cache", "gatehouse", "bench", "run.mjs");
await esbuild.build({
  absWorkingDir: root,
  entryPoints: ["test/bench/run.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  packages: "external",
  logLevel: "error",
});
const { runBench } = await import(pathToFileURL(outfile).href);
process.exitCode = await runBench(process.argv.slice(2));
