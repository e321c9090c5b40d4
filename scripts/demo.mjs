/** `npm run demo`: bundles the demo, which is written in TypeScript upon the tests' fixtures, and runs it. */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { clicksByItself } from "./mode.mjs";
import { electronRuntime, root, runtimeEnv } from "./runtime.mjs";

const args = process.argv.slice(2);
const outfile = join(root, "node_modules", ".cache", "gatehouse", "demo.mjs");
await esbuild.build({
  absWorkingDir: root,
  entryPoints: ["scripts/demo/main.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  packages: "external",
  logLevel: "error",
});

const runtime = electronRuntime();
if (runtime) process.env.ELECTRON_OVERRIDE_DIST_PATH = runtimeEnv(runtime).ELECTRON_OVERRIDE_DIST_PATH;
const folder = args.indexOf("--pictures");
const { runDemo } = await import(pathToFileURL(outfile).href);
process.exitCode = await runDemo({
  auto: clicksByItself(args),
  pictures: resolve(folder === -1 ? join(root, "out", "demo") : args[folder + 1]),
});
