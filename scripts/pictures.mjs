/**
 * `npm run pictures`: the real window in every state, around a hub that plays them, into docs/pictures/window. Names, or
 * parts of names, of scenes draw those alone: `npm run pictures -- server-tools`.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { electronRuntime, root, runtimeEnv } from "./runtime.mjs";

const outfile = join(root, "node_modules", ".cache", "gatehouse", "pictures.mjs");
await esbuild.build({
  absWorkingDir: root,
  entryPoints: ["test/fixtures-window/pictures.ts"],
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
const { drawPictures } = await import(pathToFileURL(outfile).href);
await drawPictures(join(root, "docs", "pictures", "window"), process.argv.slice(2));
